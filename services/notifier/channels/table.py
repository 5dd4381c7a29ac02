"""The tables `[[channel]]` of the office's file, checked."""

import re
from email.headerregistry import Address
from ipaddress import ip_address
from typing import Annotated, Final, Literal

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.notifier.channels.address import Guard, is_public, meant
from services.notifier.channels.presets import OWN, PRESETS, Preset, PresetName
from services.notifier.channels.signing import key_of

_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
_MOST_BYTES: Final = 1024 * 1024


def _header(name: str, text: str) -> None:
    if not _TOKEN.fullmatch(name) or name.lower() in _OURS or name.lower().startswith("webhook-"):
        raise ValueError(f"{name!r} cannot be set as a header")
    if not re.fullmatch(r"[\x20-\x7e]*", text):
        raise ValueError(f"{name}: a header has printable ASCII letters only")


def _headers(said: dict[str, str]) -> dict[str, str]:
    for name, text in said.items():
        _header(name, text)
    return {name.lower(): text for name, text in said.items()}


def _url(text: str) -> str:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise ValueError(f"is no URL ({error})") from None
    if url.scheme not in {"http", "https"} or not url.host or not 0 < (url.port or 443) < 65536:
        raise ValueError("is no URL of the form https://host/path")
    if url.userinfo:
        raise ValueError("has a name or password in it; write an authorization header instead")
    return text


def _key(text: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]*", text):
        raise ValueError(
            "has blanks or letters that no key of a robot has; write what follows key= or access_token= in its address"
        )
    return text


def _signing_secret(text: str) -> str:
    key_of(text)
    return text


def _address(text: str) -> str:
    try:
        named = Address(addr_spec=text)
    except Exception as error:  # noqa: BLE001 -- the parser of e-mail addresses raises whatever it stumbles over
        raise ValueError(f"is no e-mail address such as duban@example.gov.cn ({error})") from None
    if not (named.username and named.domain and text.isascii()):
        raise ValueError("is no e-mail address such as duban@example.gov.cn")
    return text


_Url = Annotated[str, AfterValidator(_url)]
_Secret = Annotated[str, Field(min_length=1), AfterValidator(_signing_secret)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    shared: bool | None = None
    per_minute: Annotated[int, Field(ge=0)] | None = None
    """0: without limit."""
    timeout_seconds: Annotated[float, Field(gt=0, le=30)] = 10.0
    """Less than a message is claimed for, so that nobody else tries it meanwhile."""


class WebhookTable(_Table):
    """A webhook: what a preset says unless it is said here."""

    kind: Literal["webhook"]
    preset: PresetName | None = None
    url: _Url | None = None
    base_url: _Url | None = None
    key: Annotated[str, Field(min_length=1), AfterValidator(_key)] | None = None
    secret: _Secret | None = None
    former_secret: _Secret | None = None
    method: Literal["GET", "POST", "PUT", "PATCH"] = "POST"
    """With GET the body is the query of the URL."""
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = {}
    body: str | None = None
    most_bytes: Annotated[int, Field(ge=200, le=_MOST_BYTES)] | None = None
    allow_private: bool = False
    allow_hosts: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    ca_file: str | None = None

    @property
    def known(self) -> Preset:
        """The preset, or that of receivers of one's own."""
        return OWN if self.preset is None else PRESETS[self.preset]

    @property
    def guard(self) -> Guard:
        """What may be called."""
        return Guard.of(self.allow_hosts, self.allow_private)

    @property
    def whole_url(self) -> httpx.URL:
        """The URL, put together from base and key where it is not given whole."""
        if self.url is not None:
            return httpx.URL(self.url)
        base = self.base_url or self.known.base_url or ""
        return httpx.URL(f"{base.rstrip('/')}{self.known.path}{self.key}")

    @model_validator(mode="after")
    def _fits_together(self) -> "WebhookTable":
        if self.url is not None and (self.base_url is not None or self.key is not None):
            raise ValueError("url: write either the whole url or base_url and key")
        if self.url is None and (self.key is None or self.known.path is None):
            raise ValueError("url: write the whole url, or for a robot of a preset its key")
        if self.method == "GET" and (self.body is None or self.secret is not None):
            raise ValueError("method: a GET needs a body, which becomes its query, and has nothing that a secret could sign")
        self._check_secrets()
        self._check_host()
        return self

    def _check_secrets(self) -> None:
        if self.known.signing == "none" and self.secret is not None:
            raise ValueError(f"secret: a robot of {self.preset} has no signature")
        if self.former_secret is not None and (self.secret is None or self.known.signing != "standard"):
            raise ValueError("former_secret: goes beside secret, and only where we sign after Standard Webhooks")

    def _check_host(self) -> None:
        url, guard = self.whole_url, self.guard
        host = url.raw_host.decode("ascii").lower().rstrip(".")
        if self.allow_hosts and host not in guard.names and not guard.networks:
            raise ValueError(f"allow_hosts: does not list {host}, which the url calls")
        if url.scheme == "http" and (_is_public(url.host) or not (self.allow_private or self.allow_hosts)):
            raise ValueError("url: write https; http only inside, with allow_private or allow_hosts")


class EmailTable(_Table):
    """A mail server and whose mail it takes."""

    kind: Literal["email"]
    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: str | None = None
    sender: Annotated[str, AfterValidator(_address)]
    sender_name: str | None = None
    ca_file: str | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "EmailTable":
        if (self.username is None) != (self.password is None):
            raise ValueError("password: goes with username, and username with it")
        if self.password is not None and self.security == "none" and not _is_loopback(self.host):
            raise ValueError("security: a password is not sent in the clear; write starttls or tls")
        return self


class AppriseTable(_Table):
    """A URL of Apprise."""

    kind: Literal["apprise"]
    url: Annotated[str, Field(min_length=1)]


def _is_public(host: str) -> bool:
    """Whether a host is a public address; where a name leads is seen when it is called."""
    try:
        return is_public(meant(ip_address(host)))
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
