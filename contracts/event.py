"""The envelope of everything that is pushed to Duban: a CloudEvents 1.0 event in structured JSON mode."""

import re
from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
)

_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Contract(BaseModel):
    """Base of the wire models: frozen; unknown fields are kept and ignored, so that senders may be newer than we are."""

    model_config = ConfigDict(frozen=True, extra="allow")


def _only_text(value: object) -> object:
    # Pydantic would read 1311111111, quoted or not, as an instant in UTC; a number has no zone, so it is refused.
    if isinstance(value, datetime) or (isinstance(value, str) and _DATED.match(value)):
        return value
    raise ValueError("must be an RFC 3339 instant with an offset, such as 2026-11-23T09:00:00+08:00")


Instant = Annotated[AwareDatetime, BeforeValidator(_only_text)]
"""An RFC 3339 instant that carries its offset."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
"""An identifier chosen by the sender: a source, a number, an event id, a unit code."""

Text = Annotated[str, StringConstraints(max_length=100_000)]

Data = TypeVar("Data", bound=BaseModel)


class Event(Contract, Generic[Data]):
    """One event as a sender pushes it. (source, id) identifies it for ever; (owner, subject) is the matter it is about."""

    specversion: Literal["1.0"]
    id: Name
    source: Name
    type: Annotated[str, StringConstraints(pattern=r"^duban\.[a-z]+\.[a-z-]+\.v[0-9]+$")]
    subject: Name
    time: Instant
    owner: Name | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    data: Data

    @property
    def matter_owner(self) -> str:
        """The source whose matter this is: the sender's own unless `owner` names another."""
        return self.owner or self.source
