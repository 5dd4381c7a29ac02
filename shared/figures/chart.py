"""Trends for those who read: bars of plain characters, a table in Markdown, rows of a spreadsheet."""

from collections.abc import Iterator, Sequence
from typing import Final

from contracts.figures import Flow, Number, Rate, Trend, TrendPoint
from shared.domain.formula import FORMULAS

RECEIVED_BAR, CLOSED_BAR = "#", "="
_WIDTH: Final = 40
_FLOW: Final = tuple(name for name in Flow.model_fields if name not in {"basis", "since", "until"})


def chart(points: Sequence[TrendPoint], width: int = _WIDTH) -> Iterator[str]:
    """Two bars for each point, received and closed, on one scale; whatever is more than nothing is seen."""
    most = max((max(one.flow.received, one.flow.closed) for one in points), default=0)
    digits = len(f"{most:,}")
    name = max((len(one.key) for one in points), default=0)
    for one in points:
        yield f"{one.key:<{name}}  {_bar(one.flow.received, most, width, digits, RECEIVED_BAR)}"
        yield f"{'':<{name}}  {_bar(one.flow.closed, most, width, digits, CLOSED_BAR)}"
    if points:
        yield f"{'':<{name}}  {RECEIVED_BAR} 新收 received   {CLOSED_BAR} 办结 closed"


def _bar(number: Number, most: Number, width: int, digits: int, sign: str) -> str:
    length = 0 if number <= 0 else max(1, int(number * width / most))
    return f"{number:>{digits},} {sign * length}".rstrip()


def percent(rate: Rate) -> str:
    """A rate for a person."""
    return "—" if rate.value is None else f"{rate.value * 100:.2f} %"


def ended(flow: Flow) -> Number:
    """How many ended without closing."""
    return flow.withdrawn + flow.not_accepted + flow.merged + flow.excluded


def cells(point: TrendPoint) -> tuple[str, ...]:
    """A row for a person, under the words of `HEAD`; a star where the period is not whole."""
    flow, star = point.flow, "" if point.whole else " *"
    numbers = (flow.opening, flow.received, flow.moved_in, flow.moved_out, ended(flow), flow.closed, flow.open)
    rates = (point.rates.closure, point.rates.on_time_closure, point.received_rates.closure)
    return (point.key + star, *(f"{number:,}" for number in numbers), *(percent(rate) for rate in rates))


HEAD: Final = ("时段", "期初在办", "新收", "转入", "转出", "另行了结", "办结", "期末在办", "办结率", "按期办结率", "当期件办结率")
HEAD_EN: Final = ("", "opening", "received", "in", "out", "ended", "closed", "open", "closure", "on-time", "of received")


def markdown(trend: Trend) -> Iterator[str]:
    """The trend as a table with its bars."""
    known = f"，知晓时刻 {trend.known_at.isoformat()}" if trend.known_at else ""
    asked = trend.asked
    yield f"# 趋势 {asked.received_from} 至 {asked.received_to}（不含），截至 {trend.as_of.isoformat()}{known}"
    yield from ("", f"| {' | '.join(HEAD)} |", f"|---|{'---:|' * (len(HEAD) - 1)}")
    for point in trend.points:
        yield f"| {' | '.join(cells(point))} |"
    yield from ("", "办结率、按期办结率为时段末全部件的比率；当期件办结率为该时段收到的件在时段末的比率。*：不足整个时段。", "")
    yield from ("```text", *chart(trend.points), "```")


def rows(trend: Trend) -> Iterator[tuple[str, ...]]:
    """The trend as rows of a spreadsheet, under a head: the flow, and each rate at the end with its parts."""
    rates = [f"{id}{part}" for id in FORMULAS for part in ("", "_numerator", "_denominator")]
    yield ("key", "since", "until", "whole", *_FLOW, *rates)
    for point in trend.points:
        said: list[object] = [point.key, point.since.isoformat(), point.until.isoformat(), int(point.whole)]
        said += [getattr(point.flow, name) for name in _FLOW]
        for id in FORMULAS:
            rate: Rate = getattr(point.rates, id)
            said += ["" if rate.value is None else rate.value, rate.numerator, rate.denominator]
        yield tuple(str(one) for one in said)
