"""The fact store: keys claimed once for ever, facts appended in bulk."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.db import hot
from regulars.db.arrays import MOMENTS, NUMBERS, TEXTS, jsons, moments, numbers, texts, times
from regulars.db.bulk import copy_lines, escaped
from regulars.db.people import Raced

WRITERS = 5_210_001
"""Advisory lock: writers of facts share it, the mirror takes it alone for a moment, so that it
never passes by a fact whose transaction is still open."""
LINKS = 5_210_002
"""Advisory lock: links are made and undone one at a time, while nothing is booked, so that no
circle can close and no fact falls between two who are becoming one. Taken before WRITERS."""

COLUMNS = [
    "customer_id",
    "at",
    "type",
    "key",
    "version",
    "guest",
    "body",
    "received_at",
    "import_id",
    "programme",
]
NULL = "\\N"


class KnownKey(Struct, frozen=True):
    """What came under a key before: by version, the content's hash; empty for a first version that
    nobody told before a later one."""

    hashes: dict[int, bytes]

    @property
    def latest(self) -> int:
        return max(self.hashes)


class NewFact(Struct, frozen=True, kw_only=True):
    """A fact that passed every check and goes into the store."""

    customer_id: int
    at: datetime
    type: str
    key: str
    version: int
    guest: bool
    content_hash: bytes
    body: bytes
    programme: str = ""


SHARE = "SELECT pg_advisory_xact_lock_shared(%s), pg_advisory_xact_lock_shared(%s)"


def link_alone(cursor: CursorWrapper) -> None:
    """Be the only one to link customers until the transaction ends, and wait until nothing is
    being booked. To be taken first of all locks."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LINKS])


def share_writing(cursor: CursorWrapper) -> None:
    """Take part in writing until the transaction ends (see WRITERS)."""
    hot.run(cursor, SHARE, [LINKS, WRITERS])


def known_keys(cursor: CursorWrapper, keys: Sequence[str]) -> dict[str, KnownKey]:
    """Those of `keys` that the business has seen before."""
    if not keys:
        return {}
    known: dict[str, KnownKey] = {}
    for key, version, content_hash in hot.run(cursor, KNOWN, [texts(keys)]):
        known.setdefault(key, KnownKey({})).hashes[version] = bytes(content_hash)
    return known


def bodies(cursor: CursorWrapper, keys: Sequence[str]) -> dict[str, list[str]]:
    """What was said under each of `keys`, as canonical JSON, the last version first."""
    if not keys:
        return {}
    cursor.execute(BODIES, [texts(keys)])
    found: dict[str, list[str]] = {}
    for key, body in cursor.fetchall():
        found.setdefault(key, []).append(body)
    return found


# One index look-up a key, however large the table: a plain join may be planned as a full scan.
KNOWN = f"""
    SELECT k.* FROM unnest({TEXTS}) AS w(key) CROSS JOIN LATERAL (
        SELECT key, version, content_hash FROM regulars_factkey
        WHERE key = w.key COLLATE "C" OFFSET 0
    ) AS k
"""  # noqa: S608 - own texts
BODIES = f"""
    SELECT k.key, f.body::text FROM unnest({TEXTS}) AS w(key)
    JOIN regulars_factkey k ON k.key = w.key COLLATE "C"
    JOIN regulars_fact f
        ON f.customer_id = k.customer_id AND f.key = k.key AND f.version = k.version
    ORDER BY k.key, k.version DESC
"""  # noqa: S608 - own texts
FEW = 250
"""Up to so many facts are written by one statement; more are copied, their keys claimed first."""
STORE = f"""
    WITH n AS MATERIALIZED (
        SELECT * FROM unnest({TEXTS}, {NUMBERS}, {NUMBERS}, {TEXTS}, {MOMENTS}, {TEXTS}, {TEXTS},
            {TEXTS}, {TEXTS})
        AS n(key, version, customer_id, hash, at, type, guest, body, programme)),
    claimed AS (INSERT INTO regulars_factkey (key, version, customer_id, content_hash)
        SELECT key, version, customer_id, decode(hash, 'hex') FROM n
        ORDER BY key COLLATE "C", version ON CONFLICT DO NOTHING RETURNING 1),
    stored AS (INSERT INTO regulars_fact (customer_id, at, type, key, version, guest, body,
            received_at, import_id, programme)
        SELECT customer_id, {times("at")}, type, key, version, guest::boolean, body::jsonb,
            %s::timestamptz, nullif(%s, '')::uuid, coalesce(programme, '') FROM n)
    SELECT count(*) FROM claimed
"""  # noqa: S608 - own texts
CLAIM = f"""
    INSERT INTO regulars_factkey (key, version, customer_id, content_hash)
    SELECT key, version, customer_id, decode(hash, 'hex')
    FROM unnest({TEXTS}, {NUMBERS}, {NUMBERS}, {TEXTS}) AS n(key, version, customer_id, hash)
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - own texts


HOLD = f"""
    INSERT INTO regulars_factkey (key, version, customer_id, content_hash)
    SELECT key, 1, customer_id, '' FROM unnest({TEXTS}, {NUMBERS}) AS n(key, customer_id)
    ORDER BY key COLLATE "C" ON CONFLICT DO NOTHING
