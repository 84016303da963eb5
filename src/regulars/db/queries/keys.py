"""Keys for machines as their page shows them: those that hold, and what each one made."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from regulars.db.models import ApiKey


class KeyLine(Struct, frozen=True, kw_only=True):
    """A key that holds. `also` are those that end with it: made with it, or with what it made."""

    row: ApiKey
    also: tuple[ApiKey, ...] = ()


def keys_that_hold(now: datetime) -> list[KeyLine]:
    """The keys that hold now, the oldest first."""
    rows = list(ApiKey.objects.order_by("made_at", "id"))
    made: dict[UUID, list[ApiKey]] = {}
    for row in rows:
        if row.made_with is not None:
            made.setdefault(row.made_with, []).append(row)
    return [
        KeyLine(row=row, also=tuple(one for one in _below(row, made) if _holds(one, now)))
        for row in rows
        if _holds(row, now)
    ]


def key_that_holds(key_id: UUID, now: datetime) -> KeyLine | None:
    """One of them, by its id."""
    return next((one for one in keys_that_hold(now) if one.row.id == key_id), None)


def _holds(row: ApiKey, now: datetime) -> bool:
    return row.ends_at is None or row.ends_at > now


def _below(row: ApiKey, made: dict[UUID, list[ApiKey]]) -> list[ApiKey]:
    """What a key made, and what those made."""
    found: dict[UUID, ApiKey] = {}
    makers = [row.id]
    while makers:
        new = {one.id: one for maker in makers for one in made.get(maker, ())}
        new = {key: one for key, one in new.items() if key not in found and key != row.id}
        found |= new
        makers = list(new)
    return list(found.values())
