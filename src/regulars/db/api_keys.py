"""Keys for machines: found by their hash, and how much of their limits they have used."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.db import hot

FOUND = """
    SELECT id, name, scopes, per_minute, last_used FROM regulars_api_key
    WHERE hash = %s AND (ends_at IS NULL OR ends_at > %s)
"""
USED_TODAY = (
    "UPDATE regulars_api_key SET last_used = %s WHERE id = %s AND last_used IS DISTINCT FROM %s"
)
SPEND = """
    INSERT INTO regulars_api_use AS u (name, "window", used) VALUES (%s, %s, %s)
    ON CONFLICT (name) DO UPDATE SET
        used = CASE WHEN u."window" - excluded."window" IN (0, 1) THEN u.used ELSE 0 END
            + excluded.used,
        "window" = excluded."window" + (u."window" - excluded."window" = 1)::int
    RETURNING used"""
"""Clocks of several processes may be a window apart. A window further ahead was begun by a clock
that was wrong: nobody is kept out until it comes."""
SPEND_ALONE = f"{SPEND}, set_config('synchronous_commit', 'off', true)"
"""The same in a transaction of its own, which nobody waits for: a crash may forget what was counted
in the last moment."""
USED = 'SELECT used FROM regulars_api_use WHERE name = %s AND "window" = %s'
MINUTE = 60


class KeyRow(Struct, frozen=True, kw_only=True):
    """A key that holds, what it may do and how often."""

    id: UUID
    name: str
    scopes: frozenset[str]
    per_minute: int
    last_used: date | None = None


class Spent(Struct, frozen=True):
    """How far a limit is used: `left` of `most`, until it begins anew in `seconds`."""

    most: int
    left: int
    seconds: int

    @property
    def over(self) -> bool:
        return self.left < 0


def hashed(key: str) -> bytes:
    """What is kept of a key. A key is long and random, so that a plain hash is enough; it is
    looked up by the hash, so that time tells nothing about it."""
    return hashlib.sha256(key.encode()).digest()


def found(cursor: CursorWrapper, key: str, now: datetime) -> KeyRow | None:
    """The key that this is, if it holds now. The day of its use is noted."""
    cursor.execute(FOUND, [hashed(key), now])
    row = cursor.fetchone()
    if row is None:
        return None
    id_, name, scopes, per_minute, last_used = row
    if last_used != now.date():
        cursor.execute(USED_TODAY, [now.date(), id_, now.date()])
    return KeyRow(id=id_, name=name, scopes=frozenset(scopes), per_minute=per_minute)


def spend(cursor: CursorWrapper, key: KeyRow, now: datetime, requests: int = 1) -> Spent:
    """Count so many requests of a key in this minute."""
    much = (MINUTE, requests)
    return count(cursor, str(key.id), key.per_minute, now, much, for_good=False)


def count(
    cursor: CursorWrapper,
    name: str,
    most: int,
    now: datetime,
    much: tuple[int, int],
    *,
    for_good: bool = True,
) -> Spent:
    """Count under a name: `much` is the length of the window in seconds, and how much. A wrong PIN
    or code counts `for_good`, whatever happens to the database next."""
    length, amount = much
    second = int(now.timestamp())
    query = SPEND if for_good or cursor.db.in_atomic_block else SPEND_ALONE
    found = hot.run(cursor, query, [name, second // length, amount]).fetchone()
    used = found[0] if found else 0
    return Spent(most, most - int(used), length - second % length)


def counted(cursor: CursorWrapper, name: str, now: datetime, length: int) -> int:
    """How much was counted under a name in the present window."""
    cursor.execute(USED, [name, int(now.timestamp()) // length])
    row = cursor.fetchone()
    return int(row[0]) if row else 0
