"""What people read of an alert: what, whose, until when, how much time is left or passed, and why it is they."""

from datetime import datetime

import pytest

from services.notifier.desk import Desk
from services.notifier.wording import lines_of, title_of
from shared.clock import SystemClock
from shared.domain.matter import Matter
from shared.domain.notice import Kind, Notice, Occasion, Office, Reason, Word
from shared.domain.person import Person, Role, Roster
from shared.domain.task import Task
from shared.domain.telling import Hours
from shared.domain.value import replace
from shared.notices.wording import left, occasion_of, reason_of
from tests.support.sample import CALENDAR, MATTER, SHANGHAI, START, register
from tests.support.scenario import given


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


ROSTER = Roster({id: Person(id, name, ()) for id, name in (("a", "大气科承办人"), ("b", "大气科负责人"))})
DESK = Desk(None, None, Office(ROSTER, (), Hours(), CALENDAR), {"air": "大气科"}, {}, SystemClock(), "")  # type: ignore[arg-type]
DUE = local("2026-11-28T00:00")
OVERDUE = Occasion("city", "7", "finish", 1, "overdue", "overdue", DUE, DUE)
NEAR = replace(OVERDUE, number="8", kind="near", rung="near-1wd")
BECAUSE = Reason("到期", 0, Role.HANDLER)


def told(occasion: Occasion, person: str = "a") -> Notice:
    return Notice(occasion, person, BECAUSE, START, urgent=False)


def task() -> Task:
    task = given(register(unit="air")).task
    assert task is not None
    return task


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-11-27T23:59", "剩余 1 分钟"),
        ("2026-11-27T22:00", "剩余 2 小时"),
        ("2026-11-27T21:30", "剩余 2 小时 30 分钟"),
        ("2026-11-28T00:00", "剩余 0 分钟"),
        ("2026-11-26T09:00", "剩余 1 个工作日"),
        ("2026-11-23T09:00", "剩余 4 个工作日"),
        ("2026-11-28T00:00:30", "刚刚逾期"),
        ("2026-11-28T00:20", "已逾期 20 分钟"),
        ("2026-11-29T12:00", "已逾期 1 天（均为非工作日）"),
        ("2026-11-30T09:00", "已逾期 1 个工作日"),
        ("2026-12-04T09:00", "已逾期 5 个工作日"),
    ],
)
def test_time_left_is_said_as_an_office_counts_it(now: str, said: str) -> None:
    assert left(DUE, local(now), CALENDAR) == said


def test_a_line_says_what_whose_until_when_and_who_is_told() -> None:
    tasks = {MATTER: task(), Matter("city", "8"): replace(task(), number="8", title="工地扬尘")}
    now = local("2026-11-30T09:00")
    [late, near] = lines_of([told(NEAR), told(OVERDUE), told(OVERDUE, "b")], tasks, DESK, now, named=True)
    assert (
        late == f"■ 逾期 {tasks[MATTER].title}（7） 大气科，办结期限 11-27 24:00，已逾期 1 个工作日 → 大气科承办人、大气科负责人"
    )
    assert near.startswith("▲ 临期 工地扬尘（8） 大气科，")
    alone = lines_of([told(OVERDUE)], tasks, DESK, now, named=False)
    assert alone == (f"{late.partition(' → ')[0]} · 您为承办人",)


@pytest.mark.parametrize(
    ("reason", "to_one", "to_many"),
    [
        (Reason("到期", 1, Role.SECTION_HEAD), " · 您为科室负责人，前一步无人知悉", " → 大气科负责人"),
        (Reason("到期", 0, Role.HANDLER, ("a",)), " · 您代大气科承办人（承办人）接收", " → 大气科负责人（代大气科承办人）"),
    ],
)
def test_a_line_ends_with_why_it_is_the_reader_and_for_whom_somebody_stands_in(reason: Reason, to_one: str, to_many: str) -> None:
    notices = [replace(told(OVERDUE, "b"), reason=reason)]
    for named, ending in ((False, to_one), (True, to_many)):
        [line] = lines_of(notices, {MATTER: task()}, DESK, local("2026-11-30T09:00"), named=named)
        assert line.endswith(f"已逾期 1 个工作日{ending}")


