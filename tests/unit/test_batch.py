"""A batch of pushes decided in memory: what is read off a message, and what its sender is answered."""

from datetime import timedelta
from typing import Any

import pytest

from contracts import subjects
from contracts.subjects import Inbound
from services.tracker.batch import Batch, Push, read_push
from shared.codec.events import Undecodable
from shared.codec.facts import GENESIS
from shared.codec.receipts import Answer
from shared.domain.matter import Matter
from shared.domain.policy import Policies, Rulebook
from shared.ports import Known, Lease
from tests.support.pushed import ISSUED, directive_saying, of_type, paths, raw
from tests.support.sample import CALENDAR, MATTER, POLICIES, at, register
from tests.support.scenario import given


async def nothing_told(matter: Matter) -> list[bytes]:
    return []


def batch(known: Known | None = None, policies: Policies = POLICIES) -> Batch:
    lease = Lease(0, 1, 0, GENESIS, at(0))
    return Batch(lease, known or Known({}, {}, {}), nothing_told, Rulebook(policies, CALENDAR), at(30))


def push(event: dict[str, Any], subject: Inbound = ISSUED) -> Push:
    return Push(subjects.partitioned(0, subject), raw(event))


async def answer(event: dict[str, Any], at_: Inbound = ISSUED, *, to: Batch | None = None) -> Answer:
    return await (to or batch()).take(read_push(push(event, at_)))


@pytest.mark.parametrize("token", ["a\u3000b", "a\u0085b", "a\u200a", "a*b", "%41"])
def test_a_subject_in_another_spelling_is_refused_with_the_one_to_publish_on(token: str) -> None:
    read = read_push(Push(f"duban.part.0.city.city.{token}.directive.issued", raw(directive_saying())))
    assert isinstance(read.event, Undecodable)
    assert subjects.inbound(read.at) in read.event.reasons[0].message


@pytest.mark.parametrize("number", ["7", "京信〔2026〕7号", "a b", "100%", "a.b"])
def test_a_subject_in_our_spelling_is_read(number: str) -> None:
    event = directive_saying() | {"subject": number}
    assert read_push(push(event, ISSUED._replace(number=number))).command is not None


@pytest.mark.parametrize(
    "due",
    ["2026-11-23T08:59:59+08:00", {"precision": "day", "date": "2026-11-22"}, {"precision": "month_end", "date": "2026-10-01"}],
)
async def test_a_due_in_the_past_is_taken_with_a_warning(due: Any) -> None:
    answered = await answer(directive_saying(due=due))
    assert (answered.outcome, paths(answered.warnings)) == ("accepted", ["$.data.due"])


@pytest.mark.parametrize("due", ["2026-11-23T09:00:00+08:00", {"precision": "day", "date": "2026-11-23"}, None])
async def test_a_due_at_the_start_or_later_is_no_cause_for_a_warning(due: Any) -> None:
    answered = await answer(directive_saying(due=due))
    assert (answered.outcome, answered.warnings) == ("accepted", ())


async def test_an_event_about_a_task_whose_policy_is_gone_is_parked() -> None:
    task = given(register(policy="reported")).task
    assert task is not None
    without = {"standard": POLICIES["standard"]}
    deciding = batch(Known({MATTER: task}, {}, {}), without)
    event, subject = of_type("task.progressed", time="2026-11-24T09:00:00+08:00")
    answered = await answer(event, subject, to=deciding)
    assert (answered.outcome, answered.reasons[0].path) == ("parked", "$.subject")
    assert "the policy reported of this task is not loaded" in answered.reasons[0].message
    changes = deciding.changes()
    assert changes is not None
    assert [parked.expires_at - parked.parked_at for parked in changes.parked] == [timedelta(days=30)]
