"""The same table from everywhere gives the same answer; a wrong one gets one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from tables import sales_table

from regulars import insight
from regulars.insight import InsightError, open_sales

TABLE = sales_table(
    """
    0012  a1  2025-01-05T10:00  sale    40.10
    0012  a2  2025-02-10T11:30  sale    30.05
    0012  a2  2025-02-12T09:00  refund  10.05
    0013  b1  2025-01-20T10:00  sale    99.99
    0014  c1  2025-02-01T10:00  sale    20
    -     g1  2025-02-15T10:00  sale    7
    """
)


def as_parquet(folder: Path) -> Path:
    TABLE.to_parquet(folder / "sales.parquet")
    return folder / "sales.parquet"


def as_csv(folder: Path) -> str:
    TABLE.to_csv(folder / "sales.csv", index=False)
    return str(folder / "sales.csv")


def as_two_files(folder: Path) -> list[Path]:
    for part, rows in enumerate((TABLE.iloc[:2], TABLE.iloc[2:])):
        rows.to_parquet(folder / f"part-{part}.parquet")
    return sorted(folder.glob("part-*.parquet"))


def as_glob(folder: Path) -> str:
    as_two_files(folder)
    return str(folder / "part-*.parquet")


def as_folder(folder: Path) -> Path:
    as_two_files(folder)
    return folder


SOURCES: dict[str, Callable[[Path], Any]] = {
    "pandas": lambda _: TABLE,
    "texts": lambda _: TABLE.astype({"at": str, "amount": str}),
    "polars": lambda _: pl.from_pandas(TABLE),
    "lazy polars": lambda _: pl.from_pandas(TABLE).lazy(),
    "arrow": lambda _: pa.Table.from_pandas(TABLE),
    "record batches": lambda _: pa.Table.from_pandas(TABLE).to_reader(),
    "duckdb": lambda _: duckdb.from_arrow(pa.Table.from_pandas(TABLE)),
    "ibis": lambda _: ibis.memtable(pa.Table.from_pandas(TABLE)),
    "parquet": as_parquet,
    "csv": as_csv,
    "two files": as_two_files,
    "glob": as_glob,
    "folder": as_folder,
}


def answers(source: Any) -> list[dict[str, Any]]:
    with open_sales(source, threads=1) as sales:
        return [measure(sales).to_dict() for measure in (insight.rfm, insight.standing)]


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_every_source_gives_the_same_answers(source: Callable[[Path], Any], tmp_path: Path) -> None:
    assert answers(source(tmp_path)) == answers(TABLE)


def test_an_open_ibis_table_stays_usable() -> None:
    connection = ibis.duckdb.connect()
    connection.con.register("frame", pa.Table.from_pandas(TABLE))
    connection.con.execute("create table lines as select * from frame")
    table = connection.table("lines")
    before = set(connection.raw_sql("select table_name from duckdb_tables()").fetchall())
    assert insight.rfm(table)
    assert set(connection.raw_sql("select table_name from duckdb_tables()").fetchall()) == before
    connection.disconnect()


def test_columns_can_be_called_otherwise() -> None:
    renamed = TABLE.rename(columns={"customer_id": "CustomerID", "at": "When"})
    columns = {"customer_id": "CustomerID", "at": "When"}
    found = insight.rfm(renamed, columns=columns)
    assert found.to_dict() == insight.rfm(TABLE).to_dict()


def test_whole_numbers_are_customers_too() -> None:
    table = pd.DataFrame({"customer_id": [7, 7, 11], "at": ["2025-01-05"] * 3, "amount": [1, 2, 3]})
    with open_sales(table, threads=1, memory_limit="256MB") as sales:
        rows = insight.rfm(sales).main.records()
    assert [(row["customer_id"], row["frequency"], row["monetary"]) for row in rows] == [
        ("7", 2, 3.0),
        ("11", 1, 3.0),
    ]


def test_a_sale_row_without_a_number_is_an_order_of_its_own() -> None:
    table = sales_table("a - 2025-01-05 sale 1\na - 2025-01-06 sale 2\na a1 2025-01-07 sale 4")
    (row,) = insight.rfm(table).main.records()
    assert (row["frequency"], row["monetary"]) == (3, 7.0)


@pytest.mark.parametrize("numbers", [[3, 5, 9], [9, 5, 3], [5, 5, 9], ["x", "y", "z"]])
def test_orders_are_told_from_lines(numbers: list[Any]) -> None:
    table = pd.DataFrame(
        {"customer_id": "a", "order_id": numbers, "at": pd.Timestamp("2025-01-05"), "amount": 1.0}
    )
    with open_sales(table) as sales:
        assert sales.one_row_an_order == (len(set(numbers)) == 3)
        (row,) = insight.rfm(sales).main.records()
    assert row["frequency"] == len(set(numbers))


@pytest.mark.parametrize(
    ("source", "columns", "sentence"),
    [
        (
            TABLE.drop(columns="at"),
            {},
            "The table has no column 'at': say which one holds it, as in columns={'at': '…'}; "
            "there are customer_id, order_id, kind, amount.",
        ),
        (
            TABLE.drop(columns="amount"),
            {},
            "The table has no column 'amount': say which one holds it, as in "
            "columns={'amount': '…'}; there are customer_id, order_id, at, kind.",
        ),
        (
            TABLE,
            {"customer_id": "Kunde"},
            "There is no column 'Kunde' to read customer_id from; "
            "there are customer_id, order_id, at, kind, amount.",
        ),
        (
            TABLE,
            {"client": "customer_id"},
            "'client' is no column of a sales table; name one of customer_id, order_id, fact_id, "
            "at, kind, product, category, place, quantity, unit_price, amount, currency, fee.",
        ),
        (
            TABLE.assign(at="yesterday"),
            {},
            "The column 'at' has 6 cells that are no date or time; "
            "correct them or leave those rows out.",
        ),
        (
            TABLE.assign(amount="4,50"),
            {},
            "The column 'amount' has 6 cells that are no number; "
            "correct them or leave those rows out.",
        ),
        (
            TABLE.assign(amount=[None, 1.0, 2.0, 3.0, 4.0, None]),
            {},
            "The column 'amount' is empty in 2 of 6 rows; fill it or leave those rows out.",
        ),
        (
            TABLE.assign(kind="gift"),
            {},
            "6 rows have a kind that is neither 'sale' nor 'refund'.",
        ),
        (
            TABLE.assign(at=TABLE["at"].dt.tz_localize("Europe/Berlin")),
            {},
            "The column 'at' holds instants with a zone; turn them into the civil time of the "
            "business, without a zone.",
        ),
        (
            {"customer_id": [1]},
            {},
            "A dict is no table; give a pandas, polars, Arrow, DuckDB or ibis table, or the path "
            "of a Parquet or CSV file.",
        ),
        ("orders.xlsx", {}, "There is no file orders.xlsx; check the path."),
        ([], {}, "No file is named: name at least one Parquet or CSV file."),
    ],
)
def test_a_wrong_table_gets_one_sentence(
    source: Any, columns: dict[str, str], sentence: str
) -> None:
    with pytest.raises(InsightError) as refused:
        insight.rfm(source, columns=columns)
    assert str(refused.value) == sentence


def test_a_broken_file_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(InsightError, match=r"broken\.parquet cannot be read .*; check the file\.$"):
        insight.rfm(tmp_path / "broken.parquet")
    (tmp_path / "orders.xlsx").write_bytes(b"")
    with pytest.raises(InsightError, match="neither Parquet nor CSV by its name"):
        insight.rfm(tmp_path / "orders.xlsx")


def test_a_wrong_parameter_is_named() -> None:
    with pytest.raises(InsightError, match=r"^rfm: .*'grand'"):
        insight.rfm(TABLE, counts="grand")
    with pytest.raises(InsightError, match=r"no parameter 'period'.*as_of, counts, currency"):
        insight.rfm(TABLE, period="week")
    with pytest.raises(InsightError, match="There is no measure 'clv'; there are revenue, gaps"):
        insight.measure("clv")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"as_of": "15.3.2026"}, "as_of is '15.3.2026' and should be a day, such as 2026-03-15"),
        ({"counts": "both"}, "counts is 'both' and should be gross or net"),
        ({"orders": "many"}, "orders is 'many' and should be a whole number"),
        ({"orders": 0}, "orders is '0' and should be a whole number of at least 1"),
    ],
)
def test_a_wrong_value_is_told_with_what_belongs_there(told: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InsightError) as refused:
        insight.regulars(TABLE, **told)
    assert str(refused.value).startswith(f"regulars: {sentence}; its parameters are as_of, ")


def test_what_is_taken_from_an_answer_that_there_is_not_says_why() -> None:
    early = insight.gaps(TABLE, as_of="1990-01-01")
    assert not early
    with pytest.raises(AttributeError, match=r"no to_pandas, as it is too early to say: .+\.$"):
        getattr(early, "to_" + "pandas")
    assert not hasattr(early, "main")


def test_a_table_without_columns_gets_one_sentence() -> None:
    with pytest.raises(InsightError, match=r"^The table has no columns; it needs customer_id"):
        insight.rfm(pa.table({}))
