"""A channel by HTTP: robots of groups, SMS gateways, receivers of the office's own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final
from urllib.parse import quote

import httpx

from services.notifier.channels.address import Refused
from services.notifier.channels.body import BadTemplate, Body, DoesNotFit
from services.notifier.channels.call import Caller, TooSlow, Unreachable
from services.notifier.channels.judge import Robot, judge
from services.notifier.channels.message import Message, Outcome, Recipient, failed, one_line, retry, worst
from services.notifier.channels.presets import Signing
from services.notifier.channels.signing import dingtalk_parameters, feishu_body, standard_headers
from shared.domain.value import value

_LEAST_HIDDEN: Final = 6
"""Characters; what is shorter is no secret, and to hide it would blacken numbers everywhere."""


@value
class Webhook:
    """One URL with all that belongs to it."""

    name: str
    url: httpx.URL
    method: str
    headers: Mapping[str, str]
    body: Body
    signing: Signing
    secrets: tuple[str, ...]
    """The one in force first."""
    robot: Robot | None
    to_each: bool
    """Whether everybody's mobile number is called on its own; else one request is for all."""
    caller: Caller

    def __repr__(self) -> str:
        return f"Webhook({self.name!r})"  # the fields hold secrets, and a log might print them

    async def send(self, message: Message, to: Sequence[Recipient], now: datetime) -> Outcome:
        """One request, or one for each mobile number. `now` in UTC."""
        if not self.to_each:
            return await self._post(message, message.token, to, now)
        if not to:
            return failed("没有收件人")
        return worst([(person.name, await self._post_to(person, message, len(to) == 1, now)) for person in to])

    async def _post_to(self, person: Recipient, message: Message, alone: bool, now: datetime) -> Outcome:
        if person.mobile is None:
            return failed("没有手机号码")
        # A receiver that knows an id drops what comes again under it: several people need several ids.
        token = message.token if alone else f"{message.token}_{sha256(person.mobile.encode()).hexdigest()[:12]}"
        return await self._post(message, token, [person], now)

    async def _post(self, message: Message, token: str, to: Sequence[Recipient], now: datetime) -> Outcome:
        try:
            request = self._request(self.body.render(message, to), token, now)
        except (BadTemplate, DoesNotFit, ValueError) as error:
            return failed(f"消息模板：{error}")
        try:
            answer = await self.caller.call(request)
        except Refused as refused:
            return failed(str(refused))
        except Unreachable as error:
            return retry(self._without_secrets(str(error), request))
        except TooSlow:
            return retry(f"{self.caller.seconds:g} 秒内没有答完")
        told = self._without_secrets(answer.body.decode("utf-8", "replace"), request)
        return judge(answer, told, self.robot, now)

    def _request(self, body: bytes, token: str, now: datetime) -> httpx.Request:
        url, headers = self.url, {"accept-encoding": "identity", "user-agent": "duban", **self.headers}
        if self.signing == "standard":
            headers |= standard_headers(token, now, body, self.secrets)
        elif self.signing == "dingtalk" and self.secrets:
            url = url.copy_merge_params(dingtalk_parameters(now, self.secrets[0]))
        elif self.signing == "feishu" and self.secrets:
            body = feishu_body(body, now, self.secrets[0])
        if self.method == "GET":
            url, body = url.copy_with(query=b"&".join(filter(None, (url.query, body)))), b""
        return httpx.Request(self.method, url, headers=headers, content=body)

    def _without_secrets(self, text: str, request: httpx.Request) -> str:
        """The text without what is nobody's business: keys in the URL, secrets, signatures, the headers that the office wrote."""
        hidden = {*self.secrets, *(value for _, value in request.url.params.multi_items())}
        hidden |= {part for part in request.url.path.split("/") if len(part) >= 16}
        hidden |= {request.url.raw_path.decode("ascii")} if request.url.query else set()
        hidden |= {word for name, said in self.headers.items() if name != "content-type" for word in (said, *said.split())}
        return one_line(without(text, hidden))


def without(text: str, hidden: set[str]) -> str:
    """The text with *** for what is hidden, also where that is percent-encoded or has its slashes escaped as in JSON."""
    forms = {form for one in hidden for form in (one, quote(one, safe=""), one.replace("/", "\\/")) if len(one) >= _LEAST_HIDDEN}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "***")
    return text
