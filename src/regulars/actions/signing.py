"""The secrets of endpoints: made, kept beside their endings, and put to use."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from regulars.channels.webhooks import new_secret, signature

OVERLAP = timedelta(hours=24)
"""So long an old secret signs too, after a new one has been made."""


class Secret(Struct, frozen=True):
    """A secret, and the moment from which it no longer signs."""

    secret: str
    until: datetime | None = None


def fresh() -> Secret:
    """A new secret."""
    return Secret(new_secret())


def rotated(kept: list[Secret], now: datetime, overlap: timedelta = OVERLAP) -> list[Secret]:
    """A new secret before those that still sign; the present one ends after `overlap`."""
    old = [
        Secret(one.secret, min(one.until or now + overlap, now + overlap))
        for one in kept
        if one.until is None or one.until > now
    ]
    return [fresh(), *(one for one in old if one.until is None or one.until > now)]


def stored(secrets: list[Secret]) -> list[dict[str, object]]:
    """Secrets as their column keeps them."""
    told: list[dict[str, object]] = msgspec.to_builtins(secrets)
    return told


def read(text: str | bytes) -> list[Secret]:
    """Secrets from their column."""
    return msgspec.json.decode(text, type=list[Secret])


def headers(secrets: str, message: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of one attempt, signed by every secret that has not ended."""
    timestamp = int(now.timestamp())
    valid = [one.secret for one in read(secrets) if one.until is None or one.until > now]
    return {
        "content-type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(valid, message, timestamp, body),
    }
