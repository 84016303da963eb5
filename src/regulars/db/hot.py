"""Statements of every booking: parsed and planned once a connection, their values bound by the
server. Everything else goes through Django's cursor, which sends a statement anew each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import psycopg
from django.db.backends.utils import CursorWrapper


def run(cursor: CursorWrapper, query: str, told: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
    """Execute a statement in the transaction of a cursor; what it found is in the answer."""
    raw = cast("psycopg.Cursor[Any]", cursor.cursor)
    with cursor.db.wrap_database_errors:
        return psycopg.Cursor(raw.connection).execute(query, told, prepare=True)
