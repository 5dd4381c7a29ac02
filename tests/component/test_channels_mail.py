"""What a mail server gets, and what is made of what it says: on a real one."""

import asyncio
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from services.notifier.channels.mail import written
from services.notifier.channels.message import Message, Recipient
from tests.support.channels import LI, MESSAGE, NOW, ZHANG, channel_of
from tests.support.mail_receiver import MailReceiver, mail_receiver
from tests.support.receivers import raw_receiver


def server(receiver: MailReceiver, more: str = "") -> str:
    return (
        f'kind = "email"\nhost = "127.0.0.1"\nport = {receiver.port}\nsecurity = "none"\n'
        f'sender = "duban@office.example"\nsender_name = "督办系统"\n{more}'
    )


def read(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


async def test_each_recipient_gets_a_mail_alone(tmp_path: Path) -> None:
    async with mail_receiver() as receiver:
        outcome = await channel_of(tmp_path, server(receiver)).send(MESSAGE, [ZHANG, LI], NOW)
    assert (outcome.result, outcome.answer) == ("delivered", "2 人全部送达")
    assert [(sender, to) for sender, to, _ in receiver.mails] == [
        ("duban@office.example", [ZHANG.email]),
        ("duban@office.example", [LI.email]),
    ]
    mail = read(receiver.mails[0][2])
    assert mail["subject"] == MESSAGE.title
    assert mail["from"] == "督办系统 <duban@office.example>"
    assert mail["to"] == f"张三 <{ZHANG.email}>"
    assert mail["date"].datetime == MESSAGE.made_at
    assert mail["message-id"] == "<due%3Acity%2FZB-7%3A1@office.example>"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip().split("\n") == [*MESSAGE.lines, "", f"查看并知悉：{MESSAGE.link}"]


async def test_a_second_attempt_is_the_same_mail(tmp_path: Path) -> None:
    async with mail_receiver(to_mail="451 try again later") as receiver:
        channel = channel_of(tmp_path, server(receiver))
        first = await channel.send(MESSAGE, [ZHANG], NOW)
        receiver.to_mail = None
        second = await channel.send(MESSAGE, [ZHANG], NOW)
        third = await channel.send(MESSAGE, [ZHANG], NOW)
    assert (first.result, second.result, third.result) == ("retry", "delivered", "delivered")
    assert first.answer == "451 try again later"
    one, two = (content for _, _, content in receiver.mails)
    assert read(one)["message-id"] == read(two)["message-id"]


@pytest.mark.parametrize(
    ("said", "result"), [("550 no such user", "failed"), ("552 mailbox full", "failed"), ("451 greylisted", "retry")]
)
async def test_a_recipient_that_is_refused(tmp_path: Path, said: str, result: str) -> None:
    async with mail_receiver(to_recipient=said) as receiver:
        outcome = await channel_of(tmp_path, server(receiver)).send(MESSAGE, [ZHANG], NOW)
    assert (outcome.result, outcome.answer) == (result, said)
    assert receiver.mails == []


async def test_a_mail_that_is_refused_for_good(tmp_path: Path) -> None:
    async with mail_receiver(to_mail="554 looks like spam") as receiver:
        outcome = await channel_of(tmp_path, server(receiver)).send(MESSAGE, [ZHANG], NOW)
    assert (outcome.result, outcome.answer) == ("failed", "554 looks like spam")


async def test_a_server_that_hangs_is_left_at_the_deadline(tmp_path: Path) -> None:
    async with mail_receiver(hangs=True) as receiver:
        loop = asyncio.get_running_loop()
        began = loop.time()
        outcome = await channel_of(tmp_path, server(receiver, "timeout_seconds = 0.3")).send(MESSAGE, [ZHANG], NOW)
        assert 0.3 <= loop.time() - began < 3
    assert (outcome.result, outcome.answer) == ("retry", "0.3 秒内没有答完")


async def test_a_server_that_took_the_mail_and_hangs_at_the_goodbye_has_it(tmp_path: Path) -> None:
    async with mail_receiver(hangs_at_the_end=True) as receiver:
        outcome = await channel_of(tmp_path, server(receiver)).send(MESSAGE, [ZHANG], NOW)
    assert outcome.result == "delivered"
    assert len(receiver.mails) == 1


async def test_a_server_that_is_not_there_or_speaks_no_smtp_is_tried_again(tmp_path: Path) -> None:
    async with mail_receiver() as receiver:
        channel = channel_of(tmp_path, server(receiver))
    gone = await channel.send(MESSAGE, [ZHANG], NOW)
    assert gone.result == "retry"
    assert gone.answer == "连接不上邮件服务器：连接被拒绝"
    async with raw_receiver() as (port, _):
        other = channel_of(tmp_path, server(MailReceiver(port=port), "timeout_seconds = 0.3"))
        mute = await other.send(MESSAGE, [ZHANG], NOW)
    assert mute.result == "retry"


async def test_without_starttls_where_it_is_asked_for_nothing_is_sent(tmp_path: Path) -> None:
    async with mail_receiver() as receiver:
        text = server(receiver, 'username = "duban"\npassword = "of the mailbox"').replace('"none"', '"starttls"')
        outcome = await channel_of(tmp_path, text).send(MESSAGE, [ZHANG], NOW)
    assert outcome.result == "failed"
    assert "STARTTLS" in outcome.answer
    assert "of the mailbox" not in outcome.answer
    assert receiver.mails == []


async def test_whoever_has_no_address_or_a_bad_one_is_named_and_the_others_get_theirs(tmp_path: Path) -> None:
    people = [
        Recipient("王五", None, "13800000003"),
        Recipient("赵六", "zhao@example.gov.cn\r\nBcc: all@example.gov.cn", None),
        Recipient("孙七", "no address", None),
        ZHANG,
    ]
    async with mail_receiver() as receiver:
        outcome = await channel_of(tmp_path, server(receiver)).send(MESSAGE, people, NOW)
    assert outcome.result == "failed"
    assert outcome.answer == "4 人中 3 人未送达：王五：没有邮箱地址；赵六：邮箱地址无法使用；孙七：邮箱地址无法使用"
    assert [to for _, to, _ in receiver.mails] == [[ZHANG.email]]


async def test_no_title_name_or_id_brings_a_header_of_its_own(tmp_path: Path) -> None:
    bad = "题\r\nBcc: all@example.gov.cn\r\n\r\n<b>body</b>"
    async with mail_receiver() as receiver:
        channel = channel_of(tmp_path, server(receiver))
        message = Message(f"{bad}@x>", bad, ("一项\r\n.\r\nMAIL FROM:<a@b.example>",), None, NOW)
        outcome = await channel.send(message, [Recipient(bad, ZHANG.email, None)], NOW)
    assert outcome.result == "delivered", outcome.answer
    ((_, to, content),) = receiver.mails
    mail = read(content)
    assert to == [ZHANG.email]
    assert "bcc" not in mail
    assert mail["subject"] == "题 Bcc: all@example.gov.cn <b>body</b>"
    assert set(mail.keys()) <= {
        "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding", "X-Peer",
    }  # fmt: skip
    assert "MAIL FROM:<a@b.example>" in mail.get_content(), "is text of the mail and no command"


def test_a_mail_is_written_in_ascii_for_servers_that_know_nothing_else() -> None:
    mail = written(MESSAGE, Address("督办系统", addr_spec="duban@office.example"), "张三", "zhang@example.gov.cn")
    assert mail.as_bytes().isascii()
