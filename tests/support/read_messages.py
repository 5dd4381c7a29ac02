"""What people read of messages that receivers took."""

from email import message_from_bytes
from email.policy import default

import orjson

from tests.support.mail_receiver import MailReceiver
from tests.support.receivers import Received


def text_of(received: Received) -> str:
    """What a robot of WeCom shows."""
    return str(orjson.loads(received.body)["markdown"]["content"])


def mail_of(receiver: MailReceiver, nth: int = 0) -> tuple[str, str]:
    """Subject and text of a mail as its reader sees it."""
    mail = message_from_bytes(receiver.mails[nth][2], policy=default)
    body = mail.get_body(("plain",))
    assert body is not None
    return str(mail["Subject"]), body.get_content()
