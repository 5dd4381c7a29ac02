"""Signals of a period, from the ledger to what is published."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time
from typing import NamedTuple

from contracts import signals as wire
from shared.codec.tasks import decode_task
from shared.codec.told import FACTS, decode_told
from shared.domain.calendar import Calendar
from shared.domain.gathered import Gathered
from shared.domain.signal import Finding, Thresholds, Watch
from shared.domain.story import Moment, Story
from shared.signals.wording import sentences
from shared.storage.reading import Snapshot
from shared.units import Units

UNNAMED = "未注明"


class Asked(NamedTuple):
    """A period of whole local days, and one unit with those below it, or all."""

    since: date
    until: date
    """No longer in it."""
    unit: str | None


async def signals(snapshot: Snapshot, asked: Asked, watch: Watch, units: Units, timezone: str) -> wire.Signals:
    """The signals of a period, of one pass over the ledger. `watch` has the period's instants."""
    gathered = Gathered()
    async for story in _stories(snapshot, watch):
        gathered.add(story, watch)
    wanted = None if asked.unit is None else units.with_those_below(asked.unit)
    order = {code: place for place, code in enumerate(units)}
    found = [one for one in gathered.findings(watch) if wanted is None or one.unit in wanted]
    found.sort(key=lambda one: (order.get(one.unit, len(order)), one.unit))
    return wire.Signals(
        since=asked.since,
        until=asked.until,
        unit=asked.unit,
        timezone=timezone,
        positions={str(partition): position for partition, position in sorted((await snapshot.positions()).items())},
        thresholds=vars(watch.thresholds),
        signals=tuple(_signal(one, watch, units) for one in found),
    )


def watch_of(asked: Asked, thresholds: Thresholds, calendar: Calendar) -> Watch:
    """The instants of a period of local days."""
    since, until = (datetime.combine(day, time(0), calendar.zone) for day in (asked.since, asked.until))
    return Watch(since, until, thresholds, calendar)


async def _stories(snapshot: Snapshot, watch: Watch) -> AsyncIterator[Story]:
    """The tasks of which something was told in the period, with all that was told of them."""
    async for body, events in snapshot.spoken(FACTS):
        told = [one for one in map(decode_told, events) if one is not None]
        if any(watch.since <= one.at < watch.until for one in told):
            yield Story(decode_task(body), tuple(told))


def _signal(finding: Finding, watch: Watch, units: Units) -> wire.Signal:
    name = units.get(finding.unit, finding.unit) or UNNAMED
    zh, en = sentences(finding, watch.thresholds, name, watch.calendar.zone)
    first, last = finding.moments[0], finding.moments[-1]
    return wire.Signal(
        kind=finding.kind,
        unit=finding.unit,
        name=name,
        count=finding.count,
        threshold=finding.threshold,
        since=first.at,
        until=last.at,
        text=first.text or None,
        occurrences=tuple(map(_occurrence, finding.moments)),
        zh=zh,
        en=en,
    )


def _occurrence(moment: Moment) -> wire.Occurrence:
    return wire.Occurrence(source=moment.matter.owner, subject=moment.matter.number, at=moment.at, due=moment.due)
