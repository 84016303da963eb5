"""Fixtures of the measure tests: the online-retail table, and small tables by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from regulars.insight import Sales, open_sales
from shared import shared_path


@pytest.fixture(scope="session")
def retail_table() -> pd.DataFrame:
    """The raw file as a sales table: returns as refunds that are tied to no order."""
    raw = pd.read_csv(shared_path("data/online-retail/online-retail.csv.gz"), dtype=str)
    quantity = raw.Quantity.astype(int)
    back = quantity < 0
    return pd.DataFrame(
        {
            "customer_id": raw.CustomerID.str.removesuffix(".0"),
            "order_id": raw.InvoiceNo.mask(back),
            "at": pd.to_datetime(raw.InvoiceDate),
            "kind": back.map({True: "refund", False: "sale"}),
            "product": raw.StockCode,
            "quantity": quantity.abs(),
            "unit_price": raw.UnitPrice.astype(float),
            "currency": "GBP",
            "fee": raw.StockCode.isin(["POST", "DOT", "BANK CHARGES", "AMAZONFEE"]),
        }
    )


@pytest.fixture(scope="session")
def retail(retail_table: pd.DataFrame) -> Iterator[Sales]:
    with open_sales(retail_table, threads=2) as sales:
        yield sales
