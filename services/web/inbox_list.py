"""A person's inbox as a document: the notices of each task with what became of them, and the task as it stands now."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from contracts.notice_list import NoticeLine, NoticeList, NoticeTask, NoticeWay, NoticeWord
from services.web.people import People
from shared.domain.clock import Clock, ClockName
from shared.domain.lamp import lamp, spoken
from shared.domain.notice import Acknowledged, Occasion
from shared.domain.task import Task
from shared.notices.wording import KINDS, reason_of
from shared.storage.inbox import Entry, Settled, Thread, Threads, threads_of
from shared.storage.noticing import Delivery
from shared.storage.reading import Snapshot


async def notice_list(
    snapshot: Snapshot, person: str, state: Settled, people: People, now: datetime, limit: int, offset: int
) -> NoticeList:
    """What a person (id) was told of, or was not: so many tasks, after so many others."""
    found = await threads_of(snapshot, person, state, limit, offset)
    return NoticeList(
        person=person,
        state=state,
        as_of=now,
        total=found.total,
        limit=limit,
        offset=offset,
        tasks=tuple(_task(thread, found, person, people) for thread in found.threads),
    )


def href_of(task: Task) -> str:
    """Where the whole of a task is."""
    return f"/api/v1/task?{urlencode({'source': task.owner, 'number': task.number})}"


def to_acknowledge(task: Task | None, occasions: Iterable[Occasion], noted: Iterable[Acknowledged], person: str) -> bool:
    """Whether a person has yet to take note of something of an open task."""
    own = [one for one in noted if one.person == person]
    return task is not None and task.is_open and any(not any(one.covers(of) for one in own) for of in occasions)


def pressing(task: Task | None) -> Clock | None:
    """Of the running clocks of an open task the one that is due first."""
    if task is None or not task.is_open:
        return None
    running = [(clock.due, clock) for clock in task.clocks if clock.due is not None and clock.stopped_at is None]
    return min(running, key=lambda one: one[0])[1] if running else None


def _task(thread: Thread, found: Threads, person: str, people: People) -> NoticeTask:
    task, clock = thread.task, pressing(thread.task)
    shown = ClockName.FINISH if clock is None else clock.name
    occasions = [entry.notice.occasion for entry in thread.entries]
    return NoticeTask(
        source=thread.matter.owner,
        number=thread.matter.number,
        title="" if task is None else task.title,
        unit=(task.unit or "") if task is not None else "",
        state=None if task is None else task.state.place,
        clock=None if clock is None else clock.name,
        due=None if clock is None else clock.due,
        lamp=None if task is None else lamp(task, shown),
        lamp_said=KINDS["alarm"] if task is None else spoken(task, shown),
        href="" if task is None else href_of(task),
        to_acknowledge=to_acknowledge(task, occasions, found.noted, person),
        notices=tuple(_line(entry, found.noted, people) for entry in thread.entries),
    )


def _line(entry: Entry, noted: Iterable[Acknowledged], people: People) -> NoticeLine:
    notice, occasion, reason = entry.notice, entry.notice.occasion, entry.notice.reason
    first = next((one for one in noted if one.covers(occasion)), None)
    return NoticeLine(
        id=notice.id,
        topic=occasion.topic,
        version=occasion.version,
        rung=occasion.rung,
        kind=occasion.kind,
        at=occasion.at,
        due=occasion.due,
        word=None if occasion.word is None else NoticeWord(**vars(occasion.word)),
        settled_at=entry.settled_at,
        urgent=notice.urgent,
        route=reason.route,
        step=reason.step,
        role=reason.role,
        reason=reason_of(reason, people.roster, "dropped" if entry.why else "told"),
        why=entry.why,
        ways=tuple(_way(one) for one in entry.deliveries),
        acknowledged_at=None if first is None else first.at,
        acknowledged_by=None if first is None else first.person,
    )


def _way(one: Delivery) -> NoticeWay:
    return NoticeWay(channel=one.channel, state=one.state, tried_at=one.tried_at, answer=one.answer)
