"""Signals: each is found at its threshold and not below it, for the unit that had the tasks, in the period that is asked for."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, get_args

import pytest

from contracts.signals import Signal
from shared.domain.command import Command
from shared.domain.gathered import findings
from shared.domain.pattern import words
from shared.domain.signal import KINDS, Finding, Kind, Thresholds
from shared.domain.story import Moment, Story
from shared.domain.value import replace
from shared.signals import wording
from tests.support.sample import (
    SHANGHAI,
    START,
    approve,
    at,
    grant_extension,
    register,
    relapse,
    request_extension,
    send_back,
    sign,
    split,
    submit,
    transfer,
)
from tests.support.stories import DECEMBER, story

DUE: Final = at(10, hours=8.5)
"""17:30 in Shanghai on a Thursday, the end of a working day."""
MOMENT: Final = timedelta(microseconds=1)


def found(stories: Iterable[Story], **said: object) -> list[Finding]:
    return findings(stories, replace(DECEMBER, **said))  # type: ignore[arg-type]


def kinds(stories: Iterable[Story], **said: object) -> list[tuple[Kind, str, int]]:
    return [(one.kind, one.unit, one.count) for one in found(stories, **said)]


def closed(number: object, when: datetime, *, due: datetime | None = DUE, unit: str = "bureau") -> Story:
    return story(str(number), register(policy="reported", due=due, unit=unit), approve(when))


def test_five_closings_in_the_last_hour_of_a_day_are_told_with_everything_they_rest_on() -> None:
    instants = [DUE - timedelta(hours=1), DUE - timedelta(minutes=40), DUE - timedelta(minutes=30), DUE - MOMENT, DUE]
    (one,) = found([closed(nth, when) for nth, when in enumerate(instants)])
    assert (one.kind, one.unit, one.count, one.threshold) == ("last-hour", "bureau", 5, 5)
    assert [(seen.at, seen.matter.number, seen.due) for seen in one.moments] == [
        (when, str(nth), DUE) for nth, when in enumerate(instants)
    ]


@pytest.mark.parametrize(
    "fifth",
    [
        None,
        closed(4, DUE - timedelta(hours=1) - MOMENT),
        closed(4, DUE + MOMENT),
        closed(4, DUE, due=None),
        closed(4, DUE, unit="water"),
        closed(4, DUE + timedelta(days=1), due=DUE + timedelta(days=1)),
    ],
    ids=["none", "earlier", "late", "no due", "another unit", "another day"],
)
def test_four_and_something_else_are_not_told(fifth: Story | None) -> None:
    four = [closed(nth, DUE - timedelta(minutes=15 * nth)) for nth in range(4)]
    assert found([*four, *([fifth] if fifth else [])]) == []


def test_closings_outside_the_period_are_not_seen() -> None:
    five = [closed(nth, DUE - timedelta(minutes=12 * nth)) for nth in range(5)]
    assert kinds(five, since=DUE - timedelta(minutes=48)) == [("last-hour", "bureau", 5)]
    assert kinds(five, since=DUE - timedelta(minutes=47)) == []
    assert kinds(five, until=DUE) == []


def minutes(*after: float) -> list[Story]:
    return [closed(nth, at(2, minutes=minute), due=None) for nth, minute in enumerate(after)]


def test_ten_closings_within_ten_minutes_are_told_and_nine_are_not() -> None:
    ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]
    assert kinds(minutes(*ten)) == [("at-once", "bureau", 10)]
    assert kinds(minutes(*ten[:-1])) == []
    assert kinds(minutes(*ten[:-1], 10.1)) == []
    assert kinds([*minutes(*ten[:-1]), closed("w", at(2, minutes=9), unit="water")]) == []


def test_stretches_that_overlap_are_told_once_and_others_apart() -> None:
    assert kinds(minutes(*range(15))) == [("at-once", "bureau", 15)]
    twice = [nth / 2 for nth in range(10)]
    assert kinds(minutes(*twice, *(300 + one for one in twice))) == [("at-once", "bureau", 10)] * 2
    next_to_each_other = [*[0.0] * 10, *[10.5] * 10]
    assert kinds(minutes(*next_to_each_other)) == [("at-once", "bureau", 10)] * 2


def test_stretches_that_share_one_closing_are_one() -> None:
    assert kinds(minutes(*[0.0] * 9, 10, *[20.0] * 9)) == [("at-once", "bureau", 19)]


def circling(times: int, gap: float = 2.0) -> list[Command]:
    """A task closed and open again so many times; each closing comes `gap` days after."""
    commands: list[Command] = [register(policy="reported", unit="bureau"), approve(at(1))]
    for nth in range(times):
        commands.append(relapse(at(2 + nth * 5), id_=f"relapse-{nth}"))
        commands.append(approve(at(2 + nth * 5 + gap), id_=f"approve-{nth}"))
    return commands


def test_two_relapses_of_a_task_are_told_and_one_is_not() -> None:
    assert kinds([story("1", *circling(1))]) == []
    (one,) = found([story("1", *circling(2))])
    assert (one.kind, one.count, [seen.at for seen in one.moments]) == ("relapses", 2, [at(2), at(7)])
    assert kinds([story("1", *circling(3))]) == [("relapses", "bureau", 3)]


def test_loops_are_told_in_the_period_of_the_last_one_by_what_was_known_until_its_end() -> None:
    three = [story("1", *circling(3))]
    assert kinds(three, since=at(12), until=at(13)) == [("relapses", "bureau", 3)]
    assert kinds(three, since=at(7), until=at(12)) == [("relapses", "bureau", 2)]
    assert kinds(three, since=at(13)) == []


def test_a_task_closed_within_a_day_of_its_relapse_is_told() -> None:
    (one,) = found([story("1", *circling(1, gap=1.0))])
    assert (one.kind, [seen.at for seen in one.moments]) == ("closed-again", [at(2), at(3)])
    assert found([story("1", *circling(1, gap=1.0))], since=at(3) + MOMENT) == []
    assert found([story("1", *circling(1, gap=1.0 + 1e-6))]) == []


def rejected(times: int) -> Story:
    commands: list[Command] = [register(unit="bureau"), sign(at(hours=1))]
    for nth in range(times):
        commands += [submit(at(nth + 1), id_=f"s{nth}"), send_back(at(nth + 1, hours=1), id_=f"b{nth}")]
    return story("1", *commands)


def test_a_task_sent_back_three_times_is_told_and_twice_is_not() -> None:
    assert kinds([rejected(2)]) == []
    assert kinds([rejected(3)]) == [("sent-back", "bureau", 3)]


def told_in(number: object, text: str, *, unit: str = "bureau", by: str | None = None, review: str = "") -> Story:
    course = (register(unit=unit), sign(at(hours=1)), submit(at(1)), approve(at(1, hours=2)))
    return story(str(number), *course, texts=[text, review], by=by)


SAME: Final = ["已按要求整改到位，符合标准。", " 已按要求整改到位 符合标准", "已按要求整改到位,\n符合标准！"]


def test_the_same_words_of_three_tasks_are_told_whatever_stands_between_them() -> None:
    (one,) = found([told_in(nth, text) for nth, text in enumerate(SAME)])
    assert (one.kind, one.unit, one.count, one.threshold) == ("same-text", "bureau", 3, 3)
    assert one.moments[0].text == SAME[0]


@pytest.mark.parametrize(
    "stories",
    [
        [told_in(nth, text) for nth, text in enumerate(SAME[:2])],
        [told_in(nth, text, unit=unit) for nth, (text, unit) in enumerate(zip(SAME, "aab", strict=True))],
        [told_in(nth, text, by=by) for nth, (text, by) in enumerate(zip(SAME, ["bureau", None, "water"], strict=True))],
        [told_in(nth, "整改到位，已经。") for nth in range(9)],
        [told_in(nth, "") for nth in range(9)],
    ],
    ids=["two", "other unit", "a co-unit's word", "seven characters", "no text"],
)
def test_other_words_are_not_told(stories: Sequence[Story]) -> None:
    assert found(stories) == []


def test_the_same_words_of_one_task_are_no_signal() -> None:
    again = [register(unit="bureau"), sign(at(hours=1))]
    for nth in range(2):
        again += [submit(at(nth + 1), id_=f"s{nth}"), send_back(at(nth + 1, hours=1), id_=f"b{nth}")]
    assert found([story("1", *again, submit(at(9)), texts=[SAME[0]] * 3), told_in("2", SAME[0])]) == []


def test_the_reviewers_words_are_told_apart_from_the_units() -> None:
    told = kinds([told_in(nth, f"第{nth}件已按要求整改", review="材料齐全，整改到位，同意") for nth in range(10)])
    assert ("same-review", "bureau", 10) in told
    assert not any(kind == "same-text" for kind, *_ in told)


def test_words_are_compared_in_one_width_and_case() -> None:
    assert words("ＰＭ２．５ 已 达标；ＯＫ") == words("pm2.5已达标 ok") == "pm25已达标ok"


def asking(number: object, when: datetime, *, granted: datetime | None = None, unit: str = "bureau") -> Story:
    commands: list[Command] = [register(due=DUE, unit=unit), sign(at(hours=1)), request_extension(when, DUE + timedelta(days=9))]
    if granted is not None:
        commands.append(grant_extension(granted, DUE + timedelta(days=9)))
    return story(str(number), *commands)


def test_five_extensions_asked_for_on_a_day_are_told_and_four_are_not() -> None:
    five = [asking(nth, at(3, hours=nth)) for nth in range(5)]
    assert kinds(five) == [("extensions-requested", "bureau", 5)]
    assert kinds(five[:4]) == []
    assert kinds([*five[:4], asking(4, at(3), unit="water")]) == []
    assert kinds([*five[:4], asking(4, at(4))]) == []


def test_five_extensions_granted_on_a_day_are_told() -> None:
    five = [asking(nth, at(nth), granted=at(7, hours=nth)) for nth in range(5)]
    assert kinds(five) == [("extensions-granted", "bureau", 5)]


def test_a_local_day_is_what_counts() -> None:
    midnight = datetime(2026, 11, 26, 16, 0, tzinfo=UTC)
    four = [asking(nth, midnight - timedelta(hours=nth + 1)) for nth in range(4)]
    assert kinds([*four, asking(4, midnight - MOMENT)]) == [("extensions-requested", "bureau", 5)]
    assert kinds([*four, asking(4, midnight)]) == []


LAST_DAY: Final = at(9, hours=23.5)
"""08:30 on the day of the due."""


def test_extensions_asked_for_in_the_last_working_day_are_told_over_the_whole_period() -> None:
    def due(nth: int) -> datetime:
        return DUE + timedelta(days=7 * nth)

    def at_last(nth: int, when: datetime) -> Story:
        until = due(nth) + timedelta(days=5)
        return story(str(nth), register(due=due(nth)), sign(at(hours=1)), request_extension(when, until))

    weekly = [at_last(nth, LAST_DAY + timedelta(days=7 * nth)) for nth in range(5)]
    assert kinds(weekly) == [("extensions-at-the-last", "bureau", 5)]
    assert kinds(weekly[:4]) == []
    assert kinds([*weekly[:4], at_last(4, LAST_DAY + timedelta(days=28) - MOMENT)]) == []


def test_an_extension_is_judged_by_the_due_before_it() -> None:
    late = [asking(nth, LAST_DAY, granted=LAST_DAY) for nth in range(5)]
    assert ("extensions-at-the-last", "bureau", 5) in kinds(late)


def test_a_task_is_told_of_the_unit_that_had_it_then() -> None:
    handed_on = [
        story(
            str(nth), register(due=DUE, unit="north"), sign(at(hours=1)), transfer(at(2), to_unit="south"), sign(at(3), id_="s2")
        )
        for nth in range(5)
    ]
    closed_then = [
        Story(replace(one.task, **vars(closed(nth, DUE, unit="x").task) | {"given": one.task.given}), ())
        for nth, one in enumerate(handed_on)
    ]
    assert kinds(closed_then) == [("last-hour", "south", 5)]


def test_what_was_said_before_a_relapse_is_told_of_the_unit_that_had_it_then() -> None:
    course = [register(unit="north"), sign(at(hours=1)), submit(at(1)), send_back(at(2)), transfer(at(3), to_unit="south")]
    course += [sign(at(4), id_="s2"), submit(at(5), id_="d2"), approve(at(6)), relapse(at(9))]
    assert kinds([story(str(nth), *course, texts=[SAME[0]]) for nth in range(3)]) == [("same-text", "north", 3)]


def test_what_was_split_is_left_out() -> None:
    whole = [story(str(nth), register(due=DUE), sign(at(hours=1)), split(at(1))) for nth in range(5)]
    asked = [Story(one.task, asking(nth, at(3, hours=nth)).told) for nth, one in enumerate(whole)]
    assert found(asked) == []


def test_an_offices_own_thresholds_are_the_ones_that_count() -> None:
    four = [closed(nth, DUE - timedelta(minutes=80)) for nth in range(4)]
    own = Thresholds(last_hour_tasks=4, last_hour_minutes=80)
    assert kinds(four) == []
    assert kinds(four, thresholds=own) == [("last-hour", "bureau", 4)]


def test_the_order_of_the_tasks_makes_no_difference() -> None:
    many = [*minutes(*range(12)), rejected(3), *(told_in(f"t{nth}", SAME[0], unit="water") for nth in range(3))]
    assert found(many) == found(reversed(many))
    assert [one.unit for one in found(many)] == ["bureau", "bureau", "water"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_sentence_in_both_languages_with_its_numbers(kind: Kind) -> None:
    moments = tuple(Moment(START + timedelta(hours=nth), closed(7, DUE).task.matter, "bureau", None, "同样") for nth in range(2))
    zh, en = wording.sentences(Finding(kind, "bureau", moments, 87, 65), Thresholds(closed_again_hours=87), "执法中队", SHANGHAI)
    for sentence in (zh, en):
        assert sentence.startswith("执法中队")
        assert "87" in sentence
        assert "{" not in sentence
    assert "提示线" in zh
    assert "told" in en


def test_the_contract_knows_the_same_kinds() -> None:
    assert get_args(Signal.model_fields["kind"].annotation) == KINDS == get_args(Kind)
