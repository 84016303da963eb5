"""Keys that booking makes: whoever could take one first would keep others from what is theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.backends.utils import CursorWrapper

from regulars.db import programmes

RELEASE = "release"
"""What the key of a redemption that is given back begins with."""
Taken = Callable[[str], bool]


def taken(cursor: CursorWrapper, keys: Iterable[str]) -> Taken:
    """Tells which of these keys are ours alone: what a programme decides by itself, what pays for
    an order, what is given back (see `engine.keys`)."""
    if not any("/" in key for key in keys):
        return lambda _key: False
    running = programmes.running(cursor)
    first = {RELEASE, *running}
    last = {
        rule.name_in_state
        for one in running.values()
        for edition in one.editions
        for rule in edition.edition.rewards
    }

    def is_ours(key: str) -> bool:
        parts = key.split("/")
        return len(parts) > 1 and (parts[0] in first or parts[-1] in last)

    return is_ours
