"""The files as such: the same seed gives the same bytes, and cost grows with the rows."""

from __future__ import annotations

import gzip
import hashlib
from datetime import date
from pathlib import Path

import pytest
from coffee_export import UNTIL, Export, at, read

from regulars.sources.corner_coffee import Written, write
from regulars.sources.corner_coffee.days import Days, first_day
from regulars.sources.corner_coffee.dice import Dice
from regulars.sources.corner_coffee.weeks import Weeks

PINNED = "d998f080be65e16544edfeae52004e2f5cd78083c00b4f374be33c42e4d28128"
"""Of 300 customers. If it changes on purpose, say so in the changelog: demonstrations change."""


def digest(written: Written) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in written.paths)).hexdigest()


def test_the_same_seed_gives_the_same_bytes_everywhere(tmp_path: Path) -> None:
    written = write(tmp_path, customers=300, seed=1, until=UNTIL)
    assert digest(written) == PINNED
    assert digest(write(tmp_path / "again", customers=300, seed=1, until=UNTIL)) == PINNED


def test_another_seed_gives_other_data_of_the_same_cast(tmp_path: Path) -> None:
    written = write(tmp_path, customers=300, seed=2, until=UNTIL)
    assert digest(written) != PINNED
    assert any(row["Name"] == "Piotr Wójcik" for row in read(written.paths[0]))


def test_packed_files_hold_the_same_and_are_alike_too(tmp_path: Path) -> None:
    plain = write(tmp_path / "plain", customers=60, until=UNTIL)
    packed = [write(tmp_path / name, customers=60, until=UNTIL, gz=True) for name in "ab"]
    assert [path.name for path in packed[0].paths] == ["orders.csv.gz", "prospects.csv.gz"]
    assert digest(packed[0]) == digest(packed[1])
    for plain_path, packed_path in zip(plain.paths, packed[0].paths, strict=True):
        assert gzip.decompress(packed_path.read_bytes()) == plain_path.read_bytes()


def test_only_the_files_are_left_in_the_folder(tmp_path: Path) -> None:
    written = write(tmp_path, customers=30, until=UNTIL)
    assert sorted(tmp_path.iterdir()) == sorted(written.paths)


def test_what_is_said_to_be_written_is_written(coffee: Export) -> None:
    written = coffee.written
    assert written.customers == len(coffee.customers) == 4000
    assert written.prospects == len(coffee.prospects) == 100
    assert written.orders == len(coffee.orders())
    assert written.refunds == len(coffee.refunds())
    assert written.rows == len(coffee.rows)


def test_orders_stand_in_order_of_time_within_24_months(coffee: Export) -> None:
    times = [at(row) for row in coffee.rows]
    assert times == sorted(times)
    assert times[0].date() == date(2024, 11, 17)
    assert times[-1].date() == UNTIL


def test_sorting_on_the_disk_gives_the_same_as_in_memory(tmp_path: Path) -> None:
    sales = [f"{second * 7919 % 10_000_000:09d}\t{second}" for second in range(2000)]
    weeks = Weeks(tmp_path, held=100)
    for sale in sales:
        weeks.add(sale)
    assert list(tmp_path.iterdir())
    assert list(weeks.in_order()) == sorted(sales)
    assert not list(tmp_path.iterdir())


def test_rows_grow_as_customers_do(tmp_path: Path, coffee: Export) -> None:
    rows = write(tmp_path, customers=1000, until=UNTIL).rows
    assert 3 * rows < coffee.written.rows < 5 * rows


@pytest.mark.parametrize("customers", [0, -1, 4_000_001])
def test_a_number_of_customers_out_of_range_is_refused(tmp_path: Path, customers: int) -> None:
    with pytest.raises(ValueError, match=r"has 1 to 4,000,000 customers.*in between"):
        write(tmp_path / "none", customers=customers, until=UNTIL)
    assert not (tmp_path / "none").exists()


def test_one_customer_is_enough(tmp_path: Path) -> None:
    written = write(tmp_path, customers=1, until=UNTIL)
    assert written.customers == 1
    assert {row["Customer ID"] for row in read(written.paths[0])} != {""}


@pytest.mark.parametrize(
    ("until", "first"),
    [
        (date(2026, 11, 16), date(2024, 11, 17)),
        (date(2026, 2, 28), date(2024, 2, 29)),
        (date(2028, 2, 29), date(2026, 3, 1)),
        (date(2026, 12, 31), date(2025, 1, 1)),
    ],
)
def test_24_months_end_with_the_day_given(until: date, first: date) -> None:
    assert first_day(until) == first
    days = Days(until, Dice(1))
    assert days.dates[-1] == until
    assert days.dates[days.quiet_day].weekday() == 6
    assert days.dates[days.rise_day].day == 1
