"""Where holders stand: rows locked in one order, written together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.db.arrays import NUMBERS, numbers

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
SAVE = """
    UPDATE regulars_holder h SET head = n.head, figures = n.figures, tier = n.tier,
        revision = n.revision, due_at = n.due_at, passed_at = n.passed_at
    FROM jsonb_to_recordset(%s::jsonb) AS n(customer_id bigint, programme text, head text,
        figures jsonb, tier text, revision bigint, due_at timestamptz, passed_at timestamptz)
    WHERE h.customer_id = n.customer_id AND h.programme = n.programme
"""
LINKS = f"""
    WITH RECURSIVE up(id, into_id, depth) AS (
        SELECT l.customer_id, l.into_id, 1 FROM regulars_customerlink l
            WHERE l.customer_id = ANY({NUMBERS}) AND l.undone_at IS NULL
        UNION ALL SELECT up.id, l.into_id, up.depth + 1 FROM up JOIN regulars_customerlink l
            ON l.customer_id = up.into_id AND l.undone_at IS NULL)
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
    cursor.execute(query, [numbers(wanted)])
    return [
        msgspec.structs.replace(row, figures=msgspec.json.decode(str(row.figures), type=Figures))
        for row in itertools.starmap(HolderRow, cursor.fetchall())
    ]


def save(cursor: CursorWrapper, rows: Sequence[HolderRow]) -> None:
    """Write where these holders stand now."""
    if rows:
        cursor.execute(SAVE, [msgspec.json.encode([_told(row) for row in rows]).decode()])


def _told(row: HolderRow) -> dict[str, Any]:
    told = msgspec.structs.asdict(row)
    del told["number"], told["since"]
    return told


def ends(cursor: CursorWrapper, customers: Iterable[int]) -> dict[int, int]:
    """The customer at the end of the links of each of these, where that is another."""
    wanted = sorted(set(customers))
    if not wanted:
        return {}
    cursor.execute(LINKS, [numbers(wanted)])
    return dict(cursor.fetchall())
