"""Links in messages to one person: they open the page of that message, and nobody can make one without the secret.

Pure: the signature depends on nothing but the secret, the message and the person.
"""

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

VALID_FOR: Final = timedelta(days=30)
"""Since the message was made."""
_BYTES: Final = 16
"""Of the 32 of HMAC-SHA256: 128 bits are beyond guessing, and a short message has room for 22 letters."""


def sign(secret: bytes, delivery: str, person: str) -> str:
    """The signature of a message (id of its delivery) for a person (id), in letters that an address takes."""
    whole = hmac.new(secret, f"notice|{delivery}|{person}".encode(), sha256).digest()
    return urlsafe_b64encode(whole[:_BYTES]).decode().rstrip("=")


def verify(secret: bytes, delivery: str, person: str, signature: str) -> bool:
    """Whether a signature is that of a message for a person."""
    return hmac.compare_digest(sign(secret, delivery, person).encode(), signature.encode(errors="replace"))


def is_valid(made_at: datetime, now: datetime) -> bool:
    """Whether the link of a message that was made then still opens."""
    return now < made_at + VALID_FOR


def notice_path(secret: bytes, delivery: str, person: str) -> str:
    """Where a person sees one message on our page, and takes note of what it says."""
    return f"/notice?{urlencode({'d': delivery, 'p': person, 's': sign(secret, delivery, person)})}"
