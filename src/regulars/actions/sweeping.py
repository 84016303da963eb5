"""What two transactions could not tell each other: facts that wait for something that is known.

A fact that names an unknown one waits. Where both arrive at the same moment, neither sees the
other; a job finds the pair afterwards and lets the one that waits in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from regulars.actions.anew import whole
from regulars.actions.booking import Sitting
from regulars.actions.passing import AT_ONCE
from regulars.db import factstore, histories, programmes
from regulars.db.histories import Waiting
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled

BELATED = """
    SELECT DISTINCT n.names FROM regulars_named_fact n
    WHERE n.owner_id IS NULL AND n.arrived_at >= %s
    AND EXISTS (SELECT 1 FROM regulars_factkey k WHERE k.key = n.names) LIMIT %s
"""


def sweep(now: datetime, *, since: datetime) -> int:
    """Book facts that arrived since an instant and wait for what is known meanwhile; for how many
    keys. Each batch is a transaction of its own."""
    done = 0
    while keys := _belated(since):
        whole(lambda cursor, also, keys=keys: _let_in(cursor, keys, now, also))  # type: ignore[misc]
        done += len(keys)
    return done


def _belated(since: datetime) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(BELATED, [since, AT_ONCE])
        return [key for (key,) in cursor.fetchall()]


def _let_in(
    cursor: CursorWrapper, keys: Sequence[str], now: datetime, also: frozenset[int]
) -> None:
    factstore.share_writing(cursor)
    owners = histories.owners(cursor, keys)
    sitting = Sitting(cursor, now)
    sitting.lock({*owners.values(), *also})
    # Read under the locks: another sweeper may have been quicker.
    waiting = histories.waiting_for(cursor, keys)
    histories.note_found(cursor, waiting, owners)
    for programme in programmes.running(cursor).values():
        mine = [one for one in waiting if one.programme in ("", programme.id)]
        _book_in(programme, sitting, mine, owners)
    sitting.write()


def _book_in(
    programme: Compiled, sitting: Sitting, waiting: Sequence[Waiting], owners: dict[str, int]
) -> None:
    concerned = [
        (one, row)
        for one in waiting
        if (row := sitting.row(owners[one.names], programme.id))
        and (one.programme or one.fact.at >= sitting.since(owners[one.names], row))
    ]
    if not concerned:
        return
    desk = sitting.desk(programme, [one.fact for one, _row in concerned])
    for one, row in concerned:
        desk.owners[one.names] = row.number
        desk.origins[one.names] = desk.called(owners[one.names], row)
    for one, row in concerned:
        desk.record(one.fact, row.number, instant_of(sitting.now))
