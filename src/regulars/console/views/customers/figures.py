"""How many customers each filter holds, and the time at which that was counted."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from msgspec import Struct, structs

from regulars.console.permissions import StaffRequest
from regulars.console.views.customers.access import places
from regulars.db import standings
from regulars.db.models import MeasureResult

FEW = 1000
"""So few are counted whenever somebody looks: who just joined is among them."""


class Figures(Struct, frozen=True, kw_only=True):
    """Numbers of the whole business; None for a reader who is limited to places.

    `computed_at` is None where they were counted just now.
    """

    new_since: datetime
    counts: dict[str, int] | None
    computed_at: datetime | None = None
    as_of: date | None = None


def figures(request: StaffRequest, now: datetime) -> Figures:
    """The numbers as the last refresh left them; counted now before the first one, and of few."""
    row = MeasureResult.objects.filter(key="counts").exclude(computed_at=None).first()
    if row is None or not row.result:
        return _counted(request, now)
    told: dict[str, Any] = row.result
    if told.get("customers", 0) < FEW:
        return structs.replace(_counted(request, now), computed_at=row.computed_at)
    since = told.get("new_since")
    return Figures(
        new_since=datetime.fromisoformat(since) if since else _new_since(now),
        counts=_numbers(told) if places(request) is None else None,
        computed_at=row.computed_at,
        as_of=date.fromisoformat(told["as_of"]) if told.get("as_of") else None,
    )


def _numbers(told: dict[str, Any]) -> dict[str, int]:
    return {name: value for name, value in told.items() if isinstance(value, int)}


def _counted(request: StaffRequest, now: datetime) -> Figures:
    since = _new_since(now)
    if places(request) is not None:
        return Figures(new_since=since, counts=None)
    with connection.cursor() as cursor:
        return Figures(new_since=since, counts=standings.counts(cursor, since))


def _new_since(now: datetime) -> datetime:
    zone = timezone.get_current_timezone()
    day = now.astimezone(zone).date() - timedelta(days=standings.NEW_DAYS - 1)
    return datetime.combine(day, time(), zone)
