"""Where holders stand: rows locked in one order, written together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.db import hot
from regulars.db.arrays import MOMENTS, NUMBERS, TEXTS, jsons, moments, numbers, texts, times

Figures = dict[str, dict[str, int]]
"""By asset, what is in each kind of account, in the asset's smallest unit."""


class HolderRow(Struct):
    """A holder in a programme as stored; `number` is what the engine calls them."""

    customer_id: int
    programme: str
    number: str
    since: datetime
    head: str
    figures: Figures
    tier: str
    revision: int
    due_at: datetime | None
    passed_at: datetime | None


COLUMNS = """customer_id, programme, number, since, head, figures::text, tier, revision, due_at,
    passed_at"""
LOCK = f"""
    SELECT {COLUMNS} FROM regulars_holder
    WHERE customer_id = ANY({NUMBERS}) AND left_at IS NULL
    ORDER BY customer_id, programme FOR UPDATE
"""  # noqa: S608 - own texts
READ = LOCK.replace(" FOR UPDATE", "")
SAVE = f"""
    UPDATE regulars_holder h SET head = n.head, figures = n.figures, tier = coalesce(n.tier, ''),
        revision = n.revision, due_at = {times("n.due_at")},
        passed_at = {times("n.passed_at")}
    FROM unnest({NUMBERS}, {TEXTS}, {TEXTS}, {TEXTS}::jsonb[], {TEXTS}, {NUMBERS}, {MOMENTS},
        {MOMENTS})
        AS n(customer_id, programme, head, figures, tier, revision, due_at, passed_at)
    WHERE h.customer_id = n.customer_id AND h.programme = n.programme COLLATE "C"
"""  # noqa: S608 - own texts
LINKS = f"""
    WITH RECURSIVE up(id, into_id, depth) AS (
        SELECT l.customer_id, l.into_id, 1 FROM regulars_customerlink l
            WHERE l.customer_id = ANY({NUMBERS}) AND l.undone_at IS NULL
        UNION ALL SELECT up.id, l.into_id, up.depth + 1 FROM up CROSS JOIN LATERAL (
            SELECT into_id FROM regulars_customerlink
            WHERE customer_id = up.into_id AND undone_at IS NULL OFFSET 0) l)
    SELECT DISTINCT ON (id) id, into_id FROM up ORDER BY id, depth DESC
"""  # noqa: S608 - own texts


def locked(cursor: CursorWrapper, customers: Iterable[int]) -> list[HolderRow]:
    """The rows of these customers in every programme that they are in, locked until the
    transaction ends."""
    return _rows(cursor, LOCK, customers)


def read(cursor: CursorWrapper, customers: Iterable[int]) -> list[HolderRow]:
    """The same without a lock."""
    return _rows(cursor, READ, customers)


def _rows(cursor: CursorWrapper, query: str, customers: Iterable[int]) -> list[HolderRow]:
    wanted = sorted(set(customers))
    if not wanted:
        return []
    return made(hot.run(cursor, query, [numbers(wanted)]))


def made(found: Iterable[Sequence[Any]]) -> list[HolderRow]:
    """Rows of COLUMNS as what they are."""
    rows = list(itertools.starmap(HolderRow, found))
    for row in rows:
        row.figures = _read_figures(cast("str", row.figures))
    return rows


_read_figures = msgspec.json.Decoder(Figures).decode


JOINING = 5_210_011
"""Advisory locks: a fact of somebody who takes no part is stored before or after they join, never
at the same moment, when neither would see the other."""
STAY_OUT = f"""
    SELECT pg_advisory_xact_lock_shared({JOINING}, bucket) FROM (SELECT DISTINCT mod(id, 256)::int
        AS bucket FROM regulars_customer WHERE id = ANY({NUMBERS}) ORDER BY 1) AS customers
"""  # noqa: S608 - own texts
JOIN_ALONE = STAY_OUT.replace("_shared", "")


def stay_out(cursor: CursorWrapper, customers: Iterable[int]) -> bool:
    """Have these customers join afterwards, once what was stored of them can be read, or wait
    until they have; whether anybody of them could be joining."""
    return hot.run(cursor, STAY_OUT, [numbers(customers)]).fetchone() is not None


