"""What the summary prints, counted in the database beside the lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from regulars.sources.files.ordering import Ordering
from regulars.sources.files.shapes import Counts, Product, Sums

EXACT = "coalesce(q::HUGEINT * p, a::HUGEINT * 1000000)"
CLEAN = "customer IS NOT NULL AND NOT refund AND status = 0 AND q > 0 AND coalesce(p, a) > 0"
ROWS = """
SELECT count(*), count(*) FILTER (customer IS NULL),
    count(*) FILTER (number_cancels OR status > 0), count(*) FILTER (q < 0),
    count(*) - (SELECT count(*) FROM (SELECT DISTINCT h FROM signed)),
    count(*) FILTER (coalesce(p, a) <= 0), count(*) FILTER (fee)
FROM signed
"""
LINES = f"""
SELECT count(DISTINCT customer), count(*) FILTER (NOT added),
    strftime(make_timestamp(min(civil)), '%Y-%m-%dT%H:%M:%S'),
    strftime(make_timestamp(max(civil)), '%Y-%m-%dT%H:%M:%S'),
    count(*) FILTER ({CLEAN}), count(DISTINCT customer) FILTER ({CLEAN}),
    (SELECT count(*) FROM (SELECT DISTINCT ref FROM lines WHERE {CLEAN}))
FROM lines
"""  # noqa: S608 - made of our own words
HEADS = """
SELECT count(*) FILTER (sales > 0), count(*) FILTER (refunds > 0 OR cancelled),
    count(*) FILTER (sales > 0 AND customer IS NULL), count(*) FILTER (times)
FROM heads
"""
MONEY = f"""
SELECT currency,
    coalesce(sum({EXACT}) FILTER (NOT refund), 0)::VARCHAR,
    (coalesce(sum(abs({EXACT})) FILTER (refund), 0)
        + coalesce(sum({EXACT}) FILTER (NOT refund AND status = 2), 0))::VARCHAR,
    coalesce(sum({EXACT}) FILTER ({CLEAN}), 0)::VARCHAR
FROM lines GROUP BY currency ORDER BY currency
"""  # noqa: S608 - made of our own words
CATALOGUE = """
WITH named AS (
    SELECT product, name, count(*) AS n FROM lines
    WHERE product IS NOT NULL AND name IS NOT NULL GROUP BY ALL
), best AS (SELECT product, first(name ORDER BY n DESC, name) AS name FROM named GROUP BY product)
SELECT product, any_value(best.name), min(category)
FROM lines LEFT JOIN best USING (product)
WHERE product IS NOT NULL GROUP BY product ORDER BY product
"""


def count(ordering: Ordering, *, rows: int, rejected: int) -> Counts:
    """The counts of a read file: `rows` in it, `rejected` of them handed back."""
    seen = ordering.one(ROWS)
    lines = ordering.one(LINES)
    heads = ordering.one(HEADS)
    money = ordering.all(MONEY)
    return Counts(
        rows=rows,
        rows_rejected=rejected,
        rows_dropped=rows - rejected - lines[1],
        rows_without_customer=seen[1],
        rows_cancelled=seen[2],
        rows_negative_quantity=seen[3],
        rows_duplicate=seen[4],
        rows_no_price=seen[5],
        rows_non_product=seen[6],
        customers=lines[0],
        first_at=lines[2] or "",
        last_at=lines[3] or "",
        clean_rows=lines[4],
        clean_customers=lines[5],
        clean_orders=lines[6],
        orders=heads[0],
        refunds=heads[1],
        guest_orders=heads[2],
        orders_several_times=heads[3],
        sums=_sums(money, sales=1, refunds=2),
        clean_sums=_sums([row for row in money if Decimal(row[3])], sales=3),
    )


def catalogue(ordering: Ordering) -> dict[str, Product]:
    """Each product that goes in, with the name that most of its lines give."""
    return {
        code: Product(code=code, name=name or "", category=category or "")
        for code, name, category in ordering.all(CATALOGUE)
    }


def _sums(rows: list[tuple[Any, ...]], *, sales: int, refunds: int = 0) -> tuple[Sums, ...]:
    return tuple(
        Sums(
            currency=row[0],
            sales=_exact(row[sales]),
            refunds=_exact(row[refunds]) if refunds else Decimal(0),
        )
        for row in rows
    )


def _exact(text: str) -> Decimal:
    """Units of 10^-12 as a decimal without trailing zeros."""
    value = Decimal(text).scaleb(-12)
    return Decimal(f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}")
