"""Signatures of the Standard Webhooks specification: v1, HMAC-SHA256 over `id.timestamp.body`."""

from __future__ import annotations

import base64
import hmac
import secrets as chance
from collections.abc import Iterable

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A secret as receivers keep it: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(chance.token_bytes(SECRET_BYTES)).decode()


def signature(secrets: Iterable[str], message: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: one signature by each secret, parted by blanks."""
    told = f"{message}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_signed(secret, told)}" for secret in secrets)


def _signed(secret: str, told: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, told, "sha256")).decode()
