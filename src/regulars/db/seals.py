"""Facts and transfers under seal: blocks in order of arrival, each chained to the one before.

A block's hash is SHA-256 over the hash before it and the hash of each of its rows; a row's is over
its values, separated by a control character that no text can hold. A seal says nothing about
people: facts carry no personal data, so that erasing somebody breaks none.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.db.factstore import WRITERS

BLOCK = 10_000
"""Rows in one block at most."""
PLACE, PART = 8, 4
"""Bytes of a mark: the number of arrival, and the beginning of the row's hash."""

MOMENTS = ("at", "received_at", "booked_at")
COLUMNS = {
    "fact": (
        "customer_id",
        "at",
        "type",
        "key",
        "version",
        "guest",
        "programme",
        "received_at",
        "import_id",
        "body",
    ),
    "transfer": (
        "customer_id",
        "programme",
        "asset",
        "amount",
        "source",
        "target",
        "at",
        "booked_at",
        "fact",
        "rule",
        "step",
        "lot",
        "cause",
    ),
}
"""What of a row is sealed, by kind; the table is named for it. MOMENTS count microseconds. Not read
from the tables' own lists: one column more would break every seal there is."""


class SealRow(Struct, frozen=True):
    """A seal as stored."""

    number: int
    first: int
    last: int
    count: int
    hash: bytes
    marks: bytes


class Row(Struct, frozen=True):
    """A row by its number of arrival, with its own hash."""

    seq: int
    hash: bytes

    @property
    def mark(self) -> bytes:
        return self.seq.to_bytes(PLACE, "big") + self.hash[:PART]


def settled(kind: str) -> int:
    """The highest number of arrival below which no transaction is still open."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS])
        cursor.execute(f"SELECT last_value FROM regulars_{kind}_seq WHERE is_called")  # noqa: S608
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def rows(cursor: CursorWrapper, kind: str, first: int, last: int) -> list[Row]:
    """The rows from one number to another, both included; at most a block of them."""
    parts = ", ".join(f"coalesce({_value(one)}::text, chr(30))" for one in COLUMNS[kind])
    cursor.execute(
        f"SELECT seq, concat_ws(chr(31), seq, {parts}) FROM regulars_{kind}"  # noqa: S608
        " WHERE seq BETWEEN %s AND %s ORDER BY seq LIMIT %s",
        [first, last, BLOCK],
    )
    return [Row(seq, sha256(text.encode()).digest()) for seq, text in cursor.fetchall()]


def _value(column: str) -> str:
    return f"(extract(epoch FROM {column}) * 1000000)::bigint" if column in MOMENTS else column


def chained(before: bytes, block: list[Row]) -> bytes:
    """The hash of a block after another."""
    total = sha256(before)
    for row in block:
        total.update(row.hash)
    return total.digest()


def last_seal(cursor: CursorWrapper, kind: str) -> SealRow | None:
    """The newest seal of a kind."""
    cursor.execute(
        "SELECT number, first, last, count, hash, marks FROM regulars_seal WHERE kind = %s"
        " ORDER BY number DESC LIMIT 1",
        [kind],
    )
    found = cursor.fetchone()
    return _read(found) if found else None


def seal_after(cursor: CursorWrapper, kind: str, number: int) -> SealRow | None:
    """The seal after a number."""
    cursor.execute(
        "SELECT number, first, last, count, hash, marks FROM regulars_seal"
        " WHERE kind = %s AND number > %s ORDER BY number LIMIT 1",
        [kind, number],
    )
    found = cursor.fetchone()
    return _read(found) if found else None


def _read(found: tuple[int, int, int, int, bytes, bytes]) -> SealRow:
    number, first, last, count, told, marks = found
    return SealRow(number, first, last, count, bytes(told), bytes(marks))


def write(cursor: CursorWrapper, kind: str, seal: SealRow, now: datetime) -> None:
    """Put a seal under a block."""
    cursor.execute(
        "INSERT INTO regulars_seal (kind, number, first, last, count, hash, marks, sealed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            kind,
            seal.number,
            seal.first,
            seal.last,
            seal.count,
            seal.hash,
            seal.marks,
            now,
        ],
    )


def first_difference(seal: SealRow, block: list[Row]) -> int | None:
    """The number of the first row of a block that was changed, removed or put in since it was
    sealed; None where all are as they were."""
    size = PLACE + PART
    marks = [seal.marks[place : place + size] for place in range(0, len(seal.marks), size)]
    for mark, row in zip(marks, block, strict=False):
        if mark != row.mark:
            return min(int.from_bytes(mark[:PLACE], "big"), row.seq)
    if len(marks) > len(block):
        return int.from_bytes(marks[len(block)][:PLACE], "big")
    return block[len(marks)].seq if len(block) > len(marks) else None
