"""A channel by Apprise, which speaks to a hundred services more; it is an extra and may not be installed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from services.notifier.channels.message import LINKED, Message, Outcome, Recipient, delivered, failed, retry
from shared.domain.value import value


class NotInstalled(Exception):
    """Apprise is asked for and not there; the message says how it is installed."""


@value
class ByApprise:
    """The services of one Apprise URL. Where they stand is in the URL, so the recipients are not looked at."""

    name: str
    library: Any
    url: str
    seconds: float

    def __repr__(self) -> str:
        return f"ByApprise({self.name!r})"  # the URL holds secrets, and a log might print it

    async def send(self, message: Message, to: Sequence[Recipient], now: datetime) -> Outcome:
        """In a thread, since Apprise waits; it says whether a service took the message, and not why when one did not."""
        try:
            async with asyncio.timeout(self.seconds):
                result = await asyncio.to_thread(self._notify, message)
        except TimeoutError:
            return retry(f"{self.seconds:g} 秒内没有答完")
        return result

    def _notify(self, message: Message) -> Outcome:
        services = opened(self.library, self.url)
        lines = message.lines if message.link is None else (*message.lines, LINKED + message.link)
        try:
            taken = services.notify(body="\n".join(lines) or message.title, title=message.title, body_format="text")
        except Exception as error:  # noqa: BLE001 -- its plugins are a hundred strangers, and a channel never raises
            return failed(f"Apprise 出错（{type(error).__name__}）")
        return delivered("Apprise 已送出") if taken else retry("Apprise 未能送出，未说明原因")


def library() -> Any:
    """Apprise itself. Raises NotInstalled."""
    try:
        return import_module("apprise")
    except ImportError:
        raise NotInstalled("Apprise is not installed; install Duban with its extra: pip install '.[apprise]'") from None


def opened(library: Any, url: str) -> Any:
    """The services of a URL, following no redirects; falsy when Apprise knows none of them."""
    services = library.Apprise(asset=library.AppriseAsset(http_redirects=False, async_mode=False))
    services.add(url)
    return services
