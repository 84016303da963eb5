"""Where requests come from, roughly: many addresses of one household or server count as one."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

PREFIX = 64
"""Bits that one subscriber has at least: whatever is behind them, they choose themselves."""


def network_of(address: str) -> str:
    """What addresses of one network have in common, however they are written; what is no address
    stays as it is."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((int(found), PREFIX), strict=False))
