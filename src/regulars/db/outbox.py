"""Messages to endpoints: written with what they tell of, taken up in turns, marked when answered.

Whoever takes up a delivery counts the attempt and sets the moment at which another may take it up;
what it finds out is written only if nobody has done so since.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.db import tracing
from regulars.db.arrays import TEXTS, texts
from regulars.db.bulk import copy_rows

LEASE = timedelta(minutes=2)
"""After so long a delivery that was taken up and not marked may be taken up again."""
REMEMBERED = 2_000_000_000
"""Nanoseconds for which a process remembers what endpoints want: a new one waits that long."""
EVERYTHING = frozenset({"*"})
TESTED = "webhook.tested"
"""The type of a message that tries one endpoint, and goes to no other."""

COLUMNS = ["id", "type", "body", "at", "request"]
WANTED = """
    SELECT DISTINCT unnest(CASE WHEN types = '{}' THEN '{*}' ELSE types END) FROM regulars_endpoint
"""
DELIVER = f"""
    INSERT INTO regulars_delivery (endpoint_id, message_id, state, next_at)
    SELECT e.id, m.id, 'waiting', %s FROM regulars_out_message m
    JOIN regulars_endpoint e ON e.state = 'active' AND (e.types = '{{}}' OR m.type = ANY(e.types))
    WHERE m.id = ANY({TEXTS})
"""  # noqa: S608 - own texts
READY = """
    SELECT e.id, e.url, e.secrets::text, e.failures, e.failing_since FROM regulars_endpoint e
    WHERE e.state = 'active' AND (e.quiet_until IS NULL OR e.quiet_until <= %s)
        AND EXISTS (SELECT 1 FROM regulars_delivery d WHERE d.endpoint_id = e.id
            AND d.state = 'waiting' AND d.next_at <= %s)
"""
TAKE = """
    WITH due AS MATERIALIZED (SELECT id FROM regulars_delivery WHERE endpoint_id = %s
        AND state = 'waiting' AND next_at <= %s ORDER BY next_at, id LIMIT %s
        FOR UPDATE SKIP LOCKED)
    UPDATE regulars_delivery d SET attempts = d.attempts + 1, tried_at = %s, next_at = %s
    FROM due, regulars_out_message m
    WHERE d.id = due.id AND m.id = d.message_id RETURNING d.id, d.attempts, m.id, m.body,
        m.request
"""
# Materialized: a plan may ask for a plain subquery again and again, each time for other rows.
MARK = """
    UPDATE regulars_delivery SET state = %s, status = %s, code = %s, next_at = %s
    WHERE id = %s AND attempts = %s AND state = 'waiting'
"""
WELL = """
    UPDATE regulars_endpoint SET failures = 0, failing_since = NULL, quiet_until = NULL
    WHERE id = %s AND failures > 0
"""
UNWELL = """
    UPDATE regulars_endpoint SET failures = failures + 1, quiet_until = %s,
        failing_since = coalesce(failing_since, %s) WHERE id = %s
"""
SHUT = """
    UPDATE regulars_endpoint SET state = 'disabled', reason = %s WHERE id = %s AND state = 'active'
"""
AGAIN = f"""
    INSERT INTO regulars_delivery (endpoint_id, message_id, state, next_at)
    SELECT e.id, m.id, 'waiting', %s FROM regulars_out_message m
    JOIN regulars_endpoint e ON e.id = %s AND (e.types = '{{}}' OR m.type = ANY(e.types))
    WHERE m.at >= %s AND m.at < %s AND m.type <> '{TESTED}'
    ON CONFLICT (endpoint_id, message_id) DO UPDATE SET state = 'waiting', attempts = 0,
        next_at = excluded.next_at, status = 0, code = ''
"""  # noqa: S608 - own texts
AGAIN_ONE = """
    UPDATE regulars_delivery SET state = 'waiting', attempts = 0, next_at = %s, status = 0,
        code = ''
    WHERE endpoint_id = %s AND message_id = %s
"""
ALONE = """
    INSERT INTO regulars_delivery (endpoint_id, message_id, state, next_at)
    VALUES (%s, %s, 'waiting', %s)
"""
FORGET = """
    DELETE FROM regulars_delivery d USING regulars_out_message m
    WHERE m.id = d.message_id AND m.at < %s
