"""Counts and rates in the words of a report: every rate with what stands above and below its line."""

from contracts.figures import Counts, Rate, Rates
from shared.domain.matter import Family
from shared.figures.table import percent_text, plain

FAMILY_UNITS = {Family.DIRECTIVE: "条", Family.COMPLAINT: "起", Family.RECTIFICATION: "个"}
"""What each family is counted in."""


def with_parts(rate: Rate) -> str:
    """A rate with its parts, such as 98.30%（58/59）; a dash without a denominator."""
    if rate.value is None:
        return "—（分母为0）"
    return f"{percent_text(rate.value)}（{plain(rate.numerator)}/{plain(rate.denominator)}）"


def values_of(counts: Counts, rates: Rates, unit: str = "件") -> dict[str, str]:
    """The fields of a phrase for some counts."""
    ended = counts.withdrawn + counts.not_accepted + counts.merged + counts.excluded
    return {
        "received": plain(counts.received),
        "closed": plain(counts.closed),
        "closed_full": plain(counts.closed_full),
        "stage": plain(counts.closed - counts.closed_full),
        "open": plain(counts.open),
        "overdue": plain(counts.overdue_open),
        "ended": plain(ended),
        "closure": with_parts(rates.closure),
        "on_time": with_parts(rates.on_time_closure),
        "unit": unit,
    }


def ended_otherwise(counts: Counts) -> str:
    """What ended without being closed, as the end of a sentence; nothing where nothing did."""
    named = {
        "撤回": counts.withdrawn,
        "不予受理": counts.not_accepted,
        "合并": counts.merged,
        "核减": counts.excluded,
    }
    said = [f"{name}{plain(number)}件" for name, number in named.items() if number]
    return f"；{'、'.join(said)}（不计入办结率）" if said else ""


def satisfaction(rates: Rates) -> str:
    """The satisfaction rate beside the rate of participation; nothing while nobody evaluated."""
    if not rates.satisfaction.denominator:
        return ""
    return f"群众回访满意率{with_parts(rates.satisfaction)}，参评率{with_parts(rates.participation)}。"
