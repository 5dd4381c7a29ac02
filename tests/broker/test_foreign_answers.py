"""Two traps of the libraries: a second kind of time-out, and an answer from somebody else than the stream."""

import nats
import pytest
from nats.aio.msg import Msg
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext

from shared.messaging import broker
from shared.messaging.atomic import publish_atomically


async def test_every_time_out_of_a_fetch_is_the_one_that_the_pull_loop_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    async def times_out(*_: object, **__: object) -> None:
        raise TimeoutError

    broker.make_broker("nats://127.0.0.1:1", "test")
    monkeypatch.setattr(broker, "_fetch", times_out)
    with pytest.raises(NatsTimeout):
        await JetStreamContext.PullSubscription.fetch(object())  # type: ignore[arg-type]


async def test_an_answer_that_is_not_the_streams_leaves_it_unknown_whether_a_batch_was_stored(nats_url: str) -> None:
    async def answers(message: Msg) -> None:
        await message.respond(b"")

    client = await nats.connect(nats_url)
    await client.subscribe("nobody.stores.this", cb=answers)
    with pytest.raises(TimeoutError, match="somebody else"):
        await publish_atomically(client, [("nobody.stores.this", b"{}", None)])
    await client.close()
