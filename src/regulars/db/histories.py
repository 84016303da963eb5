"""Histories: all that a holder's book is made from, for many holders in one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.db import hot
from regulars.db.arrays import NUMBERS, TEXTS, numbers, texts
from regulars.db.holders import HolderRow
from regulars.engine.arrivals import decode, decode_many
from regulars.engine.calendar import instant_of
from regulars.engine.facts import Link, Unlink
from regulars.engine.fold import needs
from regulars.engine.happenings import Effect, FoldFact
from regulars.engine.head import History
from regulars.engine.position import names
from regulars.engine.state import BEGINNING

# Everybody who is the same person, each since they joined, then their facts, and facts of others
# that name one of theirs;
# a fact that waits for another, or belongs to somebody else by what it names, is not theirs, nor is
# one of which a later version is known.
FACTS = f"""
    WITH RECURSIVE wanted AS (
        SELECT * FROM unnest({NUMBERS}, {TEXTS}::timestamptz[]) AS w(holder, since)
    ), same(holder, since, id) AS (
        SELECT holder, since, holder FROM wanted
        UNION SELECT same.holder, coalesce(h.since, same.since), l.customer_id
            FROM same CROSS JOIN LATERAL (SELECT customer_id FROM regulars_customerlink
                WHERE into_id = same.id AND undone_at IS NULL OFFSET 0) l
            LEFT JOIN LATERAL (SELECT since FROM regulars_holder
                WHERE customer_id = l.customer_id AND programme = %s OFFSET 0) h ON true
    ), found AS (
        SELECT same.holder, same.since, f.key, f.body, f.version, f.at, f.programme, f.received_at
        FROM same CROSS JOIN LATERAL (SELECT * FROM regulars_fact
            WHERE customer_id = same.id AND type NOT IN ('link', 'unlink')
            AND at >= %s::timestamptz OFFSET 0) f
        CROSS JOIN LATERAL (SELECT bool_and(coalesce(owner_id IN (
                SELECT o.id FROM same o WHERE o.holder = same.holder), false)) AS mine
            FROM regulars_named_fact WHERE customer_id = f.customer_id AND key = f.key) n
        WHERE coalesce(n.mine, true)
        UNION ALL
        SELECT same.holder, same.since, f.key, f.body, f.version, f.at, f.programme, f.received_at
        FROM same CROSS JOIN LATERAL (SELECT customer_id, key FROM regulars_named_fact
            WHERE owner_id = same.id OFFSET 0) n
        CROSS JOIN LATERAL (SELECT * FROM regulars_fact
            WHERE customer_id = n.customer_id AND key = n.key AND at >= %s::timestamptz OFFSET 0) f
    )
    SELECT holder, '[' || string_agg(body::text, ',' ORDER BY at, version) || ']' FROM found
    WHERE programme IN ('', %s) AND (programme <> '' OR at >= since)
    AND (%s::timestamptz IS NULL OR received_at <= %s::timestamptz)
    AND (key, version) NOT IN (SELECT * FROM unnest({TEXTS}, {NUMBERS}))
    AND NOT EXISTS (SELECT 1 FROM regulars_factkey k
        WHERE k.key = found.key AND k.version > found.version
        AND (k.key, k.version) NOT IN (SELECT * FROM unnest({TEXTS}, {NUMBERS})))
    GROUP BY holder
"""  # noqa: S608 - own texts
SENT = f"""
    SELECT DISTINCT ON (s.customer_id, s.key) s.customer_id, f.body::text
    FROM regulars_sent_effect s
    JOIN regulars_factkey k ON k.key = s.key
    JOIN regulars_fact f ON f.customer_id = k.customer_id AND f.key = k.key
        AND f.version = k.version
    WHERE s.customer_id = ANY({NUMBERS}) AND s.programme = %s
    ORDER BY s.customer_id, s.key, k.version DESC
"""  # noqa: S608 - own texts


def histories(
    cursor: CursorWrapper,
    holders: Sequence[HolderRow],
    *,
    leaving_out: Iterable[tuple[str, int]] = (),
    known_at: datetime | None = None,
    begins: datetime | None = None,
) -> dict[int, History]:
    """The histories of holders of one programme, by customer.

    `leaving_out` are (key, version) of facts that are about to be taken one by one; `known_at`
    leaves out what was received later, `begins` what is told of earlier.
    """
    if not holders:
        return {}
    programme = holders[0].programme
    made = {one.customer_id: History(until=_passed(one)) for one in holders}
    who = [numbers(made), texts(one.since.isoformat() for one in holders)]
    first = "-infinity" if begins is None else begins
    out = sorted(leaving_out)
    keys = texts(key for key, _version in out) if out else ""
    left_out = [keys, numbers(version for _key, version in out)]
    times = [first, first, programme, known_at, known_at]
    cursor.execute(FACTS, [*who, programme, *times, *left_out, *left_out])
    for number, bodies in cursor.fetchall():
        made[number].facts = decode_many(bodies)
    cursor.execute(SENT, [numbers(made), programme])
    for number, body in cursor.fetchall():
        effect = decode(body)
        if isinstance(effect, Effect):
            made[number].sent.append(effect)
    return made


def _passed(holder: HolderRow) -> int:
    return instant_of(holder.passed_at) if holder.passed_at else BEGINNING


DECIDED = """
    SELECT EXISTS (SELECT 1 FROM regulars_promise
        WHERE customer_id = %s AND programme = %s AND rule = %s AND ordinal = %s)
