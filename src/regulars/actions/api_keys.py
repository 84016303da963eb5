"""Keys for machines: made, shown once, rotated with an overlap, revoked."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from msgspec import Struct

from regulars.actions.refused import Refused
from regulars.db.api_keys import hashed
from regulars.db.models import ApiKey

SCOPES: dict[str, str] = {
    "facts:write": "record what happened: orders, refunds, visits",
    "grants:write": "give and take points, set tiers",
    "customers:read": "find customers and read what is known of them",
    "members:read": "read balances, tiers, vouchers and why they are so",
    "members:write": "let customers join a programme",
    "redeem": "quote a cart, redeem rewards, look up and use vouchers",
    "programmes:read": "read programmes, rewards, tiers and editions",
    "keys:write": "make, rotate and revoke keys that may do no more than itself",
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
    """A key to be made. `by` is who wants it, `may` what they may pass on (None: everything)."""

    name: str
    scopes: tuple[str, ...]
    per_minute: int = 1200
    by: str = ""
    may: frozenset[str] | None = None


class Made(Struct, frozen=True, kw_only=True):
    """A key as it is shown, this one time."""

    row: ApiKey
    key: str


def create(wanted: Wanted, now: datetime) -> Made:
    """Make a key. Refused: scope_unknown, scope_missing, name_empty, name_too_long."""
    name = wanted.name.strip()
    if not name:
        raise Refused("name_empty")
    if len(name) > MOST_NAME:
        raise Refused("name_too_long", most=MOST_NAME)
    _check(wanted)
    key = BEGINS + "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    row = ApiKey.objects.create(
        id=uuid.uuid4(),
        name=name,
        prefix=key[:SHOWN],
        hash=hashed(key),
        scopes=sorted(set(wanted.scopes)),
        per_minute=wanted.per_minute,
        made_at=now,
        made_by=wanted.by,
    )
    return Made(row=row, key=key)


def _check(wanted: Wanted) -> None:
    if not wanted.scopes:
        raise Refused("scope_unknown", scope="", known=", ".join(SCOPES))
    for scope in wanted.scopes:
        if scope not in SCOPES:
            raise Refused("scope_unknown", scope=scope[:60], known=", ".join(SCOPES))
        if wanted.may is not None and scope not in wanted.may:
            raise Refused("scope_missing", scope=scope)


@transaction.atomic
def rotate(
    told: str, now: datetime, may: frozenset[str] | None = None, overlap: timedelta = OVERLAP
) -> Made:
    """Make a new key in place of one that holds, which goes on for `overlap`, but never longer than
    it would have. Refused: api_key_not_found, scope_missing."""
    old = known(told, now)
    wanted = Wanted(
        name=old.name,
        scopes=tuple(old.scopes),
        per_minute=old.per_minute,
        by=old.made_by,
        may=may,
    )
    made = create(wanted, now)
    old.ends_at = min(old.ends_at or now + overlap, now + overlap)
    old.save(update_fields=["ends_at"])
    return made


@transaction.atomic
def revoke(told: str, now: datetime, may: frozenset[str] | None = None) -> ApiKey:
    """End a key at once. Refused: api_key_not_found, scope_missing."""
    row = known(told, now)
    if may is not None and (more := sorted(set(row.scopes) - may)):
        raise Refused("scope_missing", scope=more[0])
    row.ends_at = now
    row.save(update_fields=["ends_at"])
    return row


def known(told: str, now: datetime) -> ApiKey:
    """The key that holds, by its id or its prefix, locked. Refused: api_key_not_found."""
    found = [row for row in holding(now) if told in (str(row.id), row.prefix)]
    if len(found) != 1:
        raise Refused("api_key_not_found", prefix=told[:20])
    return ApiKey.objects.select_for_update().get(id=found[0].id)


def holding(now: datetime) -> Iterable[ApiKey]:
    """The keys that hold now, the oldest first."""
    rows = ApiKey.objects.order_by("made_at", "id")
    return [row for row in rows if row.ends_at is None or row.ends_at > now]
