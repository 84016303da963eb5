"""What an order's row says that it gave back: an order and a refund, once, on its day."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from reading_kit import codes, read, rows, write

from regulars.engine.facts import Line


@pytest.mark.parametrize(
    "columns",
    [
        "Refund date,Refund amount",
        "Refunded at,Refunded Amount",
        "Erstattungsdatum,Erstattungsbetrag",
        "Rückerstattet am,Rückerstattung (EUR)",
        "Data zwrotu,Kwota zwrotu",
        "Data rambursării,Sumă rambursată",
    ],
)
def test_an_order_that_says_what_it_gave_back_is_an_order_and_a_refund(
    tmp_path: Path, columns: str
) -> None:
    path = write(
        tmp_path,
        rows(
            "1,2024-05-01,K1,A,2,3,,",
            "2,2024-05-02,K2,A,2,3,2024-05-09,2.50",  # a part of it
            "3,2024-05-03,K3,A,1,3,2024-05-08,7",  # all of it: its lines come back
            "3,2024-05-03,K3,B,1,4,,",
            "4,2024-05-04,K4,A,1,3,,0",
            header=f"Order number,Date,Customer ID,Product code,Quantity,Unit price,{columns}",
        ),
    )
    found = read(path)
    assert [order.amount_minor for order in found.orders.values()] == [600, 600, 700, 300]
    part, whole = found.refunds["orders:2:refund"], found.refunds["orders:3:refund"]
    assert len(found.refunds) == 2
    assert (part.order, part.at.date().isoformat()) == ("orders:2", "2024-05-09")
    assert part.lines == (
        Line(product="", quantity=Decimal(1), unit_price=Decimal("2.5"), amount_minor=250),
    )
    assert (whole.order, whole.at.date().isoformat()) == ("orders:3", "2024-05-08")
    assert [(line.product, line.amount_minor) for line in whole.lines] == [("A", 300), ("B", 400)]
    assert (found.counts.orders, found.counts.refunds, found.counts.rows_dropped) == (4, 2, 0)
    assert found.counts.sums[0].refunds == Decimal("9.5")
    assert found.counts.orders_several_times == 0


GAVE_BACK = "Order number,Date,Customer ID,Status,Order total,Shipping,Refund date,Refund amount"


@pytest.mark.parametrize(
    ("told", "refunds"),
    [
        ("1,2024-05-01,K1,refunded,6,,2024-05-03,6", {"orders:1:refund": (600, "2024-05-03")}),
        ("1,2024-05-01,K1,completed,6,2,,-8", {"orders:1:refund": (800, "2024-05-01")}),
        ("1,2024-05-01,K1,completed,6,2,,8.5", {"orders:1:refund": (800, "2024-05-01")}),
        ("1,2024-05-01,K1,cancelled,6,,2024-05-03,6", {"orders:1:refund": (600, "2024-05-01")}),
        ("1,2024-05-01,K1,refund,,,2024-05-03,4", {"orders:1": (400, "2024-05-03")}),
        ("1,2024-05-01,K1,completed,6,,2024-05-03,", {}),
    ],
)
def test_what_was_given_back_counts_once_whatever_the_row_says_beside_it(
    tmp_path: Path, told: str, refunds: dict[str, tuple[int, str]]
) -> None:
    found = read(write(tmp_path, rows(told, header=GAVE_BACK)))
    assert not found.problems
    assert {
        key: (one.amount_minor, one.at.date().isoformat()) for key, one in found.refunds.items()
    } == refunds
    assert found.counts.orders == len(found.orders)


def test_a_sum_given_back_that_every_row_repeats_is_the_orders(tmp_path: Path) -> None:
    header = "Order number,Date,Customer ID,Product code,Unit price,Refunded Amount"
    repeated = rows("1,2024-05-01,K1,A,6,2", "1,2024-05-01,K1,B,6,2", header=header)
    each = rows("1,2024-05-01,K1,A,6,2", "1,2024-05-01,K1,B,6,1", header=header)
    for text, amount in ((repeated, 200), (each, 300)):
        found = read(write(tmp_path, text, f"{amount}.csv"))
        assert [one.amount_minor for one in found.refunds.values()] == [amount]


@pytest.mark.parametrize(
    ("back", "lines"),
    [("6", [600]), ("8", [600, 200]), ("4", [600]), ("", [600])],
)
def test_what_a_line_gave_back_and_the_sum_says_too_counts_once(
    tmp_path: Path, back: str, lines: list[int]
) -> None:
    header = "Order number,Date,Customer ID,Product code,Quantity,Unit price,Refund amount"
    text = rows(f"1,2024-05-01,K1,A,2,6,{back}", "1,2024-05-01,K1,A,-1,6,", header=header)
    found = read(write(tmp_path, text))
    assert [one.amount_minor for one in found.orders.values()] == [1200]
    (refund,) = found.refunds.values()
    assert [line.amount_minor for line in refund.lines] == lines


@pytest.mark.parametrize("column", ["Refunded", "Refunds", "Erstattet", "Return date"])
@pytest.mark.parametrize("value", ["no", "false", "N/A"])
def test_a_column_that_says_whether_and_not_how_much_is_left_out(
    tmp_path: Path, column: str, value: str
) -> None:
    header = f"Order number,Date,Customer ID,Order total,{column}"
    text = rows(f"1,2024-05-01,K1,6,{value}", f"2,2024-05-02,K2,7,{value}", header=header)
    found = read(write(tmp_path, text))
    assert [one.amount_minor for one in found.orders.values()] == [600, 700]
    assert not found.problems
    assert not found.refunds


def test_a_wrong_day_of_a_refund_comes_back_with_its_reason(tmp_path: Path) -> None:
    told = ("1,2024-05-01,K1,,6,,soon,6", "2,2024-05-01,K1,,6,,2024-05-03,6")
    found = read(write(tmp_path, rows(*told, header=GAVE_BACK)))
    assert codes(found.problems) == [(2, "refunded_at", "bad_date")]
    assert (set(found.orders), set(found.refunds)) == ({"orders:2"}, {"orders:2:refund"})


def test_orders_without_a_number_keep_their_name_when_something_is_given_back(
    tmp_path: Path,
) -> None:
    header = "Date,Customer ID,Order total,Refund amount"
    before = read(write(tmp_path, rows("2024-05-01,K1,6,", header=header)))
    after = read(write(tmp_path, rows("2024-05-01,K1,6,2", header=header), "after.csv"))
    assert set(before.orders) == set(after.orders)
    (refund,) = after.refunds.values()
    assert refund.order in before.orders
