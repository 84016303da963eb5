"""What is booked: transfers, promises, effects sent, vouchers and their codes, in bulk."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.db import hot
from regulars.db.arrays import NUMBERS, TEXTS, numbers, texts
from regulars.db.bulk import copy_lines, escaped
from regulars.db.holders import Figures, HolderRow
from regulars.engine.accounts import WAYS
from regulars.engine.calendar import datetime_of
from regulars.engine.happenings import Effect, Promise
from regulars.engine.run import Row
from regulars.engine.state import Voucher
from regulars.ledger.lots import FOREVER

COLUMNS = [
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
]
FEW = 500
"""Up to so many transfers are written by one statement; more are copied."""
APPEND = f"""
    INSERT INTO regulars_transfer (customer_id, programme, asset, amount, source, target, at,
        booked_at, fact, rule, step, lot, cause)
    SELECT customer_id, programme, asset, amount, source, target,
        timestamptz 'epoch' + at * interval '1 microsecond', now, fact, rule, step,
        coalesce(lot, ''), coalesce(cause, '')
    FROM unnest({NUMBERS}, {TEXTS}, {TEXTS}, {NUMBERS}, {TEXTS}, {TEXTS}, {NUMBERS}, {TEXTS},
            {TEXTS}, {TEXTS}, {TEXTS}, {TEXTS})
        AS n(customer_id, programme, asset, amount, source, target, at, fact, rule, step, lot,
            cause),
        (SELECT %s::timestamptz AS now) AS clock
"""  # noqa: S608 - own texts
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 14
"""Thirty letters to the fourteenth: 68 random bits, for codes of value."""
ADVOCATE_LENGTH = 10
"""49 bits are enough to tell advocates apart: their codes are handed to strangers, and who has one
has nothing."""


def new_code(length: int = CODE_LENGTH) -> str:
    """A code that reads well aloud; at its full length nobody can guess it."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


class Transfers(Struct, frozen=True):
    """Rows of one holder that one arrival brought."""

    holder: HolderRow
    rows: Sequence[Row]
    cause: str = ""


def book(cursor: CursorWrapper, booked: Sequence[Transfers], now: datetime) -> None:
    """Append the transfers, and count them in the figures of their holders."""
    moves = [move for one in booked for move in _moves(one)]
    if len(moves) > FEW:
        copy_lines(cursor, "regulars_transfer", COLUMNS, (_line(one, now) for one in moves))
    elif moves:
        columns = list(zip(*moves, strict=True))
        told = [numbers(columns[0]), *map(texts, columns[1:3]), numbers(columns[3])]
        told += [*map(texts, columns[4:6]), numbers(columns[6]), *map(texts, columns[7:])]
        hot.run(cursor, APPEND, [*told, now.isoformat()])


Move = tuple[int, str, str, int, str, str, int, str, str, str, str, str]
"""A transfer: customer, programme, asset, amount, source, target, the instant at which it was true,
and the fact, rule, step, lot and cause."""


def _moves(booked: Transfers) -> Iterator[Move]:
    holder, cause = booked.holder, booked.cause
    for row in booked.rows:
        amount = row.amount
        if not amount:
            continue
        way = WAYS[row.step]
        source, target = (way.source, way.target) if amount > 0 else (way.target, way.source)
        amount = abs(amount)
        count(holder.figures, row.asset, {source: -amount, target: amount})
        what = (holder.customer_id, holder.programme, row.asset, amount, source, target, row.at)
        yield (*what, row.key, row.rule, row.step, row.lot, cause)


def _line(move: Move, now: datetime) -> str:
    customer, programme, asset, amount, source, target, at, fact, rule, step, lot, cause = move
    return (
        f"{customer}\t{programme}\t{asset}\t{amount}\t{source}\t{target}"
        f"\t{datetime_of(at).isoformat()}\t{now.isoformat()}\t{escaped(fact)}\t{rule}\t{step}"
        f"\t{escaped(lot)}\t{escaped(cause)}"
    )


def count(figures: Figures, asset: str, moved: dict[str, int]) -> None:
    """Take what moved into the figures; what a programme issued is no figure of a holder."""
    mine = figures.setdefault(asset, {})
    for kind, amount in moved.items():
        if kind != "issued":
            mine[kind] = mine.get(kind, 0) + amount


def count_rows(figures: Figures, rows: Iterable[Row]) -> None:
    """Take rows into the figures, as booking them does."""
    for row in rows:
        way = WAYS[row.step]
        count(figures, row.asset, {way.source: -row.amount, way.target: row.amount})


class Decision(Struct, frozen=True):
    """A promise and whose it is."""

    holder: HolderRow
    promise: Promise


