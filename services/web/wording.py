"""Figures and instants in words, as an office writes them. Pure: zone and now are arguments."""

from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Final

from contracts.figures import Rate

NOTHING: Final = "—"
_WEEKDAYS: Final = "一二三四五六日"


def percent(rate: Rate) -> str:
    """The rate with two decimals, cut off and never rounded up: 100 % is said only of a whole; "—" of nothing."""
    if rate.denominator == 0:
        return NOTHING
    # A matter that is shared among several makes fractions of tasks, and a binary fraction might fall short of a whole.
    hundredths = int(Decimal(repr(rate.numerator)) * 10_000 // Decimal(repr(rate.denominator)))
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def fraction(rate: Rate) -> str:
    """What the rate was made of, so that it can be argued about."""
    return f"{rate.numerator:,} / {rate.denominator:,}"


def instant(at: datetime, zone: tzinfo, seconds: bool = False) -> str:
    """`2026-11-20 17:00（周五）` in the zone."""
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}（{_weekday(local)}）" if seconds else f"{local:%Y-%m-%d %H:%M}（{_weekday(local)}）"


def deadline(due: datetime, zone: tzinfo) -> str:
    """A due as people count it: the midnight that ends a day is that day's 24:00, not the next one's 00:00."""
    local = due.astimezone(zone)
    if local.time() != time.min:
        return instant(due, zone)
    ending = local - timedelta(days=1)
    return f"{ending:%Y-%m-%d} 24:00（{_weekday(ending)}）"


def span(length: timedelta) -> str:
    """A length of time in its two greatest parts."""
    minutes = max(int(length.total_seconds()) // 60, 0)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    if hours:
        return f"{hours} 小时 {minutes % 60} 分钟" if minutes % 60 else f"{hours} 小时"
    return f"{minutes} 分钟" if minutes > 0 else "不到 1 分钟"


def _weekday(local: datetime) -> str:
    return f"周{_WEEKDAYS[local.weekday()]}"
