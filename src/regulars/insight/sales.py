"""An opened sales table (see `contract` for its columns) and what is known about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from types import TracebackType
from typing import Any

from msgspec import Struct

from regulars.insight.contract import complete, opened_cells
from regulars.insight.lazy import ibis
from regulars.insight.result import Kind, Table, columns
from regulars.insight.sources import Reading, read

SAMPLE_ROWS = 100_000
OUTPUT_TYPES: dict[Kind, str] = {
    "text": "string", "count": "int64", "number": "float64", "money": "float64",
    "share": "float64", "date": "date", "flag": "boolean",
}  # fmt: skip


class Profile(Struct, frozen=True, kw_only=True):
    """What one look over the table tells."""

    rows: int
    refunds: int
    guests: int
    last_at: datetime | None
    currency_low: str | None
    currency_high: str | None


class Sales:
    """An opened sales table. Close it, or use it as a context manager.

    Not safe for use from several threads at once. Tables that several measures stand on are
    computed once and kept as temporary tables until it is closed.
    """

    def __init__(self, reading: Reading, lines: Any, given: frozenset[str]) -> None:
        self.connection = reading.connection
        self.lines = lines
        self.given = given
        self._owned = reading.owned
        self._kept: dict[tuple[object, ...], Any] = {}
        self._dropped: list[str] = []

    def __enter__(self) -> Sales:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the temporary tables, and of the connection if it was opened for this."""
        for name in () if self._owned else self._dropped:
            # Plain SQL: ibis 12 writes a DROP without the name under some releases of sqlglot.
            self.connection.raw_sql(f'DROP TABLE IF EXISTS "{name}"')
        self._dropped.clear()
        self._kept.clear()
        if self._owned:
            self.connection.disconnect()

    def fetch(self, expression: Any) -> Any:
        """The rows of an ibis table expression as a pyarrow.Table."""
        return self.connection.to_pyarrow(expression)

    def records(self, expression: Any) -> list[dict[str, Any]]:
        """The rows of a small expression as mappings."""
        records: list[dict[str, Any]] = self.fetch(expression).to_pylist()
        return records

    def table(self, name: str, expression: Any, kinds: Mapping[str, Kind]) -> Table:
        """A result table: the columns of `kinds`, in that order, in the types of their kinds."""
        cells = [
            expression[column].cast(OUTPUT_TYPES[kind]).name(column)
            if kind in OUTPUT_TYPES
            else expression[column]
            for column, kind in kinds.items()
        ]
        data = self.fetch(expression.select(cells))
        return Table(name=name, columns=columns(kinds), data=data)

    def keep(self, key: tuple[object, ...], expression: Any) -> Any:
        """`expression` as a temporary table, computed at most once per `key`."""
        if key not in self._kept:
            name = ibis.util.gen_name("regulars")
            self._kept[key] = self.connection.create_table(name, expression, temp=True)
            self._dropped.append(name)
        return self._kept[key]

    def has(self, column: str) -> bool:
        """Whether the source gave this column (otherwise it holds its default)."""
        return column in self.given

    @cached_property
    def profile(self) -> Profile:
        """Counts and bounds, from one pass over the table."""
        lines = self.lines
        wanted = {
            "rows": lines.count(),
            "known": lines.customer_id.count(),
            "last_at": lines["at"].max(),
        }
        # What the source does not give is a constant, and not worth a look at each row.
        if self.has("kind"):
            wanted["refunds"] = (lines.kind == "refund").sum()
        if self.has("currency"):
            wanted |= {"low": lines.currency.min(), "high": lines.currency.max()}
        (row,) = self.records(lines.aggregate(**wanted))
        return Profile(
            rows=row["rows"],
            refunds=row.get("refunds") or 0,
            guests=row["rows"] - row["known"],
            last_at=row["last_at"],
            currency_low=row.get("low", ""),
            currency_high=row.get("high", ""),
        )

    @property
    def last_date(self) -> date | None:
        """The last civil day in the table; None if it is empty."""
        last_at = self.profile.last_at
        return last_at.date() if last_at else None

    @cached_property
    def currencies(self) -> dict[str, int]:
        """Orders per currency, the one with most orders first."""
        low, high = self.profile.currency_low, self.profile.currency_high
        if low == high:
            return {low: self.profile.rows} if low is not None else {}
        sold = self.lines.filter(self.lines.kind == "sale")
        counted = sold.group_by("currency").aggregate(orders=sold.order_id.nunique())
        rows = self.records(counted.order_by(counted.orders.desc(), counted.currency))
        return {row["currency"]: row["orders"] for row in rows}

    @cached_property
    def one_row_an_order(self) -> bool:
        """Whether each order is a single sale row, so that nothing need be grouped.

        A sample settles it for most tables of lines. Numbers that only grow are told in one
        quick pass; only for the rest the whole column has to be grouped.
        """
        if not self.has("order_id"):
            return True
        sold = self.lines.filter(self.lines.kind == "sale") if self.has("kind") else self.lines
        keys = sold.select("order_id")
        if not _all_differ(self, keys.limit(SAMPLE_ROWS)):
            return False
        return _all_grow(self, keys) or _all_differ(self, keys)


def _all_grow(sales: Sales, keys: Any) -> bool:
    if not keys.order_id.type().is_integer():
        return False
    grows = keys.mutate(grows=keys.order_id > keys.order_id.lag().over())
    (row,) = sales.records(grows.aggregate(falls=(~grows.grows).sum().fill_null(0)))
    return bool(row["falls"] == 0)


def _all_differ(sales: Sales, keys: Any) -> bool:
    # Two counts of a grouping run faster than a distinct count.
    (row,) = sales.records(keys.group_by("order_id").aggregate().aggregate(distinct=ibis._.count()))
    (rows,) = sales.records(keys.aggregate(rows=keys.count()))
    return bool(row["distinct"] == rows["rows"])


def open_sales(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    threads: int | None = None,
    memory_limit: str | None = None,
) -> Sales:
    """Open a sales table.

    `source`: a pandas, polars or Arrow table, a DuckDB relation, an ibis table, or the path of a
    Parquet or CSV file (also a glob, a folder of Parquet files, or a list of paths).
    `columns` maps names of the contract to the source's own: `{"customer_id": "CustomerID"}`.
    `threads` and `memory_limit` ("1GB") bound DuckDB. Raises InsightError with one sentence.
    """
    reading = read(source, threads=threads, memory_limit=memory_limit)
    try:
        return _opened(reading, columns or {})
    except BaseException:
        if reading.owned:
            reading.connection.disconnect()
        raise


def _opened(reading: Reading, renamed: Mapping[str, str]) -> Sales:
    cells = opened_cells(reading, renamed)
    sales = Sales(reading, complete(cells.table, cells.given, cells.nameless), cells.given)
    if reading.parsed or cells.nameless:
        sales.lines = sales.keep(("lines",), sales.lines)
    return sales
