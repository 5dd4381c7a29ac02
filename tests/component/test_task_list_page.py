"""The page of a list says what it is of, shows each task in words, and leads to the rest of the list."""

from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Final

from contracts.figures import Asked
from contracts.task_list import TaskLine, TaskList
from services.web.asking import WrongParameter
from services.web.page import render_tasks, render_trouble
from services.web.tasks_view import STATES, tasks_view, trouble_of
from services.web.view import State, view_of
from shared.domain.transition import Place
from shared.figures.document import Office
from shared.ports import NotStored
from shared.units import Units
from tests.support.published import group, published
from tests.support.sample import SHANGHAI

NOW: Final = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
OFFICE: Final = Office(Units({"water": "水务科"}), "Asia/Shanghai", SHANGHAI)


def line(number: str = "ZB-7", *, title: str = "清理河道", unit: str = "water", episode: int = 1, days: float = 1) -> TaskLine:
    return TaskLine(
        source="city",
        number=number,
        episode=episode,
        title=title,
        family="directive",
        unit=unit,
        state="handling",
        received_at=NOW - timedelta(days=9),
        due=NOW + timedelta(days=days),
        closed_at=None,
        href=f"/api/v1/task?source=city&number={number}",
    )


def listed(
    *lines: TaskLine, total: int | None = None, weight: float | None = None, offset: int = 0, asked: Asked | None = None
) -> TaskList:
    whole = len(lines) if total is None else total
    return TaskList(
        measure="open",
        asked=asked or Asked(),
        as_of=NOW,
        known_at=None,
        total=whole,
        weight=whole if weight is None else weight,
        limit=2,
        offset=offset,
        tasks=lines,
    )


def shown(of: TaskList, *parameters: tuple[str, str]) -> str:
    return render_tasks(tasks_view(of, OFFICE, [("measure", "open"), ("unit", "water"), *parameters]))


def test_a_list_says_what_is_counted_of_whom_and_when() -> None:
    asked = Asked(family="complaint", unit="water", category="", received_from=date(2026, 1, 1), received_to=date(2026, 7, 1))
    text = shown(listed(line(), asked=asked))
    for words in ("在办", "1 件", "尚未办结也未另行了结。", "信访投诉", "水务科", "未注明", "2026-01-01 至 2026-06-30"):
        assert words in text, words
    assert "2026-11-23 12:00（周一）" in text


def test_a_task_stands_in_words_with_a_way_to_the_whole_of_it() -> None:
    text = unescape(shown(listed(line(unit="old-7", episode=2))))
    for words in ("ZB-7（第 2 次）", "清理河道", "市区指令", "old-7", "未登记", "● 办理中", "2026-11-24 12:00（周二）"):
        assert words in text, words
    assert 'href="/api/v1/task?source=city&number=ZB-7"' in text


def test_a_task_past_its_due_has_a_lamp_of_shape_and_word() -> None:
    assert '<td class="bad">■ 逾期 · 办理中</td>' in shown(listed(line(days=-1)))


def test_what_was_pushed_is_never_markup() -> None:
    text = shown(listed(line("<i>", title="<script>alert(1)</script>", unit="<b>")), ("source", '"><img>'))
    for markup in ("<script", "<i>", "<b>", "<img>"):
        assert markup not in text, markup


def test_a_weighted_count_says_both_numbers() -> None:
    assert "2 件（按权重计 1.5 件）" in shown(listed(line(), line("ZB-8"), weight=1.5))


def test_the_pages_of_a_list_lead_to_one_another_with_the_same_filters() -> None:
    text = unescape(shown(listed(line(), line("ZB-8"), total=7, offset=2), ("offset", "2")))
    assert "第 3 至 4 件" in text
    assert 'rel="prev" href="/tasks?measure=open&unit=water"' in text
    assert 'rel="next" href="/tasks?measure=open&unit=water&offset=4"' in text
    assert 'href="/api/v1/tasks?measure=open&unit=water&offset=2"' in text


def test_the_last_page_leads_no_further_and_an_empty_list_says_so() -> None:
    assert 'rel="next"' not in shown(listed(line(), total=3, offset=2))
    assert "此处没有事项" in shown(listed())


def test_every_state_has_a_shape_and_a_word() -> None:
    assert STATES.keys() == {place.value for place in Place} - {Place.ABSENT.value}
    assert all(len(words) > 2 and words[1] == " " for words in STATES.values())


def test_troubles_are_told_in_the_offices_words() -> None:
    wrong = render_trouble(trouble_of(WrongParameter("as_of", "<昨天>", "an instant")))
    assert "参数 as_of 有误：&lt;昨天&gt;。应为时刻，如 2023-06-19" in wrong
    assert "请稍后重新载入" in trouble_of(NotStored("away"))


def test_a_number_on_the_page_leads_to_its_list_and_a_zero_to_none() -> None:
    figures = published(group("", received=3, closed=3), as_of=NOW, position=1, units=[group("water", received=3, closed=3)])
    view = view_of(State(figures, (), NOW, connected=True), OFFICE.units, SHANGHAI, NOW)
    hrefs = {card.key: card.href for card in view.cards}
    assert hrefs == {
        "received": "/tasks?measure=received",
        "closed": "/tasks?measure=closed",
        "closure": "",
        "on-time": "",
        "open": "",
        "overdue": "",
    }
    assert view.units[0].hrefs["closed"] == "/tasks?measure=closed"
    assert view.units[0].hrefs["open"] == ""
