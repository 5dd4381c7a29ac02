"""Working days: what the notices say, what an office adds, and what is only probable."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendars import BadCalendarFile, load_calendar
from shared.domain.calendar import BadCalendar, Calendar, DayKind, LocalDay
from tests.support.chinese_calendar_data import toml
from tests.support.sample import SHANGHAI

CALENDAR = load_calendar(SHANGHAI)
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def own(folder: Path, text: str) -> Calendar:
    (folder / "own.toml").write_text(text, encoding="utf-8")
    return load_calendar(SHANGHAI, folder)


def test_every_day_from_2004_to_2026_is_what_the_published_tables_say() -> None:
    wrong = [d for d in days(date(2004, 1, 1), date(2026, 12, 31)) if CALENDAR.is_working(d) != chinese_calendar.is_workday(d)]
    assert not wrong


def test_the_data_file_is_what_its_script_writes() -> None:
    shipped = Path("shared/calendars/china.toml")
    assert shipped.read_text(encoding="utf-8").splitlines() == "\n".join(toml()).splitlines()


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (date(2026, 9, 18), DayKind.WORKDAY, "工作日"),
        (date(2026, 9, 19), DayKind.WEEKEND, "周末"),
        (date(2026, 9, 20), DayKind.MAKE_UP, "补班"),
        (date(2026, 9, 25), DayKind.HOLIDAY, "中秋"),
        (date(2026, 10, 10), DayKind.MAKE_UP, "补班"),
        (date(2027, 1, 1), DayKind.HOLIDAY, "元旦"),
        (date(2027, 10, 2), DayKind.HOLIDAY, "国庆节"),
        (date(2027, 2, 8), DayKind.WORKDAY, "工作日"),
    ],
)
def test_a_day_says_what_it_is(day: date, kind: DayKind, name: str) -> None:
    there = CALENDAR.day(day)
    assert (there.kind, there.name) == (kind, name)
    assert there.working == CALENDAR.is_working(day)


def test_a_year_without_a_notice_is_provisional_and_so_are_the_last_days_before_it() -> None:
    assert not CALENDAR.is_provisional(date(2026, 12, 28))
    assert CALENDAR.is_provisional(date(2026, 12, 29))
    assert CALENDAR.is_provisional(date(2027, 6, 1))
    assert not CALENDAR.is_provisional(date(2025, 12, 31))
    assert CALENDAR.is_provisional(date(2003, 6, 1))
    assert not CALENDAR.has_provisional(date(2024, 1, 1), date(2026, 12, 28))
    assert CALENDAR.has_provisional(date(2003, 12, 31), date(2004, 1, 2))


def test_an_office_adds_a_notice_and_local_days(tmp_path: Path) -> None:
    calendar = own(
        tmp_path,
        """
        [2027]
        published = 2026-11-20
        work = [2026-12-27, 2027-02-14]
        off."元旦" = [2026-12-31, 2027-01-01, 2027-01-02, 2027-01-03]
        off."劳动节" = [2027-05-01, 2027-05-02]
        off."国庆节" = [2027-10-01, 2027-10-02, 2027-10-03]
        [[local]]
        date = 2026-08-12
        reason = "台风停工"
        [[local]]
        date = 2026-08-15
        working = true
        reason = "补台风停工"
        """,
    )
    assert not calendar.is_provisional(date(2026, 12, 31))
    assert [calendar.is_working(d) for d in (date(2026, 12, 27), date(2026, 12, 31), date(2027, 2, 14))] == [True, False, True]
    assert calendar.day(date(2026, 8, 12)).kind is DayKind.LOCAL_OFF
    assert calendar.day(date(2026, 8, 15)).name == "补台风停工"
    assert calendar.version != CALENDAR.version
    assert calendar.version.startswith("2027-")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[2027]\noff."元旦" = [2027-01-01]\nwork = [2027-01-01]', "both off"),
        ('[2027]\noff."元旦" = []\nwork = [2027-01-04]', "weekday"),
        ('[2027]\noff."元旦" = [2028-01-01]', "does not belong"),
        ('[2027]\noff."元旦" = [2027-01-01]', r"2027-05-01 \(劳动节\) is not among the days off"),
        ('[soon]\noff."元旦" = []', "no year"),
        ("[2027]\nwork = []", "off"),
        ("[[local]]\ndate = 2026-08-12", "reason"),
        ('[[local]]\ndate = 2026-10-01\nreason = "台风"', "no working day already"),
        ('[[local]]\ndate = 2026-10-10\nworking = true\nreason = "加班"', "a working day already"),
        ('[[local]]\ndate = 2026-08-12\nreason = "一"\n[[local]]\ndate = 2026-08-12\nreason = "二"', "twice"),
        ("off = ", "own.toml"),
        ('[2027]\nwork = [2026-12-26]\noff."元旦" = [2026-12-26]', "both off"),
    ],
)
def test_a_file_that_contradicts_itself_or_a_notice_is_refused_with_the_day(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadCalendarFile, match=why) as refused:
        own(tmp_path, text)
    assert "own.toml" in str(refused.value)


def test_two_notices_that_contradict_each_other_are_refused() -> None:
    notice = CALENDAR.notices[2026]
    with pytest.raises(BadCalendar, match="2026-10-01"):
        Calendar(SHANGHAI, [notice, type(notice)(2027, None, {}, {date(2026, 10, 1): "补班"})])


@given(DAYS, st.integers(1, 300))
def test_the_nth_working_day_after_a_day_is_found_by_counting(day: date, working_days: int) -> None:
    there = day
    left = working_days
    while left:
        there += timedelta(days=1)
        left -= CALENDAR.is_working(there)
    assert CALENDAR.after(day, working_days) == there
    assert CALENDAR.is_working(there)
    assert CALENDAR.before(there, working_days) <= CALENDAR.on_or_after(day)


@given(DAYS)
def test_a_local_day_changes_that_day_only(day: date) -> None:
    local = LocalDay(day, not CALENDAR.is_working(day), "台风")
    changed = Calendar(SHANGHAI, CALENDAR.notices.values(), [local])
    around = days(day - timedelta(days=20), day + timedelta(days=20))
    assert [d for d in around if changed.is_working(d) != CALENDAR.is_working(d)] == [day]