"""  # noqa: S608 - own texts


def hold(cursor: CursorWrapper, facts: Sequence[NewFact]) -> None:
    """Claim the first versions of facts of which a later one came first, though nothing was said
    in them: who tells one at the same moment does not see the later one, and would count beside
    it. Raises Raced when one was claimed meanwhile."""
    if facts:
        told = [texts(fact.key for fact in facts), numbers(fact.customer_id for fact in facts)]
        cursor.execute(HOLD, told)
        if cursor.rowcount < len(facts):
            raise Raced


def append(
    cursor: CursorWrapper, facts: Sequence[NewFact], *, now: datetime, import_id: UUID | None
) -> None:
    """Claim the keys and write the facts. Raises Raced when a key was claimed meanwhile."""
    if not facts:
        return
    if len(facts) <= FEW:
        _store(cursor, facts, now=now, import_id=import_id)
        return
    # In the order of keys: two writers that meet wait for one another, never in a circle.
    rows = sorted(facts, key=lambda fact: (fact.key, fact.version))
    claimed = hot.run(
        cursor,
        CLAIM,
        [
            texts(fact.key for fact in rows),
            numbers(fact.version for fact in rows),
            numbers(fact.customer_id for fact in rows),
            texts(fact.content_hash.hex() for fact in rows),
        ],
    )
    if claimed.rowcount < len(rows):
        raise Raced
    rest = f"{now.isoformat()}\t{import_id or NULL}"
    copy_lines(cursor, "regulars_fact", COLUMNS, (_line(fact, rest) for fact in facts))


def _store(
    cursor: CursorWrapper, facts: Sequence[NewFact], *, now: datetime, import_id: UUID | None
) -> None:
    told = [
        texts(fact.key for fact in facts),
        numbers(fact.version for fact in facts),
        numbers(fact.customer_id for fact in facts),
        texts(fact.content_hash.hex() for fact in facts),
        moments(fact.at for fact in facts),
        texts(fact.type for fact in facts),
        texts("t" if fact.guest else "f" for fact in facts),
        jsons(fact.body.decode() for fact in facts),
        texts(fact.programme for fact in facts),
    ]
    found = hot.run(cursor, STORE, [*told, now.isoformat(), str(import_id or "")])
    if found.fetchone() != (len(facts),):
        raise Raced


def _line(fact: NewFact, rest: str) -> str:
    cells = (
        str(fact.customer_id),
        fact.at.isoformat(),
        fact.type,
        escaped(fact.key),
        str(fact.version),
        "t" if fact.guest else "f",
        escaped(fact.body.decode()),
        rest,
        fact.programme,
    )
    return "\t".join(cells)


def digest(cursor: CursorWrapper) -> str:
    """One hash over all facts, free of row numbers and of the clock: equal stores, equal digest."""
    total = hashlib.sha256()
    cursor.execute(
        "SELECT k.key, k.version, k.content_hash, f.type, f.at, f.guest FROM regulars_factkey k"
        " LEFT JOIN regulars_fact f ON f.customer_id = k.customer_id"
        " AND f.key = k.key AND f.version = k.version WHERE k.content_hash <> ''"
        " ORDER BY k.key, k.version, f.seq"
    )
    while rows := cursor.fetchmany(10_000):
        for key, version, content_hash, kind, at, guest in rows:
            moment = at.isoformat() if at else "missing"
            told = bytes(content_hash).hex()
            line = "\x1f".join((key, str(version), told, str(kind), moment, str(guest)))
            total.update(f"{line}\n".encode())
    return total.hexdigest()
