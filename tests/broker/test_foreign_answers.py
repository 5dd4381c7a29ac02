"""A trap of the library: an answer from somebody else than the stream."""

import nats
import pytest
from nats.aio.msg import Msg

from shared.messaging.atomic import publish_atomically


async def test_an_answer_that_is_not_the_streams_leaves_it_unknown_whether_a_batch_was_stored(nats_url: str) -> None:
    async def answers(message: Msg) -> None:
        await message.respond(b"")

    client = await nats.connect(nats_url)
    await client.subscribe("nobody.stores.this", cb=answers)
    with pytest.raises(TimeoutError, match="somebody else"):
        await publish_atomically(client, [("nobody.stores.this", b"{}", None)])
    await client.close()
