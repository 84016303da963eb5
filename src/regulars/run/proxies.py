"""Whom a request came from: the socket's address, unless a listed proxy says better.

REGULARS_PROXIES lists the proxies in front of this server (addresses or networks, with commas).
Only they are believed; what anybody else claims in X-Forwarded-For or -Proto is dropped.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from regulars.run.errors import CannotRun

Header = tuple[bytes, bytes]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
CLAIMS = frozenset(
    (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded", b"x-real-ip")
)


def parse(text: str) -> list[Network]:
    """The networks of REGULARS_PROXIES."""
    networks = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        try:
            networks.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            raise CannotRun(
                f"REGULARS_PROXIES holds {part!r}, which is no address or network: "
                "write something like 127.0.0.1 or 10.0.0.0/8."
            ) from None
    return networks


def settle(scope: dict[str, Any], trusted: list[Network]) -> dict[str, Any]:
    """The scope with the true client and scheme, and without the headers that claimed them.

    Header names with an underscore go too: behind WSGI they would pass for their twin with a dash.
    """
    headers: list[Header] = list(scope["headers"])
    kept = [pair for pair in headers if pair[0].lower() not in CLAIMS and b"_" not in pair[0]]
    settled = {**scope, "headers": kept}
    if not trusted:
        return settled
    client = scope.get("client") or ("", 0)
    if not _listed(client[0], trusted):
        return settled
    chain = _values(headers, b"x-forwarded-for")
    settled["client"] = (_first_stranger(chain, trusted) or client[0], 0)
    if _values(headers, b"x-forwarded-proto")[-1:] == ["https"]:
        settled["scheme"] = "https"
    return settled


def _values(headers: Iterable[Header], name: bytes) -> list[str]:
    values = [value.decode("latin-1") for key, value in headers if key.lower() == name]
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _first_stranger(chain: list[str], trusted: list[Network]) -> str | None:
    """Each proxy appends whom it heard from: read from the right, stop at the first unlisted."""
    for address in reversed(chain):
        if _address(address) is None:
            return None
        if not _listed(address, trusted):
            return address
    return None


def _listed(address: str, trusted: list[Network]) -> bool:
    found = _address(address)
    return found is not None and any(found in network for network in trusted)


@lru_cache(maxsize=1000)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
