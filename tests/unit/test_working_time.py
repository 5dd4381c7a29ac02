"""Working time: office hours on working days, between two instants and counted off from one."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.calendars import BadCalendarFile, load_calendar
from shared.domain.budget import Budget
from shared.domain.calendar import Calendar
from shared.domain.clock import ClockName, started
from shared.domain.hours import OFFICE_HOURS, BadHours, Hours, office_hours
from shared.domain.period import CIVIL_CODE, Counting, Due, due, trace
from shared.domain.rule import Rule
from shared.domain.shift import ahead, later, resumed
from tests.support.sample import CALENDAR, SHANGHAI

MINUTE: Final = timedelta(minutes=1)
MICROSECOND: Final = timedelta(microseconds=1)
FIRST: Final = datetime(2004, 1, 2, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=22 * 365)).map(lambda passed: FIRST + passed)
"""To the end of 2025, to the microsecond."""
MINUTES = st.integers(0, 22 * 365 * 24 * 60).map(lambda minutes: FIRST + minutes * MINUTE)
FAR = st.timedeltas(timedelta(0), timedelta(days=80 * 365)).map(lambda passed: datetime(1985, 1, 1, tzinfo=UTC) + passed)
"""Before the first notice and after the last day that is counted from a table, too."""
LENGTHS = st.timedeltas(MICROSECOND, timedelta(hours=400))
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
HOURS = (
    st.lists(TIMES, min_size=2, max_size=8, unique=True)
    .map(lambda times: tuple(zip(sorted(times)[::2], sorted(times)[1::2], strict=False)))
    .filter(lambda hours: sum((_length(*one) for one in hours), timedelta(0)) >= timedelta(hours=1))
)


def _length(start: time, end: time) -> timedelta:
    return datetime.combine(date.min, end) - datetime.combine(date.min, start)


def calendar_with(hours: Hours) -> Calendar:
    return Calendar(SHANGHAI, CALENDAR.notices.values(), hours=hours)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def minute_by_minute(since: datetime, until: datetime) -> timedelta:
    """Counted by asking of each minute whether somebody is at work."""
    minutes = int((until - since) / MINUTE)
    walls = [(since + number * MINUTE).astimezone(SHANGHAI) for number in range(minutes)]
    worked = [
        wall
        for wall in walls
        if chinese_calendar.is_workday(wall.date()) and (830 <= _clock(wall) < 1200 or 1330 <= _clock(wall) < 1730)
    ]
    return len(worked) * MINUTE


def _clock(wall: datetime) -> int:
    return wall.hour * 100 + wall.minute


def day_by_day(since: datetime, until: datetime, calendar: Calendar) -> timedelta:
    """Counted by cutting the stretch against the hours of each of its days."""
    total, day = timedelta(0), since.astimezone(SHANGHAI).date()
    while day <= until.astimezone(SHANGHAI).date():
        if calendar.is_working(day):
            for start, end in calendar.hours:
                opens, closes = datetime.combine(day, start, SHANGHAI), datetime.combine(day, end, SHANGHAI)
                total += max(min(until, closes.astimezone(UTC)) - max(since, opens.astimezone(UTC)), timedelta(0))
        day += timedelta(days=1)
    return total


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-11-23T09:00", "2026-11-23T11:00", 2),
        ("2026-11-23T06:00", "2026-11-23T20:00", 7.5),
        ("2026-11-23T11:00", "2026-11-23T14:00", 1.5),
        ("2026-11-23T12:00", "2026-11-23T13:30", 0),
        ("2026-11-20T17:00", "2026-11-23T09:00", 1),  # over a weekend
        ("2026-09-30T08:30", "2026-10-10T17:30", 4 * 7.5),  # 1 to 7 October are off, the 10th is a Saturday that is worked
        ("2026-09-18T00:00", "2026-09-21T00:00", 2 * 7.5),  # Sunday 20 September is worked
        ("2026-11-23T11:00", "2026-11-23T09:00", 0),
        ("2026-11-23T11:00", "2026-11-23T11:00", 0),
    ],
)
def test_working_time_is_that_of_office_hours_on_working_days(since: str, until: str, hours: float) -> None:
    assert CALENDAR.working_time(shanghai(since), shanghai(until)) == timedelta(hours=hours)


@settings(max_examples=30, deadline=None)
@given(MINUTES, st.integers(0, 12 * 24 * 60))
def test_it_is_what_a_count_of_minutes_says(since: datetime, minutes: int) -> None:
    until = since + minutes * MINUTE
    assert CALENDAR.working_time(since, until) == minute_by_minute(since, until)


@settings(deadline=None)
@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=400)), HOURS)
def test_it_is_what_a_count_of_days_says_to_the_microsecond_whatever_the_hours(
    since: datetime, passed: timedelta, hours: Hours
) -> None:
    calendar = calendar_with(hours)
    assert calendar.working_time(since, since + passed) == day_by_day(since, since + passed, calendar)


@settings(max_examples=20, deadline=None)
@given(FAR, FAR)
def test_years_without_a_notice_count_as_their_days_do(one: datetime, other: datetime) -> None:
    since, until = sorted((one, other))
    assert CALENDAR.working_time(since, until) == day_by_day(since, until, CALENDAR)


@given(INSTANTS, INSTANTS, INSTANTS)
def test_two_stretches_that_meet_have_the_working_time_of_the_whole(one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    parts = CALENDAR.working_time(first, middle) + CALENDAR.working_time(middle, last)
    assert parts == CALENDAR.working_time(first, last)


@settings(deadline=None)
@given(INSTANTS, LENGTHS, HOURS)
def test_what_is_counted_off_is_the_first_instant_with_so_much_behind_it(
    start: datetime, length: timedelta, hours: Hours
) -> None:
    calendar = calendar_with(hours)
    end = calendar.after_working_time(start, length)
    assert end.tzinfo is UTC
    assert calendar.working_time(start, end) == length
    assert calendar.working_time(start, end - MICROSECOND) < length


@settings(deadline=None)
@given(INSTANTS, LENGTHS, HOURS)
def test_what_is_counted_back_is_the_last_instant_with_so_much_before_the_end(
    end: datetime, length: timedelta, hours: Hours
) -> None:
    calendar = calendar_with(hours)
    start = calendar.before_working_time(end, length)
    assert start.tzinfo is UTC
    assert calendar.working_time(start, end) == length
    assert calendar.working_time(start + MICROSECOND, end) < length


def test_nothing_counted_off_is_the_instant_itself() -> None:
    night = shanghai("2026-11-22T03:00")
    assert CALENDAR.after_working_time(night, timedelta(0)) == night == CALENDAR.before_working_time(night, timedelta(0))


def test_hours_are_those_of_local_clocks_in_a_zone_that_puts_them_back() -> None:
    new_york = ZoneInfo("America/New_York")
    calendar = Calendar(new_york, ())
    friday, monday = datetime(2026, 10, 30, 17, tzinfo=new_york), datetime(2026, 11, 2, 9, tzinfo=new_york)
    assert calendar.working_time(friday, monday) == timedelta(hours=1)
    assert calendar.after_working_time(friday, timedelta(hours=1)) == monday


def counted(budget: str, start: str, counting: Counting = CIVIL_CODE) -> Due:
    return due(Budget.parse(budget), counting, shanghai(start), CALENDAR)


@pytest.mark.parametrize(
    ("budget", "start", "end"),
    [
        ("2wh", "2026-11-23T09:00", "2026-11-23T11:00"),
        ("3wh", "2026-11-23T09:00", "2026-11-23T12:00"),
        ("4wh", "2026-11-23T09:00", "2026-11-23T14:30"),
        ("8wh", "2026-11-23T08:30", "2026-11-24T09:00"),
        ("8wh", "2026-11-20T17:30", "2026-11-24T09:00"),
        ("1wh", "2026-11-21T10:00", "2026-11-23T09:30"),
        ("8wh", "2026-09-30T16:00", "2026-10-08T16:30"),
    ],
)
def test_a_budget_in_working_hours_runs_while_offices_work(budget: str, start: str, end: str) -> None:
    assert counted(budget, start).at == shanghai(end)


def test_it_is_provisional_while_one_of_the_days_it_crosses_is() -> None:
    assert not counted("8wh", "2026-12-25T09:00").provisional
    assert counted("8wh", "2026-12-28T09:00").provisional
    assert counted("1wh", "2026-12-31T09:00").provisional


def test_it_has_no_days_to_explain_and_knows_no_ways_of_counting_days() -> None:
    counting = Counting(roll=False, cut_off=time(12), day_from=time(8))
    assert counted("8wh", "2026-11-20T16:00", counting) == counted("8wh", "2026-11-20T16:00")
    assert trace(Budget(8, "wh"), CIVIL_CODE, shanghai("2026-11-20T16:00"), CALENDAR) == ()


def test_a_warning_comes_so_much_working_time_ahead_and_an_extension_ends_so_much_later() -> None:
    end_of_monday = shanghai("2026-11-24T00:00")
    assert ahead(end_of_monday, Budget(2, "wh"), CALENDAR) == shanghai("2026-11-23T15:30")
    assert ahead(end_of_monday, Budget(4, "wh"), CALENDAR) == shanghai("2026-11-23T13:30")
    assert ahead(shanghai("2026-11-23T09:30"), Budget(2, "wh"), CALENDAR) == shanghai("2026-11-20T16:30")
    assert ahead(shanghai("2026-11-22T12:00"), Budget(1, "wh"), CALENDAR) == shanghai("2026-11-20T16:30")
    assert later(shanghai("2026-11-20T17:00"), Budget(1, "wh"), CALENDAR) == shanghai("2026-11-23T09:00")


@pytest.mark.parametrize(
    ("stood", "ran", "end"),
    [
        ("2026-11-23T10:00", "2026-11-23T11:00", "2026-11-24T10:30"),  # 7 of 8 hours are left
        ("2026-11-23T10:00", "2026-11-23T19:00", "2026-11-24T17:00"),
        ("2026-11-23T12:30", "2026-11-23T13:00", "2026-11-24T09:30"),  # it stood still while offices rest
        ("2026-11-24T09:30", "2026-11-25T09:30", "2026-11-25T09:30"),  # nothing is left
        ("2026-11-24T10:00", "2026-11-26T10:00", "2026-11-24T09:30"),  # what was overdue stays so
    ],
)
def test_what_was_left_of_the_working_time_runs_on_from_the_resumption(stood: str, ran: str, end: str) -> None:
    anchor = shanghai("2026-11-23T09:00")
    first = counted("8wh", "2026-11-23T09:00").at
    assert first == shanghai("2026-11-24T09:30")
    again = resumed(first, Budget(8, "wh"), CIVIL_CODE, anchor, [(anchor, shanghai(stood))], shanghai(ran), CALENDAR)
    assert again.at == shanghai(end)


@settings(deadline=None)
@given(INSTANTS, st.integers(1, 60), st.data())
def test_a_clock_that_stood_still_twice_ran_as_long_as_its_budget(start: datetime, number: int, data: st.DataObject) -> None:
    rule = Rule("rule", Budget(number, "wh"), "citation", (Budget(1, "wh"),))
    clock = started(ClockName.FINISH, rule, start, CALENDAR, policy_version=1)
    for _ in range(2):
        assert clock.due is not None
        stood = clock.since + data.draw(st.timedeltas(timedelta(0), clock.due - clock.since - MICROSECOND))
        clock = clock.stopped(stood).resumed(rule, stood + data.draw(st.timedeltas(timedelta(0), timedelta(days=20))), CALENDAR)
    assert clock.due is not None
    ran = [CALENDAR.working_time(one.since, one.until or clock.due) for one in clock.segments]
    assert sum(ran, timedelta(0)) == timedelta(hours=number)
    assert clock.recounted(rule, clock.since, CALENDAR).due == clock.due


def own(folder: Path, text: str) -> Calendar:
    (folder / "own.toml").write_text(text, encoding="utf-8")
    return load_calendar(SHANGHAI, folder)


def test_an_office_has_hours_of_its_own(tmp_path: Path) -> None:
    calendar = own(tmp_path, '[hours]\nafternoon = ["14:00", "18:00"]\nmorning = ["09:00", "12:00"]\n')
    assert CALENDAR.hours == OFFICE_HOURS
    assert calendar.hours == ((time(9), time(12)), (time(14), time(18)))
    assert calendar.version != CALENDAR.version
    assert calendar.after_working_time(shanghai("2026-11-23T09:00"), timedelta(hours=4)) == shanghai("2026-11-23T15:00")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('morning = ["12:00", "08:30"]', "12:00-08:30 end before they start"),
        ('morning = ["12:00", "12:00"]', "12:00-12:00 end before they start"),
        ('a = ["08:30", "12:00"]\nb = ["11:59", "17:30"]', "08:30-12:00 and 11:59-17:30 overlap"),
        ('a = ["08:30", "12:00"]\nb = ["08:30", "12:00"]', "overlap"),
        ('morning = ["08:30", "09:29"]', "less than an hour"),
        ('morning = ["08:30"]', "hours.morning"),
        ('morning = ["8.30", "12:00"]', "hours.morning.0: '8.30' is no local time"),
        ('morning = ["08:30", "24:00"]', "hours.morning.1: '24:00' is no local time"),
        ("morning = [8, 12]", "hours.morning.0: 8 is no local time"),
        ("morning = 8", "hours.morning"),
        ("", "hours"),
    ],
)
def test_hours_that_cannot_be_are_refused_with_file_and_reason(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadCalendarFile) as refused:
        own(tmp_path, f"[hours]\n{text}")
    assert str(refused.value).startswith(f"{tmp_path / 'own.toml'}: ")
    assert why in str(refused.value)


def test_only_one_file_gives_hours(tmp_path: Path) -> None:
    (tmp_path / "before.toml").write_text('[hours]\nday = ["09:00", "17:00"]\n', encoding="utf-8")
    with pytest.raises(BadCalendarFile, match=r"own\.toml: hours: the office hours are given in .*before\.toml already"):
        own(tmp_path, '[hours]\nday = ["09:00", "18:00"]\n')


def test_stretches_may_meet_and_come_in_any_order() -> None:
    assert office_hours([(time(12), time(17)), (time(8), time(12))]) == ((time(8), time(12)), (time(12), time(17)))
    with pytest.raises(BadHours):
        Calendar(SHANGHAI, (), hours=())
