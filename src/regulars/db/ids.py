"""Customer numbers, made by the application from blocks that the database's sequence gives out."""

from __future__ import annotations

import threading

from django.db.backends.utils import CursorWrapper

BLOCK = 1000
"""How far apart the sequence's numbers are (migration 0002)."""

_lock = threading.Lock()
_free: list[range] = []


def customer_ids(cursor: CursorWrapper, count: int) -> list[int]:
    """`count` numbers that nobody else gets; a number never used is no loss."""
    taken: list[int] = []
    with _lock:
        missing = count - sum(map(len, _free))
        if missing > 0:
            cursor.execute(
                "SELECT nextval('regulars_customer_id') FROM generate_series(1, %s)",
                [-(-missing // BLOCK)],
            )
            _free.extend(range(start, start + BLOCK) for (start,) in cursor.fetchall())
        while len(taken) < count:
            block = _free.pop()
            part, rest = block[: count - len(taken)], block[count - len(taken) :]
            taken.extend(part)
            if rest:
                _free.append(rest)
    return taken
