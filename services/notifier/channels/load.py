"""The channels of an office, from the tables `[[channel]]` of its `notify.toml`."""

import os
import ssl
import tomllib
from collections.abc import Iterator, Mapping
from email.headerregistry import Address
from pathlib import Path
from typing import Any, Final

import httpx
from pydantic import BaseModel, ValidationError

from services.notifier.channels.address import Resolve, ask_system
from services.notifier.channels.apprise import ByApprise, NotInstalled, library, opened
from services.notifier.channels.body import BadTemplate, Body, check
from services.notifier.channels.call import Caller
from services.notifier.channels.mail import Email
from services.notifier.channels.message import Channel
from services.notifier.channels.secret import BadSecret, filled_in
from services.notifier.channels.table import AppriseTable, EmailTable, WebhookTable
from services.notifier.channels.webhook import Webhook
from shared.domain.value import value
from shared.faults import fault_of

_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_TABLES: Final[Mapping[str, type[BaseModel]]] = {"webhook": WebhookTable, "email": EmailTable, "apprise": AppriseTable}
_JSON: Final = "application/json; charset=utf-8"


class BadChannels(Exception):
    """The file of channels cannot be used; the message names the file, the place and the reason, and no secret."""


class _Bad(Exception):
    """The same, of one table."""


@value
class _Listed:
    channel: Channel
    shared: bool
    per_minute: int | None


class Channels(Mapping[str, Channel]):
    """The channels by name, in the order of the file, and how each is to be used."""

    def __init__(self, listed: Mapping[str, _Listed] | None = None) -> None:
        self._listed = dict(listed or {})

    def __getitem__(self, name: str) -> Channel:
        return self._listed[name].channel

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def is_shared(self, name: str) -> bool:
        """Whether one message is for all who read it there, as in a group; else everybody is told alone. Raises KeyError."""
        return self._listed[name].shared

    def per_minute(self, name: str) -> int | None:
        """How many requests the channel takes in a minute; None without a limit. Raises KeyError."""
        return self._listed[name].per_minute


def load_channels(file: Path, environment: Mapping[str, str] = os.environ, resolve: Resolve = ask_system) -> Channels:
    """The channels of a TOML file; none when there is no file. Other tables of the file are not looked at. Secrets come from the
    environment or from files beside it where the file says so. Raises BadChannels.
    """
    if not file.exists():
        return Channels()
    listed: dict[str, _Listed] = {}
    for number, table in enumerate(_tables(file), 1):
        name = table.get("name")
        place = f'channel "{name}"' if isinstance(name, str) and name else f"channel no. {number}"
        if name in listed:
            raise BadChannels(f"{file}: {place}: name: is listed twice")
        try:
            one = _listed(filled_in(table, file.parent, environment), file.parent, resolve)
        except ValidationError as error:
            said = fault_of(error, table, _TABLES[table["kind"]], quoting=False)  # what stands there may be a secret
            raise BadChannels(f"{file}: {place}: {said}") from None
        except (_Bad, BadSecret) as error:
            raise BadChannels(f"{file}: {place}: {error}") from None
        listed[one.channel.name] = one
    return Channels(listed)


def _tables(file: Path) -> list[dict[str, Any]]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8")).get("channel", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadChannels(f"{file}: {error}") from None
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadChannels(f"{file}: channel: write a table [[channel]] for each one")
    return tables


def _listed(said: dict[str, Any], folder: Path, resolve: Resolve) -> _Listed:
    match said.get("kind"):
        case "webhook":
            return _webhook(WebhookTable.model_validate(said), folder, resolve)
        case "email":
            return _email(EmailTable.model_validate(said), folder)
        case "apprise":
            return _apprise(AppriseTable.model_validate(said))
    raise _Bad("kind: write webhook, email or apprise")


def _webhook(table: WebhookTable, folder: Path, resolve: Resolve) -> _Listed:
    known = table.known
    headers = {"content-type": _JSON, **table.headers}
    try:
        body = Body.of(known.body if table.body is None else table.body, table.most_bytes or known.most_bytes)
        check(body, "json" in headers["content-type"] and table.method != "GET")
    except BadTemplate as error:
        raise _Bad(f"body: {error}") from None
    channel = Webhook(
        name=table.name,
        url=table.whole_url,
        method=table.method,
        headers=headers,
        body=body,
        signing=known.signing,
        secrets=tuple(secret for secret in (table.secret, table.former_secret) if secret is not None),
        robot=known.robot,
        to_each=known.to_each,
        caller=Caller(table.guard, resolve, _tls(table.ca_file, folder), table.timeout_seconds),
    )
    return _used(channel, table, known.shared, known.per_minute)


def _email(table: EmailTable, folder: Path) -> _Listed:
    channel = Email(
        name=table.name,
        host=table.host,
        port=table.port or _PORTS[table.security],
        security=table.security,
        username=table.username,
        password=table.password,
        sender=Address(table.sender_name or "", addr_spec=table.sender),
        tls=_tls(table.ca_file, folder),
        seconds=table.timeout_seconds,
    )
    return _used(channel, table, False, None)


def _apprise(table: AppriseTable) -> _Listed:
    try:
        loaded = library()
    except NotInstalled as error:
        raise _Bad(f"kind: {error}") from None
    if not opened(loaded, table.url):
        raise _Bad("url: Apprise knows no such service")
    return _used(ByApprise(table.name, loaded, table.url, table.timeout_seconds), table, True, None)


def _used(channel: Channel, table: WebhookTable | EmailTable | AppriseTable, shared: bool, per_minute: int | None) -> _Listed:
    limit = per_minute if table.per_minute is None else table.per_minute or None
    return _Listed(channel, shared if table.shared is None else table.shared, limit)


def _tls(ca_file: str | None, folder: Path) -> ssl.SSLContext:
    """Whom a server has to be vouched for by: the office's own authority, or those that browsers trust."""
    if ca_file is None:
        return httpx.create_ssl_context()
    try:
        return ssl.create_default_context(cafile=folder / ca_file)
    except (OSError, ssl.SSLError) as error:
        raise _Bad(f"ca_file: {error}") from None
