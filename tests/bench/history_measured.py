"""Measure, in a process of its own, what works through all facts of a data folder; prints JSON.

`verify` as it is; `rebuild` with every state thrown away before, so that all are made anew, and
beside it the bare fold of the same facts: read in the same batches, only the folding counted.

Usage: history_measured.py FOLDER verify|rebuild
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime
from typing import Any

from regulars.cli.installation import installation

PROGRAMME = "corner_club"


def main(folder: str, what: str) -> None:
    with installation(folder):
        print(json.dumps({"verify": _verify, "rebuild": _rebuild}[what]()))


def _verify() -> dict[str, Any]:
    from regulars.actions.verifying import verify

    started, worked = time.perf_counter(), _worked()
    found = verify()
    taken, own = time.perf_counter() - started, _worked() - worked
    if found.finding is not None:
        raise RuntimeError(found.finding)
    return {"seconds": taken, "own": own, "transfers": found.transfers, "facts": found.facts}


def _rebuild() -> dict[str, Any]:
    from django.db import connection

    from regulars.actions.rebuilding import rebuild

    facts, folding = _bare_fold()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE regulars_holder SET head = ''")
        cursor.execute("VACUUM ANALYZE regulars_holder")
    started, worked = time.perf_counter(), _worked()
    found = rebuild(datetime.now(UTC))
    taken, own = time.perf_counter() - started, _worked() - worked
    if found.members or found.states != found.holders:
        raise RuntimeError(found)
    return {"seconds": taken, "own": own, "fold": folding, "facts": facts}


def _worked() -> float:
    """The processor's time that this process and those that worked for it have taken, in seconds;
    not that of the database."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _bare_fold() -> tuple[int, float]:
    """How many facts there are, and the seconds in which the engine folds them."""
    from django.db import connection, transaction

    from regulars.db import histories, programmes, proof
    from regulars.engine.fold import fold

    facts, taken, after = 0, 0.0, -1
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            programme = programmes.running(cursor)[PROGRAMME]
            rows = proof.batch(cursor, PROGRAMME, after, left=False)
            known = histories.histories(cursor, rows)
        if not rows:
            return facts, taken
        started = time.perf_counter()
        for row in rows:
            fold(programme, known[row.customer_id].facts, holder=row.number)
        taken += time.perf_counter() - started
        facts += sum(len(one.facts) for one in known.values())
        after = rows[-1].customer_id


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
