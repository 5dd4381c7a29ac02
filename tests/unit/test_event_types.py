"""The registered types of event: each is taken as its command, or refused by name."""

from typing import Any

import pytest

from contracts.registry import EVENTS
from shared.domain import command as c
from tests.support.pushed import DATA, decoded, of_type, reasons

TAKEN: dict[str, type[c.Command]] = {
    "directive.issued": c.RegisterTask,
    "directive.amended": c.AmendTask,
    "directive.urged": c.UrgeTask,
    "directive.withdrawn": c.WithdrawTask,
    "complaint.received": c.RegisterTask,
    "complaint.amended": c.AmendTask,
    "complaint.urged": c.UrgeTask,
    "complaint.withdrawn": c.WithdrawTask,
    "complaint.evaluated": c.EvaluateTask,
    "rectification.assigned": c.RegisterTask,
    "rectification.planned": c.RecordOnTask,
    "rectification.amended": c.AmendTask,
    "rectification.withdrawn": c.WithdrawTask,
    "task.signed": c.SignTask,
    "task.assigned": c.AssignTask,
    "task.progressed": c.RecordOnTask,
    "task.responded": c.RespondToTask,
    "task.submitted": c.SubmitTask,
    "task.approved": c.ApproveTask,
    "task.sent-back": c.SendBackTask,
    "task.noted": c.NoteOnTask,
    "task.acknowledged": c.AcknowledgeAlerts,
    "task.urged": c.UrgeTask,
    "task.transferred": c.TransferTask,
    "task.return-requested": c.RequestReturn,
    "task.return-refused": c.RefuseReturn,
    "task.return-approved": c.ApproveReturn,
    "task.extension-requested": c.RequestExtension,
    "task.extension-granted": c.GrantExtension,
    "task.extension-refused": c.RefuseExtension,
    "task.suspended": c.SuspendTask,
    "task.resumed": c.ResumeTask,
    "task.not-accepted": c.NotAcceptTask,
    "task.merged": c.MergeTask,
    "task.excluded": c.ExcludeTask,
    "task.accepted": c.AcceptTask,
    "task.split": c.SplitTask,
    "task.part-told": c.TellOfPart,
    "task.looked-back": c.LookBack,
    "task.relapsed": c.RelapseTask,
    "task.archived": c.ArchiveTask,
}


def test_the_samples_name_every_registered_type_and_no_other() -> None:
    assert {f"duban.{what}.v1" for what in DATA} == EVENTS.keys()
    assert len(EVENTS) == 41


@pytest.mark.parametrize("what", sorted(TAKEN))
def test_a_type_becomes_its_command(what: str) -> None:
    event, at = of_type(what)
    command = decoded(event, at)
    assert type(command) is TAKEN[what]
    assert (command.cause.type, command.cause.rank) == (f"duban.{what}.v1", TAKEN[what].rank)


def test_every_type_has_its_command() -> None:
    assert TAKEN.keys() == DATA.keys()


def test_a_look_back_that_found_a_relapse_is_a_relapse() -> None:
    event, at = of_type("task.looked-back", data={"result": "relapsed"})
    command = decoded(event, at)
    assert type(command) is c.RelapseTask
    assert command.cause.rank == c.RelapseTask.rank


@pytest.mark.parametrize("what", sorted(DATA))
def test_data_that_is_no_object_is_refused_for_every_type(what: str) -> None:
    event, at = of_type(what, data="text")
    assert list(reasons(event, at)) == ["$.data"]


@pytest.mark.parametrize("what", sorted(what for what, data in DATA.items() if data and what not in {"task.noted"}))
def test_what_a_type_must_say_is_missed_by_name(what: str) -> None:
    optional = {"task.progressed", "task.submitted", "task.approved"}
    event, at = of_type(what, data={})
    needed = {f"$.data.{field}" for field in DATA[what] if field != "plan_date"}
    if what in optional:
        assert decoded(event, at)
    else:
        assert reasons(event, at).keys() == needed


def test_the_data_of_an_event_reaches_its_command() -> None:
    amended, at = of_type("complaint.amended", data={"reason": "typing error", "title": "new", "co_units": []})
    command = decoded(amended, at)
    assert isinstance(command, c.AmendTask)
    assert (command.title, command.unit, command.co_units, command.due) == ("new", None, (), None)


@pytest.mark.parametrize(("data", "grade"), [({}, "full"), ({"grade": "stage"}, "stage")])
def test_an_approval_is_in_full_unless_it_says_otherwise(data: dict[str, Any], grade: str) -> None:
    approved, at = of_type("task.approved", data=data)
    command = decoded(approved, at)
    assert isinstance(command, c.ApproveTask)
    assert command.grade == grade


def test_what_is_put_on_record_keeps_the_events_own_word() -> None:
    progressed, at = of_type("task.progressed")
    command = decoded(progressed, at)
    assert isinstance(command, c.RecordOnTask)
    assert command.what == "progressed"
