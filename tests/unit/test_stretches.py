"""Days, weeks and months: they follow each other without a gap, and are cut off at both ends."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.stretch import Pace, Stretch, stretches

DAYS = st.dates(date(1999, 1, 1), date(2060, 1, 1))


def test_weeks_begin_on_monday_and_the_first_may_be_cut_off() -> None:
    assert list(stretches("week", date(2023, 1, 1), date(2023, 1, 11))) == [
        Stretch("2022-W52", date(2023, 1, 1), date(2023, 1, 2), whole=False),
        Stretch("2023-W01", date(2023, 1, 2), date(2023, 1, 9), whole=True),
        Stretch("2023-W02", date(2023, 1, 9), date(2023, 1, 11), whole=False),
    ]


def test_months_end_with_their_last_day_in_december_and_in_february_too() -> None:
    assert list(stretches("month", date(2023, 12, 1), date(2024, 3, 1))) == [
        Stretch("2023-12", date(2023, 12, 1), date(2024, 1, 1), whole=True),
        Stretch("2024-01", date(2024, 1, 1), date(2024, 2, 1), whole=True),
        Stretch("2024-02", date(2024, 2, 1), date(2024, 3, 1), whole=True),
    ]


def test_no_days_are_no_stretch() -> None:
    assert list(stretches("day", date(2023, 1, 1), date(2023, 1, 1))) == []
    assert list(stretches("month", date(2023, 1, 9), date(2023, 1, 9))) == []


@given(st.sampled_from(["day", "week", "month"]), DAYS, st.integers(1, 800))
def test_they_cover_every_day_once(pace: Pace, since: date, length: int) -> None:
    until = since + timedelta(days=length)
    found = list(stretches(pace, since, until))
    days = [one.since + timedelta(days=n) for one in found for n in range((one.until - one.since).days)]
    assert days == [since + timedelta(days=n) for n in range(length)]
    assert len({one.key for one in found}) == len(found)
    assert all(one.whole for one in found[1:-1])
