"""What time it is for requests. Only code of the same process can tell it otherwise: there is no
setting, no variable and no header for that."""

from __future__ import annotations

from datetime import UTC, datetime

_told: datetime | None = None


def now() -> datetime:
    """The present moment."""
    return _told or datetime.now(UTC)


def tell(moment: datetime | None) -> None:
    """From now on it is this moment, until another one is told; None: the true one again. Worked
    cases, which carry their own times, are checked so."""
    global _told
    _told = moment
