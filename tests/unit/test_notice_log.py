"""The log of notices says when somebody was told, and not when they were to be."""

from datetime import datetime, timedelta

import pytest

from services.cli.notify_log import line_of
from shared.domain.notice import Acknowledged, Notice, Occasion, Reason, Word
from shared.domain.person import Person, Role, Roster
from shared.domain.value import replace
from shared.storage.noticing import Sent
from shared.storage.told import Logged, State
from tests.support.inboxes import message
from tests.support.sample import SHANGHAI, START, at

ROSTER = Roster({"air-1": Person("air-1", "大气科承办人", ())})
OCCASION = Occasion("city", "7", "finish", 1, "overdue", "overdue", START, START)
NOTICE = Notice(OCCASION, "air-1", Reason("到期", 0, Role.HANDLER), START, urgent=False)
TOLD = at(hours=2)
"""11:00 of that Monday in Shanghai, two hours after it was planned for."""


def logged(state: State, settled_at: datetime | None, why: str = "") -> Logged:
    return Logged(NOTICE, "清理河道", state, why, settled_at, None, ())


def line(one: Logged) -> tuple[str, str, str, str, str]:
    return line_of(one, ROSTER, SHANGHAI)


def test_who_was_told_in_the_inbox_alone_was_told_at_a_time() -> None:
    when, who, what, became, why = line(logged("told", TOLD))
    assert (when, who, became) == ("2026-11-23 11:00", "大气科承办人", "已通知，仅站内\n站内 2026-11-23 11:00")
    assert (what, why) == ("■ 逾期 7 清理河道\n办结 到期", "按“到期”第 1 步，通知承办人")


def test_each_message_says_when_it_went_out_and_what_the_gateway_said() -> None:
    sent = replace(message("d-1", NOTICE, made_at=TOLD), tried_at=TOLD + timedelta(minutes=5))
    waits = replace(message("d-2", NOTICE, state="sending", channel="robot"), tried_at=None, next_at=TOLD, answer="")
    _, _, _, became, _ = line(replace(logged("told", TOLD), deliveries=(sent, waits)))
    assert became.splitlines()[2:] == ["mail 已送达 2026-11-23 11:05 250 ok", "robot 发送中 2026-11-23 11:00"]


def test_what_was_dropped_says_when_and_why() -> None:
    when, _, _, became, _ = line(logged("dropped", TOLD, "closed"))
    assert (when, became) == ("2026-11-23 11:00", "未通知：已办结")


def test_what_waits_was_told_at_no_time_yet() -> None:
    when, _, _, became, _ = line(logged("waiting", None))
    assert (when, became) == ("—", "待发，计划 2026-11-23 09:00")


def test_who_took_note_is_named() -> None:
    noted = Acknowledged("city", "7", TOLD, "air-1")
    assert line(replace(logged("told", TOLD), acknowledged=noted))[3].endswith("大气科承办人 知悉于 2026-11-23 11:00")


def test_an_urge_is_shown_in_its_words() -> None:
    urge = replace(OCCASION, topic="urge", rung="urge", kind="urge", due=None, word=Word("city", "u-1", text="请今日反馈"))
    assert line(replace(logged("told", TOLD), notice=replace(NOTICE, occasion=urge)))[2].endswith("来自 city：请今日反馈")


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (("failed", "delivered"), "已通知"),
        (("failed", "sending"), "站内已通知，渠道发送中"),
        (("failed",), "已通知，仅站内"),
        (("dropped",), "已通知，仅站内"),
    ],
)
def test_what_no_channel_delivered_was_told_in_the_inbox_alone(states: tuple[Sent, ...], said: str) -> None:
    ways = tuple(message(f"d-{state}", NOTICE, state=state) for state in states)
    assert line(replace(logged("told", TOLD), deliveries=ways))[3].splitlines()[0] == said


def test_why_it_was_planned_does_not_contradict_why_it_was_dropped() -> None:
    higher = replace(NOTICE, reason=Reason("到期", 1, Role.SECTION_HEAD, waited="step"))

    def why(state: State) -> str:
        return line(replace(logged(state, TOLD, "acknowledged" if state == "dropped" else ""), notice=higher))[4]

    assert why("told") == "按“到期”第 2 步，通知科室负责人；前一步无人知悉，事项也未办结"
    assert why("dropped") == "原计划按“到期”第 2 步，通知科室负责人"
    assert why("waiting") == "按“到期”第 2 步，通知科室负责人；到时仍无人知悉、事项也未办结才通知"
