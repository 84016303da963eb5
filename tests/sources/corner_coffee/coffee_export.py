"""An export of Corner Coffee as tests look at it: rows, orders, refunds, people."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from regulars.sources.corner_coffee import Written

UNTIL = date(2026, 11, 16)

Row = dict[str, str]


@dataclass
class Export:
    written: Written
    rows: list[Row]
    prospects: list[Row]
    by_number: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    customers: dict[str, Row] = field(default_factory=dict)
    """The first row of each customer."""

    def __post_init__(self) -> None:
        for row in self.rows:
            self.by_number[row["Order number"]].append(row)
            if row["Customer ID"]:
                self.customers.setdefault(row["Customer ID"], row)

    def orders(self) -> list[list[Row]]:
        return [rows for rows in self.by_number.values() if not rows[0]["Refund of"]]

    def refunds(self) -> list[list[Row]]:
        return [rows for rows in self.by_number.values() if rows[0]["Refund of"]]

    def named(self, name: str) -> list[list[Row]]:
        """The orders of somebody of the cast, who comes more often than any namesake."""
        found = [rows for rows in self.orders() if rows[0]["Name"] == name]
        customer_ids = [rows[0]["Customer ID"] for rows in found]
        most = max(set(customer_ids), key=customer_ids.count)
        return [rows for rows in found if rows[0]["Customer ID"] == most]


def at(row: Row) -> datetime:
    return datetime.fromisoformat(row["Ordered at"])


def amount(rows: list[Row]) -> Decimal:
    return sum((Decimal(row["Quantity"]) * Decimal(row["Unit price"]) for row in rows), Decimal(0))


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
