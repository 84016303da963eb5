"""What has to agree: rows of holders, transfers, promises and keys, read in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper
from msgspec import Struct, field

from regulars.db.arrays import NUMBERS, numbers
from regulars.db.holders import COLUMNS, Figures, HolderRow, made
from regulars.db.ledger import count
from regulars.engine.accounts import WAYS
from regulars.engine.run import Row

AT_ONCE = 500
"""Holders in one batch."""

HOLDERS = f"""
    SELECT {COLUMNS} FROM regulars_holder
    WHERE programme = %s AND customer_id > %s AND (left_at IS NOT NULL) = %s
    ORDER BY customer_id LIMIT %s
"""  # noqa: S608 - own texts
TRANSFERS = f"""
    SELECT customer_id, fact, rule, step, (extract(epoch FROM at) * 1000000)::bigint, asset,
        amount, lot, source, target
    FROM regulars_transfer WHERE customer_id = ANY({NUMBERS}) AND programme = %s
"""  # noqa: S608 - own texts
PROMISES = f"""
    SELECT customer_id, rule, ordinal FROM regulars_promise
    WHERE customer_id = ANY({NUMBERS}) AND programme = %s
"""  # noqa: S608 - own texts
NOBODYS = """
    SELECT t.seq FROM regulars_transfer t WHERE NOT EXISTS (SELECT 1 FROM regulars_holder h
        WHERE h.customer_id = t.customer_id AND h.programme = t.programme) ORDER BY t.seq LIMIT 1
"""
KEYLESS = """
    SELECT f.seq, f.key FROM regulars_fact f LEFT JOIN regulars_factkey k
        ON k.key = f.key AND k.version = f.version AND k.customer_id = f.customer_id
    WHERE k.key IS NULL ORDER BY f.seq LIMIT 1
"""
FACTLESS = """
    SELECT k.key FROM regulars_factkey k LEFT JOIN regulars_fact f
        ON f.key = k.key AND f.version = k.version AND f.customer_id = k.customer_id
    WHERE f.key IS NULL AND k.content_hash <> '' ORDER BY k.key LIMIT 1
"""
GUESTS = """
    SELECT f.seq, f.key, f.body::text, k.content_hash FROM regulars_fact f
    JOIN regulars_factkey k ON k.key = f.key AND k.version = f.version
    WHERE f.guest AND f.seq > %s ORDER BY f.seq LIMIT %s
"""
COUNTS = "SELECT (SELECT count(*) FROM regulars_fact), (SELECT count(*) FROM regulars_transfer)"


class Books(Struct):
    """What is booked for a holder: the net by what it was wanted for, and the sums that follow."""

    net: dict[Row, int] = field(default_factory=dict)
    figures: Figures = field(default_factory=dict)
    promises: set[tuple[str, str]] = field(default_factory=set)


def steady(cursor: CursorWrapper) -> None:
    """From here to the end of the transaction everything is read as of one moment."""
    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def batch(cursor: CursorWrapper, programme: str, after: int, *, left: bool) -> list[HolderRow]:
    """The next holders of a programme: those who take part, or those who have left."""
    cursor.execute(HOLDERS, [programme, after, left, AT_ONCE])
    return made(cursor.fetchall())


def booked(cursor: CursorWrapper, rows: Sequence[HolderRow]) -> dict[int, Books]:
    """What is booked for these holders of one programme, by customer."""
    found = {row.customer_id: Books() for row in rows}
    if not rows:
        return found
    who = [numbers(found), rows[0].programme]
    cursor.execute(TRANSFERS, who)
    for customer, *told in cursor.fetchall():
        _add(found[customer], told)
    cursor.execute(PROMISES, who)
    for customer, rule, ordinal in cursor.fetchall():
        found[customer].promises.add((rule, ordinal))
    return found


def _add(books: Books, told: Sequence[Any]) -> None:
    fact, rule, step, at, asset, amount, lot, source, target = told
    count(books.figures, asset, {source: -amount, target: amount})
    name = Row(fact, rule, step, at, asset, 0, lot)
    sign = 1 if WAYS[step].source == source else -1
    books.net[name] = books.net.get(name, 0) + sign * amount


def net_of(rows: Iterable[Row]) -> dict[Row, int]:
    """The same of what is wanted."""
    net: dict[Row, int] = {}
    for row in rows:
        name = Row(row.key, row.rule, row.step, row.at, row.asset, 0, row.lot)
        net[name] = net.get(name, 0) + row.amount
    return net


def guests(cursor: CursorWrapper) -> Iterator[tuple[int, str, str, bytes]]:
    """Facts of guests, of which the whole content is stored: number, key, body, hash."""
    last = 0
    while True:
        cursor.execute(GUESTS, [last, 10_000])
        found = cursor.fetchall()
        if not found:
            return
        for seq, key, body, told in found:
            yield seq, key, body, bytes(told)
        last = found[-1][0]


def first(cursor: CursorWrapper, query: str) -> tuple[object, ...] | None:
    """The first row that something is wrong with; None where all is well."""
    cursor.execute(query)
    found = cursor.fetchone()
    return tuple(found) if found else None


def counts(cursor: CursorWrapper) -> tuple[int, int]:
    """How many facts and transfers there are."""
    cursor.execute(COUNTS)
    facts, transfers = cursor.fetchone()
    return int(facts), int(transfers)
