"""The page says what is so: rates cut off, dues as people count them, nothing pushed is markup."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Final

import pytest

from contracts.figures import Figures, Group
from services.web import wording
from services.web.board import Board, is_older
from services.web.page import render_fragment, render_page
from services.web.view import State, view_of
from shared.domain.matter import Family, Matter
from shared.ports import OverdueTask
from shared.units import Units
from tests.support.published import group as numbers
from tests.support.published import published, rate
from tests.support.sample import SHANGHAI

NOW: Final = datetime(2026, 11, 23, 4, 0, 20, tzinfo=UTC)
"""A Monday, 12:00:20 in Shanghai."""
UNITS: Final = Units({"water": "水务科", "air": "大气科", "idle": "办公室"})


def group(key: str, closed: int, open_: int, overdue: int = 0) -> Group:
    return numbers(key, received=closed + open_, closed=closed, closed_on_time=closed, open=open_, overdue_open=overdue)


def figures(units: Sequence[Group] = (), whole: Group | None = None, as_of: datetime = NOW, position: int = 1) -> Figures:
    families = (group("complaint", 1, 0), group("directive", 2, 1))
    return published(whole or group("", 3, 1), as_of=as_of, position=position, families=families, units=units)


def late(title: str = "清理河道", unit: str = "water", due: datetime = NOW - timedelta(hours=30)) -> OverdueTask:
    return OverdueTask(Matter("city", "ZB-7"), Family.DIRECTIVE, title, unit, due)


def shown(state: State, now: datetime = NOW) -> str:
    return render_fragment(view_of(state, UNITS, SHANGHAI, now))


def known(of: Figures | None, *overdue: OverdueTask) -> State:
    return State(of, overdue, NOW, connected=True)


@pytest.mark.parametrize(
    ("numerator", "denominator", "words"),
    [
        (3, 4, "75.00%"),
        (2, 3, "66.66%"),  # not 66.67
        (99_999, 100_000, "99.99%"),  # one is open, so it is not 100
        (0, 5, "0.00%"),
        (5, 5, "100.00%"),
        (0, 0, "—"),  # neither 0 nor 100
        (4.5, 188.5, "2.38%"),  # half a matter, which two offices share
        (0.3, 0.3, "100.00%"),
        (0.7, 1, "70.00%"),  # and not 69.99
    ],
)
def test_a_rate_is_cut_off_and_nothing_is_a_dash(numerator: float, denominator: float, words: str) -> None:
    assert wording.percent(rate(numerator, denominator)) == words


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (datetime(2026, 11, 20, 9, 0, tzinfo=UTC), "2026-11-20 17:00（周五）"),
        (datetime(2026, 11, 22, 15, 59, tzinfo=UTC), "2026-11-22 23:59（周日）"),
        (datetime(2026, 11, 30, 16, 0, tzinfo=UTC), "2026-11-30 24:00（周一）"),  # the midnight that ends the month
    ],
)
def test_a_due_is_told_in_local_time_with_its_weekday(due: datetime, words: str) -> None:
    assert wording.deadline(due, SHANGHAI) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "不到 1 分钟"),
        (timedelta(seconds=-5), "不到 1 分钟"),  # clocks differ
        (timedelta(minutes=59), "59 分钟"),
        (timedelta(hours=2), "2 小时"),
        (timedelta(hours=2, minutes=5), "2 小时 5 分钟"),
        (timedelta(days=3, hours=10, minutes=59), "3 天 10 小时"),
        (timedelta(days=1, minutes=5), "1 天"),
    ],
)
def test_how_late_is_told_in_two_parts(length: timedelta, words: str) -> None:
    assert wording.span(length) == words


def test_the_six_figures_stand_with_their_parts() -> None:
    text = shown(known(figures(whole=group("", 93, 7, overdue=2))))
    for words in ("收到", "100", "已办结", "93.00%", "93 / 100", "97.89%", "93 / 95", "在办", "数据截至", "12:00:20（周一）"):
        assert words in text, words


def test_a_shared_matter_counts_by_its_share_on_the_page() -> None:
    half = group("", 3, 1)
    whole = half.model_copy(update={"counts": half.counts.model_copy(update={"received": 4.5, "closed": 3.5})})
    text = shown(known(figures([whole], whole=whole)))
    assert ">4.5</a></dd>" in text
    assert text.count(">3.5</a>") == 2


def test_a_rate_without_denominator_is_a_dash_on_the_page() -> None:
    text = shown(known(figures(whole=group("", 0, 4))))
    assert '<dd class="value" data-key="on-time">—</dd>' in text
    assert "0 / 0" in text


def test_what_was_pushed_is_never_markup() -> None:
    text = shown(known(figures([group("<b>x</b>", 1, 1)]), late(title='<script>alert("1")</script>', unit="<i>")))
    for markup in ("<script", "<b>", "<i>"):
        assert markup not in text
    assert '<script>alert("1")</script>' in unescape(text)
    assert text in render_page(text), "the page takes the fragment as it is"
    assert '<a href="/inbox">我的提醒</a>' in text


def test_units_stand_in_official_order_with_strangers_marked_after_them() -> None:
    text = shown(known(figures([group("", 1, 0), group("air", 9, 0), group("old-7", 1, 0), group("water", 0, 9)])))
    rows = [part.split("</th>")[0] for part in text.split('<th scope="row">')[1:]]
    assert rows[:4] == ["水务科", "大气科", 'old-7 <span class="mark">未登记</span>', "未分派"]
    assert rows[4:] == ["市区指令", "信访投诉"]
    assert "另有 1 个登记单位没有事项" in text


def test_an_overdue_task_has_a_lamp_of_shape_and_word() -> None:
    text = shown(known(figures(whole=group("", 1, 30, overdue=21)), late(), late(unit="old-7")))
    for words in ("■</span> 逾期", "清理河道", "ZB-7", "水务科", "期限", "2026-11-22 06:00（周日）", "已逾期 1 天 6 小时"):
        assert words in text, words
    assert text.count("未登记") == 1
    assert "列出逾期最久的 2 件，共 21 件" in text


def test_an_empty_list_says_when_it_was_last_checked() -> None:
    assert "没有逾期事项。最近一次检查 2026-11-23 12:00（周一）" in shown(known(figures()))


@pytest.mark.parametrize("nothing", [None, figures(whole=group("", 0, 0))])
def test_before_the_first_matter_the_page_says_how_to_push_one(nothing: Figures | None) -> None:
    text = shown(known(nothing))
    assert "还没有收到任何事项" in text
    assert "duban push" in text
    assert "最近一次检查 2026-11-23 12:00（周一）" in text


def test_a_page_that_lost_its_source_says_how_old_it_is() -> None:
    text = shown(State(figures(), (), NOW, connected=False), NOW + timedelta(minutes=3))
    assert "连接中断" in text
    assert "3 分钟前的数据" in text


def test_a_state_that_looks_the_same_is_not_sent_again() -> None:
    board = Board(UNITS, SHANGHAI, NOW)
    board.show(known(figures()), NOW)
    before = board.fragment
    board.show(known(figures()), NOW + timedelta(seconds=5))
    assert board.fragment is before


def test_the_greatest_positions_win_and_the_instant_breaks_a_tie() -> None:
    newest = figures(position=7)
    assert is_older(figures(position=6, as_of=NOW + timedelta(hours=1)), newest)
    assert is_older(figures(position=7, as_of=NOW - timedelta(hours=1)), newest)
    assert not is_older(figures(position=7, as_of=NOW + timedelta(hours=1)), newest)
    assert not is_older(figures(position=8, as_of=NOW - timedelta(hours=1)), newest)
