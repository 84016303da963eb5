"""By what people are known to the referral rules: told beside facts, and never kept in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.db.arrays import NUMBERS, TEXTS, numbers, texts
from regulars.engine.facts import Who
from regulars.engine.likeness import normal
from regulars.engine.questions import Signal

PARTY = "party"
"""The kind of row that says who else takes part in a sale: its value is their customer number."""
KNOWN_BY = frozenset({"email", "phone", "card"})
"""Identifiers that are signals too."""
PER_FACT = (PARTY, "device", "visitor")
"""Kinds of which it matters with which fact they came; of others, that somebody has one is kept
once."""
MOST = 254
AT_ONCE = 10_000


class Told(Struct, frozen=True, kw_only=True):
    """What was told beside a fact: by what its person is known, and the numbers of customers who
    take part too. A fact that `erases` takes away all that was told of its person."""

    customer_id: int
    key: str
    at: datetime
    signals: tuple[Signal, ...] = ()
    party: tuple[int, ...] = ()
    erases: bool = False


class Row(Struct, frozen=True):
    """A signal as it is stored, in the forms in which it is compared."""

    kind: str
    value: str
    loose: str
    customer_id: int
    key: str
    at: datetime


KEEP = f"""
    INSERT INTO regulars_signal (kind, value, loose, customer_id, key, at)
    SELECT n.kind, n.value, n.loose, n.customer_id, coalesce(n.key, ''), n.at
    FROM unnest({TEXTS}, {TEXTS}, {TEXTS}, {NUMBERS}, {TEXTS}, {TEXTS}::timestamptz[])
        AS n(kind, value, loose, customer_id, key, at)
    WHERE n.kind = ANY(%s) OR NOT EXISTS (SELECT 1 FROM regulars_signal s
        WHERE s.kind = n.kind AND s.value = n.value COLLATE "C"
        AND s.customer_id = n.customer_id AND s.at <= n.at)
    ON CONFLICT (kind, value, customer_id, key) DO UPDATE SET at = excluded.at
        WHERE regulars_signal.at > excluded.at
"""  # noqa: S608 - own texts
SAME = f"""
    WITH RECURSIVE up(id) AS (
        SELECT unnest({NUMBERS}) UNION SELECT l.into_id FROM up CROSS JOIN LATERAL (
            SELECT into_id FROM regulars_customerlink
            WHERE customer_id = up.id AND undone_at IS NULL OFFSET 0) l
    ), same(id) AS (
        SELECT id FROM up UNION SELECT l.customer_id FROM same CROSS JOIN LATERAL (
            SELECT customer_id FROM regulars_customerlink
            WHERE into_id = same.id AND undone_at IS NULL OFFSET 0) l
    )
"""  # noqa: S608 - own texts
FORGET = f"{SAME} DELETE FROM regulars_signal s USING same WHERE s.customer_id = same.id"  # noqa: S608
IDENTIFIERS = f"""
    SELECT i.kind, i.value, i.customer_id, %s::timestamptz
    FROM regulars_identifier i WHERE i.customer_id = ANY({NUMBERS}) AND i.kind = ANY(%s)
"""  # noqa: S608 - own texts
NEXT_IDENTIFIERS = """
    SELECT i.kind, i.value, i.customer_id, c.created_at FROM regulars_identifier i
    JOIN regulars_customer c ON c.id = i.customer_id
    WHERE (i.kind, i.value) > (%s, %s COLLATE "C") ORDER BY i.kind, i.value LIMIT %s
"""


def of(who: Who | None, more: Iterable[Signal]) -> tuple[Signal, ...]:
    """The signals of an arrival: identifiers that are some, and what was told besides."""
    identifiers = who.identifiers if who else ()
    known = (Signal(one.kind, one.value) for one in identifiers if one.kind in KNOWN_BY)
    return (*known, *more)


def note(cursor: CursorWrapper, told: Sequence[Told]) -> None:
    """Keep what was told beside facts, in their order."""
    rows: list[Row] = []
    forgotten: set[int] = set()
    for one in told:
        if one.erases:
            forgotten.add(one.customer_id)
            rows = [row for row in rows if row.customer_id != one.customer_id]
        else:
            rows.extend(_rows(one))
    if forgotten:
        cursor.execute(FORGET, [numbers(sorted(forgotten))])
    _keep(cursor, rows)


def _rows(told: Told) -> Iterable[Row]:
    for one in told.signals:
        value, loose = forms(one)
        if value:
            yield Row(one.kind, value, loose, told.customer_id, told.key, told.at)
    for number in told.party:
        yield Row(PARTY, str(number), str(number), told.customer_id, told.key, told.at)


def forms(signal: Signal) -> tuple[str, str]:
    """The forms in which a signal is compared: strictly and loosely."""
    plain = "".join(sign for sign in signal.value if sign.isprintable())
    return (
        normal(signal.kind, plain, "case")[:MOST],
        normal(signal.kind, plain, "dots_and_tags")[:MOST],
    )


def _keep(cursor: CursorWrapper, rows: Iterable[Row]) -> None:
    first: dict[tuple[str, str, int, str], Row] = {}
    for row in sorted(rows, key=lambda row: row.at):
        key = row.key if row.kind in PER_FACT else ""
        first.setdefault((row.kind, row.value, row.customer_id, key), row)
    if not first:
        return
    kept = [first[name] for name in sorted(first)]
    cursor.execute(
        KEEP,
        [
            texts(row.kind for row in kept),
            texts(row.value for row in kept),
            texts(row.loose for row in kept),
            numbers(row.customer_id for row in kept),
            texts(row.key for row in kept),
            texts(row.at.isoformat() for row in kept),
            list(PER_FACT),
        ],
    )


def note_members(cursor: CursorWrapper, customers: Iterable[int], since: datetime) -> None:
    """Members are known by their identifiers since they joined."""
    cursor.execute(IDENTIFIERS, [since, numbers(customers), sorted(KNOWN_BY)])
    _keep(cursor, map(_identified, cursor.fetchall()))


def are_kept(cursor: CursorWrapper) -> bool:
    """Whether signals were kept before."""
    cursor.execute("SELECT EXISTS (SELECT 1 FROM regulars_signal)")
    return bool(cursor.fetchone()[0])


def begin(cursor: CursorWrapper) -> None:
    """The first referral rule goes live: everybody is known by the identifiers that they have."""
    after = ("", "")
    while True:
        cursor.execute(NEXT_IDENTIFIERS, [*after, AT_ONCE])
        found = cursor.fetchall()
        if not found:
            return
        _keep(cursor, (_identified(row) for row in found if row[0] in KNOWN_BY))
        after = found[-1][:2]


def _identified(row: tuple[str, str, int, datetime]) -> Row:
    kind, value, customer_id, at = row
    return Row(kind, *forms(Signal(kind, value)), customer_id, "", at)
