"""Atomic batches of JetStream (ADR-50, server 2.12 and later): the stream stores all messages with one sync, or none."""

import secrets
from collections.abc import Sequence
from typing import Final

import orjson
from nats.aio.client import Client
from nats.errors import NoRespondersError
from nats.js.errors import APIError, NoStreamResponseError

MOST_MESSAGES: Final = 500
MOST_BYTES: Final = 4 * 1024 * 1024
PUBLISH_TIMEOUT_SECONDS: Final = 10.0


async def publish_atomically(client: Client, messages: Sequence[tuple[str, bytes, str | None]]) -> None:
    """Publish (subject, body, message id) in order, at most MOST_MESSAGES.

    Raises APIError when the stream refuses the batch, NoStreamResponseError when no stream takes the subject; after a
    TimeoutError it is unknown whether the batch was stored.
    """
    batch = secrets.token_hex(8)
    for number, (subject, body, message_id) in enumerate(messages, 1):
        headers = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
        if message_id is not None:
            headers["Nats-Msg-Id"] = message_id
        if number < len(messages):
            await client.publish(subject, body, headers=headers)
        else:
            headers["Nats-Batch-Commit"] = "1"
            await _commit(client, subject, body, headers)


async def _commit(client: Client, subject: str, body: bytes, headers: dict[str, str]) -> None:
    try:
        reply = await client.request(subject, body, timeout=PUBLISH_TIMEOUT_SECONDS, headers=headers)
    except NoRespondersError:
        raise NoStreamResponseError from None
    try:
        answer = orjson.loads(reply.data)
    except orjson.JSONDecodeError:
        raise TimeoutError(f"somebody else than the stream answered on {subject}: {reply.data[:80]!r}") from None
    if "error" in answer:
        raise APIError.from_error(answer["error"])
