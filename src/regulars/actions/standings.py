"""Everybody's standing, from the measure of that name into the table that lists read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from regulars.db import standings
from regulars.engine.money import to_minor
from regulars.insight import Result, Sales, standing

TAKEN = [
    "customer_id",
    "orders",
    "orders_12m",
    "revenue",
    "revenue_12m",
    "first_at",
    "last_at",
    "usual_gap_days",
    "r",
    "f",
    "m",
    "segment",
    "regular",
    "drifting",
    "stake_a_month",
]


def write_standings(sales: Sales, *, as_of: date, zone: str, currency: str) -> None:
    """Compute every customer's standing and bring the table to it, touching only what changed."""
    wanted = currency if currency in sales.currencies else ""
    outcome = standing(sales, as_of=as_of, currency=wanted)
    rows: Iterator[list[object]] = iter(())
    if isinstance(outcome, Result):
        rows = _rows(outcome, _places(sales), ZoneInfo(zone))
    with transaction.atomic(), connection.cursor() as cursor:
        standings.replace(cursor, rows)


def _places(sales: Sales) -> dict[str, list[str]]:
    """The places where each customer bought."""
    lines = sales.lines
    pairs = lines.filter(lines.customer_id.notnull(), lines.place.notnull())
    pairs = pairs.select(pairs.place, customer_id=pairs.customer_id.cast("string")).distinct()
    visited: dict[str, list[str]] = {}
    for row in sales.fetch(pairs).to_pylist():
        visited.setdefault(row["customer_id"], []).append(row["place"])
    return visited


def _rows(result: Result, places: dict[str, list[str]], zone: ZoneInfo) -> Iterator[list[object]]:
    for batch in result.to_arrow().select(TAKEN).to_batches(max_chunksize=50_000):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield _row(row, places, zone, result.currency)


def _row(
    row: tuple[Any, ...], places: dict[str, list[str]], zone: ZoneInfo, currency: str
) -> list[object]:
    customer, orders, orders_12m, revenue, revenue_12m, first_at, last_at, gap, *rest = row
    recency, frequency, monetary, segment, regular, drifting, stake = rest
    return [
        int(customer),
        orders,
        orders_12m,
        _minor(revenue, currency),
        _minor(revenue_12m, currency),
        first_at.replace(tzinfo=zone),
        last_at.replace(tzinfo=zone),
        None if gap is None else Decimal(str(gap)).quantize(Decimal("0.1")),
        recency,
        frequency,
        monetary,
        segment,
        regular,
        drifting,
        _minor(stake, currency),
        sorted(places.get(customer, [])),
    ]


def _minor(amount: float | None, currency: str) -> int:
    return to_minor(Decimal(repr(amount)), currency) if amount else 0


def counts_of(as_of: date, zone: str) -> dict[str, object]:
    """How many customers each filter of the list holds, and from which instant somebody is new."""
    day = as_of - timedelta(days=standings.NEW_DAYS - 1)
    new_since = datetime.combine(day, time(), ZoneInfo(zone))
    with connection.cursor() as cursor:
        numbers = standings.counts(cursor, new_since)
    return {"as_of": as_of.isoformat(), "new_since": new_since.isoformat(), **numbers}
