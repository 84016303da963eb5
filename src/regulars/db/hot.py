"""Statements of every booking: parsed and planned once a connection, their values bound by the
server. Everything else goes through Django's cursor, which sends a statement anew each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from weakref import WeakSet

import psycopg
from django.db.backends.utils import CursorWrapper
from psycopg.pq import TransactionStatus

Link = psycopg.Connection[Any]
ONLY_ASKED = 2**31 - 1
"""So often must a statement be sent before it is prepared unasked. Django's connections prepare
nothing at all otherwise, not even what they are asked to."""
ONE_PLAN = "SET plan_cache_mode = force_generic_plan"
"""Whatever the values, rows are found by their keys: no plan is better for some of them."""

_ready: WeakSet[Link] = WeakSet()


def run(cursor: CursorWrapper, query: str, told: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
    """Execute a statement in the transaction of a cursor; what it found is in the answer."""
    link = cast("psycopg.Cursor[Any]", cursor.cursor).connection
    with cursor.db.wrap_database_errors:
        if link not in _ready:
            _make_ready(link)
        return psycopg.Cursor(link).execute(query, told, prepare=True)


def _make_ready(link: Link) -> None:
    """Let a connection prepare. Its plans are chosen outside a transaction: one that is rolled
    back would take that back too."""
    link.prepare_threshold = ONLY_ASKED
    if link.info.transaction_status == TransactionStatus.IDLE:
        link.execute(ONE_PLAN)
        _ready.add(link)