"""


def is_decided(cursor: CursorWrapper, holder: HolderRow, rule: str, ordinal: str) -> bool:
    """Whether a promise with this identity was decided."""
    cursor.execute(DECIDED, [holder.customer_id, holder.programme, rule, ordinal])
    return bool(cursor.fetchone()[0])


WAITING = f"""
    SELECT n.names, n.customer_id, n.programme, f.body::text FROM unnest({TEXTS}) AS w(key)
    JOIN regulars_named_fact n ON n.names = w.key COLLATE "C" AND n.owner_id IS NULL
    JOIN regulars_fact f ON f.customer_id = n.customer_id AND f.key = n.key
    ORDER BY n.arrived_at, f.version
"""  # noqa: S608 - own texts
COUNT_WAITING = f"""
    SELECT n.names, count(*) FROM unnest({TEXTS}) AS w(name)
    JOIN regulars_named_fact n ON n.names = w.name COLLATE "C" AND n.owner_id IS NULL
    GROUP BY n.names
"""  # noqa: S608 - own texts
FOUND = f"""
    UPDATE regulars_named_fact f SET owner_id = n.owner
    FROM unnest({TEXTS}, {TEXTS}, {NUMBERS}) AS n(name, key, owner)
    WHERE f.names = n.name COLLATE "C" AND f.key = n.key COLLATE "C" AND f.owner_id IS NULL
"""  # noqa: S608 - own texts
NAME = f"""
    INSERT INTO regulars_named_fact (names, key, customer_id, owner_id, programme, arrived_at)
    SELECT name, key, customer_id, NULL, coalesce(programme, ''), %s
    FROM unnest({TEXTS}, {TEXTS}, {NUMBERS}, {TEXTS}) AS n(name, key, customer_id, programme)
    ON CONFLICT (names, key) DO UPDATE SET customer_id = excluded.customer_id
"""  # noqa: S608 - own texts
FOLLOW = f"""
    INSERT INTO regulars_named_fact (names, key, customer_id, owner_id, programme, arrived_at)
    SELECT name, key, customer_id, owner, coalesce(programme, ''), %s
    FROM unnest({TEXTS}, {TEXTS}, {NUMBERS}, {NUMBERS}, {TEXTS})
        AS n(name, key, customer_id, owner, programme)
    ON CONFLICT (names, key) DO UPDATE
        SET customer_id = excluded.customer_id, owner_id = excluded.owner_id
"""  # noqa: S608 - own texts
FORGET = f"""
    DELETE FROM regulars_named_fact n USING unnest({TEXTS}, {TEXTS}) AS w(key, name)
    WHERE n.key = w.key COLLATE "C" AND n.names <> coalesce(w.name, '') COLLATE "C"
    AND n.customer_id IN (SELECT customer_id FROM regulars_factkey
        WHERE key = w.key COLLATE "C")
"""  # noqa: S608 - own texts
# What names a fact lies with whom that was at the time, or has waited for it.
ABOUT = f"""
    WITH about(name, key) AS (
        SELECT w.name, f.key FROM unnest({TEXTS}) AS w(name)
        CROSS JOIN LATERAL (SELECT DISTINCT customer_id FROM regulars_factkey
            WHERE key = w.name COLLATE "C" OFFSET 0) k
        CROSS JOIN LATERAL (SELECT key, body FROM regulars_fact
            WHERE customer_id = k.customer_id AND type IN ('refund', 'activity') OFFSET 0) f
        WHERE f.body ->> 'order' = w.name
        UNION SELECT w.name, n.key FROM unnest({TEXTS}) AS w(name)
        JOIN regulars_named_fact n ON n.names = w.name COLLATE "C"
    )
    SELECT about.name, f.customer_id, f.programme, f.body::text FROM about
    CROSS JOIN LATERAL (SELECT customer_id, version FROM regulars_factkey
        WHERE key = about.key ORDER BY version DESC LIMIT 1) k
    JOIN regulars_fact f
        ON f.customer_id = k.customer_id AND f.key = about.key AND f.version = k.version
    ORDER BY about.name, about.key
