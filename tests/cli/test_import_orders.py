"""`regulars import orders`: what it says, what it refuses, and that nothing is half done."""

from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path

import pytest
from django.db import connection

from cli.conftest import Regulars
from people import NOW, arrival, line, order, who
from regulars.actions.record import record
from regulars.db import factstore
from regulars.db.models import Customer, FactRow, Staff
from shared import shared_path

GOOD = (
    "Order;Date;Customer;Item;Qty;Price\n1;2026-03-31;ann;latte;2;3,20\n2;2026-04-01;;tea;1;2,00\n"
)


def digest() -> str:
    with connection.cursor() as cursor:
        return factstore.digest(cursor)


def wrong_delimiter(path: Path) -> None:
    path.write_text(GOOD.replace(";", "§"))


def missing_column(path: Path) -> None:
    path.write_text("Order;Customer;Item;Price\n1;ann;latte;3,20\n")


def ambiguous_date(path: Path) -> None:
    path.write_text("Order;Date;Customer;Price\n1;03/04/2011;ann;3.20\n2;05/06/2011;ben;2.00\n")


def zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)


def gzip_bomb(path: Path) -> None:
    head = gzip.compress(b"Order;Date;Customer;Price\n")
    path.write_bytes(head + 300 * gzip.compress(b"1;2026-03-31;ann;3.20\n" * 50_000))


def huge_cell(path: Path) -> None:
    path.write_text(GOOD + "3;2026-04-02;ann;" + "x" * 1_000_000 + ";1;2,00\n")


def garbage(path: Path) -> None:
    path.write_bytes(b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)) * 40)


