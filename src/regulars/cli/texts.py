"""What the command line prints about a mapping and an import, in English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.actions.imports import Summary
    from regulars.sources.files.shapes import Counts, Mapping, Sums

WIDTH = 34


KNOWING = {"customer", "email", "phone", "card"}
"""Fields that tell who bought."""


def mapping_lines(name: str, mapping: Mapping, left_out: Sequence[str] = ()) -> Iterator[str]:
    """How the file's columns are understood, and which are not read."""
    yield f"{name}: {mapping.layout.format}, {mapping.layout.encoding}"
    for header, field in mapping.columns.items():
        yield f"  {header:<24} → {field}"
    if left_out:
        yield f"  left out: {', '.join(left_out)}"
    if not KNOWING & set(mapping.columns.values()):
        yield (
            "  No column tells who bought, so all orders are guests': say which one does "
            "(--column 'NAME=customer')."
        )
    order = {"dmy": "day before month", "mdy": "month before day"}.get(mapping.dates)
    notes = [f"times in {mapping.zone}", f"amounts in {mapping.currency or 'their own currency'}"]
    yield "  " + ", ".join([*notes, *([order] if order else [])])


def import_lines(summary: Summary, rejected: Path | None) -> Iterator[str]:
    """What the file holds and what became of it."""
    counts = summary.counts
    yield ""
    yield from _table(_held(counts))
    if counts.first_at:
        yield f"{'Period':<{WIDTH}}{counts.first_at[:16]} to {counts.last_at[:16]}"
    yield from _money("Sales", "sales", counts.sums)
    yield from _money("Refunds", "refunds", counts.sums)
    yield ""
    yield "Clean rows (known customer, not cancelled, price and quantity above 0)"
    yield from _table(
        [
            ("  rows", counts.clean_rows),
            ("  customers", counts.clean_customers),
            ("  orders", counts.clean_orders),
        ]
    )
    yield from _money("  revenue", "sales", counts.clean_sums)
    yield ""
    yield _ended(summary, rejected)


def _held(counts: Counts) -> list[tuple[str, int]]:
    return [
        ("Rows", counts.rows),
        ("Orders", counts.orders),
        ("Refunds", counts.refunds),
        ("Customers", counts.customers),
        ("Guest orders", counts.guest_orders),
        ("Rows without a customer", counts.rows_without_customer),
        ("Rows on cancelled orders", counts.rows_cancelled),
        ("Rows with a negative quantity", counts.rows_negative_quantity),
        ("Exact duplicate rows", counts.rows_duplicate),
        ("Rows without a price above 0", counts.rows_no_price),
        ("Rows that are no product", counts.rows_non_product),
        ("Orders with several times", counts.orders_several_times),
        ("Rows left out as told", counts.rows_dropped),
        ("Rows rejected", counts.rows_rejected),
    ]


def _table(rows: list[tuple[str, int]]) -> Iterator[str]:
    for label, count in rows:
        yield f"{label:<{WIDTH}}{count:>14,}"


def _money(label: str, part: str, sums: tuple[Sums, ...]) -> Iterator[str]:
    for one in sums:
        amount: Decimal = getattr(one, part)
        yield f"{label:<{WIDTH}}{_exact(amount):>14} {one.currency}"


def _exact(amount: Decimal) -> str:
    """All decimals that say something, at least two."""
    plain = amount.quantize(Decimal("0.01")) if amount == round(amount, 2) else amount.normalize()
    return f"{plain:,f}"


def _ended(summary: Summary, rejected: Path | None) -> str:
    parts = [f"{summary.recorded:,} facts recorded"]
    if summary.restated:
        parts.append(f"{summary.restated:,} restated")
    if summary.known:
        parts.append(f"{summary.known:,} known before")
    said = ", ".join(parts) + "."
    if rejected:
        said += f" Rows that did not go in stand with their reasons in {rejected}."
    return said
