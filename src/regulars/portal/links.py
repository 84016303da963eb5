"""Addresses of members' links, for whoever prints them."""

from __future__ import annotations

from django.urls import reverse


def member_address(base_url: str, token: str) -> str:
    """The whole address of a link that lets a member in, below `base_url` without a slash."""
    return base_url + reverse("portal:enter", args=[token])
