"""Writing many rows at once: COPY through Django's connection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

import psycopg
from django.db.backends.utils import CursorWrapper
from psycopg import sql


def copy_rows(
    cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """COPY `rows` into `table`, inside the cursor's transaction."""
    raw = cast("psycopg.Cursor[Any]", cursor.cursor)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with raw.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
