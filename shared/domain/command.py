"""What an event asks for. Each command knows its matter, the event behind it, and the action of the transition table it is."""

from datetime import datetime
from typing import ClassVar, Literal

from shared.domain.budget import DuePeriod
from shared.domain.clock import ClockName
from shared.domain.matter import Cause, Family, Matter
from shared.domain.task import Closing, Evaluated, Grade, Priority, Satisfaction, UrgeForm
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
    received_at: datetime | None = None
    """When the sender received the matter itself, if that was not when it gave it to us."""
    priority: Priority = "ordinary"
    starred: bool = False
    batch: str | None = None
    weight: float = 1.0
    enterprise: tuple[str, ...] = ()
    closing: Closing | None = None
    part_of: str | None = None
    repeat_of: str | None = None

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
    priority: Priority | None = None

    action: ClassVar[str] = "amend"
    rank: ClassVar[int] = 1


@value
class SignTask(Command):
    """签收."""

    action: ClassVar[str] = "sign"
    rank: ClassVar[int] = 3


@value
class RecordOnTask(Command):
    """Put on record what moves neither state nor clock; `what` is the event's own word, such as progressed."""

    what: str

    action: ClassVar[str] = "record"
    rank: ClassVar[int] = 4


@value
class SubmitTask(Command):
    """提交审核, by the unit named or by the lead unit."""

    unit: str | None = None

    action: ClassVar[str] = "submit"
    rank: ClassVar[int] = 13


@value
class SendBackTask(Command):
    """驳回重办."""

    action: ClassVar[str] = "send-back"
    rank: ClassVar[int] = 14


@value
class ApproveTask(Command):
    """审核通过."""

    grade: Grade

    action: ClassVar[str] = "approve"
    rank: ClassVar[int] = 15


@value
class WithdrawTask(Command):
    """撤销 by the sender."""

    action: ClassVar[str] = "withdraw"
    rank: ClassVar[int] = 18


@value
class RequestExtension(Command):
    """延期申请 until a later due."""

    until: Due

    action: ClassVar[str] = "request-extension"
    rank: ClassVar[int] = 8


@value
class RefuseExtension(Command):
    """延期不批."""

    action: ClassVar[str] = "refuse-extension"
    rank: ClassVar[int] = 9


@value
class GrantExtension(Command):
    """延期批准: the due that is granted."""

    until: Due

    action: ClassVar[str] = "grant-extension"
    rank: ClassVar[int] = 10


@value
class SuspendTask(Command):
    """中止 on a ground that the policy names."""

    ground: str

    action: ClassVar[str] = "suspend"
    rank: ClassVar[int] = 11


@value
class ResumeTask(Command):
    """恢复."""

    action: ClassVar[str] = "resume"
    rank: ClassVar[int] = 12


@value
class NotAcceptTask(Command):
    """不予受理 on a ground that the policy names."""

    ground: str

    action: ClassVar[str] = "not-accept"
    rank: ClassVar[int] = 16


@value
class MergeTask(Command):
    """合并 into another matter: the same problem, told by others."""

    into: Matter

    action: ClassVar[str] = "merge"
    rank: ClassVar[int] = 17


@value
class ExcludeTask(Command):
    """核减: out of the count, by the matter's owner."""

    action: ClassVar[str] = "exclude"
    rank: ClassVar[int] = 19


@value
class TransferTask(Command):
    """转办 to another unit, which has to sign for it."""

    to_unit: str

    action: ClassVar[str] = "transfer"
    rank: ClassVar[int] = 2


@value
class RequestReturn(Command):
    """退回申请: not the unit's affair. Effective only when it is approved; the clocks run on."""

    action: ClassVar[str] = "request-return"
    rank: ClassVar[int] = 5


@value
class RefuseReturn(Command):
    """退回驳回."""

    action: ClassVar[str] = "refuse-return"
    rank: ClassVar[int] = 6


@value
class ApproveReturn(Command):
    """退回同意: the matter is with its owner again, who gives it to another unit."""

    action: ClassVar[str] = "approve-return"
    rank: ClassVar[int] = 7


@value
class AcceptTask(Command):
    """受理: the matter is taken up; the law may count from here."""

    action: ClassVar[str] = "accept"
    rank: ClassVar[int] = 3


@value
class RespondToTask(Command):
    """响应."""

    action: ClassVar[str] = "respond"
    rank: ClassVar[int] = 4


@value
class NoteOnTask(Command):
    """批示: a leader's note, which may change the priority, or set a due."""

    priority: Priority | None
    due: Due | None

    action: ClassVar[str] = "note"
    rank: ClassVar[int] = 4


@value
class AcknowledgeAlerts(Command):
    """知悉: a person of the office has taken note of alerts: of a clock, of one of its due-versions, or of all raised so far."""

    person: str
    """Id in the office's roster."""
    clock: ClockName | None = None
    version: int | None = None
    seen: datetime | None = None
    """When the newest alert was raised that the person was shown."""

    action: ClassVar[str] = "acknowledge"
    rank: ClassVar[int] = 4


@value
class UrgeTask(Command):
    """催办, or 督办 by a letter with its number."""

    form: UrgeForm = "urge"
    document_number: str | None = None

    action: ClassVar[str] = "urge"
    rank: ClassVar[int] = 4


@value
class AssignTask(Command):
    """分派 to a person of the unit, by id or by name."""

    to: str

    action: ClassVar[str] = "assign"
    rank: ClassVar[int] = 4


@value
class SplitTask(Command):
    """拆分 into so many parts, each a task of its own, numbered from `first` on: a number is given once."""

    parts: int
    first: int = 1
    policies: frozenset[str] = frozenset()
    """Those that parts name for themselves."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of the parts, whatever else is told of the matter before or after."""
        return tuple([f"{self.matter.number}/{one}" for one in range(self.first, self.first + self.parts)])

    action: ClassVar[str] = "split"
    rank: ClassVar[int] = 4


@value
class TellOfPart(Command):
    """What became of a part: `over` is None when it is open again."""

    number: str
    over: Literal["stage", "full", "ended"] | None
    position: int
    """Of the part's own fact in its partition: the latest word counts, whenever it happened and arrived."""

    action: ClassVar[str] = "tell-of-part"
    rank: ClassVar[int] = 24
    """After all else of its instant: the parts that end with their whole tell so in the same one."""


@value
class EvaluateTask(Command):
    """评价 by the complainant."""

    of: Evaluated
    level: Satisfaction

    action: ClassVar[str] = "evaluate"
    rank: ClassVar[int] = 20


@value
class LookBack(Command):
    """回头看 that found the result to hold."""

    action: ClassVar[str] = "look-back"
    rank: ClassVar[int] = 21


@value
class ArchiveTask(Command):
    """归档."""

    action: ClassVar[str] = "archive"
    rank: ClassVar[int] = 22


@value
class RelapseTask(Command):
    """反弹: the matter is open again, in a new episode."""

    due: Due | None

    action: ClassVar[str] = "relapse"
    rank: ClassVar[int] = 23
