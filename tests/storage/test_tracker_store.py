"""What a tracker writes in one batch and loads for the next, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.matter import Matter
from shared.ports import EventId, NotStored, ParkedEvent, RejectedPush
from shared.storage.engine import Database
from shared.storage.reading import ReadStore
from shared.storage.tracking import SqlTrackerStore
from tests.support import sample
from tests.support.counting import by_unit
from tests.support.drafts import Draft, about
from tests.support.sample import CITY, DISTRICT, MATTER, START, at
from tests.support.stores import UNTIL, committed, committed_with, published, rows_in, taken

ODD_TEXTS = [
    "督〔2026〕7号",
    'it\'s "quoted" \\ and ; DROP TABLE task; --',
    "{1,2} [3] (4) NULL null",
    "100% :number :a ?1 $1 %s",
    "tab\there, line\nbreak, \x01\x7f",
    "e\u0301 is not \u00e9, \U0001f30f, \ufffd, \u202e",
    " ",
    "x" * 2000,
]


def parked(id_: str, matter: Matter = MATTER, *, expires_days: float = 30) -> ParkedEvent:
    return ParkedEvent(EventId(DISTRICT, id_), matter, id_.encode(), "$.subject", "unknown", START, at(expires_days))


def rejected(digest: str, *, subject: str = "duban.part.0.a.b.c.d.e", times: int = 1, last_days: float = 0) -> RejectedPush:
    reasons = (("$.title", "missing"), ("$.data.due", "no zone: 写明时区"))
    return RejectedPush(subject, digest, "a", None, reasons, b"\x00\xff{", START, at(last_days), times)


async def test_a_batch_is_read_back_as_it_was_written(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store)).take(sample.register(), sample.sign(at(hours=1)), sample.submit(at(2)))
    rows, task = draft.rows, draft.tasks[MATTER]

    await committed(store, draft)

    assert await published(store) == rows
    assert (await store.known([MATTER], [], {})).tasks == {MATTER: task}


async def test_published_rows_continue_after_a_position_up_to_a_limit(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store)).take(sample.register(), *(sample.record(at(hours=h), id_=f"r{h}") for h in range(1, 6)))
    await committed(store, draft)

    assert [row.position for row in await store.published_from(0, 2, 3)] == [3, 4, 5]
    assert await store.published_from(0, 6, 3) == []
    assert await store.published_from(1, 0, 3) == []


async def test_an_event_that_is_in_the_ledger_twice_stops_the_whole_batch(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = await committed(store, Draft(await taken(store)).take(sample.register()))
    batch = draft.take(sample.sign(at(hours=1)))
    again = replace(batch.rows[0], position=batch.lease.position + 1, event=b"register")
    again = replace(again, entry=replace(again.entry, cause=sample.register().cause))
    lease = replace(batch.lease, position=again.position)
    changes = replace(batch.changes(parked=[parked("early")], rejected=[rejected("d")]), rows=[*batch.rows, again])

    with pytest.raises(NotStored):
        await store.commit(lease, changes, UNTIL)

    assert (await store.refresh(lease)).position == 1
    assert [row.position for row in await published(store)] == [1]
    assert (await store.known([MATTER], [], {})).tasks[MATTER].state.place == "pending"
    assert await rows_in(database, "parked") == await rows_in(database, "rejected") == 0


async def test_known_gives_the_bytes_and_the_place_of_events_already_taken(database: Database) -> None:
    store = SqlTrackerStore(database)
    await committed(store, Draft(await taken(store, 3)).take(sample.register(), sample.sign(at(hours=1))))

    known = await store.known([], [EventId(DISTRICT, "sign"), EventId(CITY, "register"), EventId(CITY, "sign")], {})

    assert known.taken == {EventId(DISTRICT, "sign"): (b"sign", 3, 2), EventId(CITY, "register"): (b"register", 3, 1)}
    assert known.tasks == {}


async def test_known_finds_parked_events_by_matter_and_by_id(database: Database) -> None:
    store, other = SqlTrackerStore(database), Matter(CITY, "8")
    events = (parked("of-matter"), parked("of-id", other), parked("neither", Matter("province", "7")))
    await committed_with(store, Draft(await taken(store)), parked=events)

    known = await store.known([MATTER], [EventId(DISTRICT, "of-id"), EventId(CITY, "neither")], {})

    assert known.parked == {event.event: event for event in events[:2]}


async def test_known_of_nothing_is_nothing(database: Database) -> None:
    known = await SqlTrackerStore(database).known([], [], {})

    assert (known.tasks, known.taken, known.parked) == ({}, {}, {})


async def test_a_parked_event_leaves_when_it_is_taken_and_the_others_stay(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = await committed_with(store, Draft(await taken(store)), parked=(parked("a"), parked("b")))

    await store.commit(draft.lease, draft.changes(unparked={EventId(DISTRICT, "a"), EventId(DISTRICT, "never")}), UNTIL)

    assert set((await store.known([MATTER], [], {})).parked) == {EventId(DISTRICT, "b")}


async def test_a_parked_event_may_be_parked_anew_in_the_batch_that_frees_it(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = await committed_with(store, Draft(await taken(store)), parked=(parked("a"),))
    later = parked("a", expires_days=60)

    await store.commit(draft.lease, draft.changes(parked=[later], unparked={later.event}), UNTIL)

    assert (await store.known([MATTER], [], {})).parked == {later.event: later}


async def test_what_was_told_of_a_matter_comes_back_in_the_order_of_the_ledger(database: Database) -> None:
    store, other = SqlTrackerStore(database), Matter(CITY, "8")
    draft = Draft(await taken(store)).take(sample.register(), about(other, sample.register()), sample.sign(at(hours=30)))
    draft.sweep(MATTER, at(40)).take(sample.record(at(40)))
    await committed(store, draft)

    assert await store.told(MATTER) == [b"register", b"sign", b"record"]
    assert await store.told(Matter("nobody", "7")) == []


async def test_tasks_wake_before_the_instant_and_not_at_it_the_earliest_first(database: Database) -> None:
    store = SqlTrackerStore(database)
    matters = [Matter(CITY, str(number)) for number in range(3)]
    commands = [about(m, sample.register(policy="reported", due=at(hours=3 - n))) for n, m in enumerate(matters)]
    await committed(store, Draft(await taken(store)).take(*commands))

    async def waking(hours: float, limit: int = 10, partition: int = 0) -> list[Matter]:
        return [task.matter for task in await store.waking(partition, at(hours=hours), limit)]

    assert await waking(1) == []
    assert await waking(3) == [matters[2], matters[1]]
    assert await waking(24) == matters[::-1]
    assert await waking(24, limit=1) == [matters[2]]
    assert await waking(24, partition=1) == []


async def test_a_closed_task_wakes_no_more(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = await committed(store, Draft(await taken(store)).take(sample.register(policy="reported", due=at(1))))
    assert await store.next_wake(0) == at(1)

    await committed(store, draft.take(sample.approve(at(hours=2))))

    assert await store.waking(0, at(100), 10) == []
    assert await store.next_wake(0) is None


async def test_the_next_wake_is_the_earlier_of_a_rung_and_the_end_of_a_parked_events_time(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = Draft(await taken(store)).take(sample.register(policy="reported", due=at(1)))
    assert await store.next_wake(0) is None

    draft = await committed_with(store, draft, parked=(parked("late", expires_days=2),))
    assert await store.next_wake(0) == at(1)

    await committed_with(store, draft, parked=(parked("soon", expires_days=0.5),))
    assert await store.next_wake(0) == at(0.5)
    assert await store.next_wake(1) is None


async def test_parked_events_expire_before_the_instant_and_not_at_it(database: Database) -> None:
    store = SqlTrackerStore(database)
    events = (parked("second", expires_days=2), parked("first", expires_days=1))
    await committed_with(store, Draft(await taken(store)), parked=events)

    assert await store.expired(0, at(1), 10) == []
    assert await store.expired(0, at(1) + timedelta(microseconds=1), 10) == [events[1]]
    assert await store.expired(0, at(3), 10) == [events[1], events[0]]
    assert await store.expired(0, at(3), 1) == [events[1]]
    assert await store.expired(1, at(3), 10) == []


async def test_a_push_rejected_again_is_counted_and_not_listed_twice(database: Database) -> None:
    store = SqlTrackerStore(database)
    draft = await committed_with(store, Draft(await taken(store)), rejected=(rejected("d1"), rejected("d2", last_days=1)))

    await committed_with(store, draft, rejected=(rejected("d1", times=2, last_days=3),))

    async with ReadStore(database).snapshot() as snapshot:
        assert await snapshot.rejected(10) == [rejected("d1", times=3, last_days=3), rejected("d2", last_days=1)]
        assert await snapshot.rejected(1) == [rejected("d1", times=3, last_days=3)]


async def test_odd_text_in_keys_comes_back_as_it_is(database: Database) -> None:
    store = SqlTrackerStore(database)
    matters = [Matter(f"{odd}-owner", odd) for odd in ODD_TEXTS]
    commands = [about(m, sample.register(source=m.owner, unit=m.number, title=m.number, due=at(1))) for m in matters]
    draft = Draft(await taken(store, holder=ODD_TEXTS[0])).take(*commands)
    for matter in matters:
        draft.sweep(matter, at(2))
    early = [replace(parked(odd, Matter(odd, odd)), path=odd, message=odd) for odd in ODD_TEXTS]
    await committed_with(store, draft, parked=tuple(early), rejected=tuple(rejected(odd, subject=odd) for odd in ODD_TEXTS))

    events = [EventId(command.matter.owner, command.cause.id) for command in commands]
    known = await store.known([*matters, *(event.matter for event in early)], [*events, *(event.event for event in early)], {})

    assert known.tasks == draft.tasks
    assert set(known.taken) == set(events)
    assert known.parked == {event.event: event for event in early}
    for command in commands:
        assert await store.told(command.matter) == [command.cause.id.encode()]
    assert (await taken(store, holder=ODD_TEXTS[0])).epoch == 2
    async with ReadStore(database).snapshot() as snapshot:
        assert set(await by_unit(snapshot, at(2))) == set(ODD_TEXTS)
        assert {alert.matter for alert in await snapshot.alerts(None)} == set(matters)
        assert {push.subject for push in await snapshot.rejected(100)} == set(ODD_TEXTS)


async def test_instants_keep_their_microseconds_however_far_off(database: Database) -> None:
    store = SqlTrackerStore(database)
    due = at(0) + timedelta(days=300 * 365, microseconds=1)
    await committed(store, Draft(await taken(store)).take(sample.register(due - timedelta(hours=1), policy="reported", due=due)))

    assert await store.next_wake(0) == due
    assert await store.waking(0, due, 10) == []


async def test_five_hundred_tasks_are_written_and_changed_in_one_batch_each(database: Database) -> None:
    store = SqlTrackerStore(database)
    matters = [Matter(CITY, f"{number:03}") for number in range(500)]
    draft = Draft(await taken(store)).take(*(about(matter, sample.register()) for matter in reversed(matters)))
    draft = await committed(store, draft)
    draft = await committed(store, draft.take(*(about(matter, sample.sign(at(hours=1))) for matter in matters)))

    events = [EventId(CITY, about(matter, sample.register()).cause.id) for matter in matters]
    known = await store.known(matters, events, {})

    assert known.tasks == draft.tasks
    assert len(known.taken) == 500
    assert [row.position for row in await published(store)] == list(range(1, 1001))
