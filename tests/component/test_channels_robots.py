"""What robots of groups get, how it is signed, and what their codes mean."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from services.notifier.channels.message import Message
from tests.support.channels import MESSAGE, NOW, ZHANG, channel_of
from tests.support.receivers import Reply, WebReceiver, web_receiver

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
LONG = Message("long", "到期清单", tuple(f"ZB-{n} 清理第 {n} 段河道（水务科）" for n in range(1, 2001)), MESSAGE.link, NOW)


@pytest.fixture
async def receiver() -> AsyncIterator[WebReceiver]:
    async with web_receiver() as running:
        yield running


def robot(receiver: WebReceiver, preset: str, more: str = "") -> str:
    return f'kind = "webhook"\npreset = "{preset}"\nbase_url = "{receiver.url}/"\nkey = "{KEY}"\nallow_private = true\n{more}'


def said(body: Any) -> Reply:
    return Reply(200, json.dumps(body, ensure_ascii=False).encode())


async def test_wecom_gets_markdown_at_its_path_with_the_key(receiver: WebReceiver, tmp_path: Path) -> None:
    receiver.answers.append(said({"errcode": 0, "errmsg": "ok"}))
    outcome = await channel_of(tmp_path, robot(receiver, "wecom")).send(MESSAGE, [], NOW)
    assert outcome.result == "delivered"
    (got,) = receiver.received
    assert (got.method, got.target) == ("POST", f"/cgi-bin/webhook/send?key={KEY}")
    assert got.headers["content-type"] == "application/json; charset=utf-8"
    assert json.loads(got.body) == {
        "msgtype": "markdown",
        "markdown": {
            "content": "**2 件事项将于今日到期**\n> ZB-7 清理河道（水务科）\n"
            '> ZB-9 "门前"三包（城管科）\n\n[查看并知悉](https://duban.example.gov.cn/tasks?due=today)'
        },
    }
    assert "webhook-id" not in got.headers


async def test_dingtalk_is_signed_by_time_and_secret(receiver: WebReceiver, tmp_path: Path) -> None:
    receiver.answers.append(said({"errcode": 0, "errmsg": "ok"}))
    outcome = await channel_of(tmp_path, robot(receiver, "dingtalk", 'secret = "SEC/sign+of="')).send(MESSAGE, [], NOW)
    assert outcome.result == "delivered"
    (got,) = receiver.received
    path, query = urlsplit(got.target).path, parse_qs(urlsplit(got.target).query, strict_parsing=True)
    timestamp = str(round(NOW.timestamp() * 1000))
    expected = base64.b64encode(hmac.digest(b"SEC/sign+of=", f"{timestamp}\nSEC/sign+of=".encode(), hashlib.sha256)).decode()
    assert path == "/robot/send"
    assert query == {"access_token": [KEY], "timestamp": [timestamp], "sign": [expected]}
    assert json.loads(got.body)["markdown"] == {
        "title": "2 件事项将于今日到期",
        "text": "#### 2 件事项将于今日到期\n- ZB-7 清理河道（水务科）\n"
        '- ZB-9 "门前"三包（城管科）\n\n[查看并知悉](https://duban.example.gov.cn/tasks?due=today)',
    }


async def test_feishu_is_signed_in_its_body(receiver: WebReceiver, tmp_path: Path) -> None:
    receiver.answers.append(said({"StatusCode": 0, "StatusMessage": "success", "code": 0, "msg": "success"}))
    outcome = await channel_of(tmp_path, robot(receiver, "feishu", 'secret = "of Feishu"')).send(MESSAGE, [], NOW)
    assert outcome.result == "delivered"
    (got,) = receiver.received
    assert got.target == f"/open-apis/bot/v2/hook/{KEY}"
    body = json.loads(got.body)
    timestamp = str(int(NOW.timestamp()))
    assert (body["timestamp"], body["msg_type"]) == (timestamp, "post")
    assert body["sign"] == base64.b64encode(hmac.digest(f"{timestamp}\nof Feishu".encode(), b"", hashlib.sha256)).decode()
    assert body["content"]["post"]["zh_cn"] == {
        "title": MESSAGE.title,
        "content": [
            [{"tag": "text", "text": MESSAGE.lines[0]}],
            [{"tag": "text", "text": MESSAGE.lines[1]}],
            [{"tag": "a", "text": "查看并知悉", "href": MESSAGE.link}],
        ],
    }


@pytest.mark.parametrize(
    ("preset", "answer", "result", "minutes"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, "failed", None),
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, "retry", 1),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, "failed", None),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}, "retry", 10),
        ("dingtalk", {"errcode": "410100", "errmsg": "发送速度太快而限流"}, "retry", 10),
        ("dingtalk", {"errcode": 999, "errmsg": "请求过于频繁"}, "retry", None),
        ("feishu", {"code": 0}, "delivered", None),
        ("feishu", {"StatusCode": 0}, "delivered", None),
        ("feishu", {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}, "failed", None),
        ("feishu", {"code": 11232, "msg": "frequency limited psm"}, "retry", 1),
        ("feishu", {"code": 9499, "msg": "Bad Request"}, "failed", None),
        ("feishu", {"code": 9499, "msg": "too many request"}, "retry", None),
        ("wecom", ["no object"], "retry", None),
        ("wecom", {"status": "fine"}, "retry", None),
    ],
)
async def test_a_robot_that_says_200_may_still_have_refused(
    receiver: WebReceiver, tmp_path: Path, preset: str, answer: Any, result: str, minutes: int | None
) -> None:
    receiver.answers.append(said(answer))
    outcome = await channel_of(tmp_path, robot(receiver, preset)).send(MESSAGE, [], NOW)
    assert outcome.result == result
    assert outcome.retry_after == (None if minutes is None else timedelta(minutes=minutes))
    assert json.dumps(answer, ensure_ascii=False) in outcome.answer


async def test_a_page_of_a_proxy_is_no_delivery(receiver: WebReceiver, tmp_path: Path) -> None:
    receiver.answers.append(Reply(200, "<html>请先登录</html>".encode()))
    outcome = await channel_of(tmp_path, robot(receiver, "wecom")).send(MESSAGE, [], NOW)
    assert outcome.result == "retry"
    assert "请先登录" in outcome.answer


async def test_feishu_says_in_a_header_when_it_listens_again(receiver: WebReceiver, tmp_path: Path) -> None:
    receiver.answers += [
        Reply(429, b"", {"x-ogw-ratelimit-reset": "7"}),
        Reply(400, b'{"code": 99991400, "msg": "request trigger frequency limit"}', {"x-ogw-ratelimit-reset": "9"}),
    ]
    channel = channel_of(tmp_path, robot(receiver, "feishu"))
    for seconds in (7, 9):
        outcome = await channel.send(MESSAGE, [], NOW)
        assert (outcome.result, outcome.retry_after) == ("retry", timedelta(seconds=seconds))


async def test_an_answer_never_has_the_key_or_the_sign(receiver: WebReceiver, tmp_path: Path) -> None:
    channel = channel_of(tmp_path, robot(receiver, "dingtalk", 'secret = "SECret"'))
    receiver.answers.append(Reply(500))
    await channel.send(MESSAGE, [], NOW)
    target = receiver.received[0].target
    receiver.answers.append(Reply(500, f"no route to {target} ({KEY}) SECret".encode()))
    outcome = await channel.send(MESSAGE, [], NOW)
    assert outcome.answer == "HTTP 500 no route to *** (***) ***"


async def test_what_a_citizen_wrote_becomes_no_link_and_calls_nobody(receiver: WebReceiver, tmp_path: Path) -> None:
    title = "[点此领奖](https://evil.example) <@all> **急**\n# 标题\x07"
    channel = channel_of(tmp_path, robot(receiver, "wecom"))
    await channel.send(Message("x", title, (f"{title}\r\n> 假的一项",), "https://a.example/(b) c", NOW), [], NOW)
    content = json.loads(receiver.received[0].body)["markdown"]["content"]
    assert content == (
        "**［点此领奖］(https://evil.example) ＜@all＞ ＊＊急＊＊ # 标题**\n"
        "> ［点此领奖］(https://evil.example) ＜@all＞ ＊＊急＊＊ # 标题 ＞ 假的一项\n\n"
        "[查看并知悉](https://a.example/%28b%29%20c)"
    )


@pytest.mark.parametrize(("preset", "most"), [("wecom", 4096), ("dingtalk", 20_000), ("feishu", 20_000), ("sms", 1500)])
async def test_a_long_message_keeps_whole_items_and_says_how_many_there_are(
    receiver: WebReceiver, tmp_path: Path, preset: str, most: int
) -> None:
    where = f'url = "{receiver.url}"' if preset == "sms" else f'base_url = "{receiver.url}"\nkey = "{KEY}"\nsecret = "x"'
    if preset == "wecom":
        where = where.replace('secret = "x"', "")
    channel = channel_of(tmp_path, f'kind = "webhook"\npreset = "{preset}"\n{where}\nallow_private = true')
    await channel.send(LONG, [ZHANG], NOW)
    (got,) = receiver.received
    assert most * 0.85 < len(got.body) <= most
    text = json.dumps(json.loads(got.body), ensure_ascii=False)
    assert "…等 2000 项" in text
    shown = [line for line in LONG.lines if line in text]
    assert shown == list(LONG.lines[: len(shown)])
    assert f"ZB-{len(shown) + 1}" not in text


async def test_a_title_that_is_too_long_is_cut(receiver: WebReceiver, tmp_path: Path) -> None:
    await channel_of(tmp_path, robot(receiver, "wecom")).send(Message("x", "长" * 5000, ("一项",), None, NOW), [], NOW)
    body = receiver.received[0].body
    assert 4000 < len(body) <= 4096
    content = json.loads(body)["markdown"]["content"]
    assert content.endswith("长…**\n> …等 1 项")


async def test_a_link_that_is_too_long_for_any_message_fails(receiver: WebReceiver, tmp_path: Path) -> None:
    message = Message("x", "题", ("一项",), "https://a.example/" + "x" * 5000, NOW)
    outcome = await channel_of(tmp_path, robot(receiver, "wecom")).send(message, [], NOW)
    assert outcome.result == "failed"
    assert "4096" in outcome.answer
    assert receiver.received == []
