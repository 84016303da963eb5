"""Addresses of one-time links, for whoever prints them."""

from __future__ import annotations

from regulars.actions.entry import address_of


def entry_address(base_url: str, token: str) -> str:
    """The whole address of a one-time link below `base_url`, which ends without a slash."""
    return address_of(token, base_url)
