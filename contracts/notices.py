"""What a running notifier is asked to write down for commands that may not write the database themselves."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, model_validator

from contracts.event import Instant, Name, Text
from contracts.figures import FiguresContract


class SilenceWanted(FiguresContract):
    """Nobody is to be told, from one instant to another, of what all given fields match; none given is everything."""

    what: Literal["silence"] = "silence"
    reason: Text
    by: Name
    since: Instant | None = Field(default=None, description="From now on where absent.")
    until: Instant
    family: Literal["directive", "complaint", "rectification"] | None = None
    unit: Name | None = None
    owner: Name | None = None
    number: Name | None = None
    person: Name | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "SilenceWanted":
        if self.since is not None and self.until <= self.since:
            raise ValueError("a silence ends after it begins")
        if self.number is not None and self.owner is None:
            raise ValueError("a number is of an owner: name both")
        return self


class SilenceEnded(FiguresContract):
    """A silence is to end now."""

    what: Literal["end-silence"] = "end-silence"
    id: Name


class TokenWanted(FiguresContract):
    """A person is to have a new key to their calendar and inbox."""

    what: Literal["token"] = "token"
    person: Name


class TokensRevoked(FiguresContract):
    """All keys of a person are to be void."""

    what: Literal["revoke"] = "revoke"
    person: Name


Wanted = Annotated[SilenceWanted | SilenceEnded | TokenWanted | TokensRevoked, Field(discriminator="what")]
WANTED: TypeAdapter[SilenceWanted | SilenceEnded | TokenWanted | TokensRevoked] = TypeAdapter(Wanted)


class Granted(FiguresContract):
    """The answer: what was written, or why not."""

    said: str | None = Field(default=None, description="Id of the silence, the key, or how many keys were revoked.")
    refused: str | None = None
