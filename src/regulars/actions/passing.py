"""Time passes: what is due for holders is booked, in batches, each in a transaction of its own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.actions.anew import whole
from regulars.actions.booking import Sitting
from regulars.db import factstore, programmes
from regulars.db.holders import HolderRow
from regulars.db.models import EditionRow
from regulars.engine.calendar import instant_of

AT_ONCE = 500
"""Holders in one transaction."""

log = logging.getLogger("regulars.passing")

DUE = """
    SELECT customer_id FROM regulars_holder
    WHERE due_at <= %s AND left_at IS NULL AND programme = ANY(%s) AND NOT customer_id = ANY(%s)
    ORDER BY due_at LIMIT %s
"""
STILL = """
    SELECT customer_id FROM regulars_holder
    WHERE customer_id = ANY(%s) AND due_at <= %s AND left_at IS NULL
"""
BEHIND = """
    SELECT customer_id FROM regulars_holder
    WHERE programme = %s AND customer_id > %s AND left_at IS NULL
    AND (passed_at IS NULL OR passed_at < %s)
    ORDER BY customer_id LIMIT %s
"""


def pass_time(now: datetime) -> int:
    """Book everything that is due up to now, for everybody; how many holders something was due
    for. Whoever is killed on the way loses nothing: what was not booked is still due. A holder who
    cannot be booked is left out and told in the log; all others go on."""
    begin_editions(now)
    done = 0
    aside: list[int] = []
    while due := _due(now, aside):
        done += len(due)
        aside += _booked(due, now)
    return done


def begin_editions(now: datetime) -> int:
    """Let editions begin for members for whom nothing else was due then; for how many."""
    begun = EditionRow.objects.filter(begins__lte=now, withdrawn_at=None, spread_at=None)
    done = 0
    for edition in begun.order_by("begins"):
        last = -1
        while found := _behind(edition, last):
            _booked(found, now, everybody=True)
            last, done = found[-1], done + len(found)
        EditionRow.objects.filter(programme=edition.programme, edition=edition.edition).update(
            spread_at=now
        )
    return done


def _due(now: datetime, aside: Sequence[int]) -> list[int]:
    with transaction.atomic(), connection.cursor() as cursor:
        running = list(programmes.running(cursor))
        cursor.execute(DUE, [now, running, list(aside), AT_ONCE])
        return list(dict.fromkeys(number for (number,) in cursor.fetchall()))


def _behind(edition: EditionRow, last: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(BEHIND, [edition.programme, last, edition.begins, AT_ONCE])
        return [number for (number,) in cursor.fetchall()]


def _booked(due: Sequence[int], now: datetime, *, everybody: bool = False) -> list[int]:
    """Book what is due for these; who cannot be booked."""
    try:
        batch = _Batch(due, now, everybody)
        whole(lambda cursor, also: _pass(cursor, batch, also))
    except OperationalError:
        raise
    except Exception:
        if len(due) > 1:
            return [one for each in due for one in _booked([each], now, everybody=everybody)]
        log.exception("what is due for customer %s cannot be booked", due[0])
        return list(due)
    return [] if everybody else _still_due(due, now)


class _Batch(Struct, frozen=True):
    """Whose time passes up to `now`: of those who are due, or of `everybody` here."""

    due: Sequence[int]
    now: datetime
    everybody: bool

    def has(self, row: HolderRow) -> bool:
        """Whether the book of this row is to be opened."""
        if self.everybody and row.customer_id in self.due:
            return True
        return row.due_at is not None and row.due_at <= self.now


def _pass(cursor: CursorWrapper, batch: _Batch, also: frozenset[int]) -> None:
    factstore.share_writing(cursor)
    sitting = Sitting(cursor, batch.now)
    sitting.lock([*batch.due, *also])
    for programme in programmes.running(cursor).values():
        desk = sitting.desk(programme)
        for row in sitting.rows:
            if row.programme == programme.id and batch.has(row):
                desk.book(row.number)
        desk.advance(instant_of(batch.now))
        desk.go_on()
    sitting.write()


def _still_due(due: Sequence[int], now: datetime) -> list[int]:
    """For whom something is due that booking did not bring further: never asked in a circle."""
    with connection.cursor() as cursor:
        cursor.execute(STILL, [list(due), now])
        return [number for (number,) in cursor.fetchall()]
