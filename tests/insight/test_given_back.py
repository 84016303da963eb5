"""Refunds of the last days, the largest first."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from regulars.insight import given_back

ROWS = [
    ("a", "1", "1", "sale", datetime(2026, 11, 1, 9), "40"),
    ("a", "1", "r1", "refund", datetime(2026, 11, 18, 9), "12.90"),
    ("a", "1", "r1", "refund", datetime(2026, 11, 18, 9), "2.10"),
    ("b", "2", "2", "sale", datetime(2026, 11, 2, 9), "80"),
    ("b", "2", "r2", "refund", datetime(2026, 11, 21, 9), "80"),
    ("b", "2", "r3", "refund", datetime(2026, 11, 1, 9), "5"),
    (None, None, "r4", "refund", datetime(2026, 11, 20, 9), "99"),
]
NAMES = ["customer_id", "order_id", "fact_id", "kind", "at", "amount"]


def test_refunds_of_known_customers_in_the_last_days() -> None:
    columns = list(zip(*ROWS, strict=True))
    sales = pa.table(dict(zip(NAMES, columns, strict=True)))
    result = given_back(sales, as_of="2026-11-21")
    rows = [(row["customer_id"], row["amount"]) for row in result["refunds"].records()]
    assert rows == [("b", 80.0), ("a", 15.0)]
    assert result.headline == {"refunds": 2, "amount": 95.0}
