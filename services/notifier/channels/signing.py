"""Signatures: Standard Webhooks for receivers of an office, and those of DingTalk's and Feishu's robots."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
LEAST_KEY: Final = 24
"""Bytes of a key after the prefix, as Standard Webhooks wants them: with none, anybody could sign."""


def key_of(secret: str) -> bytes:
    """The key: `whsec_` and base64, else the secret's own bytes. Raises ValueError where that is something else or too few."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError(f"after {PREFIX} stands base64") from None
    if len(key) < LEAST_KEY:
        raise ValueError(f"after {PREFIX} stands base64 of {LEAST_KEY} bytes or more")
    return key


def standard_headers(token: str, now: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The three headers of Standard Webhooks; a signature for each secret, so that a receiver may change to a new one; without a
    secret the first two. Raises ValueError for a secret that key_of refuses.
    """
    headers = {"webhook-id": token, "webhook-timestamp": str(int(now.timestamp()))}
    signed = f"{token}.{headers['webhook-timestamp']}.".encode() + body
    if secrets:
        headers["webhook-signature"] = " ".join(f"v1,{_hmac(key_of(secret), signed)}" for secret in secrets)
    return headers


def dingtalk_parameters(now: datetime, secret: str) -> dict[str, str]:
    """The query parameters by which DingTalk knows us: milliseconds, and the sign of them, not yet percent-encoded."""
    timestamp = str(int(now.timestamp() * 1000))
    return {"timestamp": timestamp, "sign": _hmac(secret.encode(), f"{timestamp}\n{secret}".encode())}


def feishu_body(body: bytes, now: datetime, secret: str) -> bytes:
    """The body with the fields by which Feishu knows us: seconds, and the sign; the text signed is empty, the key has the rest.
    Raises ValueError when the body is no JSON object.
    """
    said = json.loads(body)
    if not isinstance(said, dict):
        raise ValueError("the body is no JSON object")
    timestamp = str(int(now.timestamp()))
    signed = {"timestamp": timestamp, "sign": _hmac(f"{timestamp}\n{secret}".encode(), b""), **said}
    return json.dumps(signed, ensure_ascii=False).encode()


def _hmac(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
