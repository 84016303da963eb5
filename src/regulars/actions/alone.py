"""One at a time: a lock held by a worker while it is at something long; it dies with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

from django.db import connection


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether nobody else is at work on `name`. The lock is the session's, so that it ends with
    a killed worker; it is no part of any transaction."""
    number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        taken = bool(cursor.fetchone()[0])
    try:
        yield taken
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def is_free(name: str) -> bool:
    """Whether nobody is at work on `name` now."""
    with alone(name) as free:
        return free
