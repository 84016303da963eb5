"""Shops send their orders here. A payload says how an order stands as of one moment; what is
newest counts, whatever the order of arrival, and saying it again changes nothing."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from msgspec import Struct, structs

from regulars.actions import audit
from regulars.actions.record import Source, record
from regulars.actions.refused import Refused
from regulars.db import factstore
from regulars.db.models import HookOrder, HookProblem, HookSource
from regulars.engine.arrivals import Arrival, decode
from regulars.engine.calendar import instant_of
from regulars.engine.facts import Refund
from regulars.sources.hook_kinds import SHOPS
from regulars.sources.hooked import (
    MOST_BYTES,
    Forged,
    Incoming,
    Reading,
    Settings,
    Standing,
    Unreadable,
    called_off,
    cancel_key,
    withdrawn,
)

KEPT = timedelta(days=30)
AHEAD = timedelta(minutes=10)
"""How far the clock of a shop may be ahead of ours: what is dated later would let time pass that
has not come yet."""
LEAST_SECRET = 16
MOST_NAME = 40
NAME = re.compile(r"[A-Za-z0-9_-]+")

State = Literal["recorded", "known", "ignored", "unreadable", "forged", "unknown", "too_large"]


class Received(Struct, frozen=True, kw_only=True):
    """What became of a request. `code` and `place` say what was wrong with it."""

    state: State
    code: str = ""
    place: str = ""


class Shown(Struct, frozen=True, kw_only=True):
    """A shop as people see it: without its secret, and without its address."""

    id: UUID
    kind: str
    source: str
    shop: str
    created_at: datetime
    last_at: datetime | None
    problems: int


class Wanted(Struct, frozen=True, kw_only=True):
    """A shop to be added: its system, the secret by which it signs, its domain (empty: any), and
    the name of its facts (empty: that of the system)."""

    kind: str
    secret: str
    shop: str = ""
    source: str = ""


@transaction.atomic
def add(wanted: Wanted, *, now: datetime, by: str = "") -> tuple[UUID, str]:
    """Let a shop send its orders; its id, and the token of its address, which is shown once.

    Refused: hook_kind_unknown, hook_secret_short, hook_source_bad, hook_source_taken.
    """
    source = wanted.source or wanted.kind
    if wanted.kind not in SHOPS:
        raise Refused("hook_kind_unknown", kind=wanted.kind, known=", ".join(SHOPS))
    if not LEAST_SECRET <= len(wanted.secret) <= 200:
        raise Refused("hook_secret_short", least=LEAST_SECRET)
    if len(source) > MOST_NAME or not NAME.fullmatch(source):
        raise Refused("hook_source_bad", most=MOST_NAME)
    if HookSource.objects.filter(source=source).exists():
        raise Refused("hook_source_taken", source=source)
    token = secrets.token_urlsafe(32)
    row = HookSource.objects.create(
        kind=wanted.kind,
        token_hash=_hash(token),
        secret=wanted.secret,
        shop=wanted.shop.strip().lower(),
        source=source,
        created_at=now,
    )
    audit.note("shop.added", row.id, by, now, {"kind": row.kind, "source": source})
    return row.id, token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def shops() -> list[Shown]:
    """Every shop that may send its orders, the oldest first."""
    names = set(Shown.__struct_fields__) - {"problems"}
    return [
        Shown(
            **{name: getattr(row, name) for name in names},
            problems=HookProblem.objects.filter(hook=row).count(),
        )
        for row in HookSource.objects.order_by("created_at", "id")
    ]


@transaction.atomic
def remove(hook: UUID, *, by: str = "") -> None:
    """Take nothing more from a shop; what it sent stays. Refused: hook_unknown."""
    if not HookSource.objects.filter(id=hook).delete()[0]:
        raise Refused("hook_unknown")
    audit.note("shop.removed", hook, by)


@transaction.atomic
def tidy(now: datetime) -> None:
    """Forget old problems."""
    HookProblem.objects.filter(at__lt=now - KEPT).delete()


def receive(token: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Received:
    """Take what a shop sent. The body is judged as it came, and not kept."""
    hook = HookSource.objects.filter(token_hash=_hash(token)).first()
    if hook is None:
        return Received(state="unknown")
    if len(body) > MOST_BYTES:
        return Received(state="too_large")
    shop = SHOPS[hook.kind]
    settings = Settings(secret=hook.secret, shop=hook.shop, source=hook.source)
    try:
        topic = shop.verify(Incoming(headers=headers, body=body), settings)
    except Forged as error:
        return Received(state="forged", code=error.code)
    HookSource.objects.filter(id=hook.id).update(last_at=now)
    try:
        reading = shop.read(topic, body, settings)
    except Unreadable as error:
        return _note(hook, topic, error, now)
    except ArithmeticError:
        return _note(hook, topic, Unreadable("amount_unreadable"), now)
    if reading.standing is None and not reading.refunds:
        return Received(state="ignored")
    if _is_ahead(reading, now + AHEAD):
        return _note(hook, topic, Unreadable("time_ahead"), now)
    try:
        changed = _taken(reading, now)
    except Unreadable as error:
        return _note(hook, topic, error, now)
    return Received(state="recorded" if changed else "known")


@transaction.atomic
def _taken(reading: Reading, now: datetime) -> bool:
    """Record what a payload says; whether it was news. Raises Unreadable where some of it cannot be
    taken now, and then takes nothing: the shop sends it again."""
    with connection.cursor() as cursor:
        found = _order(cursor, reading.standing, now) if reading.standing else []
        new = found or _refunds_alone(cursor, reading.refunds)
        outcomes = record(new, now=now, source=Source(restate=True)) if new else []
    for one in outcomes:
        if one.state == "refused":
            raise Unreadable(one.code)
    return any(one.state in ("recorded", "restated") for one in outcomes)


def _is_ahead(reading: Reading, last: datetime) -> bool:
    """Whether a payload tells of anything that is still to come."""
    told = reading.standing
    dates = [one.at for one in reading.refunds]
    if told is not None:
        dates += [told.order.at, told.called_off, *(one.at for one in told.refunds)]
    return any(at > last for at in dates) or (told is not None and told.version > instant_of(last))


def _note(hook: HookSource, topic: str, error: Unreadable, now: datetime) -> Received:
    HookProblem.objects.create(
        hook=hook, at=now, topic=topic[:60], code=error.code, place=error.place
    )
    return Received(state="unreadable", code=error.code, place=error.place)


def _refunds_alone(cursor: CursorWrapper, refunds: Sequence[Refund]) -> list[Arrival]:
    """Refunds that came without their order, where it has not told of them yet."""
    known = factstore.known_keys(cursor, [one.key for one in refunds])
    return [Arrival(fact=one) for one in refunds if one.key not in known]


def _order(cursor: CursorWrapper, told: Standing, now: datetime) -> list[Arrival]:
    """What a standing says that was not known, and that no newer one says otherwise."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"hook:{told.key}"])
    kept = HookOrder.objects.filter(key=told.key).first()
    row = kept or HookOrder(key=told.key, version=0, digest=b"", paid=False, over=False)
    is_newest = (told.version, told.digest) > (row.version, bytes(row.digest))
    is_first = told.paid and not row.paid
    sooner = _date(row, told)
    if is_newest:
        row.version, row.digest, row.over = told.version, told.digest, told.over
    row.paid = row.paid or told.paid
    facts: list[Arrival] = []
    if row.paid and (is_newest or is_first):
        facts = _facts(cursor, row, told)
    elif row.paid:
        facts = _redated(cursor, row, sooner)
    row.save()
    return facts