@pytest.mark.parametrize(
    ("kind", "word", "said"),
    [
        ("urge", Word("city", "u-1"), "催办 {title}（7） 大气科，请尽快办理。来自 city"),
        ("urge", Word("city", "u-1", text="请今日反馈"), "催办 {title}（7） 大气科，请尽快办理。来自 city：请今日反馈"),
        (
            "letter",
            Word("city", "u-1", "督〔2026〕1号", "限三日"),
            "督办单 {title}（7） 大气科，请尽快办理。来自 city，文号 督〔2026〕1号：限三日",
        ),
        ("urge", None, "催办 {title}（7） 大气科，请尽快办理"),
    ],
)
def test_an_urge_says_whose_it_is_by_which_letter_and_in_what_words(kind: Kind, word: Word | None, said: str) -> None:
    urged = Occasion("city", "7", "urge", 1, kind, kind, START, None, word)
    [line] = lines_of([told(urged)], {MATTER: task()}, DESK, START, named=False)
    assert line == said.format(title=task().title) + " · 您为承办人"


def test_a_title_counts_things_not_people() -> None:
    assert title_of([told(OVERDUE), told(OVERDUE, "b"), told(NEAR)], {}) == "【督办提醒】逾期 1 件，临期 1 件"


def test_the_title_of_one_matter_names_it() -> None:
    tasks = {MATTER: replace(task(), title="清理河道")}
    sign = replace(OVERDUE, topic="sign", kind="near", rung="near-1h")
    assert title_of([told(OVERDUE), told(OVERDUE, "b")], tasks) == "【督办提醒】逾期：清理河道"
    assert title_of([told(OVERDUE), told(sign)], tasks) == "【督办提醒】逾期、临期：清理河道"
    assert title_of([told(OVERDUE)], {}) == "【督办提醒】逾期 1 件"
    alarm = replace(OVERDUE, topic="alarm", kind="alarm", rung="到期检测无心跳", due=None)
    assert title_of([told(alarm)], {}) == "【督办提醒】系统报警：到期检测无心跳"


def test_a_long_name_is_cut_in_the_title_and_whole_in_the_line() -> None:
    tasks = {MATTER: replace(task(), title="长" * 61)}
    assert title_of([told(OVERDUE)], tasks) == f"【督办提醒】逾期：{'长' * 59}…"
    assert "长" * 61 in lines_of([told(OVERDUE)], tasks, DESK, local("2026-11-30T09:00"), named=False)[0]


def test_a_reason_says_route_step_stand_in_and_what_it_waited_for() -> None:
    assert reason_of(BECAUSE, ROSTER) == "按“到期”第 1 步，通知承办人"
    stand_in = Reason("到期", 1, Role.SECTION_HEAD, ("b", "gone"), "hours")
    assert reason_of(stand_in, ROSTER) == (
        "按“到期”第 2 步，通知科室负责人；大气科负责人、gone外出，由代理人接收；前一步无人知悉，事项也未办结；"
        "非工作时间产生，到工作时间汇总发送"
    )


@pytest.mark.parametrize(
    ("rung", "said"),
    [
        ("near-30min", "临期30分钟"),
        ("near-2h", "临期2小时"),
        ("near-8wh", "临期8个工作小时"),
        ("near-3cd", "临期3天"),
        ("near-1mo", "临期1个月"),
        ("overdue", "到期"),
        ("late-1wd", "逾期1个工作日"),
        ("other", "other"),
        ("other-1wd", "other-1wd"),
    ],
)
def test_a_rung_is_said_in_chinese_with_its_clock(rung: str, said: str) -> None:
    assert occasion_of(replace(OVERDUE, rung=rung)) == f"办结 {said}"
    assert occasion_of(replace(OVERDUE, rung=rung, topic="sign")) == f"签收 {said}"
