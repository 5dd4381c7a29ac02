"""Apprise as a channel: what a service gets, and what is said where it is not installed."""

import json
import sys
from pathlib import Path

import pytest

from services.notifier.channels.load import BadChannels
from tests.support.channels import MESSAGE, NOW, ZHANG, channel_of, channels_of
from tests.support.receivers import Hang, Reply, WebReceiver, web_receiver

# Apprise loads all its plugins at once, and one of them asks the standard library for a module that is to go.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def text(receiver: WebReceiver, more: str = "") -> str:
    return f'kind = "apprise"\nurl = "json://127.0.0.1:{receiver.port}/told"\n{more}'


async def test_a_service_gets_title_items_and_link(tmp_path: Path) -> None:
    async with web_receiver() as receiver:
        outcome = await channel_of(tmp_path, text(receiver)).send(MESSAGE, [ZHANG], NOW)
    assert outcome.result == "delivered", outcome.answer
    (got,) = receiver.received
    body = json.loads(got.body)
    assert got.target == "/told"
    assert body["title"] == MESSAGE.title
    assert body["message"].split("\n") == [*MESSAGE.lines, f"查看并知悉：{MESSAGE.link}"]


async def test_a_service_that_does_not_take_it_is_tried_again(tmp_path: Path) -> None:
    async with web_receiver() as receiver:
        receiver.answers.append(Reply(500))
        outcome = await channel_of(tmp_path, text(receiver)).send(MESSAGE, [ZHANG], NOW)
    assert outcome.result == "retry"


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    async with web_receiver() as receiver:
        receiver.answers.append(Reply(307, headers={"Location": f"{receiver.url}/elsewhere"}))
        outcome = await channel_of(tmp_path, text(receiver)).send(MESSAGE, [ZHANG], NOW)
    assert outcome.result == "retry"
    assert [got.target for got in receiver.received] == ["/told"]


async def test_a_service_that_hangs_is_left_at_the_deadline(tmp_path: Path) -> None:
    async with web_receiver() as receiver:
        receiver.answers.append(Hang())
        outcome = await channel_of(tmp_path, text(receiver, "timeout_seconds = 0.3")).send(MESSAGE, [ZHANG], NOW)
    assert (outcome.result, outcome.answer) == ("retry", "0.3 秒内没有答完")


def test_without_apprise_the_file_is_refused_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(BadChannels, match=r"kind: Apprise is not installed; install Duban with its extra"):
        channels_of(tmp_path, '[[channel]]\nname = "x"\nkind = "apprise"\nurl = "json://127.0.0.1"')


def test_a_service_that_apprise_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadChannels, match="url: Apprise knows no such service"):
        channels_of(tmp_path, '[[channel]]\nname = "x"\nkind = "apprise"\nurl = "nothing://x"')
