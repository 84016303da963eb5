"""What moves in the tables when two holders become one, and two again. Rows keep their customer:
what the other one needs is written for them too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.db.arrays import TEXTS, texts
from regulars.db.holders import HolderRow

MOVED = "moved"
"""The state of a voucher that stands with whom its holder was merged into, or came from."""

COLUMNS = "rule, kind, item, value_minor, currency, issued_at, expires_at, state, code"
VOUCHERS = f"""
    INSERT INTO regulars_voucher AS v (customer_id, programme, id, {COLUMNS})
    SELECT %s, programme, id, {COLUMNS} FROM regulars_voucher
    WHERE customer_id = %s AND programme = %s AND state <> '{MOVED}'
        AND (%s OR id = ANY({TEXTS}))
    ON CONFLICT (customer_id, programme, id) DO UPDATE SET value_minor = excluded.value_minor,
        expires_at = excluded.expires_at, state = excluded.state
"""  # noqa: S608 - own texts
LEAVE_VOUCHERS = f"""
    UPDATE regulars_voucher SET state = '{MOVED}'
    WHERE customer_id = %s AND programme = %s AND (%s OR id = ANY({TEXTS}))
"""  # noqa: S608 - own texts
PROMISES = """
    INSERT INTO regulars_promise (customer_id, programme, rule, ordinal, key)
    SELECT %s, programme, rule, ordinal, key FROM regulars_promise
    WHERE customer_id = %s AND programme = %s ON CONFLICT DO NOTHING
"""
NO_PROMISES = "DELETE FROM regulars_promise WHERE customer_id = %s AND programme = %s"
FORGET_PROMISES = f"""
    DELETE FROM regulars_promise WHERE customer_id = %s AND programme = %s AND key = ANY({TEXTS})
"""  # noqa: S608 - own texts
KNOW_PROMISES = f"""
    INSERT INTO regulars_promise (customer_id, programme, rule, ordinal, key)
    SELECT %s, %s, * FROM unnest({TEXTS}, {TEXTS}, {TEXTS}) ON CONFLICT DO NOTHING
"""  # noqa: S608 - own texts
UNSEND = """
    DELETE FROM regulars_sent_effect WHERE customer_id = %s AND programme = %s
"""
SEND = f"""
    INSERT INTO regulars_sent_effect (customer_id, programme, key)
    SELECT %s, %s, * FROM unnest({TEXTS}) ON CONFLICT DO NOTHING
"""  # noqa: S608 - own texts
LEAVE = """
    UPDATE regulars_holder SET left_at = %s, head = '', tier = '', figures = %s::jsonb,
        revision = revision + 1, due_at = NULL, passed_at = NULL
    WHERE customer_id = %s AND programme = %s
"""
COME_BACK = "UPDATE regulars_holder SET left_at = NULL WHERE customer_id = %s AND left_at = %s"
TAKE_PART = """
    INSERT INTO regulars_holder (customer_id, programme, number, since, joined_at, head, figures,
        tier, revision)
    SELECT c.id, %s, c.public_id::text, %s, %s, '', '{}', '', 0
    FROM regulars_customer c WHERE c.id = %s
    ON CONFLICT (customer_id, programme) DO UPDATE SET left_at = NULL
"""


class Pair(Struct, frozen=True):
    """Who goes to whom, in which programme."""

    programme: str
    source: int
    target: int


class Identity(Struct, frozen=True):
    """A promise by what makes it the same: its rule and ordinal; `key` is that of its fact."""

    rule: str
    ordinal: str
    key: str


def move_vouchers(cursor: CursorWrapper, pair: Pair, ids: Iterable[str] | None = None) -> None:
    """Vouchers stand with another holder from now on, by the same codes; all, or those `ids`."""
    chosen = _texts(ids or ())
    both: list[int | str | bool] = [
        pair.target,
        pair.source,
        pair.programme,
        ids is None,
        chosen,
    ]
    cursor.execute(VOUCHERS, both)
    cursor.execute(LEAVE_VOUCHERS, [pair.source, pair.programme, ids is None, chosen])


def share_promises(cursor: CursorWrapper, pair: Pair) -> None:
    """What was promised to one was promised to the other."""
    cursor.execute(PROMISES, [pair.target, pair.source, pair.programme])


def part_promises(cursor: CursorWrapper, pair: Pair, own: Iterable[Identity]) -> None:
    """What is the target's `own` is no longer the source's. What was shared with the target by who
    went away meanwhile is theirs alone."""
    mine = list(own)
    cursor.execute(NO_PROMISES, [pair.target, pair.programme])
    if not mine:
        return
    keys = texts(one.key for one in mine)
    told = [texts(one.rule for one in mine), texts(one.ordinal for one in mine), keys]
    cursor.execute(FORGET_PROMISES, [pair.source, pair.programme, keys])
    cursor.execute(KNOW_PROMISES, [pair.target, pair.programme, *told])


def set_sent(cursor: CursorWrapper, programme: str, customer: int, keys: Iterable[str]) -> None:
    """The effects that somebody's facts have sent are these."""
    cursor.execute(UNSEND, [customer, programme])
    cursor.execute(SEND, [customer, programme, _texts(keys)])


def leave(cursor: CursorWrapper, row: HolderRow, at: datetime) -> None:
    """Take no part any more, since whoever it was is another now."""
    figures = msgspec.json.encode(row.figures).decode()
    cursor.execute(LEAVE, [at, figures, row.customer_id, row.programme])


def come_back(cursor: CursorWrapper, customer: int, left_at: datetime) -> None:
    """Take part again, wherever that was given up at that instant."""
    cursor.execute(COME_BACK, [customer, left_at])


def take_part(cursor: CursorWrapper, pair: Pair, since: datetime, now: datetime) -> None:
    """The target takes part as the source has since then."""
    cursor.execute(TAKE_PART, [pair.programme, since, now, pair.target])


def _texts(values: Iterable[str]) -> str:
    listed = list(values)
    return texts(listed) if listed else ""
