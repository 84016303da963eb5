"""Statements of every booking: parsed and planned once a connection, their values bound by the
server, sent and read without anything between us and the driver's library. Everything else goes
through Django's cursor, which is ten times as much work for a statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from django.db.backends.utils import CursorWrapper
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

Link = psycopg.Connection[Any]
Row = tuple[Any, ...]
ONE_PLAN = b"SET plan_cache_mode = force_generic_plan"
"""Whatever the values, rows are found by their keys: no plan is better for some of them."""
GOOD = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
UNKNOWN_STATEMENT, OTHER_COLUMNS = b"26000", b"0A000"
"""What the server forgot; what was prepared before a table was changed under it."""

Reader = Callable[[bytes], Any]
READERS: dict[int, Reader] = {
    16: lambda told: told == b"t",
    17: lambda told: bytes.fromhex(told[2:].decode()),
    20: int,
    21: int,
    23: int,
    25: bytes.decode,
    1043: bytes.decode,
    1184: lambda told: datetime.fromisoformat(told.decode()),
    2278: lambda _told: None,
    2950: lambda told: UUID(told.decode()),
}
"""How values are read, by the number of their type: truth, bytes, whole numbers, texts, moments,
nothing, uuid. Statements say what else they find as text."""


class Found:
    """What a statement found, or how many rows it changed."""

    def __init__(self, result: PGresult) -> None:
        self.rowcount = result.command_tuples or 0
        self._rows = _rows(result)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def fetchone(self) -> Row | None:
        """The first row."""
        return self._rows[0] if self._rows else None


class _Prepared:
    """The statements of one connection, by name; whether it was told how to plan them."""

    def __init__(self) -> None:
        self.names: dict[str, bytes] = {}
        self.made = 0
        self.planned = False


_prepared: WeakKeyDictionary[Link, _Prepared] = WeakKeyDictionary()


def run(cursor: CursorWrapper, query: str, told: Sequence[str | int] = ()) -> Found:
    """Execute a statement in the transaction of a cursor; what it found is in the answer."""
    link = cast("psycopg.Cursor[Any]", cursor.cursor).connection
    mine = _prepared.get(link)
    if mine is None:
        mine = _prepared[link] = _Prepared()
    values = [str(one).encode() for one in told]
    with cursor.db.wrap_database_errors:
        return Found(_run(link, mine, query, values))


def _run(link: Link, mine: _Prepared, query: str, values: list[bytes]) -> PGresult:
    library = link.pgconn
    if library.transaction_status == TransactionStatus.IDLE:
        _begin(link, mine)
    name = mine.names.get(query)
    if name is None:
        name = b"regulars_%d" % mine.made
        mine.made += 1
        _good(library, library.prepare(name, _numbered(query)))
        mine.names[query] = name
    result = library.exec_prepared(name, values)
    if result.error_field(DiagnosticField.SQLSTATE) in (UNKNOWN_STATEMENT, OTHER_COLUMNS):
        mine.names.clear()
    return _good(library, result)


def _begin(link: Link, mine: _Prepared) -> None:
    library = link.pgconn
    if not mine.planned:
        _good(library, library.exec_(ONE_PLAN))
        mine.planned = True
    if not link.autocommit:
        _good(library, library.exec_(b"BEGIN"))


def _good(library: PGconn, result: PGresult) -> PGresult:
    """The result. Raises what psycopg raises where it tells of an error."""
    if result.status in GOOD:
        return result
    if library.status == ConnStatus.BAD:
        raise psycopg.OperationalError(library.get_error_message())
    raise psycopg.errors.error_from_result(result)


def _rows(result: PGresult) -> list[Row]:
    value = result.get_value
    columns = [(place, READERS[result.ftype(place)]) for place in range(result.nfields)]
    return [
        tuple(
            [
                read(told) if (told := value(number, place)) is not None else None
                for place, read in columns
            ]
        )
        for number in range(result.ntuples)
    ]


@lru_cache(maxsize=200)
def _numbered(query: str) -> bytes:
    """A statement whose values are marked as the server marks them."""
    first, *rest = query.split("%s")
    return "".join([first, *(f"${place}{part}" for place, part in enumerate(rest, 1))]).encode()