"""  # noqa: S608 - own texts
HOLDING = f"""
    SELECT DISTINCT ON (w.key) w.key, coalesce(n.owner_id, k.customer_id)
    FROM unnest({TEXTS}) AS w(key) JOIN regulars_factkey k ON k.key = w.key COLLATE "C"
    LEFT JOIN regulars_named_fact n
        ON n.customer_id = k.customer_id AND n.key = k.key AND n.owner_id IS NOT NULL
    ORDER BY w.key, k.version DESC
"""  # noqa: S608 - own texts
OWNERS = f"""
    SELECT DISTINCT ON (w.key) w.key, k.customer_id FROM unnest({TEXTS}) AS w(key)
    JOIN regulars_factkey k ON k.key = w.key COLLATE "C" ORDER BY w.key, k.version DESC
"""  # noqa: S608 - own texts


def holding(cursor: CursorWrapper, keys: Sequence[str]) -> dict[str, int]:
    """In whose history the newest version of the fact with each of these keys is, where it is
    known: whose row it is, or whose what it names."""
    if not keys:
        return {}
    cursor.execute(HOLDING, [texts(keys)])
    return dict(cursor.fetchall())


def owners(cursor: CursorWrapper, keys: Sequence[str]) -> dict[str, int]:
    """Whose row the newest version of the fact with each of these keys is, where it is known."""
    if not keys:
        return {}
    cursor.execute(OWNERS, [texts(keys)])
    return dict(cursor.fetchall())


class Last(Struct, frozen=True):
    """The newest version under a key, and whose row it is."""

    version: int
    customer_id: int


LAST = """
    SELECT version, customer_id FROM regulars_factkey WHERE key = %s ORDER BY version DESC LIMIT 1
"""


def last_of(cursor: CursorWrapper, key: str) -> Last | None:
    """The newest version under a key; None where it is unknown."""
    cursor.execute(LAST, [key])
    found = cursor.fetchone()
    return Last(*found) if found else None


class Waiting(Struct, frozen=True):
    """A fact that waits for the key `names`, and whose row it is."""

    names: str
    customer_id: int
    programme: str
    fact: FoldFact


def waiting_for(cursor: CursorWrapper, keys: Sequence[str]) -> list[Waiting]:
    """The facts that wait for these keys, the highest version of each."""
    if not keys:
        return []
    found: dict[str, Waiting] = {}
    for name, customer_id, programme, body in hot.run(cursor, WAITING, [texts(keys)]):
        fact = decode(body)
        if not isinstance(fact, Link | Unlink):
            found[fact.key] = Waiting(name, customer_id, programme, fact)
    return list(found.values())


def count_waiting(cursor: CursorWrapper, named: Sequence[str]) -> dict[str, int]:
    """How many facts wait for each of these, where any do."""
    if not named:
        return {}
    cursor.execute(COUNT_WAITING, [texts(named)])
    return {name: int(count) for name, count in cursor.fetchall()}


def note_waiting(cursor: CursorWrapper, waiting: Sequence[Waiting], now: datetime) -> None:
    """Remember what these facts wait for."""
    if waiting:
        cursor.execute(
            NAME,
            [
                now,
                texts(one.names for one in waiting),
                texts(one.fact.key for one in waiting),
                numbers(one.customer_id for one in waiting),
                texts(one.programme for one in waiting),
            ],
        )


def about(cursor: CursorWrapper, keys: Sequence[str]) -> list[Waiting]:
    """What cannot act without the facts with these keys, as it is told last, and whose row it
    is."""
    if not keys:
        return []
    cursor.execute(ABOUT, [texts(keys), texts(keys)])
    found = []
    for name, customer_id, programme, body in cursor.fetchall():
        fact = decode(body)
        if not isinstance(fact, Link | Unlink) and needs(fact) and names(fact) == name:
            found.append(Waiting(name, customer_id, programme, fact))
    return found


def note_followed(
    cursor: CursorWrapper, followed: Sequence[Waiting], owner_of: dict[str, int], now: datetime
) -> None:
    """What is about these keys belongs to their owners, whosever it was."""
    if followed:
        cursor.execute(
            FOLLOW,
            [
                now,
                texts(one.names for one in followed),
                texts(one.fact.key for one in followed),
                numbers(one.customer_id for one in followed),
                numbers(owner_of[one.names] for one in followed),
                texts(one.programme for one in followed),
            ],
        )


def forget_waiting(cursor: CursorWrapper, name_of: dict[str, str]) -> None:
    """Facts that were told anew wait for nothing but what they name now."""
    if name_of:
        cursor.execute(FORGET, [texts(name_of), texts(name_of.values())])


def note_found(
    cursor: CursorWrapper, waiting: Sequence[Waiting], owner_of: Mapping[str, int]
) -> None:
    """These wait no longer: they belong to the owners of what they waited for. What came since
    they were looked up waits on, until it is let in itself."""
    if waiting:
        cursor.execute(
            FOUND,
            [
                texts(one.names for one in waiting),
                texts(one.fact.key for one in waiting),
                numbers(owner_of[one.names] for one in waiting),
            ],
        )
