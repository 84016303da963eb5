"""Reads for Today: the people who need somebody, what waits to be done."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from msgspec import Struct

from regulars.db.models import AuditRow, ImportRun, Place

AT_PLACES = "(%(places)s::varchar[] IS NULL OR s.places && %(places)s::varchar[])"
SHOWN = """
SELECT c.public_id, coalesce(nullif(c.name, ''), i.value, '') AS name, s.usual_gap_days,
    s.last_at, s.stake_minor, s.revenue_minor, s.is_regular, s.segment
FROM regulars_standing s JOIN regulars_customer c ON c.id = s.customer_id LEFT JOIN LATERAL (
    SELECT value FROM regulars_identifier WHERE customer_id = c.id
    ORDER BY array_position(ARRAY['email', 'phone', 'card', 'external'], kind::text), value LIMIT 1
) i ON true
"""
DRIFTING = f"""{SHOWN} WHERE s.is_drifting AND s.last_at >= %(since)s AND {AT_PLACES}
ORDER BY s.stake_minor DESC, s.customer_id LIMIT %(most)s"""
FIRST_ORDERS = f"""{SHOWN} WHERE s.last_at >= %(since)s AND s.orders = 1 AND {AT_PLACES}
ORDER BY s.revenue_minor DESC, s.customer_id LIMIT %(most)s"""


class Seen(Struct, frozen=True, kw_only=True):
    """Somebody to look after, with what a sentence about them needs."""

    public_id: UUID
    name: str
    usual_gap_days: Any
    last_at: datetime
    stake_minor: int
    revenue_minor: int
    is_regular: bool
    segment: str


Places = tuple[str, ...] | None
"""Only people who bought at one of these; None for everybody."""


def drifting(places: Places, since: datetime, most: int) -> list[Seen]:
    """Those who drift away and were here since then, the most money at stake first."""
    return _seen(DRIFTING, {"places": _array(places), "since": since, "most": most})


def first_orders(places: Places, since: datetime, most: int) -> list[Seen]:
    """Those who ordered for the first time since then and only once, the largest order first."""
    return _seen(FIRST_ORDERS, {"places": _array(places), "since": since, "most": most})


def _array(places: Places) -> list[str] | None:
    return None if places is None else list(places)


def _seen(statement: str, values: dict[str, Any]) -> list[Seen]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    return [Seen(**dict(zip(Seen.__struct_fields__, row, strict=True))) for row in rows]


def last_import() -> ImportRun | None:
    """The import that was begun last."""
    return ImportRun.objects.order_by("-created_at").first()


def unnamed_places() -> int:
    """Places that are still called by their code, but for those that somebody here named."""
    by_code = Place.objects.filter(name=F("code")).values_list("code", flat=True)
    given = AuditRow.objects.filter(
        what__in=("place.added", "place.renamed"), about__in=list(by_code)
    )
    return len(set(by_code) - set(given.values_list("about", flat=True)))


def names_of_places(codes: tuple[str, ...]) -> list[str]:
    """What these places are called, in the order of their names."""
    return sorted(Place.objects.filter(code__in=codes).values_list("name", flat=True))
