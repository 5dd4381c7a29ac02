"""An oracle of the figures: every card is judged on its own at one instant, by plain questions to what the ledger told.

It shares no code with the product and goes another way: no steps, no sums of changes, no store. What is told late takes effect
no sooner than the receipt.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from tests.support.oracle_history import Episode, Stretch, on_record


class Counted(NamedTuple):
    """One episode counts for a unit under a measure."""

    measure: str
    unit: str
    card: Episode


class Times(NamedTuple):
    """Working minutes from receipt to the first closing; percentiles by nearest rank, None without any."""

    n: int
    total: int
    p50: int | None
    p90: int | None


def counted(
    bodies: Iterable[bytes],
    as_of: datetime,
    known_at: datetime | None,
    zone: tzinfo,
    since: date | None = None,
    until: date | None = None,
) -> list[Counted]:
    """All that counts at an instant, as the rows told that were recorded by another, of the tasks received on local days in
    [since, until). A task that is a part of another does not count.
    """
    found: list[Counted] = []
    for card in on_record(bodies, known_at):
        day = received_on(card, zone)
        if card.part_of is not None or card.received_at > as_of:
            continue
        if (since is None or since <= day) and (until is None or day < until):
            found += _counted(card, as_of)
    return found


def received_on(card: Episode, zone: tzinfo) -> date:
    """The local day of receipt, or of the relapse."""
    return card.received_at.astimezone(zone).date()


def grouped(found: Iterable[Counted], keys: Callable[[Counted], Sequence[str]]) -> dict[str, Counter[str]]:
    """How many count under each measure, by group; one with several keys counts in each."""
    groups: dict[str, Counter[str]] = {}
    for one in found:
        for key in keys(one):
            groups.setdefault(key, Counter())[one.measure] += 1
    return groups


def weighed(found: Iterable[Counted]) -> dict[str, Decimal]:
    """The same of all by their weights, which are taken as they are written."""
    sums: dict[str, Decimal] = {}
    for one in found:
        sums[one.measure] = sums.get(one.measure, Decimal(0)) + Decimal(str(one.card.weight))
    return sums


def times(found: Iterable[Counted]) -> Times:
    """How long what is closed took."""
    minutes = sorted(one.card.minutes for one in found if one.measure == "closed")
    if not minutes:
        return Times(0, 0, None, None)

    def rank(share: int) -> int:
        return next(value for nth, value in enumerate(minutes, 1) if nth * 100 >= share * len(minutes))

    return Times(len(minutes), sum(minutes), rank(50), rank(90))


def _counted(card: Episode, at: datetime) -> Iterable[Counted]:
    units = _units(card, at)
    yield Counted("given", units[0], card)
    for before, after in pairwise(units):
        yield Counted("moved_out", before, card)
        yield Counted("moved_in", after, card)
    left = _LEFT_OF_THE_EXCLUDED if _has_ended(card, at) == "excluded" else _QUESTIONS
    for measure, question in left.items():
        if question(_Look(card, at)):
            yield Counted(measure, units[-1], card)


def _units(card: Episode, at: datetime) -> list[str]:
    """The units that had it in turn until then. Where it goes on in the same instant, it went straight to the last, and is given
    straight to that at the instant of receipt; who gets what it has already is not told of.
    """
    there = {max(when, card.received_at): unit for when, unit in card.had_by if when <= max(at, card.received_at)}
    return [unit for unit, _ in groupby(there.values())]


def _has_ended(card: Episode, at: datetime) -> str:
    """How it has ended without closing; empty if it has not."""
    return card.ended_how if card.ended_at is not None and card.ended_at <= at else ""


@dataclass(frozen=True)
class _Look:
    """A card as it is looked at, at an instant that is not before the receipt."""

    card: Episode
    at: datetime

    @property
    def closed(self) -> bool:
        return self.card.closed_at is not None and self.card.closed_at <= self.at

    @property
    def open(self) -> bool:
        return not self.closed and not _has_ended(self.card, self.at)

    def stretch(self, clock: str) -> Stretch | None:
        """The due-version of a clock that is in force: the last one that has begun."""
        return next((one for one in reversed(self.card.clocks.get(clock, ())) if one.since <= self.at), None)

    @property
    def original(self) -> datetime | None:
        """The first due that was given for finishing, once it was."""
        with_due = (one for one in self.card.clocks.get("finish", ()) if one.due is not None and one.since <= self.at)
        return next(with_due, Stretch(self.at, None, None)).due

    @property
    def stands_still(self) -> bool:
        """Whether its state says so, or once said so: its finish clock has a gap there, or the clock of the response, which may
        have begun before.
        """
        finish, respond = (self.card.clocks.get(clock, ()) for clock in ("finish", "respond"))
        shown = list(finish or (respond if self.response is None else ()))
        stood = (pair for clock in (finish, respond) for pair in pairwise(clock))
        return self.open and (
            (self.card.still_since is not None and self.card.still_since <= self.at)
            or any(one.until is not None and one.until <= self.at < after.since for one, after in stood)
            or (bool(shown) and shown[-1].until is not None and shown[-1].until <= self.at)
        )

    @property
    def past_due(self) -> bool:
        """Whether the due in force has passed. While the clock stands still no due passes; that it is closed does not hold a due
        off.
        """
        finish = self.stretch("finish")
        if finish is None or _has_ended(self.card, self.at):
            return False
        return finish.ran_out(self.at) if self.open else finish.due is not None and finish.due < self.at

    def closed_by(self, due: datetime | None) -> bool | None:
        """Whether the first closing was in time; None if it is not closed or there was no due."""
        if not self.closed or due is None or self.card.closed_at is None:
            return None
        return max(self.card.closed_at, self.card.received_at) <= due

    @property
    def on_time(self) -> bool | None:
        """Whether the first closing kept the due in force then: the last one of the clock that it stopped."""
        finish = self.card.clocks.get("finish")
        return self.closed_by(finish[-1].due if finish else None)

    @property
    def signed(self) -> bool | None:
        """Whether it was signed for in time; None if it is not signed since the clock last asked."""
        asked = self.stretch("sign")
        if asked is None or asked.until is None or asked.until > self.at or not self._signed_for(asked):
            return None
        return asked.due is None or asked.until <= asked.due

    def _signed_for(self, asked: Stretch) -> bool:
        """Whether a signature stopped a stretch: each stops one, and rather the last that had begun by then. Where the clock
        begins anew in the same instant, that stopped it.
        """
        askings = self.card.clocks["sign"]
        left = [one for one, after in pairwise(askings) if one.until != after.since] + askings[-1:]
        for when in self.card.answers["sign"]:
            stopped = [one for one in left if one.until == max(when, one.since)]
            signed = [one for one in stopped if one.since <= when][-1:] or stopped[:1]
            if signed and signed[0] is asked:
                return True
            left = [one for one in left if not signed or (one.since >= signed[0].since and one is not signed[0])]
        return False

    @property
    def unsigned(self) -> bool:
        """Whether the clock of signing runs past its due."""
        asked = self.stretch("sign")
        if not self.open or asked is None or asked.due is None:
            return False
        return (asked.until is None or asked.until > self.at) and asked.due < self.at

    @property
    def response(self) -> datetime | None:
        """When it was responded to first: the clock stands then, as it does not at the acceptance that starts it."""
        asked = self.card.clocks.get("respond", [])
        given = (
            max(when, asked[0].since)
            for when in self.card.answers["respond"]
            if any(one.until is not None and one.until <= max(when, one.since) for one in asked)
        )
        return next(given, None)

    @property
    def responded(self) -> bool | None:
        """Whether the first response was in time, which does not run while the clock stands still; None if there is none yet."""
        if self.response is None or self.response > self.at:
            return None
        asked = _Look(self.card, self.response).stretch("respond")
        return asked is None or not asked.ran_out(self.response)

    @property
    def unanswered(self) -> bool:
        """Whether the time for a response has run out without any."""
        asked = self.stretch("respond")
        return self.open and self.responded is None and asked is not None and asked.ran_out(self.at)

    def first(self, what: str) -> bool:
        return what in self.card.first and self.card.first[what] <= self.at

    def evaluation(self, of: str) -> str:
        """The latest word on a body; empty before any."""
        said = [(when, level) for when, of_whom, level in self.card.evaluations if of_whom == of and when <= self.at]
        return max(reversed(said), key=lambda one: one[0])[1] if said else ""


_GOOD: Final = ("satisfied", "mostly_satisfied")
_QUESTIONS: Final[dict[str, Callable[[_Look], bool]]] = {
    "received": lambda look: True,
    "open": lambda look: look.open,
    "closed": lambda look: look.closed,
    "closed_full": lambda look: look.closed and look.card.full_at is not None and look.card.full_at <= look.at,
    "withdrawn": lambda look: _has_ended(look.card, look.at) == "withdrawn",
    "not_accepted": lambda look: _has_ended(look.card, look.at) == "not_accepted",
    "merged": lambda look: _has_ended(look.card, look.at) == "merged",
    "excluded": lambda look: _has_ended(look.card, look.at) == "excluded",
    "closed_on_time": lambda look: look.on_time is True,
    "closed_late": lambda look: look.on_time is False,
    "overdue_open": lambda look: look.open and look.past_due,
    "closed_by_original": lambda look: look.closed_by(look.original) is True,
    "closed_past_original": lambda look: look.closed_by(look.original) is False,
    "past_original_open": lambda look: look.open and look.original is not None and look.original < look.at,
    "due": lambda look: look.past_due,
    "due_closed": lambda look: look.past_due and look.closed,
    "due_closed_on_time": lambda look: look.past_due and look.on_time is True,
    "signed_on_time": lambda look: look.signed is True,
    "signed_late": lambda look: look.signed is False,
    "sign_overdue": lambda look: look.unsigned,
    "responded_on_time": lambda look: look.responded is True,
    "responded_late": lambda look: look.responded is False,
    "response_overdue": lambda look: look.unanswered,
    "submitted": lambda look: look.first("submitted") or look.closed,
    "sent_back": lambda look: look.first("sent-back") and look.first("submitted"),
    "returned": lambda look: look.first("returned"),
    "extended": lambda look: look.first("extended"),
    "repeated": lambda look: look.card.repeated,
    "relapsed": lambda look: look.card.nth > 1,
    "evaluated": lambda look: look.evaluation("handling_unit") != "",
    "satisfied": lambda look: look.evaluation("handling_unit") in _GOOD,
    "office_evaluated": lambda look: look.evaluation("receiving_office") != "",
    "office_satisfied": lambda look: look.evaluation("receiving_office") in _GOOD,
    "suspended": lambda look: look.stands_still,
}
_LEFT_OF_THE_EXCLUDED: Final = {name: _QUESTIONS[name] for name in ("received", "excluded")}
"""What is out of the count is in no other."""
