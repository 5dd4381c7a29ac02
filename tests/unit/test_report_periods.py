"""Periods of reports as offices name them."""

from datetime import date

import pytest

from shared.figures.period import BadPeriod, period_of


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("2023", date(2023, 1, 1), date(2024, 1, 1)),
        ("2023H1", date(2023, 1, 1), date(2023, 7, 1)),
        ("2023H2", date(2023, 7, 1), date(2024, 1, 1)),
        ("2024Q1", date(2024, 1, 1), date(2024, 4, 1)),
        ("2023Q4", date(2023, 10, 1), date(2024, 1, 1)),
        ("2024-02", date(2024, 2, 1), date(2024, 3, 1)),
        ("2023-12", date(2023, 12, 1), date(2024, 1, 1)),
    ],
)
def test_a_period_goes_from_its_first_day_to_the_first_day_after_it(name: str, since: date, until: date) -> None:
    period = period_of(name)
    assert (period.name, period.since, period.until) == (name, since, until)


@pytest.mark.parametrize(
    "name", ["", "2023H3", "2023Q0", "2023-13", "2023-1", "23H1", "2023h1", "2023H1 ", "9999", "0000", "２０２３"]
)
def test_what_names_no_period_is_refused(name: str) -> None:
    with pytest.raises(BadPeriod, match="write 2023, 2023H1"):
        period_of(name)