def _date(row: HookOrder, told: Standing) -> list[str]:
    """Note since when things without a date are known; which are known for longer now."""
    undated = set(told.undated)
    if told.over:
        undated.add(cancel_key(told.key))
    at = told.called_off.isoformat()
    sooner = [key for key in sorted(undated) if at < row.dates.get(key, "9")]
    row.dates |= dict.fromkeys(sooner, at)
    return sooner


def _facts(cursor: CursorWrapper, row: HookOrder, told: Standing) -> list[Arrival]:
    """The order and everything that came of it; what is no longer told of is withdrawn."""
    refunds = [_dated(row, one) for one in told.refunds]
    if row.over:
        refunds.append(_dated(row, called_off(told, told.called_off)))
    gone = [key for key in row.keys if key not in {one.key for one in refunds}]
    row.keys = [*gone, *(one.key for one in refunds)]
    refunds += [withdrawn(one) for one in _known(cursor, gone)]
    return [Arrival(fact=told.order, who=told.who), *(Arrival(fact=one) for one in refunds)]


def _redated(cursor: CursorWrapper, row: HookOrder, sooner: list[str]) -> list[Arrival]:
    """Facts that turn out to have happened sooner than was known."""
    wanted = [key for key in sooner if key in row.keys]
    return [Arrival(fact=_dated(row, one)) for one in _known(cursor, wanted)]


def _dated(row: HookOrder, refund: Refund) -> Refund:
    told = row.dates.get(refund.key)
    return structs.replace(refund, at=datetime.fromisoformat(told)) if told else refund


def _known(cursor: CursorWrapper, keys: list[str]) -> list[Refund]:
    """The facts under these keys, as they are known."""
    bodies = factstore.bodies(cursor, keys) if keys else {}
    facts = (decode(bodies[key][0]) for key in keys if key in bodies)
    return [structs.replace(one, version=1) for one in facts if isinstance(one, Refund)]
