"""Texts without what is random in them, before words are looked for that must not be there."""

from __future__ import annotations

import re

RANDOM = re.compile(
    r"\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b"  # ids of things
    r"|\b[A-Za-z0-9]{64}\b"  # tokens of forms
    r"|\b[\da-f]{32}\b"  # ids of requests
    r"|[\w-]{43,}"  # tokens in addresses
)


def steady(told: str) -> str:
    """A text without ids and tokens. A name of three letters stands in one of four thousand tokens,
    a number of four digits in one of two thousand ids, and says nothing there of anybody."""
    return RANDOM.sub("…", told)
