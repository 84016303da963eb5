"""A transaction that is begun anew while others are in its way: the one loop that does so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

from regulars.actions.desks import NotLocked
from regulars.db.people import Raced

ATTEMPTS = 8
MET = {"40P01", "40001", "23505"}
"""Each waited for the other; what was read changed; the other wrote the same row first."""

Result = TypeVar("Result")


def whole(act: Callable[[CursorWrapper, frozenset[int]], Result]) -> Result:
    """Do something in a transaction of its own, begun anew while somebody else turns out to be
    concerned (they are told to it, to be locked too), took a key or an identifier first, or was
    met by another transaction."""
    also: frozenset[int] = frozenset()
    attempts = 0
    while attempts < ATTEMPTS:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                return act(cursor, also)
        except NotLocked as more:
            # Who is new comes once only: however many they are, this ends.
            attempts += more.customers <= also
            also |= more.customers
        except Raced:
            attempts += 1
        except DatabaseError as error:
            if not met(error):
                raise
            attempts += 1
    raise RuntimeError("others kept changing the same rows; send it again")


def met(error: DatabaseError) -> bool:
    """Whether two transactions met, so that this one is to be tried again."""
    return getattr(error.__cause__, "sqlstate", "") in MET
