"""Facts and transfers are put under seal, block by block, so that what is changed by hand shows."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from regulars.actions.alone import alone
from regulars.db import disk, seals
from regulars.db.seals import COLUMNS, SealRow


def seal(now: datetime) -> int:
    """Seal what has arrived since the last time; how many blocks. Whoever else is at it does it
    alone. What finds no room on the disk is sealed later."""
    with alone("seal") as free:
        return sum(_seal(kind, now) for kind in COLUMNS) if free else 0


def _seal(kind: str, now: datetime) -> int:
    last, blocks = seals.settled(kind), 0
    while not disk.ROOM.is_over() and _seal_block(kind, last, now):
        blocks += 1
    return blocks


@transaction.atomic
def _seal_block(kind: str, last: int, now: datetime) -> bool:
    with connection.cursor() as cursor:
        before = seals.last_seal(cursor, kind)
        done = before.last if before else 0
        block = seals.rows(cursor, kind, done + 1, last)
        if not block:
            return False
        new = SealRow(
            number=before.number + 1 if before else 1,
            first=done + 1,
            last=block[-1].seq,
            count=len(block),
            hash=seals.chained(before.hash if before else b"", block),
            marks=b"".join(row.mark for row in block),
        )
        seals.write(cursor, kind, new, now)
        return True
