"""An office in memory, in which stories are told: what happens to its tasks, and who is told of it when and why.

`office.at("2026-12-04 09:00").expects("handler-1", "near-1wd 7")`: an alert is written as its rung and the task's number, with
the clock before it where that is not the finish clock. Everything that is told must be expected, in its minute.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from shared.domain import fact as f
from shared.domain.alert import crossings
from shared.domain.command import Command
from shared.domain.decide import decide
from shared.domain.evolve import evolve_all
from shared.domain.matter import Matter
from shared.domain.notice import Acknowledged, Dropped, Kind, Notice, Occasion, Office, notices, standing
from shared.domain.person import Roster
from shared.domain.policy import Rulebook
from shared.domain.refusal import Refusal
from shared.domain.round import Judged, judged
from shared.domain.silence import Silence
from shared.domain.task import Task
from shared.domain.value import replace, value
from tests.support.sample import SHANGHAI

TICK: Final = timedelta(microseconds=1)
MINUTE: Final = timedelta(minutes=1)


def local(text: str) -> datetime:
    """An instant in Shanghai, such as `2026-12-04 09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def spoken(occasion: Occasion) -> str:
    """An occasion as stories write it."""
    clock = "" if occasion.topic in ("finish", "urge", "alarm") else f"{occasion.topic} "
    return f"{clock}{occasion.rung} {occasion.number}"


def occasion_of(entry: f.Entry) -> Occasion | None:
    """What there is to tell of a fact, if anything."""
    owner, number = entry.matter
    match entry.fact:
        case f.NearDue() | f.Overdue() as one:
            kind: Kind = "near" if isinstance(one, f.NearDue) else "overdue"
            return Occasion(owner, number, one.clock.value, one.version, one.rung, kind, one.at, one.due)
        case f.Urged() as one:
            return Occasion(owner, number, "urge", int(one.at.timestamp()), one.form, one.form, one.at, None)
        case _:
            return None


@value
class Told:
    """A person was told of an alert at an instant; task and office are as they were then."""

    at: datetime
    notice: Notice
    task: Task | None
    office: Office

    @property
    def line(self) -> tuple[str, str]:
        """To whom what was told."""
        return (self.notice.person, spoken(self.notice.occasion))


class TellingOffice:
    """Its detector and its rounds run whenever something is due, unless it stands still."""

    def __init__(self, office: Office, rulebook: Rulebook, began: str | datetime) -> None:
        self.office = office
        self.rulebook = rulebook
        self.now = local(began) if isinstance(began, str) else began
        self.tasks: dict[Matter, Task] = {}
        self.raised: list[Occasion] = []
        self.waiting: dict[str, Notice] = {}
        self.planned: list[Notice] = []
        self.told: list[Told] = []
        self.dropped: list[tuple[datetime, Notice, Dropped]] = []
        self.silences: list[Silence] = []
        self.acknowledged: list[Acknowledged] = []
        self.rounds: list[tuple[datetime, Judged]] = []
        self._unheard: list[Told] = []

    def begins_anew(self, people: Roster) -> "TellingOffice":
        """The notifier starts again with other people."""
        self.office = replace(self.office, roster=people)
        return self

    def hears(self, *commands: Command) -> "TellingOffice":
        """Commands that come at the instants of their events; each must be legal."""
        for command in commands:
            self.until(command.cause.at)
            assert self.takes(command), command
        return self

    def takes(self, command: Command) -> bool:
        """A command that comes now, whenever its event was; False where it is refused."""
        decided = decide(self.tasks.get(command.matter), command, self.rulebook)
        if isinstance(decided, Refusal):
            return False
        self._record(command.matter, decided)
        return True

    def acknowledges(
        self,
        when: str,
        person: str,
        number: str,
        *,
        clock: str | None = None,
        version: int | None = None,
        seen: str | None = None,
    ) -> None:
        """A person takes note of a task's alerts."""
        self.until(local(when))
        matter = next(matter for matter in self.tasks if matter.number == number)
        shown = None if seen is None else local(seen)
        self.acknowledged.append(Acknowledged(*matter, self.now, person, clock, version, shown))

    def takes_note(self, person: str, matter: Matter) -> None:
        """The same now, of all that was raised."""
        self.acknowledged.append(Acknowledged(*matter, self.now, person))

    def stands_still_until(self, when: str) -> None:
        """Nothing runs up to an instant; then everything that was crossed is put on record, and told."""
        self.now = local(when)

    def at(self, when: str) -> "Minute":
        """What is told in a minute; nothing may have been told since the minute that was looked at last."""
        start = local(when)
        self.quiet_until(start)
        self.until(start + MINUTE - TICK)
        minute = Minute(when, self._unheard)
        self._unheard = minute.heard
        return minute

    def quiet_until(self, when: str | datetime) -> None:
        """Nobody is told of anything up to an instant, but for what was expected."""
        self.until((local(when) if isinstance(when, str) else when) - TICK)
        late = [(one.at.astimezone(SHANGHAI).isoformat(" ", "minutes"), *one.line) for one in self._unheard]
        assert not late, f"told, and not expected: {late}"

    def until(self, instant: datetime) -> None:
        """Let time pass, up to an instant and with it; an instant that has passed is nothing to wait for."""
        if instant < self.now:
            return
        while (due := self._next()) is not None and due <= instant:
            self.now = max(self.now, due)
            self._sweep()
            self._round()
        self.now = max(self.now, instant)

    def why(self, person: str, line: str) -> list[Dropped]:
        """Why a person was not told of an alert, the first reason first."""
        return [why for _, one, why in self.dropped if (one.person, spoken(one.occasion)) == (person, line)]

    def reason(self, person: str, line: str) -> Notice:
        """The last notice that told a person of an alert."""
        return [one.notice for one in self.told if one.line == (person, line)][-1]

    def _next(self) -> datetime | None:
        wakes = [task.wakes_at + TICK for task in self.tasks.values() if task.wakes_at is not None]
        return min([*wakes, *(notice.tell_at for notice in self.waiting.values())], default=None)

    def _sweep(self) -> None:
        for matter, task in list(self.tasks.items()):
            self._record(matter, crossings(task, self.now))

    def _record(self, matter: Matter, entries: f.Entries) -> None:
        was = self.tasks.get(matter)
        task = evolve_all(was, entries)
        if task is None:
            return
        self.tasks[matter] = task
        for occasion in filter(None, map(occasion_of, entries)):
            self.raised.append(occasion)
            self._plan(notices(occasion, task, self.office, self.now))
        if was is not None and (was.unit, was.handler) != (task.unit, task.handler):
            for occasion in standing(task):
                self._plan(notices(occasion, task, self.office, self.now))

    def _plan(self, planned: Collection[Notice]) -> None:
        """What was told is told once; what was dropped is planned anew when its alert is raised again."""
        self.planned += planned
        told = {one.notice.id for one in self.told}
        for one in planned:
            before = self.waiting.get(one.id)
            if before is not None:
                self.waiting[one.id] = replace(one, tell_at=min(one.tell_at, before.tell_at))
            elif one.id not in told and not self._meant(one):
                self.waiting[one.id] = one

    def _meant(self, notice: Notice) -> bool:
        """Whether a person was not told for other reasons than that the alert did not hold."""
        return any(one.id == notice.id and why in ("acknowledged", "covered") for _, one, why in self.dropped)

    def _round(self) -> None:
        due = sorted((one for one in self.waiting.values() if one.tell_at <= self.now), key=lambda one: one.id)
        if not due:
            return
        former = [one.notice for one in self.told]
        later = [one for one in self.waiting.values() if one.tell_at > self.now]
        found = judged(due, self.tasks, self.acknowledged, self.silences, self.now, former, self.office, later)
        if found.told:
            self.rounds.append((self.now, found))
        for one in found.told:
            self._tell(one)
        for one, why in found.dropped:
            self.dropped.append((self.now, one, why))
            del self.waiting[one.id]
        for one, until in found.held:
            self.waiting[one.id] = replace(one, tell_at=until)
        self._plan(found.planned)

    def _tell(self, notice: Notice) -> None:
        task = self.tasks.get(notice.occasion.matter)
        self.told.append(Told(self.now, notice, task, self.office))
        self._unheard.append(self.told[-1])
        del self.waiting[notice.id]


class Minute:
    """What is told in a minute, and yet to be expected."""

    def __init__(self, when: str, heard: list[Told]) -> None:
        self.when = when
        self.heard = heard

    def expects(self, person: str, *lines: str) -> "Minute":
        """A person is told exactly of these alerts."""
        found = sorted(told.line[1] for told in self.heard if told.line[0] == person)
        assert found == sorted(lines), f"{self.when}: {person} is told {found}; in all {[one.line for one in self.heard]}"
        self.heard[:] = [told for told in self.heard if told.line[0] != person]
        return self