DECIDE = f"""
    INSERT INTO regulars_promise (customer_id, programme, rule, ordinal, key)
    SELECT * FROM unnest({NUMBERS}, {TEXTS}, {TEXTS}, {TEXTS}, {TEXTS})
"""  # noqa: S608 - own texts
UNDECIDE = f"""
    DELETE FROM regulars_promise p
    USING unnest({NUMBERS}, {TEXTS}, {TEXTS}) AS n(id, programme, key)
    WHERE p.customer_id = n.id AND p.programme = n.programme COLLATE "C"
        AND p.key = n.key COLLATE "C"
"""  # noqa: S608 - own texts
SEND = f"""
    INSERT INTO regulars_sent_effect (customer_id, programme, key)
    SELECT * FROM unnest({NUMBERS}, {TEXTS}, {TEXTS}) ON CONFLICT DO NOTHING
"""  # noqa: S608 - own texts


def decide(cursor: CursorWrapper, decisions: Sequence[Decision]) -> None:
    """Claim the identities of promises: one that was decided before breaks the transaction."""
    if decisions:
        cursor.execute(
            DECIDE,
            [
                numbers(one.holder.customer_id for one in decisions),
                texts(one.holder.programme for one in decisions),
                texts(one.promise.rule for one in decisions),
                texts(one.promise.ordinal for one in decisions),
                texts(one.promise.key for one in decisions),
            ],
        )


def undecide(cursor: CursorWrapper, moved: Sequence[tuple[HolderRow, str]]) -> None:
    """What was decided by the promises with these keys is no longer their holder's: another one's
    it is, who is about to be told."""
    if moved:
        cursor.execute(
            UNDECIDE,
            [
                numbers(row.customer_id for row, _key in moved),
                texts(row.programme for row, _key in moved),
                texts(key for _row, key in moved),
            ],
        )


def note_sent(cursor: CursorWrapper, sent: Sequence[tuple[HolderRow, Effect]]) -> None:
    """Remember which effects came from whose facts."""
    if sent:
        cursor.execute(
            SEND,
            [
                numbers(holder.customer_id for holder, _effect in sent),
                texts(holder.programme for holder, _effect in sent),
                texts(effect.key for _holder, effect in sent),
            ],
        )


class Issued(Struct, frozen=True):
    """A voucher of a holder as it stands, with the code that its promise gave it, if any."""

    holder: HolderRow
    voucher: Voucher
    state: str = "open"
    code: str = ""


VOUCHER = """
    INSERT INTO regulars_voucher (customer_id, programme, id, rule, kind, item, value_minor,
        currency, issued_at, expires_at, state, code)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (customer_id, programme, id) DO UPDATE SET value_minor = excluded.value_minor,
        expires_at = excluded.expires_at, state = excluded.state
    RETURNING code
"""
END = "UPDATE regulars_voucher SET state = %s WHERE customer_id = %s AND programme = %s AND id = %s"
CODE = """
    INSERT INTO regulars_code (code, kind, programme, customer_id, voucher, percent, made_at)
    VALUES (%s, 'voucher', %s, %s, %s, 0, %s) ON CONFLICT (code) DO NOTHING
"""


def issue(cursor: CursorWrapper, issued: Iterable[Issued], now: datetime) -> None:
    """Write vouchers as they stand, each new one with a code of its own."""
    for one in issued:
        code = one.code or new_code()
        voucher, holder = one.voucher, one.holder
        expires = None if voucher.expires >= FOREVER else datetime_of(voucher.expires)
        cursor.execute(
            VOUCHER,
            [
                holder.customer_id,
                holder.programme,
                voucher.id,
                voucher.rule,
                voucher.kind,
                voucher.item,
                voucher.value,
                voucher.currency,
                datetime_of(voucher.issued),
                expires,
                one.state,
                code,
            ],
        )
        (kept,) = cursor.fetchone()
        if kept == code:
            cursor.execute(CODE, [code, holder.programme, holder.customer_id, voucher.id, now])


REVOKE = f"""
    UPDATE regulars_voucher SET state = 'revoked'
    WHERE customer_id = %s AND programme = %s AND id = ANY({TEXTS}) AND state = 'open'
"""  # noqa: S608 - own texts


def revoke(cursor: CursorWrapper, holder: HolderRow, vouchers: Collection[str]) -> None:
    """Vouchers that were open and that by what is known now never were."""
    if vouchers:
        lost = texts(sorted(vouchers))
        cursor.execute(REVOKE, [holder.customer_id, holder.programme, lost])


def end(cursor: CursorWrapper, holder: HolderRow, voucher: str, state: str) -> None:
    """A voucher is used, expired or revoked."""
    cursor.execute(END, [state, holder.customer_id, holder.programme, voucher])
