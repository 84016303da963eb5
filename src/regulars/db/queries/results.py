"""Reads for Insights: stored results of measures, the people and products that they name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast
from msgspec import Struct

from regulars.db.models import FactRow, MeasureResult

MOST_LISTED = 200
"""People of one field of a grid that a page lists; the rest is a number."""

PEOPLE = """
SELECT c.id, c.public_id, c.name, coalesce(i.value, '')
FROM regulars_customer c LEFT JOIN LATERAL (
    SELECT value FROM regulars_identifier WHERE customer_id = c.id
    ORDER BY array_position(ARRAY['email', 'phone', 'card', 'external'], kind::text), value LIMIT 1
) i ON true
WHERE c.id = ANY(%s)
"""


class Stored(Struct, frozen=True, kw_only=True):
    """A result as it was stored, its figures as decimals; `told` is None until it is computed."""

    key: str
    kind: str
    params: dict[str, str]
    wanted_at: datetime
    computed_at: datetime | None
    told: dict[str, Any] | None


class Person(Struct, frozen=True, kw_only=True):
    """How a customer is shown: the random id of their page, and a name or an identifier."""

    public_id: UUID
    name: str


class FieldPerson(Struct, frozen=True, kw_only=True):
    """Somebody in one field of a grid."""

    id: int
    orders_12m: int
    revenue_minor: int
    last_at: datetime


class Field(Struct, frozen=True, kw_only=True):
    """Bounds of a grid's field, each None where it is open: visits in 12 months and the instants
    between which the last order lies, or the two scores."""

    visits_from: int | None = None
    visits_to: int | None = None
    last_from: datetime | None = None
    last_before: datetime | None = None
    recency: int | None = None
    frequency: int | None = None


def stored(keys: Iterable[str]) -> dict[str, Stored]:
    """The stored results of these keys, those that there are."""
    rows = MeasureResult.objects.filter(key__in=list(keys)).annotate(
        text=Cast("result", TextField())
    )
    columns = ("key", "kind", "params", "wanted_at", "computed_at", "text")
    return {row[0]: _stored(row) for row in rows.values_list(*columns)}


def _stored(row: Sequence[Any]) -> Stored:
    key, kind, params, wanted_at, computed_at, text = row
    told = json.loads(text, parse_float=Decimal) if computed_at and text else None
    return Stored(
        key=key,
        kind=kind,
        params=params,
        wanted_at=wanted_at,
        computed_at=computed_at,
        told=told,
    )


def people(numbers: Iterable[str]) -> dict[str, Person]:
    """The customers that a result names by their internal numbers; those since gone are left out.

    Somebody without a name is shown by an e-mail address, phone, card or customer number.
    """
    wanted = [int(number) for number in set(numbers) if number.isdecimal()]
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [wanted])
        rows = cursor.fetchall()
    return {
        str(number): Person(public_id=public_id, name=name or shown)
        for number, public_id, name, shown in rows
    }


def people_in_field(field: Field) -> list[FieldPerson]:
    """Who stands in a grid's field by the standings of the last refresh, who was here last first.

    At most one more than MOST_LISTED: nobody is counted, so that it is quick at any size.
    """
    conditions, values = _conditions(field)
    statement = (
        "SELECT customer_id, orders_12m, revenue_minor, last_at"  # noqa: S608 - own texts
        f" FROM regulars_standing WHERE {' AND '.join(conditions) or 'true'}"
        " ORDER BY last_at DESC, customer_id LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, MOST_LISTED + 1])
        rows = cursor.fetchall()
    return [
        FieldPerson(id=number, orders_12m=orders, revenue_minor=revenue, last_at=last_at)
        for number, orders, revenue, last_at in rows
    ]


def _conditions(field: Field) -> tuple[list[str], list[int | datetime]]:
    bounds = (
        ("orders_12m >= %s", field.visits_from),
        ("orders_12m <= %s", field.visits_to),
        ("last_at >= %s", field.last_from),
        ("last_at < %s", field.last_before),
        ("recency_score = %s", field.recency),
        ("frequency_score = %s", field.frequency),
    )
    given = [(text, value) for text, value in bounds if value is not None]
    return [text for text, _value in given], [value for _text, value in given]


def any_orders() -> bool:
    """Whether anything was ever sold."""
    return FactRow.objects.filter(type="order").exists()
