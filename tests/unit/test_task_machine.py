"""Long random lives of a task against an oracle that knows nothing of the table, the clocks or the facts."""

from collections.abc import Callable
from dataclasses import dataclass
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
from shared.domain.tally import measures
from shared.domain.task import Task
from tests.support import sample
from tests.support.sample import CITY, DISTRICT, RULEBOOK
from tests.support.scenario import finish_of

# --- the oracle ---------------------------------------------------------------------------------------------------------
MOVES: dict[str, dict[tuple[str, str], str]] = {
    "standard": {
        ("absent", "register"): "pending",
        ("pending", "sign"): "handling",
        ("handling", "submit"): "in_review",
        ("in_review", "send-back"): "handling",
        ("in_review", "approve"): "closed",
    },
    "reported": {("absent", "register"): "handling", ("handling", "approve"): "closed"},
}
ALIVE = {"pending", "handling", "in_review"}
OWNERS = {"register", "amend", "withdraw"}


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
    version: int = 1
    due: datetime | None = None
    overdue: bool = False
    closed_in_time: bool | None = None

    def target(self, action: str) -> str | None:
        if self.place in ALIVE and action in ("amend", "record"):
            return self.place
        if self.place in ALIVE and action == "withdraw":
            return "ended"
        if (self.place, action) == ("closed", "record"):
            return "closed"
        return MOVES[self.flow].get((self.place, action))

    def comes_early(self, action: str, source: str) -> bool:
        if self.place == "absent":
            return action != "register"
        if action in OWNERS and source != CITY:
            return False
        later = {
            "pending": {"submit", "send-back", "approve"},
            "handling": {"send-back", "approve", "sign"},  # a transfer told late would make a second signing right
            "in_review": {"submit", "sign"},
        }
        return self.flow == "standard" and action in later.get(self.place, set())

    def take(self, action: str, now: datetime, due: datetime | None) -> None:
        self.pass_time(now)
        if action == "register":
            self.due = due or (the_end_of_the_thirtieth_day_in_shanghai_after(now) if self.flow == "standard" else None)
        elif action == "amend" and due is not None:
            self.due, self.version, self.overdue = due, self.version + 1, False
        elif action == "approve" and self.due is not None:
            self.closed_in_time = now <= self.due
        self.sent_back += action == "send-back"
        self.place = str(self.target(action))
        if action in ("register", "amend"):
            self.pass_time(now)

    def pass_time(self, now: datetime) -> None:
        self.overdue |= self.place in ALIVE and self.due is not None and now > self.due


# --- the machine --------------------------------------------------------------------------------------------------------
SOURCES = st.sampled_from([CITY, CITY, DISTRICT])
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

    @rule(source=SOURCES, say=st.sampled_from([sample.sign, sample.submit, sample.send_back, sample.approve, sample.record]))
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
            assert set(measures(self.world.task)) == self._counted()

    def _counted(self) -> set[str]:
        oracle = self.world.oracle
        if oracle.place == "closed":
            how = {None: set[str](), True: {"closed_on_time"}, False: {"closed_late"}}[oracle.closed_in_time]
            return {"received", "closed"} | how
        if oracle.place == "ended":
            return {"received"}
        return {"received", "open"} | ({"overdue_open"} if oracle.overdue else set())

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
