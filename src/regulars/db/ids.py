"""Customer numbers, made by the application from blocks that the database's sequence gives out."""

from __future__ import annotations

import threading

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

BLOCK = 1000
"""How far apart the sequence's numbers are (migration 0002)."""

_lock = threading.Lock()
_free: dict[tuple[str, ...], list[range]] = {}
"""By database: a number that is free in one may be taken in another."""


def left(database: BaseDatabaseWrapper) -> list[range]:
    """The numbers of this database that were given out to this process and are not used."""
    at = database.settings_dict
    return _free.setdefault((str(at["HOST"]), str(at["PORT"]), str(at["NAME"])), [])


def customer_ids(cursor: CursorWrapper, count: int) -> list[int]:
    """`count` numbers that nobody else gets; a number never used is no loss."""
    taken: list[int] = []
    with _lock:
        free = left(cursor.db)
        missing = count - sum(map(len, free))
        if missing > 0:
            cursor.execute(
                "SELECT nextval('regulars_customer_id') FROM generate_series(1, %s)",
                [-(-missing // BLOCK)],
            )
            free.extend(range(start, start + BLOCK) for (start,) in cursor.fetchall())
        while len(taken) < count:
            block = free.pop()
            part, rest = block[: count - len(taken)], block[count - len(taken) :]
            taken.extend(part)
            if rest:
                free.append(rest)
    return taken
