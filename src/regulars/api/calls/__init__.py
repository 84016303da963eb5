"""What answers each operation: a request parsed, one call or one read, an answer."""

from __future__ import annotations

from regulars.api.calls import (
    adjusting,
    customers,
    editions,
    facts,
    keys,
    members,
    programmes,
    redeeming,
)

__all__ = [
    "adjusting",
    "customers",
    "editions",
    "facts",
    "keys",
    "members",
    "programmes",
    "redeeming",
]