def nothing(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (wrong_delimiter, "delimiter"),
        (missing_column, "date"),
        (ambiguous_date, "--dates"),
        (zip_bomb, "unpack"),
        (gzip_bomb, "unpack"),
        (huge_cell, "line 4"),
        (garbage, "CSV"),
        (nothing, "empty"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(
    make: object, named: str, regulars: Regulars, tmp_path: Path
) -> None:
    record([arrival(order("1", line("latte", "3.20")), who("ann"))], now=NOW)
    before, bad = digest(), tmp_path / "bad.csv"
    make(bad)  # type: ignore[operator]
    done = regulars("import", "orders", bad)
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert named in done.stderr
    assert "bad.csv" in done.stderr
    assert "Traceback" not in done.stderr
    assert digest() == before


def test_good_rows_go_in_and_bad_rows_come_back(regulars: Regulars, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(GOOD + "3;2026-04-02;ann;tea;1;much\n4;2026-04-03;ben;tea;1;2,00\n")
    done = regulars("import", "orders", orders)
    assert done.returncode == 0, done.stderr
    assert "3 facts recorded" in done.stdout
    rejected = (tmp_path / "orders.rejected.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rejected) == 2
    assert "much" in rejected[1]
    assert ";4;" in rejected[1], "the line of the file is named"

    fixed = rejected[0] + "\n" + rejected[1].replace("much", "2,50") + "\n"
    (tmp_path / "fixed.csv").write_text(fixed)
    assert "1 facts recorded" in regulars("import", "orders", tmp_path / "fixed.csv").stdout
    assert FactRow.objects.count() == 4


def test_strict_takes_all_or_nothing(regulars: Regulars, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(GOOD + "3;2026-04-02;ann;tea;1;much\n")
    done = regulars("import", "orders", orders, "--strict")
    assert (done.returncode, FactRow.objects.count()) == (2, 0)
    assert len(done.stderr.splitlines()) == 1
    assert "--strict" in done.stderr
    assert "orders.rejected.csv" in done.stderr
    assert "much" in (tmp_path / "orders.rejected.csv").read_text(encoding="utf-8-sig")


def test_nothing_goes_in_where_bad_rows_could_not_come_back(
    regulars: Regulars, tmp_path: Path
) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(GOOD)
    for place in (tmp_path, tmp_path / "nowhere" / "bad.csv"):
        done = regulars("import", "orders", orders, "--rejected", place)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert "--rejected" in done.stderr
    assert FactRow.objects.count() == 0


def test_columns_that_are_not_read_are_named(regulars: Regulars, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("Id,Date,Price\n17,2026-03-31,3.20\n18,2026-04-01,2.00\n")
    shown = regulars("import", "orders", orders, "--show-map").stdout
    assert "left out: Id" in shown
    assert "guests" in shown
    told = regulars("import", "orders", orders, "--show-map", "--column", "Id=customer").stdout
    assert "left out" not in told
    assert "guests" not in told


def test_the_demonstration_stays_out_of_a_business_of_ones_own(
    regulars: Regulars, tmp_path: Path
) -> None:
    demo = ["demo", "--prepare", "--customers", 20, "--data", tmp_path / "demo"]
    olga = Staff.objects.create(email="olga@example.com", name="Olga", role="owner", created_at=NOW)
    refused = regulars(*demo)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert "business of its own" in refused.stderr
    olga.delete()
    (tmp_path / "orders.csv").write_text(GOOD)
    regulars("import", "orders", tmp_path / "orders.csv")
    assert regulars(*demo).returncode == 2
    assert (FactRow.objects.count(), Staff.objects.count()) == (2, 0)


def test_the_same_file_again_changes_nothing(regulars: Regulars, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(GOOD)
    regulars("import", "orders", orders)
    before = digest()
    assert "2 known before" in regulars("import", "orders", orders).stdout
    assert digest() == before


def test_a_known_order_with_other_content_comes_back_unless_the_file_restates(
    regulars: Regulars, tmp_path: Path
) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(GOOD)
    regulars("import", "orders", orders)
    before = digest()
    orders.write_text(GOOD.replace("3,20", "3,50"))
    done = regulars("import", "orders", orders)
    assert done.returncode == 0
    assert "1 known before" in done.stdout
    assert "3,50" in (tmp_path / "orders.rejected.csv").read_text(encoding="utf-8-sig")
    assert digest() == before
    strict = regulars("import", "orders", orders, "--strict")
    assert (strict.returncode, digest()) == (2, before)
    assert "1 restated" in regulars("import", "orders", orders, "--restate").stdout
    assert digest() != before


def test_a_mapping_is_saved_by_name_and_used_again(regulars: Regulars, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("A,B,C,D\n1,03/04/2026,ann,2.00\n")
    told = [f"--column={pair}" for pair in ("A=number", "B=at", "C=customer", "D=amount")]
    first = regulars("import", "orders", orders, *told, "--dates", "dmy", "--save-map", "till")
    assert first.returncode == 0, first.stderr
    orders.write_text("A,B,C,D\n2,04/04/2026,ann,2.00\n")
    assert "1 facts recorded" in regulars("import", "orders", orders, "--map", "till").stdout
    unknown = regulars("import", "orders", orders, "--map", "tlil")
    assert (unknown.returncode, len(unknown.stderr.splitlines())) == (2, 1)
    assert "till" in unknown.stderr


def test_a_real_wholesaler_reports_its_published_counts(regulars: Regulars) -> None:
    """UCI Online Retail, 60 % of its customers; recomputed figures of the reference results."""
    path = shared_path("data/online-retail/online-retail.csv.gz")
    done = regulars("import", "orders", path, "--currency", "GBP")
    said = dict(line.rsplit(None, 1) for line in done.stdout.splitlines() if "  " in line.strip())
    counts = {name.strip(): value for name, value in said.items()}
    expected = {
        "Rows": "328,991",
        "Rows without a customer": "81,621",
        "Customers": "2,597",
        "Rows on cancelled orders": "5,680",
        "Rows with a negative quantity": "6,482",
        "Exact duplicate rows": "3,184",
        "Rows without a price above 0": "1,646",
        "rows": "241,815",
        "customers": "2,578",
        "orders": "11,239",
    }
    assert {name: counts.get(name) for name in expected} == expected
    assert "5,932,401.824 GBP" in done.stdout
    assert Customer.objects.count() == 2597

    measured = regulars(
        *("measure", "rfm", "--counts", "gross", "--as-of", "2011-12-10", "--format", "csv")
    )
    header, *rows = (row.split(",") for row in measured.stdout.splitlines())
    columns = {name: [float(row[header.index(name)]) for row in rows] for name in MEANS}
    assert len(rows) == 2578
    for name, mean in MEANS.items():
        assert sum(columns[name]) / len(rows) == pytest.approx(mean, abs=6e-6), name


MEANS = {"recency": 92.92358, "frequency": 4.359581, "monetary": 2301.16440}


def test_commands_explain_themselves(regulars: Regulars) -> None:
    assert regulars("--version").stdout.startswith("regulars ")
    assert "import" in regulars("--help").stdout
    for wrong in (["imprt"], ["import"], ["measure", "rfn"], ["import", "orders", "--nope", "x"]):
        done = regulars(*wrong)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), wrong
    listed = regulars("measure").stdout.splitlines()
    assert len(listed) >= 11
    assert all(len(line.split(None, 1)) == 2 for line in listed)
    assert os.linesep not in done.stderr.strip()
