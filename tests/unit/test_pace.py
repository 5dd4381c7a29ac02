"""When a message is sent: spread, off the crowded minutes, no more a minute than a channel takes, later again after failures."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.pace import PATIENCE_URGENT, Pace, first_try, next_try, sendable
from shared.domain.notice import Office
from shared.domain.person import Roster
from shared.domain.telling import Hours, in_hours
from shared.domain.value import replace
from shared.storage.noticing import Delivery
from tests.support.sample import CALENDAR, SHANGHAI, START
from tests.support.telling import local

MINUTE = timedelta(minutes=1)
HOURS = Hours()
SPREAD = HOURS.spread
OFFICE = Office(Roster({}), (), HOURS, CALENDAR)
INSTANTS = st.integers(0, 7 * 24 * 3600).map(lambda seconds: START + timedelta(seconds=seconds))
IDS = st.integers(0, 10**6).map(str)


def message(made_at: datetime, *, tries: int, urgent: bool = False) -> Delivery:
    """One that failed so many times."""
    return Delivery("d", "mail", ("a",), "", (), "", urgent, made_at, "sending", tries, made_at, made_at, "", "")


@given(INSTANTS, IDS)
def test_a_new_message_is_tried_soon_in_office_hours_and_never_in_a_crowded_minute(now: datetime, id: str) -> None:
    at = first_try(now, id, OFFICE, urgent=False)
    assert in_hours(now, HOURS, CALENDAR) <= at < in_hours(now + SPREAD, HOURS, CALENDAR) + 2 * MINUTE + SPREAD
    assert at.minute not in (0, 30)
    assert in_hours(at, HOURS, CALENDAR) == at
    assert at == first_try(now, id, OFFICE, urgent=False), "the same message keeps its place"
    assert at == sendable(at, id, OFFICE, urgent=False), "and is not put off once more"


@given(INSTANTS, IDS)
def test_what_is_urgent_is_tried_at_once_and_in_office_hours_so_is_everything_without_spread(now: datetime, id: str) -> None:
    assert first_try(now, id, OFFICE, urgent=True) == now
    at_once = replace(OFFICE, hours=replace(HOURS, spread=timedelta(0)))
    assert first_try(now, id, at_once, urgent=False) == in_hours(now, HOURS, CALENDAR)


def test_messages_of_one_moment_are_spread() -> None:
    tries = {first_try(START + 5 * MINUTE, str(n), OFFICE, urgent=False) for n in range(200)}
    assert len(tries) > 150
    assert max(tries) - min(tries) > SPREAD / 2


@pytest.mark.parametrize(
    ("failed_at", "urgent", "tried_again"),
    [
        ("2026-11-23 16:20", False, "2026-11-23 16:22"),
        ("2026-11-23 17:29", False, "2026-11-24 09:01"),
        ("2026-11-27 17:29", False, "2026-11-30 09:01"),  # over a weekend
        ("2026-11-23 16:28", False, "2026-11-23 16:31"),
        ("2026-11-23 17:29", True, "2026-11-23 17:31"),
    ],
)
def test_what_is_not_urgent_is_tried_again_in_office_hours_and_off_the_crowded_minutes(
    failed_at: str, urgent: bool, tried_again: str
) -> None:
    at = next_try(message(local(failed_at), tries=4, urgent=urgent), local(failed_at), None, OFFICE, another=True)
    assert at is not None
    assert at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") == tried_again


ASKED = st.none() | st.integers(0, 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))
AGES = st.integers(0, 40 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@given(st.integers(1, 40), AGES, ASKED, st.booleans())
def test_a_failure_is_tried_again_later_and_later_and_not_before_the_gateway_wishes(
    tries: int, age: timedelta, asked: timedelta | None, another: bool
) -> None:
    now = START + age
    again = next_try(message(START, tries=tries, urgent=True), now, asked, OFFICE, another=another)
    longer = next_try(message(START, tries=tries + 1, urgent=True), now, asked, OFFICE, another=another)
    if again is None:
        assert longer is None
        return
    assert again >= now + max(timedelta(seconds=10), asked or timedelta(0))
    assert longer is None or longer >= again
    assert again <= START + PATIENCE_URGENT or not another


@pytest.mark.parametrize(("urgent", "patience"), [(True, 10 * MINUTE), (False, timedelta(hours=4))])
def test_while_another_channel_is_at_hand_one_is_tried_for_a_short_time(urgent: bool, patience: timedelta) -> None:
    one = message(START, tries=3, urgent=urgent)
    assert next_try(one, START + patience - MINUTE, None, OFFICE, another=True) is not None
    assert next_try(one, START + patience, None, OFFICE, another=True) is None
    assert next_try(one, START, patience + MINUTE, OFFICE, another=True) is None, "the gateway asks for more than that"


@pytest.mark.parametrize("urgent", [True, False])
def test_without_another_channel_a_message_is_tried_for_a_day_and_eight_times(urgent: bool) -> None:
    day = timedelta(hours=24)
    often, seldom = message(START, tries=9, urgent=urgent), message(START, tries=7, urgent=urgent)
    assert next_try(often, START + day - 61 * MINUTE, None, OFFICE, another=False) is not None
    assert next_try(often, START + day - 59 * MINUTE, None, OFFICE, another=False) is None
    assert next_try(often, START + day - 61 * MINUTE, day, OFFICE, another=False) is not None, "a wish is kept"
    assert next_try(seldom, START + 5 * day, day, OFFICE, another=False) is not None, "so seldom only because it was asked for"


@given(st.integers(1, 30), st.lists(st.integers(0, 20_000), max_size=120))
def test_no_minute_has_more_messages_than_the_channel_takes(per_minute: int, waits: list[int]) -> None:
    pace, now, sent = Pace(per_minute), START, list[datetime]()
    for wait in waits:
        now = pace.may_send_at(now + timedelta(milliseconds=wait))
        pace.sent(now)
        sent.append(now)
    for start in sent:
        assert sum(start <= at < start + MINUTE for at in sent) <= per_minute


def test_without_a_limit_nothing_waits() -> None:
    pace = Pace(None)
    for _ in range(100):
        assert pace.may_send_at(START) == START
        pace.sent(START)


@pytest.mark.parametrize(("failures", "rest"), [(4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (20, 15)])
def test_a_channel_rests_after_failures_in_a_row(failures: int, rest: int) -> None:
    pace = Pace(None)
    for _ in range(failures):
        pace.answered(START, well=False)
    assert pace.may_send_at(START) == START + rest * MINUTE
    pace.answered(START, well=True)
    assert pace.may_send_at(START) == START
    pace.answered(START, well=False)
    assert pace.may_send_at(START) == START, "one failure after a success is none in a row"
