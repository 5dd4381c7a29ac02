"""The routes that we ship: somebody is told of everything, and nobody of what is not theirs."""

from collections.abc import Iterator
from itertools import chain

import pytest

from shared.domain.clock import ClockName
from shared.domain.person import Role
from shared.domain.policy import Policy
from shared.domain.route import route_of
from shared.domain.rule import Rule
from shared.policies import load_policies
from tests.support.posts import SHIPPED
from tests.support.sample import at, register
from tests.support.scenario import given, the


def rules_of(policy: Policy) -> Iterator[tuple[ClockName, Rule]]:
    """The rules of all clocks that a policy can set; where it sets no internal due a leader may, by the finish rule."""
    answers = [asked.answer for asked in (policy.extensions, policy.returns) if asked is not None]
    finish = tuple(policy.finish.values())
    by_clock: dict[ClockName, tuple[Rule | None, ...]] = {
        ClockName.SIGN: (policy.sign,),
        ClockName.RESPOND: (policy.respond,),
        ClockName.FINISH: finish,
        ClockName.INTERNAL: (policy.internal, *finish),
        ClockName.ANSWER: tuple(answers),
        ClockName.LOOK_BACK: (policy.look_back,),
    }
    yield from ((clock, rule) for clock, rules in by_clock.items() for rule in rules if rule is not None)


@pytest.mark.parametrize("urgent", [False, True])
def test_the_shipped_routes_tell_somebody_of_every_rung_of_every_shipped_policy(urgent: bool) -> None:
    task = the(given(register(at(0))).task)
    told = set()
    for clock, rule in chain.from_iterable(map(rules_of, load_policies().values())):
        leads, lags = (*rule.near, *rule.short_near), (*rule.late, *rule.short_late)
        for rung in (*(f"near-{lead}" for lead in leads), "overdue", *(f"late-{lag}" for lag in lags)):
            route = route_of(SHIPPED, task, clock.value, rung, urgent=urgent)
            assert route is not None, (rule.id, clock, rung)
            told.add((clock, route.name))
    assert {name for clock, name in told if clock is ClockName.INTERNAL} == {"内部时限·临期", "内部时限·到期"}
    assert {name for clock, name in told if clock is ClockName.ANSWER} == {"答复·申请待批"}
    assert {name for clock, name in told if clock is ClockName.FINISH} >= ({"小时件·临期"} if urgent else {"临期", "到期"})


@pytest.mark.parametrize(("topic", "rung"), [("urge", "urge"), ("urge", "letter"), ("alarm", "没有心跳")])
def test_the_shipped_routes_tell_of_urges_letters_and_alarms(topic: str, rung: str) -> None:
    task = the(given(register(at(0))).task)
    assert route_of(SHIPPED, task, topic, rung, urgent=False) is not None


def test_a_units_own_due_never_reaches_those_outside_of_it() -> None:
    outside = {Role.SUPERVISION, Role.ASSIGNER}
    own = [route for route in SHIPPED if route.clock == "internal"]
    assert own
    assert not outside & {role for route in own for step in route.steps for role in step.to}
    assert SHIPPED.index(own[-1]) < min(index for index, route in enumerate(SHIPPED) if route.clock is None)
