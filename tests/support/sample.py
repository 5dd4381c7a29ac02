"""Sample policies, instants and commands: one matter of the city, handled by the district."""

from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from shared.calendars import load_calendar
from shared.domain import command as c
from shared.domain.budget import Budget
from shared.domain.clock import ClockName
from shared.domain.matter import DUBAN, Cause, Family, Matter
from shared.domain.policy import Evaluations, Extensions, Policies, Policy, Returns, Rulebook
from shared.domain.rule import Rule
from shared.domain.task import Evaluated, Grade, Priority, Satisfaction
from shared.domain.value import replace

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
START: Final = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""A Monday, 09:00 in Shanghai."""
DUE_OF_30_DAYS: Final = datetime(2026, 12, 23, 16, 0, tzinfo=UTC)
"""24:00 in Shanghai of the thirtieth day after START, the first day not counted."""

CITY: Final = "city"
DISTRICT: Final = "district"
MATTER: Final = Matter(CITY, "7")
OTHER_MATTER: Final = Matter(CITY, "8")

_NEAR: Final = (Budget(3, "cd"), Budget(1, "cd"))


def at(days: float = 0, *, hours: float = 0, minutes: float = 0) -> datetime:
    """An instant after START."""
    return START + timedelta(days=days, hours=hours, minutes=minutes)


def rule(budget: str, near: tuple[Budget, ...] = _NEAR, id_: str = "sample.finish") -> Rule:
    """A rule with a budget as policies write it."""
    return Rule(id_, Budget.parse(budget), "sample citation", near)


POLICIES: Final[Policies] = {
    "standard": Policy(
        id="standard",
        version=3,
        title="sign, handle, review",
        flow="standard",
        sign=rule("24h", (Budget(2, "h"),), "standard.sign"),
        finish=dict.fromkeys(Family, rule("30cd", id_="standard.finish")),
        extensions=Extensions(times=1, longest=Budget(30, "cd"), granted_by="owner", citation="sample of extension"),
        returns=Returns(within=Budget(2, "wd"), citation="sample of return"),
        suspended_on=("听证",),
        not_accepted_on=("非职责",),
        park_for=timedelta(days=30),
    ),
    "reported": Policy(
        id="reported",
        version=1,
        title="report the result",
        flow="reported",
        sign=None,
        finish=dict.fromkeys(Family, rule("open", id_="reported.finish")),
        extensions=None,
        returns=None,
        suspended_on=(),
        not_accepted_on=("非职责",),
        park_for=timedelta(days=30),
    ),
    "whole": Policy(
        id="whole",
        version=1,
        title="every clock and every limit",
        flow="standard",
        sign=rule("24h", (Budget(2, "h"),), "whole.sign"),
        respond=rule("2wd", (Budget(1, "wd"),), "whole.respond"),
        finish=dict.fromkeys(Family, replace(rule("30cd", id_="whole.finish"), starts="accept")),
        internal=rule("5cd", (), "whole.internal"),
        look_back=rule("3mo", (Budget(10, "cd"),), "whole.look-back"),
        extensions=Extensions(
            times=1, longest=Budget(30, "cd"), granted_by="owner", citation="x", answer=rule("3wd", (), "whole.extension.answer")
        ),
        returns=Returns(within=Budget(2, "wd"), citation="r", answer=rule("1wd", (), "whole.return.answer")),
        suspended_on=("听证",),
        not_accepted_on=("非职责",),
        evaluations=Evaluations(Budget(30, "cd"), Budget(90, "cd"), Budget(120, "cd"), "sample of evaluation"),
        closing="all",
        parts="all",
        park_for=timedelta(days=30),
    ),
}

CALENDAR: Final = load_calendar(SHANGHAI)
RULEBOOK: Final = Rulebook(POLICIES, CALENDAR)


def cause(command: type[c.Command], when: datetime, id_: str, source: str) -> Cause:
    """The event behind a command of that class."""
    return Cause(source, id_, f"duban.task.{command.action}.v1", when, command.rank)


def register(
    when: datetime = START,
    *,
    id_: str = "register",
    source: str = CITY,
    policy: str | None = None,
    due: c.Due | None = None,
    family: Family = Family.DIRECTIVE,
    unit: str | None = "bureau",
    title: str = "clean the river",
) -> c.RegisterTask:
    return c.RegisterTask(
        matter=MATTER,
        cause=cause(c.RegisterTask, when, id_, source),
        family=family,
        title=title,
        policy=policy,
        unit=unit,
        co_units=("water",),
        category=("river", "waste"),
        due=due,
    )


def amend(
    when: datetime,
    *,
    id_: str = "amend",
    source: str = CITY,
    due: c.Due | None = None,
    title: str | None = None,
    unit: str | None = None,
    co_units: tuple[str, ...] | None = None,
    category: tuple[str, ...] | None = None,
    priority: Priority | None = None,
) -> c.AmendTask:
    return c.AmendTask(MATTER, cause(c.AmendTask, when, id_, source), title, unit, co_units, category, due, priority)


def sign(when: datetime, *, id_: str = "sign", source: str = DISTRICT) -> c.SignTask:
    return c.SignTask(MATTER, cause(c.SignTask, when, id_, source))


def record(when: datetime, *, id_: str = "record", source: str = DISTRICT, what: str = "progressed") -> c.RecordOnTask:
    return c.RecordOnTask(MATTER, cause(c.RecordOnTask, when, id_, source), what)


def submit(when: datetime, *, id_: str = "submit", source: str = DISTRICT, unit: str | None = None) -> c.SubmitTask:
    return c.SubmitTask(MATTER, cause(c.SubmitTask, when, id_, source), unit)


def send_back(when: datetime, *, id_: str = "send-back", source: str = CITY) -> c.SendBackTask:
    return c.SendBackTask(MATTER, cause(c.SendBackTask, when, id_, source))


def approve(when: datetime, *, id_: str = "approve", source: str = CITY, grade: Grade = "full") -> c.ApproveTask:
    return c.ApproveTask(MATTER, cause(c.ApproveTask, when, id_, source), grade)


def withdraw(when: datetime, *, id_: str = "withdraw", source: str = CITY) -> c.WithdrawTask:
    return c.WithdrawTask(MATTER, cause(c.WithdrawTask, when, id_, source))


def suspend(when: datetime, *, id_: str = "suspend", source: str = DISTRICT, ground: str = "听证") -> c.SuspendTask:
    return c.SuspendTask(MATTER, cause(c.SuspendTask, when, id_, source), ground)


def resume(when: datetime, *, id_: str = "resume", source: str = DISTRICT) -> c.ResumeTask:
    return c.ResumeTask(MATTER, cause(c.ResumeTask, when, id_, source))


def not_accept(when: datetime, *, id_: str = "not-accept", source: str = DISTRICT, ground: str = "非职责") -> c.NotAcceptTask:
    return c.NotAcceptTask(MATTER, cause(c.NotAcceptTask, when, id_, source), ground)


def merge(when: datetime, *, id_: str = "merge", source: str = DISTRICT, into: Matter = OTHER_MATTER) -> c.MergeTask:
    return c.MergeTask(MATTER, cause(c.MergeTask, when, id_, source), into)


def exclude(when: datetime, *, id_: str = "exclude", source: str = CITY) -> c.ExcludeTask:
    return c.ExcludeTask(MATTER, cause(c.ExcludeTask, when, id_, source))


def request_extension(when: datetime, until: c.Due, *, id_: str = "request", source: str = DISTRICT) -> c.RequestExtension:
    return c.RequestExtension(MATTER, cause(c.RequestExtension, when, id_, source), until)


def grant_extension(when: datetime, until: c.Due, *, id_: str = "grant", source: str = CITY) -> c.GrantExtension:
    return c.GrantExtension(MATTER, cause(c.GrantExtension, when, id_, source), until)


def refuse_extension(when: datetime, *, id_: str = "refuse", source: str = CITY) -> c.RefuseExtension:
    return c.RefuseExtension(MATTER, cause(c.RefuseExtension, when, id_, source))


def transfer(when: datetime, *, id_: str = "transfer", source: str = DISTRICT, to_unit: str = "water") -> c.TransferTask:
    return c.TransferTask(MATTER, cause(c.TransferTask, when, id_, source), to_unit)


def request_return(when: datetime, *, id_: str = "request-return", source: str = DISTRICT) -> c.RequestReturn:
    return c.RequestReturn(MATTER, cause(c.RequestReturn, when, id_, source))


def refuse_return(when: datetime, *, id_: str = "refuse-return", source: str = CITY) -> c.RefuseReturn:
    return c.RefuseReturn(MATTER, cause(c.RefuseReturn, when, id_, source))


def approve_return(when: datetime, *, id_: str = "approve-return", source: str = CITY) -> c.ApproveReturn:
    return c.ApproveReturn(MATTER, cause(c.ApproveReturn, when, id_, source))


def accept(when: datetime, *, id_: str = "accept", source: str = DISTRICT) -> c.AcceptTask:
    return c.AcceptTask(MATTER, cause(c.AcceptTask, when, id_, source))


def respond(when: datetime, *, id_: str = "respond", source: str = DISTRICT) -> c.RespondToTask:
    return c.RespondToTask(MATTER, cause(c.RespondToTask, when, id_, source))


def note(
    when: datetime, *, id_: str = "note", source: str = CITY, priority: Priority | None = None, due: c.Due | None = None
) -> c.NoteOnTask:
    return c.NoteOnTask(MATTER, cause(c.NoteOnTask, when, id_, source), priority, due)


def acknowledge(
    when: datetime,
    *,
    id_: str = "acknowledge",
    source: str = DISTRICT,
    person: str = "p-1",
    clock: ClockName | None = None,
    version: int | None = None,
    seen: datetime | None = None,
) -> c.AcknowledgeAlerts:
    return c.AcknowledgeAlerts(MATTER, cause(c.AcknowledgeAlerts, when, id_, source), person, clock, version, seen)


def urge(when: datetime, *, id_: str = "urge", source: str = CITY, letter: str | None = None) -> c.UrgeTask:
    return c.UrgeTask(MATTER, cause(c.UrgeTask, when, id_, source), "urge" if letter is None else "letter", letter)


def assign(when: datetime, *, id_: str = "assign", source: str = DISTRICT, to: str = "Li") -> c.AssignTask:
    return c.AssignTask(MATTER, cause(c.AssignTask, when, id_, source), to)


def split(when: datetime, *, id_: str = "split", source: str = DISTRICT, parts: int = 2, first: int = 1) -> c.SplitTask:
    return c.SplitTask(MATTER, cause(c.SplitTask, when, id_, source), parts, first)


def tell_of_part(
    when: datetime,
    *,
    id_: str = "part",
    number: str = "7/1",
    over: Literal["stage", "full", "ended"] | None = "full",
    position: int | None = None,
) -> c.TellOfPart:
    told = int((when - START).total_seconds()) + 10**6 if position is None else position
    return c.TellOfPart(MATTER, cause(c.TellOfPart, when, id_, DUBAN), number, over, told)


def evaluate(
    when: datetime,
    *,
    id_: str = "evaluate",
    source: str = CITY,
    of: Evaluated = "handling_unit",
    level: Satisfaction = "satisfied",
) -> c.EvaluateTask:
    return c.EvaluateTask(MATTER, cause(c.EvaluateTask, when, id_, source), of, level)


def look_back(when: datetime, *, id_: str = "look-back", source: str = CITY) -> c.LookBack:
    return c.LookBack(MATTER, cause(c.LookBack, when, id_, source))


def archive(when: datetime, *, id_: str = "archive", source: str = CITY) -> c.ArchiveTask:
    return c.ArchiveTask(MATTER, cause(c.ArchiveTask, when, id_, source))


def relapse(when: datetime, *, id_: str = "relapse", source: str = CITY, due: c.Due | None = None) -> c.RelapseTask:
    return c.RelapseTask(MATTER, cause(c.RelapseTask, when, id_, source), due)
