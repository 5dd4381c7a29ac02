"""Trends: the flow of each day, week or month, and the rates at its end, of one pass over the journal."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final, NamedTuple

from contracts import figures as wire
from shared.domain.formula import Counts
from shared.domain.question import Question, flow
from shared.domain.stretch import Pace, Stretch, stretches
from shared.figures.document import Office, asked_of, midnight, moment_before, wire_counts, wire_flow, wire_rates
from shared.figures.series import Series, series
from shared.storage.reading import Snapshot

MOST_POINTS: Final = 4000
"""Ten years of days."""


class TooManyPoints(ValueError):
    """The period has more days, weeks or months than a trend may have; the message says how many it may have."""


class Span(NamedTuple):
    """A stretch of days with its instants."""

    stretch: Stretch
    since: datetime
    until: datetime
    """No longer in it, or the instant of judgement."""
    judged_at: datetime
    """The last instant that counts."""
    whole: bool


async def trend(snapshot: Snapshot, question: Question, pace: Pace, office: Office) -> wire.Trend:
    """How the figures of a question went from its first day to its last, which it must have. Raises TooManyPoints."""
    spans = spans_of(question, pace, office)
    found = Series((), ())
    if spans:
        instants = [moment_before(spans[0].since), *(span.judged_at for span in spans)]
        days = [spans[0].stretch.since, *(span.stretch.until for span in spans)]
        found = await series(snapshot, instants, days, question.known_at, office.keeper(question))
    return wire.Trend(
        by=pace,
        asked=asked_of(question),
        as_of=question.as_of,
        known_at=question.known_at,
        positions={str(partition): position for partition, position in sorted((await snapshot.positions()).items())},
        timezone=office.timezone,
        points=tuple(_points(spans, found, office)),
    )


def spans_of(question: Question, pace: Pace, office: Office) -> list[Span]:
    """The days, weeks or months of a question's period, as far as they have begun. Raises TooManyPoints."""
    assert question.since is not None, "a trend has a first day"
    assert question.until is not None, "a trend has a last day"
    spans: list[Span] = []
    for stretch in stretches(pace, question.since, question.until):
        since, end = midnight(stretch.since, office.zone), midnight(stretch.until, office.zone)
        if since >= question.as_of:
            break
        if len(spans) == MOST_POINTS:
            raise TooManyPoints(f"a trend has {MOST_POINTS:,} points at most; take longer periods or fewer days")
        over = end <= question.as_of
        judged_at = moment_before(end) if over else question.as_of
        spans.append(Span(stretch, since, min(end, question.as_of), judged_at, stretch.whole and over))
    return spans


def _points(spans: Sequence[Span], found: Series, office: Office) -> Iterator[wire.TrendPoint]:
    for span, (before, after), received in zip(spans, pairwise(found.at), found.received, strict=True):
        yield _point(span, before, after, received, office)


def _point(span: Span, before: Counts, after: Counts, received: Counts, office: Office) -> wire.TrendPoint:
    return wire.TrendPoint(
        key=span.stretch.key,
        since=span.since,
        until=span.until,
        whole=span.whole,
        flow=wire_flow(flow(before, after), span.since, span.until),
        counts=wire_counts(after),
        rates=wire_rates(after, office.few),
        received_counts=wire_counts(received),
        received_rates=wire_rates(received, office.few),
    )
