"""Which event types there are and which data each carries. A published type never changes; a new version is a new type."""

from typing import Final

from pydantic import BaseModel

from contracts import families, handling, matter
from contracts.event import Event

_DATA: Final[dict[str, type[BaseModel]]] = {
    "directive.issued": families.DirectiveIssued,
    "directive.amended": matter.Amendment,
    "directive.urged": matter.Urge,
    "directive.withdrawn": matter.Withdrawal,
    "complaint.received": families.ComplaintReceived,
    "complaint.amended": matter.Amendment,
    "complaint.urged": matter.Urge,
    "complaint.withdrawn": matter.Withdrawal,
    "complaint.evaluated": families.Evaluated,
    "rectification.assigned": families.RectificationAssigned,
    "rectification.planned": families.RectificationPlanned,
    "rectification.amended": matter.Amendment,
    "rectification.withdrawn": matter.Withdrawal,
    "task.signed": handling.Signed,
    "task.accepted": handling.Accepted,
    "task.assigned": handling.Assigned,
    "task.transferred": handling.Transferred,
    "task.return-requested": handling.ReturnRequested,
    "task.return-approved": handling.ReturnApproved,
    "task.return-refused": handling.ReturnRefused,
    "task.progressed": handling.Progressed,
    "task.responded": handling.Responded,
    "task.submitted": handling.Submitted,
    "task.approved": handling.Approved,
    "task.sent-back": handling.SentBack,
    "task.extension-requested": handling.ExtensionRequested,
    "task.extension-granted": handling.ExtensionGranted,
    "task.extension-refused": handling.ExtensionRefused,
    "task.suspended": handling.Suspended,
    "task.resumed": handling.Resumed,
    "task.not-accepted": handling.NotAccepted,
    "task.merged": handling.Merged,
    "task.split": handling.Split,
    "task.excluded": handling.Excluded,
    "task.looked-back": handling.LookedBack,
    "task.relapsed": handling.Relapsed,
    "task.noted": handling.Noted,
    "task.acknowledged": handling.Acknowledged,
    "task.urged": handling.Urged,
    "task.archived": handling.Archived,
    "task.part-told": handling.PartTold,
}

EVENTS: Final[dict[str, type[Event[BaseModel]]]] = {
    f"duban.{what}.v1": Event[data]  # type: ignore[valid-type]
    for what, data in _DATA.items()
}
"""Every inbound event model by its type, such as `duban.directive.issued.v1`."""
