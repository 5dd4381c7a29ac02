"""What a receiver gets, and what is made of what it answers: on a real server."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier.channels.message import MOST_ANSWERED, Message, Recipient
from tests.support.channels import LI, MESSAGE, NOW, ZHANG, channel_of, channels_of
from tests.support.receivers import Endless, Hang, HangUp, Reply, Trickle, WebReceiver, web_receiver

SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()
FORMER = "former secret of the office"


@pytest.fixture
async def receiver() -> AsyncIterator[WebReceiver]:
    async with web_receiver() as running:
        yield running


def own(receiver: WebReceiver, more: str = "", path: str = "/hook") -> str:
    return f'kind = "webhook"\nurl = "{receiver.url}{path}"\nallow_private = true\n{more}'


def signed_with(key: bytes, headers: dict[str, str], body: bytes) -> str:
    """The signature as the receiver of an office makes it, after the text of Standard Webhooks."""
    signed = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


async def test_a_receiver_can_verify_what_it_got_by_either_secret(receiver: WebReceiver, tmp_path: Path) -> None:
    channel = channel_of(tmp_path, own(receiver, f'secret = "{SECRET}"\nformer_secret = "{FORMER}"'))
    outcome = await channel.send(MESSAGE, [ZHANG, LI], NOW)
    assert (outcome.result, outcome.answer) == ("delivered", "HTTP 200 ok")
    (got,) = receiver.received
    assert got.method == "POST"
    assert got.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert got.headers["webhook-signature"].split(" ") == [
        signed_with(b"k" * 24, got.headers, got.body),
        signed_with(FORMER.encode(), got.headers, got.body),
    ]
    data = json.loads(got.body)["data"]
    assert (data["title"], data["lines"], data["link"]) == (MESSAGE.title, list(MESSAGE.lines), MESSAGE.link)
    assert data["to"] == ["张三", "李四"]
    assert "清理河道" in got.body.decode(), "Chinese is readable and not escaped"


async def test_a_second_attempt_has_the_same_id_and_a_new_timestamp(receiver: WebReceiver, tmp_path: Path) -> None:
    channel = channel_of(tmp_path, own(receiver, f'secret = "{SECRET}"'))
    receiver.answers.extend([Reply(503), Reply()])
    first = await channel.send(MESSAGE, [], NOW)
    second = await channel.send(MESSAGE, [], NOW + timedelta(minutes=5))
    assert (first.result, second.result) == ("retry", "delivered")
    one, two = (got.headers for got in receiver.received)
    assert one["webhook-id"] == two["webhook-id"] == "due%3Acity%2FZB-7%3A1"
    assert int(two["webhook-timestamp"]) - int(one["webhook-timestamp"]) == 300
    assert one["webhook-signature"] != two["webhook-signature"]


@pytest.mark.parametrize(
    ("reply", "result", "after"),
    [
        (Reply(204, b""), "delivered", None),
        (Reply(500), "retry", None),
        (Reply(429, headers={"Retry-After": "90"}), "retry", 90),
        (Reply(503, headers={"Retry-After": "Mon, 23 Nov 2026 04:02:00 GMT"}), "retry", 119.75),
        (Reply(503, headers={"Retry-After": "Mon, 23 Nov 2026 03:00:00 GMT"}), "retry", 0),
        (Reply(503, headers={"Retry-After": "999999999"}), "retry", 86400),
        (Reply(503, headers={"Retry-After": "soon"}), "retry", None),
        (Reply(408), "retry", None),
        (Reply(425), "retry", None),
        (Reply(400, "参数错误".encode()), "failed", None),
        (Reply(401), "failed", None),
        (Reply(404), "failed", None),
        (Reply(410), "failed", None),
    ],
)
async def test_each_answer_means_one_thing(
    receiver: WebReceiver, tmp_path: Path, reply: Reply, result: str, after: float | None
) -> None:
    receiver.answers.append(reply)
    outcome = await channel_of(tmp_path, own(receiver)).send(MESSAGE, [], NOW)
    assert outcome.result == result
    assert outcome.retry_after == (None if after is None else timedelta(seconds=after))
    assert f"HTTP {reply.status}" in outcome.answer
    assert reply.body.decode() in outcome.answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(receiver: WebReceiver, tmp_path: Path, status: int) -> None:
    receiver.answers.append(Reply(status, headers={"Location": f"{receiver.url}/elsewhere"}))
    outcome = await channel_of(tmp_path, own(receiver)).send(MESSAGE, [], NOW)
    assert outcome.result == "failed"
    assert "重定向" in outcome.answer
    assert [got.target for got in receiver.received] == ["/hook"]


@pytest.mark.parametrize("behaviour", [Hang(), Trickle()])
async def test_a_server_that_hangs_or_trickles_is_left_at_the_deadline(
    receiver: WebReceiver, tmp_path: Path, behaviour: Hang | Trickle
) -> None:
    receiver.answers.append(behaviour)
    loop = asyncio.get_running_loop()
    began = loop.time()
    outcome = await channel_of(tmp_path, own(receiver, "timeout_seconds = 0.3")).send(MESSAGE, [], NOW)
    assert (outcome.result, outcome.answer) == ("retry", "0.3 秒内没有答完")
    assert 0.3 <= loop.time() - began < 3


async def test_a_server_that_hangs_up_or_is_not_there_is_tried_again(receiver: WebReceiver, tmp_path: Path) -> None:
    receiver.answers.append(HangUp())
    channel = channel_of(tmp_path, own(receiver))
    broken = await channel.send(MESSAGE, [], NOW)
    assert broken.result == "retry"
    assert "连接中断" in broken.answer
    async with web_receiver() as gone:
        nobody = channel_of(tmp_path, own(gone))
    refused = await nobody.send(MESSAGE, [], NOW)
    assert refused.result == "retry"
    assert refused.answer == "连接不上：连接被拒绝"


async def test_a_name_that_nobody_knows_is_tried_again(tmp_path: Path) -> None:
    outcome = await channel_of(tmp_path, 'kind = "webhook"\nurl = "https://nobody.invalid/x"').send(MESSAGE, [], NOW)
    assert outcome.result == "retry"
    assert "nobody.invalid" in outcome.answer


async def test_of_an_endless_answer_the_start_is_read_and_told(receiver: WebReceiver, tmp_path: Path) -> None:
    receiver.answers.append(Endless("很长\n".encode()))
    outcome = await channel_of(tmp_path, own(receiver, "timeout_seconds = 5")).send(MESSAGE, [], NOW)
    assert len(outcome.answer) == MOST_ANSWERED
    assert outcome.answer.startswith("HTTP 500 很长 很长 ")


async def test_an_answer_is_told_without_secrets(receiver: WebReceiver, tmp_path: Path) -> None:
    key, header = "0d1f-key-in-url", "Bearer+letters/in=header"
    text = own(receiver, f'secret = "{FORMER}"\nheaders = {{Authorization = "Basic {header}"}}', f"/hook?token={key}%2F&x=1")
    echo = json.dumps({"url": f"/hook?token={key}%2F&x=1", "part": f"{key}%2F", "token": f"{key}/", "auth": header, "s": FORMER})
    receiver.answers.append(Reply(500, echo.replace("/", "\\/").encode() + echo.encode()))
    outcome = await channel_of(tmp_path, text).send(MESSAGE, [], NOW)
    assert receiver.received[0].headers["authorization"] == f"Basic {header}"
    assert "***" in outcome.answer
    for secret in (key, header, FORMER, "letters"):
        assert secret not in outcome.answer


async def test_method_headers_and_body_are_the_offices_own(receiver: WebReceiver, tmp_path: Path) -> None:
    more = (
        'method = "PUT"\nheaders = {Content-Type = "application/x-www-form-urlencoded", X-Key = {env = "GATE"}}\n'
        "body = \"to={{ recipients | map(attribute='mobile') | join(',') }}&text={{ text | urlencode }}\""
    )
    channels = channels_of(tmp_path, f'[[channel]]\nname = "own"\n{own(receiver, more)}', {"GATE": "secret-of-gate"})
    await channels["own"].send(MESSAGE, [ZHANG, LI], NOW)
    (got,) = receiver.received
    assert (got.method, got.headers["x-key"]) == ("PUT", "secret-of-gate")
    assert got.body.startswith(b"to=13800000001,13800000002&text=2%20%E4%BB%B6")


async def test_the_body_of_a_get_is_its_query(receiver: WebReceiver, tmp_path: Path) -> None:
    more = 'preset = "sms"\nmethod = "GET"\nbody = "phone={{ recipient.mobile }}&text={{ text | urlencode }}"'
    outcome = await channel_of(tmp_path, own(receiver, more, path="/send?sn=office")).send(MESSAGE, [ZHANG], NOW)
    (got,) = receiver.received
    assert (outcome.result, got.method, got.body) == ("delivered", "GET", b"")
    assert got.target.startswith("/send?sn=office&phone=13800000001&text=2%20%E4%BB%B6")


async def test_a_query_that_is_no_query_fails_the_message(receiver: WebReceiver, tmp_path: Path) -> None:
    channel = channel_of(tmp_path, own(receiver, 'method = "GET"\nbody = "text={{ text }}"'))
    assert (await channel.send(MESSAGE, [ZHANG], NOW)).result == "failed"
    assert receiver.received == []


async def test_a_template_that_fails_on_a_message_fails_the_message(receiver: WebReceiver, tmp_path: Path) -> None:
    text = own(receiver, 'headers = {Content-Type = "text/plain"}\nbody = "{{ lines[1] }} {{ 1 // (lines | length - 3) }}"')
    message = Message("x", "题", ("一", "二", "三"), None, NOW)
    outcome = await channel_of(tmp_path, text).send(message, [], NOW)
    assert outcome.result == "failed"
    assert "ZeroDivisionError" in outcome.answer
    assert receiver.received == []


async def test_an_sms_goes_to_each_number_and_one_without_a_number_is_named(receiver: WebReceiver, tmp_path: Path) -> None:
    channel = channel_of(tmp_path, own(receiver, f'preset = "sms"\nsecret = "{SECRET}"'))
    outcome = await channel.send(MESSAGE, [ZHANG, LI, Recipient("王五", "wang@example.gov.cn", None)], NOW)
    assert outcome.result == "failed"
    assert outcome.answer == "3 人中 1 人未送达：王五：没有手机号码"
    assert [json.loads(got.body) for got in receiver.received] == [
        {"mobile": person.mobile, "content": "\n".join((MESSAGE.title, *MESSAGE.lines, f"查看并知悉：{MESSAGE.link}"))}
        for person in (ZHANG, LI)
    ]
    ids = {got.headers["webhook-id"] for got in receiver.received}
    assert len(ids) == 2, "a receiver drops what comes twice under one id"
    await channel.send(MESSAGE, [ZHANG], NOW)
    assert receiver.received[-1].headers["webhook-id"] == MESSAGE.token


async def test_an_sms_of_one_item_does_not_say_it_twice(receiver: WebReceiver, tmp_path: Path) -> None:
    channel = channel_of(tmp_path, own(receiver, 'preset = "sms"'))
    await channel.send(Message("x", "【督办提醒】逾期：清理河道", ("■ 逾期 清理河道（7）",), None, NOW), [ZHANG], NOW)
    assert json.loads(receiver.received[0].body)["content"] == "【督办提醒】■ 逾期 清理河道（7）"


async def test_no_proxy_of_the_environment_is_used(
    receiver: WebReceiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with web_receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        outcome = await channel_of(tmp_path, own(receiver)).send(MESSAGE, [], NOW)
        assert outcome.result == "delivered"
        assert proxy.received == []
    assert len(receiver.received) == 1
