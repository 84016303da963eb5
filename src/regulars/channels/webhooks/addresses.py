"""Which addresses we send to: public ones, and those in networks that the owner allowed.

Python's `is_global` says yes to addresses that carry another one inside (NAT64, 6to4), so what is
carried is taken out and judged too.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

from msgspec import Struct

Address = IPv4Address | IPv6Address
NAT64 = ip_network("64:ff9b::/96")
SHUT = [
    ip_network(text)
    for text in (
        "64:ff9b:1::/48",  # NAT64 of a network's own
        "2001::/23",  # Teredo and other protocols
        "2002::/16",  # 6to4
        "::/96",  # the old way to write IPv4 in IPv6
        "fec0::/10",  # site-local
        "5f00::/16",  # segment routing
        "3fff::/20",  # examples
        "192.88.99.0/24",  # 6to4 relays
        "192.0.0.0/24",
        "100.64.0.0/10",  # shared by a provider's customers
    )
]
WEB_PORTS = frozenset({80, 443, 8080, 8443})
"""Ports that a public address is reached at: nothing else is poked by way of us."""


class Forbidden(Exception):
    """We do not send there. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Networks(Struct, frozen=True):
    """Networks that the owner allowed although they are not public: addresses in them may be
    reached at any port, and without TLS."""

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Networks:
        """From texts such as 10.1.0.0/16 or ::1. Raises ValueError."""
        return cls(tuple(ip_network(text.strip()) for text in texts if text.strip()))

    def has(self, address: Address) -> bool:
        return any(address in network for network in self.allowed)

    def may_reach(self, address: Address, port: int) -> bool:
        """Whether we connect to this address and port."""
        return self.has(address) or (port in WEB_PORTS and is_public(address))


def is_public(address: Address) -> bool:
    """Whether an address is anybody's, and no other one hides in it."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address.scope_id:
            return False
    if any(address in network for network in SHUT):
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_loopback
    )


def judge_url(url: str, networks: Networks) -> None:
    """Refuse what no lookup is needed to refuse: other schemes, names and passwords in the address,
    numbers in disguise. Where a name leads is judged at each connection. Raises Forbidden."""
    if not url.isascii() or not url.isprintable() or any(one in url for one in " \\<>\"'`"):
        raise Forbidden("url_unreadable")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Forbidden("url_unreadable") from None
    if parts.scheme not in ("https", "http") or not host:
        raise Forbidden("url_not_web")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Forbidden("url_unreadable")
    port = port if port is not None else (443 if parts.scheme == "https" else 80)
    address = _written(host)
    if address is not None and not networks.may_reach(address, port):
        raise Forbidden("url_private")
    if parts.scheme == "http" and not networks.allowed:
        raise Forbidden("url_not_https")
    if address is None and port not in WEB_PORTS and not networks.allowed:
        raise Forbidden("url_private")


def _written(host: str) -> Address | None:
    """The address that a host is, if it is no name. Numbers written in any other way (decimal,
    octal, hexadecimal, shortened) are refused: what they mean differs from library to library."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    labels = host.rstrip(".").split(".")
    if ":" in host or host.endswith(".") or not all(labels) or labels[-1][:1].isdigit():
        raise Forbidden("url_private")
    return ip_address("127.0.0.1") if labels[-1].lower() == "localhost" else None
