"""Adjustments as they are listed: what was given and taken by hand, by whom, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from regulars.db.models import Adjustment, ApiKey, Staff

Place = tuple[datetime, UUID]
"""Where a page ends: when the last one was asked for, and its id."""


def page(state: str, before: Place | None, most: int) -> list[Adjustment]:
    """So many adjustments in a state (empty: in any) before a place, the newest first."""
    rows = Adjustment.objects.select_related(
        "asked_by", "asked_key", "decided_by", "decided_key"
    ).order_by("-asked_at", "-id")
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        at, number = before
        rows = rows.filter(Q(asked_at__lt=at) | Q(asked_at=at, id__lt=number))
    return list(rows[:most])


def of_customer(numbers: Sequence[int], state: str) -> list[Adjustment]:
    """What was asked for in favour of a person, in a state, the newest first."""
    rows = Adjustment.objects.filter(customer_id__in=numbers, state=state)
    return list(rows.select_related("asked_by", "asked_key").order_by("-asked_at", "-id"))


def by_id(ids: Sequence[UUID]) -> dict[UUID, Adjustment]:
    """Adjustments by their ids, with who asked for them."""
    rows = Adjustment.objects.filter(id__in=ids).select_related("asked_by", "asked_key")
    return {row.id: row for row in rows}


def waiting() -> int:
    """How many wait for a second hand."""
    return Adjustment.objects.filter(state="waiting").count()


def name_of(staff: Staff | None, key: ApiKey | None) -> str:
    """What a hand is called; empty for nobody."""
    if key is not None:
        return f"key {key.name}"
    return (staff.name or staff.email) if staff is not None else ""
