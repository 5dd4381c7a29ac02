"""Which addresses a webhook may call: public ones, and of the others those that the office has listed."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from shared.domain.value import value

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Name and port to addresses; raises OSError where there are none."""

_NAT64: Final = IPv6Network("64:ff9b::/96")


class Refused(Exception):
    """An address that may not be called; the message says which and why, for an office to read."""


async def ask_system(host: str, port: int) -> Sequence[str]:
    """The addresses that the system knows of a name, in its order. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@value
class Guard:
    """What may be called beside public addresses."""

    allow_private: bool
    """Whether private and loopback addresses may be."""
    names: frozenset[str]
    """Hosts in lower case that may have private and loopback addresses."""
    networks: tuple[Network, ...]
    """Listed networks: any address in them may be called, be it link-local or reserved."""

    @classmethod
    def of(cls, listed: Sequence[str], allow_private: bool) -> "Guard":
        """From names, addresses and networks in CIDR notation."""
        networks: list[Network] = []
        names: set[str] = set()
        for entry in listed:
            try:
                networks.append(ip_network(entry))
            except ValueError:
                names.add(entry.lower().rstrip("."))
        return cls(allow_private, frozenset(names), tuple(networks))

    def check(self, host: str, addresses: Sequence[str], *, encrypted: bool = True) -> tuple[str, ...]:
        """The addresses, if every one may be called; what is not encrypted goes inside only. Raises Refused: a name that also
        leads inside is not trusted at all, nor one in the clear that also leads outside.
        """
        for text in addresses:
            address = meant(ip_address(text))
            self._check_one(host, address)
            if not encrypted and is_public(address):
                raise Refused(f"{host} 指向公网地址 {address}，须使用 https，不予访问")
        if not addresses:
            raise Refused(f"{host} 没有地址")
        return tuple(dict.fromkeys(addresses))

    def _check_one(self, host: str, address: Address) -> None:
        if any(address in network for network in self.networks):
            return
        kind = _kind(address)
        if kind is None:
            return
        inside = kind in {"内网地址", "本机地址"}
        if not (inside and (self.allow_private or host.lower().rstrip(".") in self.names)):
            raise Refused(f"{host} 指向{kind} {address}，未列入 allow_hosts，不予访问")


def meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 address carries (mapped, NAT64, 6to4, Teredo); else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.sixtofour is not None:
        return address.sixtofour
    return address if address.teredo is None else address.teredo[1]


def is_public(address: Address) -> bool:
    """Whether an address is of the internet: what is sent there in the clear, others read."""
    return _kind(address) is None


def _kind(address: Address) -> str | None:
    """What an address is called that is not a public one; None for a public one."""
    kinds = (
        (address.is_unspecified, "未指定地址"),
        (address.is_loopback, "本机地址"),
        (address.is_link_local or (isinstance(address, IPv6Address) and address.is_site_local), "链路本地地址"),
        (address.is_multicast, "组播地址"),
        (address.is_reserved, "保留地址"),
        (not address.is_global, "内网地址"),
    )
    return next((name for holds, name in kinds if holds), None)
