"""Long random lives of a task against an oracle that knows nothing of the table, the clocks or the facts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from shared.domain.alert import crossings
from shared.domain.clock import ClockName
from shared.domain.command import Command
from shared.domain.decide import decide
from shared.domain.evolve import evolve_all
from shared.domain.policy import Flow
from shared.domain.refusal import Refusal
from shared.domain.task import Task
from tests.support import sample
from tests.support.counting import counted_as
from tests.support.sample import CITY, DISTRICT, RULEBOOK
from tests.support.scenario import finish_of

# --- the oracle ---------------------------------------------------------------------------------------------------------
STANDARD = {
    "pending": {"sign": "handling", "not-accept": "ended", "transfer": "pending"},
    "handling": {"submit": "in_review", "not-accept": "ended", "transfer": "pending"},
    "in_review": {"send-back": "handling", "approve": "closed"},
    "closed": {"archive": "archived", "relapse": "pending"},
    "archived": {"relapse": "pending"},
}
REPORTED = {
    "handling": {"approve": "closed", "not-accept": "ended"},
    "closed": {"archive": "archived", "relapse": "handling"},
    "archived": {"relapse": "handling"},
}
ALIVE, OVER, OWNERS = {"pending", "handling", "in_review"}, {"closed", "archived"}, {"register", "amend", "withdraw", "exclude"}


def the_end_of_the_thirtieth_day_in_shanghai_after(now: datetime) -> datetime:
    day = (now + timedelta(hours=8)).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=30)
    while day.weekday() >= 5 or (day.month, day.day) in {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}:
        day += timedelta(days=1)  # from December 2026 on no notice is known but weekends and these days
    return day + timedelta(days=1, hours=-8)


@dataclass
class Oracle:
    """What a careful clerk would write down."""

    flow: Flow
    place: str = "absent"
    sent_back: int = 0
    version: int = 0
    due: datetime | None = None
    overdue: bool = False
    closed_at: datetime | None = None
    former: list[set[str]] = field(default_factory=list)
    seen: datetime = sample.START
    """Up to when time has passed for it."""

    def target(self, action: str) -> str | None:
        if self.place == "absent":
            return {"standard": "pending", "reported": "handling"}[self.flow] if action == "register" else None
        if (action == "record" and self.place in ALIVE | OVER) or (action == "amend" and self.place in ALIVE):
            return self.place
        if (action == "exclude" and self.place in ALIVE | OVER) or (action in ("withdraw", "merge") and self.place in ALIVE):
            return "ended"
        return (STANDARD if self.flow == "standard" else REPORTED).get(self.place, {}).get(action)

    def comes_early(self, action: str, source: str) -> bool:
        if self.place == "absent" or self.place == "ended" or action == "register" or (action in OWNERS and source != CITY):
            return self.place == "absent" and action != "register"
        return self.flow == "standard" or action not in ("sign", "submit", "send-back", "transfer")  # all can come round again

    def take(self, action: str, now: datetime, due: datetime | None) -> None:
        self.pass_time(now)
        if action == "relapse":
            self.former.append(self.counted())
            self.sent_back, self.closed_at = 0, None
        if action in ("register", "relapse"):
            standard = the_end_of_the_thirtieth_day_in_shanghai_after(now) if self.flow == "standard" else None
            self.due, self.version, self.overdue = due or standard, self.version + 1, False
        elif action == "amend" and due is not None:
            self.due, self.version, self.overdue = due, self.version + 1, False
        elif action == "approve":
            self.closed_at = now
        self.sent_back += action == "send-back"
        self.place = str(self.target(action))
        self.pass_time(now)

    def pass_time(self, now: datetime) -> None:
        self.seen = now
        self.overdue |= self.place in ALIVE and self.due is not None and now > self.due

    def counted(self) -> set[str]:
        if self.place in OVER and self.closed_at is not None:
            verdict = {} if self.due is None else {"closed_on_time" if self.closed_at <= self.due else "closed_late"}
            return {"received", "closed", *verdict}
        return {"received"} | ({"open"} if self.place != "ended" else set()) | ({"overdue_open"} if self.is_late() else set())

    def is_late(self) -> bool:
        return self.overdue and self.place != "ended"


# --- the machine --------------------------------------------------------------------------------------------------------
SOURCES = st.sampled_from([CITY, CITY, DISTRICT])
MOVES = (sample.sign, sample.submit, sample.send_back, sample.approve, sample.record, sample.transfer, sample.archive)
DUES = st.none() | st.integers(-5, 60).map(sample.at)
STEPS = st.sampled_from([timedelta(0), timedelta(microseconds=1), timedelta(hours=5), timedelta(days=1), timedelta(days=9)])


@dataclass
class World:
    """The task under test beside the oracle."""

    oracle: Oracle
    task: Task | None = None
    now: datetime = sample.START
    told: int = 0


class TaskLife(RuleBasedStateMachine):
    """Commands and the passing of time, told in their own order."""

    world: World

    @initialize(flow=st.sampled_from(["standard", "standard", "reported"]))
    def begin(self, flow: Flow) -> None:
        self.world = World(Oracle(flow))

    @rule(source=SOURCES, due=DUES)
    @precondition(lambda self: self.world.task is None or self.world.told > 6)
    def register(self, source: str, due: datetime | None) -> None:
        self._say(sample.register(self.world.now, id_=self._id(), source=source, policy=self.world.oracle.flow, due=due), due)

    @rule(source=SOURCES, due=DUES)
    def amend(self, source: str, due: datetime | None) -> None:
        self._say(sample.amend(self.world.now, id_=self._id(), source=source, due=due), due)

    @rule(source=SOURCES)
    def withdraw_seldom(self, source: str) -> None:
        if self.world.told % 5 == 4:
            self._say(sample.withdraw(self.world.now, id_=self._id(), source=source))

    @rule(source=SOURCES, due=DUES)
    def relapse(self, source: str, due: datetime | None) -> None:
        self._say(sample.relapse(self.world.now, id_=self._id(), source=source, due=due), due)

    @rule(source=SOURCES, say=st.sampled_from([sample.merge, sample.exclude, sample.not_accept]))
    def end_seldom(self, source: str, say: Callable[..., Command]) -> None:
        if self.world.told % 7 == 6:
            self._say(say(self.world.now, id_=self._id(), source=source))

    @rule(source=SOURCES, say=st.sampled_from(MOVES))
    def handle(self, source: str, say: Callable[..., Command]) -> None:
        self._say(say(self.world.now, id_=self._id(), source=source))

    @rule(step=STEPS)
    def wait(self, step: timedelta) -> None:
        self.world.now += step

    @rule()
    @precondition(lambda self: self.world.task is not None)
    def sweep(self) -> None:
        task = self.world.task
        assert task is not None
        self.world.task = evolve_all(task, crossings(task, self.world.now))
        self.world.oracle.pass_time(self.world.now)

    @invariant()
    def agrees_with_the_oracle(self) -> None:
        world, oracle = self.world, self.world.oracle
        if world.task is None:
            assert oracle.place == "absent"
            return
        finish = finish_of(world.task)
        assert (world.task.state.place, world.task.sent_back) == (oracle.place, oracle.sent_back)
        assert (finish.due, finish.version, world.task.is_overdue(ClockName.FINISH)) == (
            oracle.due,
            oracle.version,
            oracle.overdue,
        )
        assert (finish.stopped_at is None) == (oracle.place in ALIVE)

    @invariant()
    def is_counted_as_the_oracle_would(self) -> None:
        if self.world.task is not None:
            counted = [set(counted_as(episode, self.world.oracle.seen)) for episode in self.world.task.episodes]
            assert counted == [self.world.oracle.counted(), *reversed(self.world.oracle.former)]

    def _say(self, command: Command, due: datetime | None = None) -> None:
        oracle, source, action = self.world.oracle, command.cause.source, command.action
        decided = decide(self.world.task, command, RULEBOOK)
        allowed = oracle.target(action) is not None and (action not in OWNERS or source == CITY)
        if isinstance(decided, Refusal):
            assert not allowed, decided
            assert decided.early == oracle.comes_early(action, source), decided
            return
        assert allowed, decided
        oracle.take(action, self.world.now, due)
        self.world.task = evolve_all(self.world.task, decided)

    def _id(self) -> str:
        self.world.told += 1
        return f"e-{self.world.told:04}"


def test_a_task_lives_as_the_oracle_says() -> None:
    run_state_machine_as_test(TaskLife, settings=settings(max_examples=150, stateful_step_count=25, deadline=None))
