"""What an event asks for. Each command knows its matter, the event behind it, and the action of the transition table it is."""

from datetime import datetime
from typing import ClassVar

from shared.domain.budget import DuePeriod
from shared.domain.matter import Cause, Family, Matter
from shared.domain.task import Grade
from shared.domain.value import value

Due = datetime | DuePeriod


@value
class Command:
    """Base of all commands."""

    matter: Matter
    cause: Cause

    action: ClassVar[str]
    rank: ClassVar[int]


@value
class RegisterTask(Command):
    """Make the matter a task."""

    family: Family
    title: str
    policy: str | None
    unit: str | None
    co_units: tuple[str, ...]
    category: tuple[str, ...]
    due: Due | None

    action: ClassVar[str] = "register"
    rank: ClassVar[int] = 0


@value
class AmendTask(Command):
    """Correct the sender's fields; None means unchanged."""

    title: str | None
    unit: str | None
    co_units: tuple[str, ...] | None
    category: tuple[str, ...] | None
    due: Due | None

    action: ClassVar[str] = "amend"
    rank: ClassVar[int] = 1


@value
class SignTask(Command):
    """签收."""

    action: ClassVar[str] = "sign"
    rank: ClassVar[int] = 2


@value
class RecordOnTask(Command):
    """Put on record what moves neither state nor clock; `what` is the event's own word, such as progressed."""

    what: str

    action: ClassVar[str] = "record"
    rank: ClassVar[int] = 3


@value
class SubmitTask(Command):
    """提交审核."""

    action: ClassVar[str] = "submit"
    rank: ClassVar[int] = 4


@value
class SendBackTask(Command):
    """驳回重办."""

    action: ClassVar[str] = "send-back"
    rank: ClassVar[int] = 5


@value
class ApproveTask(Command):
    """审核通过."""

    grade: Grade

    action: ClassVar[str] = "approve"
    rank: ClassVar[int] = 6


@value
class WithdrawTask(Command):
    """撤销 by the sender."""

    action: ClassVar[str] = "withdraw"
    rank: ClassVar[int] = 7
