"""What an HTTP answer means: taken, to be tried again, or refused for good."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from services.notifier.channels.call import Answer
from services.notifier.channels.message import Outcome, delivered, failed, retry
from shared.domain.value import value

LONGEST_WAIT: Final = timedelta(days=1)
"""More than this is not believed of a gateway that asks us to wait."""

_AGAIN: Final = frozenset({408, 425, 429})
_WAIT_HEADERS: Final = ("retry-after", "x-ogw-ratelimit-reset")
_BUSY: Final = re.compile(r"(?i)too (?:many|fast)|frequen|rate.?limit|over limit|busy|限流|太快|频繁|频率|繁忙")


@value
class Robot:
    """How a robot says in its body what it says with HTTP 200."""

    fields: tuple[str, ...]
    """Where the code stands; all that are there are 0 when a message was taken."""
    busy: Mapping[str, timedelta]
    """Codes that mean "later", with how long to wait. Codes that are not listed are read by their words."""


def judge(answer: Answer, told: str, robot: Robot | None, now: datetime) -> Outcome:
    """The outcome of an answer; `told` is its body as text without secrets, `now` in UTC."""
    line = f"HTTP {answer.status} {told}"
    wait = _wait(answer, now)
    if 300 <= answer.status < 400:
        return failed(f"HTTP {answer.status} 要求转到别处，不跟随重定向")
    if answer.status in _AGAIN or answer.status >= 500:
        return retry(line, wait)
    if robot is not None:
        return _judge_robot(answer, line, robot, wait)
    return delivered(line) if answer.status < 300 else failed(_gone(answer, line))


def _judge_robot(answer: Answer, line: str, robot: Robot, wait: timedelta | None) -> Outcome:
    said = _object(answer.body)
    codes = [str(said[field]) for field in robot.fields if said.get(field) is not None]
    errors = [code for code in codes if code != "0"]
    for code in errors:
        if code in robot.busy:
            return retry(line, wait or robot.busy[code])
    if errors and _BUSY.search(line):
        return retry(line, wait)
    if errors or answer.status >= 300:
        return failed(_gone(answer, line))
    if not codes:  # a page of some proxy in between, or of maintenance: not the robot's word
        return retry(f"回答不是机器人的格式：{line}")
    return delivered(line)


def _gone(answer: Answer, line: str) -> str:
    return f"接收方已撤销此地址：{line}" if answer.status == 410 else line


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _wait(answer: Answer, now: datetime) -> timedelta | None:
    """How long the gateway asks us to wait: seconds or an HTTP date, between nothing and LONGEST_WAIT."""
    said = next((answer.headers[name].strip() for name in _WAIT_HEADERS if name in answer.headers), None)
    if said is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", said):
        return min(timedelta(seconds=int(said)), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    return min(max(until - now, timedelta(0)), LONGEST_WAIT)