"""

_remembered: dict[str, tuple[int, frozenset[str]]] = {}


class News(Struct, frozen=True):
    """Something to tell: its type, thin facts about it that are nobody's personal data, and the
    key of the fact that caused it."""

    type: str
    data: dict[str, object]
    cause: str = ""


class Ready(Struct, frozen=True):
    """An endpoint that may be sent to now, and for which something is due."""

    id: UUID
    url: str
    secrets: str
    failures: int
    failing_since: datetime | None


class Taken(Struct, frozen=True):
    """A delivery that was taken up; `attempts` counts this one, `request` is the id of the request
    that its message comes from."""

    id: int
    attempts: int
    message: str
    body: str
    request: str = ""


class Verdict(Struct, frozen=True, kw_only=True):
    """What becomes of a delivery after an attempt."""

    state: str
    status: int
    code: str
    next_at: datetime


def wanted(cursor: CursorWrapper) -> frozenset[str]:
    """The types that some endpoint wants; empty where there is none. Remembered for a moment, so
    that booking does not ask each time."""
    name = str(cursor.db.settings_dict["NAME"])
    until, found = _remembered.get(name, (0, frozenset()))
    now = time.monotonic_ns()
    if now >= until:
        cursor.execute(WANTED)
        found = frozenset(kind for (kind,) in cursor.fetchall())
        _remembered[name] = (now + REMEMBERED, found)
    return found


def forget_wanted() -> None:
    """Ask again at the next booking of this process."""
    _remembered.clear()


def new_id() -> str:
    """The id of a message: random, and without a dot, which parts what is signed."""
    return f"msg_{secrets.token_hex(16)}"


def put(cursor: CursorWrapper, news: Sequence[News], now: datetime) -> list[str]:
    """Write messages, and a delivery of each for every endpoint that wants it; their ids."""
    if not news:
        return []
    rows = [(new_id(), one.type, _body(one, now), now, tracing.of(one.cause)) for one in news]
    copy_rows(cursor, "regulars_out_message", COLUMNS, rows)
    ids = [row[0] for row in rows]
    cursor.execute(DELIVER, [now, texts(ids)])
    return ids


def _body(one: News, now: datetime) -> str:
    told = {"type": one.type, "timestamp": now, "data": one.data}
    return msgspec.json.encode(told).decode()


def ready(cursor: CursorWrapper, now: datetime) -> list[Ready]:
    """The endpoints for which something is due, and which may be sent to."""
    cursor.execute(READY, [now, now])
    return [Ready(*row) for row in cursor.fetchall()]


def take(cursor: CursorWrapper, endpoint: UUID, most: int, now: datetime) -> list[Taken]:
    """Take up deliveries that are due, the longest waiting first."""
    cursor.execute(TAKE, [endpoint, now, most, now, now + LEASE])
    return [Taken(*row) for row in cursor.fetchall()]


def mark(cursor: CursorWrapper, taken: Taken, verdict: Verdict) -> bool:
    """Write what became of an attempt; whether nobody has taken it up since."""
    told = (verdict.state, verdict.status, verdict.code, verdict.next_at)
    cursor.execute(MARK, (*told, taken.id, taken.attempts))
    return bool(cursor.rowcount)


def note_well(cursor: CursorWrapper, endpoint: UUID) -> None:
    """The endpoint took a message."""
    cursor.execute(WELL, [endpoint])


def note_unwell(cursor: CursorWrapper, endpoint: UUID, quiet: datetime, now: datetime) -> None:
    """The endpoint did not; nothing is sent to it before `quiet`."""
    cursor.execute(UNWELL, [quiet, now, endpoint])


def shut(cursor: CursorWrapper, endpoint: UUID, reason: str) -> bool:
    """Send nothing more to an endpoint; whether that is news."""
    cursor.execute(SHUT, [reason, endpoint])
    return bool(cursor.rowcount)


def replay(
    cursor: CursorWrapper, endpoint: UUID, span: tuple[datetime, datetime], now: datetime
) -> int:
    """Have every message of a span of time delivered again to an endpoint; how many."""
    cursor.execute(AGAIN, [now, endpoint, *span])
    return int(cursor.rowcount)


def replay_one(cursor: CursorWrapper, endpoint: UUID, message: str, now: datetime) -> bool:
    """Have a message delivered again that was on its way to an endpoint; whether there is one."""
    cursor.execute(AGAIN_ONE, [now, endpoint, message])
    return bool(cursor.rowcount)


def put_test(cursor: CursorWrapper, endpoint: UUID, now: datetime) -> str:
    """Write a message that tries an endpoint, and a delivery for it alone; its id."""
    body = _body(News(TESTED, {"webhook": str(endpoint)}), now)
    message = new_id()
    row = (message, TESTED, body, now, tracing.current())
    copy_rows(cursor, "regulars_out_message", COLUMNS, [row])
    cursor.execute(ALONE, [endpoint, message, now])
    return message


def forget(cursor: CursorWrapper, before: datetime) -> int:
    """Forget messages and their deliveries; how many messages."""
    cursor.execute(FORGET, [before])
    cursor.execute("DELETE FROM regulars_out_message WHERE at < %s", [before])
    return int(cursor.rowcount)