def join_alone(cursor: CursorWrapper, customers: Iterable[int]) -> None:
    """Let customers join while nothing of them is being booked."""
    cursor.execute(JOIN_ALONE, [numbers(customers)])


SINCE = "SELECT since FROM regulars_holder WHERE customer_id = %s AND programme = %s"


def since(cursor: CursorWrapper, customer: int, programme: str) -> datetime | None:
    """Since when somebody is, or was, a member."""
    cursor.execute(SINCE, [customer, programme])
    found = cursor.fetchone()
    return found[0] if found else None


NUMBERED = "SELECT id FROM regulars_customer WHERE public_id = %s"
NAMED = "SELECT public_id::text FROM regulars_customer WHERE id = %s"
MERGED = f"""
    WITH RECURSIVE same(holder, id) AS (
        SELECT l.into_id, l.customer_id FROM regulars_customerlink l
            WHERE l.into_id = ANY({NUMBERS}) AND l.undone_at IS NULL
        UNION SELECT same.holder, l.customer_id FROM same CROSS JOIN LATERAL (
            SELECT customer_id FROM regulars_customerlink
            WHERE into_id = same.id AND undone_at IS NULL OFFSET 0) l)
    SELECT holder, public_id::text FROM same CROSS JOIN LATERAL (
        SELECT public_id FROM regulars_customer WHERE id = same.id OFFSET 0) c
"""  # noqa: S608 - own texts


def numbered(cursor: CursorWrapper, name: str) -> int | None:
    """The number of the customer with a public id; None where that is nobody's."""
    try:
        cursor.execute(NUMBERED, [UUID(name)])
    except ValueError:
        return None
    found = cursor.fetchone()
    return int(found[0]) if found else None


def name_of(cursor: CursorWrapper, customer: int) -> str:
    """The public id of a customer."""
    cursor.execute(NAMED, [customer])
    return str(cursor.fetchone()[0])


def all_merged(cursor: CursorWrapper, customers: Iterable[int]) -> dict[int, frozenset[str]]:
    """The public ids of all who were merged into each of these, where somebody was."""
    found: dict[int, set[str]] = {}
    for customer, name in hot.run(cursor, MERGED, [numbers(customers)]):
        found.setdefault(customer, set()).add(name)
    return {customer: frozenset(names) for customer, names in found.items()}


def save(cursor: CursorWrapper, rows: Sequence[HolderRow]) -> None:
    """Write where these holders stand now."""
    if not rows:
        return
    hot.run(
        cursor,
        SAVE,
        [
            numbers(row.customer_id for row in rows),
            texts(row.programme for row in rows),
            jsons(row.head for row in rows),
            jsons(_written(row.figures) for row in rows),
            texts(row.tier for row in rows),
            numbers(row.revision for row in rows),
            moments(row.due_at for row in rows),
            moments(row.passed_at for row in rows),
        ],
    )


def _written(figures: Figures) -> str:
    return msgspec.json.encode(figures).decode()


LINKED = f"""
    SELECT true FROM unnest({NUMBERS}) AS w(id)
    WHERE (SELECT true FROM regulars_customerlink
        WHERE customer_id = w.id AND undone_at IS NULL LIMIT 1)
    OR (SELECT true FROM regulars_customerlink
        WHERE into_id = w.id AND undone_at IS NULL LIMIT 1) LIMIT 1
"""  # noqa: S608 - own texts


def are_linked(cursor: CursorWrapper, customers: Iterable[int]) -> bool:
    """Whether any of these was merged into somebody, or somebody into one of them."""
    return hot.run(cursor, LINKED, [numbers(customers)]).fetchone() is not None


def ends(cursor: CursorWrapper, customers: Iterable[int]) -> dict[int, int]:
    """The customer at the end of the links of each of these, where that is another."""
    wanted = sorted(set(customers))
    if not wanted:
        return {}
    return dict(hot.run(cursor, LINKS, [numbers(wanted)]))


def end_of(cursor: CursorWrapper, customer: int) -> int:
    """The customer at the end of the links that start at one; itself where none does."""
    return ends(cursor, [customer]).get(customer, customer)
