"""Time passes: what is due for holders is booked, in batches, each in a transaction of its own."""

from __future__ import annotations

from datetime import datetime

from django.db import DatabaseError, connection, transaction

from regulars.actions.booking import Sitting
from regulars.actions.desks import NotLocked
from regulars.actions.record import ATTEMPTS, met
from regulars.db import factstore, programmes
from regulars.engine.calendar import instant_of

AT_ONCE = 500
"""Holders in one transaction."""

DUE = """
    SELECT customer_id FROM regulars_holder WHERE due_at <= %s AND left_at IS NULL
    ORDER BY due_at LIMIT %s
"""


def pass_time(now: datetime) -> int:
    """Book everything that is due up to now, for everybody; how many holders something was due
    for. Whoever is killed on the way loses nothing: what was not booked is still due."""
    done = 0
    while count := _batch(now):
        done += count
    return done


def _batch(now: datetime) -> int:
    also: frozenset[int] = frozenset()
    for _attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return _pass(now, also)
        except NotLocked as more:
            also |= more.customers
        except DatabaseError as error:
            if not met(error):
                raise
    raise RuntimeError("the same holders kept changing elsewhere; it will be tried again")


def _pass(now: datetime, also: frozenset[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(DUE, [now, AT_ONCE])
        due = [number for (number,) in cursor.fetchall()]
        if not due:
            return 0
        factstore.share_writing(cursor)
        sitting = Sitting(cursor, now)
        sitting.lock([*due, *also])
        for programme in programmes.running(cursor).values():
            desk = sitting.desk(programme)
            for row in sitting.rows:
                if row.programme == programme.id and row.due_at and row.due_at <= now:
                    desk.book(row.number)
            desk.advance(instant_of(now))
        sitting.write()
        return len(due)
