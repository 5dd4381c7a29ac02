"""When a message is sent: spread, off the crowded minutes, no more a minute than a channel takes, later again after failures."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.pace import GIVE_UP, GIVE_UP_URGENT, Pace, first_try, next_try
from tests.support.sample import START

MINUTE = timedelta(minutes=1)
SPREAD = timedelta(seconds=20)
INSTANTS = st.integers(0, 7 * 24 * 3600).map(lambda seconds: START + timedelta(seconds=seconds))
IDS = st.integers(0, 10**6).map(str)


@given(INSTANTS, IDS)
def test_a_new_message_is_tried_soon_and_never_in_a_crowded_minute(now: datetime, id: str) -> None:
    at = first_try(now, id, SPREAD, urgent=False)
    assert now <= at < now + 2 * MINUTE + SPREAD
    assert at.minute not in (0, 30)
    assert at == first_try(now, id, SPREAD, urgent=False), "the same message keeps its place"


@given(INSTANTS, IDS)
def test_what_is_urgent_is_tried_at_once_and_so_is_everything_without_spread(now: datetime, id: str) -> None:
    assert first_try(now, id, SPREAD, urgent=True) == first_try(now, id, timedelta(0), urgent=False) == now


def test_messages_of_one_moment_are_spread() -> None:
    tries = {first_try(START + 5 * MINUTE, str(n), SPREAD, urgent=False) for n in range(200)}
    assert len(tries) > 150
    assert max(tries) - min(tries) > SPREAD / 2


@given(st.integers(1, 40), st.integers(0, 14_400), st.integers(0, 600), st.booleans())
def test_a_failure_is_tried_again_later_and_later_until_it_is_given_up(tries: int, age: int, asked: int, urgent: bool) -> None:
    made, now = START, START + timedelta(seconds=age)
    again = next_try(made, now, tries, timedelta(seconds=asked), urgent=urgent)
    longer = next_try(made, now, tries + 1, timedelta(seconds=asked), urgent=urgent)
    if again is None:
        assert longer is None
        return
    assert again >= now + max(timedelta(seconds=10), timedelta(seconds=asked))
    assert again <= made + (GIVE_UP_URGENT if urgent else GIVE_UP)
    assert longer is None or longer >= again


def test_what_is_urgent_is_given_up_sooner_since_another_channel_may_reach_the_person() -> None:
    now = START + timedelta(minutes=10)
    assert next_try(START, now, 3, None, urgent=True) is None
    assert next_try(START, now, 3, None, urgent=False) == now + MINUTE


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
