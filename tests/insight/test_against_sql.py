"""The bench compares like with like: both sides find the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from bench import insight_bench
from regulars import insight
from regulars.insight import Sales, open_sales

Rows = list[tuple[int, ...]]


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "orders.parquet"
    insight_bench.make_orders(path, 20_000)
    return path


@pytest.fixture(scope="module")
def reference(orders: Path) -> list[Rows]:
    with duckdb.connect() as connection:
        connection.execute(f"create view t as select * from '{orders}'")
        return [
            connection.execute(statement).fetchall() for statement in insight_bench.reference_sql()
        ]


@pytest.fixture(scope="module")
def sales(orders: Path) -> Iterator[Sales]:
    with open_sales(orders, columns={"at": "ts"}, threads=2) as opened:
        yield opened


def test_rfm_cells_are_the_same(reference: list[Rows], sales: Sales) -> None:
    cells = insight.segments(sales, as_of=insight_bench.AS_OF)["cells"].rows
    assert cells == reference[0]


def test_cohorts_are_the_same(reference: list[Rows], sales: Sales) -> None:
    found = [
        (row["cohort"].year * 12 + row["cohort"].month - 1, row["months_later"], row["customers"],
         row["revenue"])
        for row in insight.cohorts(sales, as_of=insight_bench.AS_OF).main.records()
        if row["customers"]
    ]  # fmt: skip
    assert found == reference[1]


def test_next_orders_are_the_same(reference: list[Rows], sales: Sales) -> None:
    rows = insight.next_order(sales, as_of=insight_bench.AS_OF).main.records()
    assert [(row["orders"], row["reached"]) for row in rows] == [row[:2] for row in reference[2]]


def test_the_bench_row(orders: Path) -> None:
    row = insight_bench.run(orders.parent, orders=20_000, rounds=2)
    assert row["ratio"] == pytest.approx(row["reference_value"] / row["value"], rel=0.2)
    with pytest.raises(ValueError, match="at least two rounds"):
        insight_bench.run(orders.parent, rounds=1)
