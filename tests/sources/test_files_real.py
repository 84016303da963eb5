"""The reference files, read as they lie."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from regulars.sources.files import Counts, Hints, Mapping, inspect, require_answers
from regulars.sources.files.reading import open_file
from shared import shared_path

FULL = bool(os.environ.get("REGULARS_TORTURE"))


def counted(path: Path, hints: Hints, work: Path) -> tuple[Counts, Mapping]:
    proposal = inspect(path, hints)
    require_answers(proposal)
    with open_file(path, proposal.mapping, region="GB", work_dir=work) as reading:
        reading.sales_table()
        assert reading.rejected_path is None
        return reading.counts, proposal.mapping


def test_online_retail(tmp_path: Path) -> None:
    path = shared_path("data/online-retail/online-retail.csv.gz")
    counts, _ = counted(path, Hints(currency="GBP", zone="Europe/London"), tmp_path)
    assert (counts.rows, counts.customers, counts.rows_without_customer) == (328_991, 2_597, 81_621)
    assert (counts.rows_cancelled, counts.rows_negative_quantity) == (5_680, 6_482)
    assert (counts.rows_duplicate, counts.rows_no_price) == (3_184, 1_646)
    assert (counts.clean_rows, counts.clean_customers, counts.clean_orders) == (
        *(241_815, 2_578, 11_239),
    )
    assert [money.sales for money in counts.clean_sums] == [Decimal("5932401.824")]
    assert (counts.first_at, counts.last_at) == ("2010-12-01T08:26:00", "2011-12-09T12:50:00")
    assert (counts.rows_rejected, counts.orders_several_times) == (0, 27)
    assert counts.orders + counts.refunds == 15_689
    sales = duckdb.sql(f"""
        SELECT count(*), -sum(amount), count(DISTINCT customer_id)
        FROM '{tmp_path}/sales.parquet' WHERE kind = 'refund' AND customer_id IS NOT NULL
    """).fetchall()[0]
    assert sales[:2] == (5_525, Decimal("-503801.11"))
    best = duckdb.sql(f"""
        SELECT count(DISTINCT customer_id) FROM (
            SELECT customer_id FROM '{tmp_path}/sales.parquet'
            WHERE kind = 'sale' AND customer_id IS NOT NULL AND unit_price > 0 AND quantity > 0
            GROUP BY customer_id HAVING count(DISTINCT order_id) >= 2)
    """).fetchall()[0]
    assert best == (1_706,)


def test_online_retail_facts(tmp_path: Path) -> None:
    path = shared_path("data/online-retail/online-retail.csv.gz")
    mapping = inspect(path, Hints(currency="GBP", zone="Europe/London")).mapping
    with open_file(path, mapping, region="GB", work_dir=tmp_path) as reading:
        arrivals = [arrival for batch in reading.batches() for arrival in batch.arrivals]
        apart = reading.together
        reading.together = False
        again = [arrival for batch in reading.batches() for arrival in batch.arrivals]
    assert apart
    assert arrivals == again
    assert len({arrival.fact.key for arrival in arrivals}) == len(arrivals) == 15_689


@pytest.mark.parametrize(
    ("name", "rows", "customers"), [("master", 69_659, 23_570), ("sample", 6_919, 2_357)]
)
def test_cdnow(tmp_path: Path, name: str, rows: int, customers: int) -> None:
    path = shared_path(f"data/cdnow/CDNOW_{name}.txt.gz")
    counts, mapping = counted(path, Hints(currency="USD"), tmp_path)
    assert mapping.layout.format == "spaces"
    assert (counts.rows, counts.orders, counts.customers) == (rows, rows, customers)
    assert (counts.first_at[:10], counts.last_at[:10]) == ("1997-01-01", "1998-06-30")


def test_complete_journey(tmp_path: Path) -> None:
    """All of it in a long run; otherwise one household of sixteen."""
    path, asked = shared_path("data/complete-journey/transactions.parquet"), "true"
    if not FULL:
        asked = "hash(household_id) % 16 = 0"
    part = tmp_path / "part.parquet"
    duckdb.sql(f"COPY (SELECT * FROM '{path}' WHERE {asked}) TO '{part}'")
    wanted = duckdb.sql(
        f"SELECT count(*), count(DISTINCT basket_id), count(DISTINCT household_id) FROM '{part}'"
    ).fetchall()[0]
    counts, _ = counted(part, Hints(currency="USD", zone="America/New_York"), tmp_path)
    assert (counts.rows, counts.orders, counts.customers) == wanted
    assert wanted[0] > 40_000
    assert not FULL or wanted == (913_060, 93_429, 1_462)
    assert counts.rows_rejected == 0


def test_olist_orders_lack_money(tmp_path: Path) -> None:
    proposal = inspect(shared_path("data/olist-sample/olist_orders_dataset.csv.gz"))
    assert [question.code for question in proposal.questions][:1] == ["missing_column"]
    assert proposal.mapping.dates == "mdy"


def test_olist_items(tmp_path: Path) -> None:
    path = shared_path("data/olist-sample/olist_order_items_dataset.csv.gz")
    counts, mapping = counted(path, Hints(currency="BRL"), tmp_path)
    assert (counts.rows, mapping.columns["freight_value"]) == (5_603, "fee")
    assert counts.rows_rejected == 0


def test_looking_loads_nothing_heavy() -> None:
    """A web process may import what looks at files."""
    code = (
        "import sys, regulars.sources.files\n"
        "print({'duckdb', 'pyarrow', 'pandas', 'openpyxl'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


MEMORY = """
import sys
from pathlib import Path
from regulars.sources.files import Hints, inspect
from regulars.sources.files.reading import open_file
path = Path(sys.argv[1])
with open_file(path, inspect(path, Hints(currency="EUR")).mapping, region="DE",
        work_dir=path.parent / "w") as reading:
    facts = sum(len(batch.arrivals) for batch in reading.batches())
status = Path("/proc/self/status").read_text()  # of this program alone, not of who started it
print(facts, int(status.partition("VmHWM:")[2].split()[0]) >> 10)
"""


MANY = 2_000_000 if FULL else 750_000


@pytest.mark.slow
def test_memory_stays_flat(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    with path.open("w") as stream:
        stream.write("Order number,Customer ID,Date,Product code,Quantity,Unit price\n")
        for n in range(MANY):
            order = n % (MANY // 3)  # rows of an order lie far apart: they must be sorted
            stream.write(
                f"{order},C{order % 100_003},2024-{1 + order % 12:02}-{1 + order % 28:02} "
                f"10:{order % 60:02},P{n % 5_003},2,{n % 997}.5\n"
            )
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(path)], capture_output=True, text=True, check=True
    )
    facts, peak = map(int, done.stdout.split())
    assert facts == MANY // 3
    assert peak < 900
