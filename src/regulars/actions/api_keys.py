"""Keys for machines: made, shown once, rotated with an overlap, revoked."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _
from msgspec import Struct

from regulars.actions import audit
from regulars.actions.refused import Refused
from regulars.db.api_keys import hashed
from regulars.db.models import ApiKey

SCOPES: dict[str, str] = {
    "facts:write": _("record what happened: orders, refunds, visits"),
    "grants:write": _("give and take points by hand within its limit, set tiers"),
    "grants:approve": _("see and decide what others ask to give or take above their limit"),
    "customers:read": _("find customers and read what is known of them"),
    "members:read": _("read balances, tiers, vouchers and why they are so"),
    "members:write": _("let customers join a programme"),
    "redeem": _("quote a cart, redeem rewards, look up and use vouchers"),
    "programmes:read": _("read programmes, rewards, tiers and editions"),
    "programmes:write": _("look at, publish and withdraw editions"),
    "keys:write": _("make, rotate and revoke keys that may do no more than itself"),
    "metrics:read": _("read figures of operation, such as what waits and since when"),
}
"""Everything that a key can be allowed."""
BEGINS = "rgl_"
LETTERS = "abcdefghijkmnopqrstuvwxyz23456789"
LENGTH = 40
"""Thirty-three signs to the fortieth: some 200 bits."""
SHOWN = len(BEGINS) + 6
OVERLAP = timedelta(days=1)
MOST_NAME = 100


class Wanted(Struct, frozen=True, kw_only=True):
    """A key to be made. `by` is who wants it; `maker` is the key that makes it, which passes on no
    more than it has (None: somebody at the command line, who may do everything). `gives` is how
    much it gives by hand within a day (None: as its maker, or what the business says)."""

    name: str
    scopes: tuple[str, ...]
    per_minute: int = 1200
    by: str = ""
    maker: UUID | None = None
    gives: int | None = None


class Made(Struct, frozen=True, kw_only=True):
    """A key as it is shown, this one time."""

    row: ApiKey
    key: str


class Revoked(Struct, frozen=True, kw_only=True):
    """A key that was ended, and those that it had made, which ended with it."""

    row: ApiKey
    also: list[ApiKey] = []


@transaction.atomic
def create(wanted: Wanted, now: datetime) -> Made:
    """Make a key. One made by a key ends no later than that one. Refused: scope_unknown,
    scope_missing, name_empty, name_too_long, api_key_above, api_key_unknown."""
    maker = _maker(wanted.maker, now)
    made = _create(wanted, now, maker)
    details = {"scopes": made.row.scopes, "per_minute": made.row.per_minute}
    audit.note("key.made", made.row.prefix, _who(maker, wanted.by), now, details)
    return made


def _create(wanted: Wanted, now: datetime, maker: ApiKey | None) -> Made:
    name = wanted.name.strip()
    if not name:
        raise Refused("name_empty")
    if len(name) > MOST_NAME:
        raise Refused("name_too_long", most=MOST_NAME)
    _check(wanted.scopes)
    if maker is not None:
        _check_passed_on(maker, wanted.scopes, wanted.per_minute)
    key = BEGINS + "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    row = ApiKey.objects.create(
        id=uuid4(),
        name=name,
        prefix=key[:SHOWN],
        hash=hashed(key),
        scopes=sorted(set(wanted.scopes)),
        per_minute=wanted.per_minute,
        gives=wanted.gives if maker is None else _gives(maker, wanted.gives),
        line=None if maker is None else maker.line or maker.id,
        made_with=wanted.maker,
        made_at=now,
        made_by=wanted.by,
        ends_at=None if maker is None else maker.ends_at,
    )
    return Made(row=row, key=key)


def _check(scopes: tuple[str, ...]) -> None:
    for scope in scopes or ("",):
        if scope not in SCOPES:
            raise Refused("scope_unknown", scope=scope[:60], known=", ".join(SCOPES))


def _check_passed_on(maker: ApiKey, scopes: Iterable[str], per_minute: int) -> None:
    """Refuse what a key has not itself."""
    more = sorted(set(scopes) - set(maker.scopes))
    if more:
        raise Refused("scope_missing", scope=more[0])
    if per_minute > maker.per_minute:
        raise Refused("api_key_above", prefix=maker.prefix)


def _gives(maker: ApiKey, gives: int | None) -> int | None:
    """What a key may give that another one makes: no more than that one."""
    if gives is not None and (maker.gives is None or gives > maker.gives):
        raise Refused("api_key_above", prefix=maker.prefix)
    return maker.gives if gives is None else gives


def _maker(maker: UUID | None, now: datetime) -> ApiKey | None:
    """The key that asks, locked, so that it makes nothing while it is revoked. Refused:
    api_key_unknown."""
    if maker is None:
        return None
    row = ApiKey.objects.select_for_update().filter(id=maker).first()
    if row is None or not _holds(row, now):
        raise Refused("api_key_unknown")
    return row


def _who(maker: ApiKey | None, by: str = "") -> str:
    return f"key {maker.prefix}" if maker is not None else by


@transaction.atomic
def rotate(
    told: str,
    now: datetime,
    maker: UUID | None = None,
    overlap: timedelta = OVERLAP,
    *,
    by: str = "",
) -> Made:
    """Make a new key in place of one that holds, which goes on for `overlap`, but never longer than
    it would have. Another key does so only for one that may do no more than itself, in nothing.
    `by` is who does it where no key does.

    Refused: api_key_not_found, scope_missing, api_key_above, api_key_unknown."""
    hand = _maker(maker, now)
    old = known(told, now)
    if hand is not None:
        _check_above(hand, old)
    ends = min(old.ends_at or now + overlap, now + overlap)
    wanted = Wanted(
        name=old.name,
        scopes=tuple(old.scopes),
        per_minute=old.per_minute,
        by=by or old.made_by,
        maker=maker,
    )
    made = _create(wanted, now, hand)
    row = made.row
    row.gives, row.line = old.gives, old.line or old.id
    row.made_with = old.made_with if hand is None else hand.id
    row.ends_at = None if hand is None else _sooner(hand.ends_at, old.ends_at)
    row.save(update_fields=["gives", "line", "made_with", "ends_at"])
    old.ends_at = ends
    old.save(update_fields=["ends_at"])
    audit.note("key.rotated", old.prefix, _who(hand, by), now, {"made": row.prefix})
    return made


def _check_above(hand: ApiKey, other: ApiKey) -> None:
    """Refuse a key that may do more than the one that asks."""
    _check_passed_on(hand, other.scopes, 0)
    gives_more = hand.gives != other.gives and (
        hand.gives is None or other.gives is None or other.gives > hand.gives
    )
    if other.per_minute > hand.per_minute or gives_more:
        raise Refused("api_key_above", prefix=other.prefix)


def _sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


@transaction.atomic
def revoke(
    told: str, now: datetime, maker: UUID | None = None, *, alone: bool = False, by: str = ""
) -> Revoked:
    """End a key at once, and those that it made, and those made by them: whoever stole it may have
    made some. `alone`: only itself. One that has ended already may be told for the sake of those.
    `by` is who does it where no key does.

    Refused: api_key_not_found, scope_missing, api_key_unknown."""
    hand = _maker(maker, now)
    row = known(told, now, ended=True)
    if hand is not None:
        _check_passed_on(hand, row.scopes, 0)
    also = [] if alone else _made_by(row, now)
    if not _holds(row, now) and not also:
        raise Refused("api_key_not_found", prefix=told[:20])
    for one in (row, *also):
        one.ends_at = min(one.ends_at or now, now)
        one.save(update_fields=["ends_at"])
    details = {"also": [one.prefix for one in also]}
    audit.note("key.revoked", row.prefix, _who(hand, by), now, details)
    return Revoked(row=row, also=also)


def _made_by(row: ApiKey, now: datetime) -> list[ApiKey]:
    """The keys that hold which a key made, and which those made, locked."""
    found: dict[UUID, ApiKey] = {}
    makers = [row.id]
    while makers:
        made = ApiKey.objects.select_for_update().filter(made_with__in=makers).order_by("id")
        new = {one.id: one for one in made if one.id not in found and one.id != row.id}
        found |= new
        makers = list(new)
    return [one for one in found.values() if _holds(one, now)]


def known(told: str, now: datetime, *, ended: bool = False) -> ApiKey:
    """The key that holds, by its id or its prefix, locked; with `ended` one that does no longer, if
    there is no other. Refused: api_key_not_found."""
    every = list(ApiKey.objects.order_by("made_at", "id"))
    named = [row for row in every if told in (str(row.id), row.prefix)]
    found = [row for row in named if _holds(row, now)] or (named if ended else [])
    if len(found) != 1:
        raise Refused("api_key_not_found", prefix=told[:20])
    return ApiKey.objects.select_for_update().get(id=found[0].id)


def _holds(row: ApiKey, now: datetime) -> bool:
    return row.ends_at is None or row.ends_at > now


def holding(now: datetime) -> Iterable[ApiKey]:
    """The keys that hold now, the oldest first."""
    return [row for row in ApiKey.objects.order_by("made_at", "id") if _holds(row, now)]
