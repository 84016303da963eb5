"""From rows to orders and refunds: every rule on a file small enough to read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from reading_kit import EURO, cells, codes, read, rows, write

from regulars.engine.facts import Identifier, Line
from regulars.sources.files import Choices, Hints, inspect
from regulars.sources.files.reading import open_file


def test_lines_become_orders(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        rows(
            "1,2024-05-01 10:00,K1,A,2,1.50",
            "1,2024-05-01 09:58,K1,B,1,0.333333",
            "2,2024-05-02,,A,1,1.50",
        ),
    )
    found = read(path)
    order = found.orders["orders:1"]
    assert order.at.isoformat() == "2024-05-01T09:58:00+00:00"
    assert (order.number, order.currency, order.amount_minor) == ("1", "EUR", 333)
    assert order.lines == (
        Line(product="A", quantity=Decimal(2), unit_price=Decimal("1.5"), amount_minor=300),
        Line(product="B", quantity=Decimal(1), unit_price=Decimal("0.333333"), amount_minor=33),
    )
    assert found.arrivals[0].who is not None
    assert found.arrivals[0].who.identifiers == (Identifier("external", "K1"),)
    assert found.arrivals[1].who is None
    assert (found.counts.orders, found.counts.guest_orders) == (2, 1)
    assert found.counts.orders_several_times == 1


def test_rows_of_an_order_need_not_stand_together(tmp_path: Path) -> None:
    lines = ["1,2024-05-01,K1,A,1,1", "2,2024-05-01,K2,A,1,1", "1,2024-05-01,K1,B,1,2"]
    apart = read(write(tmp_path, rows(*lines)))
    together = read(write(tmp_path, rows(lines[0], lines[2], lines[1]), "b.csv"))
    assert apart.arrivals == together.arrivals
    assert list(apart.orders) == ["orders:1", "orders:2"]


def test_returns_and_cancellations(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        rows(
            "1,2024-05-01,K1,A,3,2",
            "1,2024-05-03,K1,A,-1,2",  # a mixed order
            "C1,2024-05-04,K1,A,-2,2",  # cancels order 1 of the same customer
            "C9,2024-05-05,K1,A,-2,2",  # there is no order 9
            "2,2024-05-06,K2,A,-1,5",  # nothing but a return
            "3,2024-05-06,K3,A,1,-5",  # a correction: stays an order
            "C3,2024-05-07,K1,A,-1,5",  # order 3 is somebody else's
        ),
    )
    found = read(path)
    assert {key: fact.amount_minor for key, fact in found.orders.items()} == {
        "orders:1": 600,
        "orders:3": -500,
    }
    assert {key: (fact.order, fact.amount_minor) for key, fact in found.refunds.items()} == {
        "orders:1:refund": ("orders:1", 200),
        "orders:C1": ("orders:1", 400),
        "orders:C9": ("", 400),
        "orders:2": ("", 500),
        "orders:C3": ("", 500),
    }
    assert found.refunds["orders:C1"].lines[0].quantity == 2
    assert found.refunds["orders:1:refund"].at.day == 3
    assert found.counts.rows_cancelled == 3
    assert found.counts.rows_negative_quantity == 5
    assert [str(money.sales) for money in found.counts.sums] == ["1"]
    assert [str(money.refunds) for money in found.counts.sums] == ["20"]


def test_a_leading_c_on_every_number_is_only_how_a_shop_counts(tmp_path: Path) -> None:
    found = read(write(tmp_path, rows("C1,2024-05-01,K1,A,1,2", "C2,2024-05-02,K1,A,-1,2")))
    assert (list(found.orders), list(found.refunds)) == (["orders:C1"], ["orders:C2"])


def test_refund_named_by_a_column_and_by_status(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        rows(
            "1,2024-05-01,K1,5,order,",
            "2,2024-05-02,K1,5,Gutschrift,1",
            "3,2024-05-03,K1,7,cancelled,",
            header="Order number,Date,Customer ID,Amount,Status,Original order",
        ),
    )
    found = read(path)
    assert set(found.orders) == {"orders:1", "orders:3"}
    assert found.refunds["orders:2"].order == "orders:1"
    assert found.refunds["orders:3:refund"].order == "orders:3"
    assert found.refunds["orders:3:refund"].amount_minor == 700


def test_amount_of_the_line_counts(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        rows(
            "1,2024-05-01,K1,2,2.78",
            "2,2024-05-01,K1,3,1.00",
            "3,2024-05-01,K1,0,0.50",
            "4,2024-05-01,K1,-2,-3.00",
            header="Order number,Date,Customer ID,Quantity,Amount",
        ),
    )
    found = read(path)
    lines = [order.lines[0] for order in found.orders.values()]
    assert [(line.quantity, line.unit_price, line.amount_minor) for line in lines] == [
        (Decimal(2), Decimal("1.39"), 278),
        (Decimal(3), Decimal(0), 100),  # no price of six decimals gives it: the amount stands
        (Decimal(0), Decimal(0), 50),
    ]
    assert found.refunds["orders:4"].lines[0].unit_price == Decimal("1.5")


@pytest.mark.parametrize(
    ("price", "amount", "expected"), [("1.25", "5.00", "1.25"), ("1.25", "4.00", "1")]
)
def test_price_and_amount(tmp_path: Path, price: str, amount: str, expected: str) -> None:
    """A discount that only the amount knows lowers the price."""
    header = "Order number,Date,Customer ID,Quantity,Unit price,Amount"
    found = read(write(tmp_path, rows(f"1,2024-05-01,K1,4,{price},{amount}", header=header)))
    assert str(found.orders["orders:1"].lines[0].unit_price) == expected


def test_totals_where_lines_have_no_price(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        rows(
            "1,2024-05-01,K1,A,2,9.90",
            "2,2024-05-01,K1,A,1,7.00",
            "2,2024-05-01,K1,B,1,7.00",
            header="Order number,Date,Customer ID,Product code,Quantity,Order total",
        ),
    )
    found = read(path)
    assert [order.amount_minor for order in found.orders.values()] == [990, 700]
    assert [line.product for line in found.orders["orders:2"].lines] == ["A", "B", ""]


def test_fees_are_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        rows(
            "1,2024-05-01,K1,A,Cup,1,5,4.90",
            "1,2024-05-01,K1,B,Mug,1,6,4.90",
            "2,2024-05-01,K1,VERSAND,Versandkosten DHL,1,3,0",
            header="Order number,Date,Customer ID,Product code,Description,Quantity,Price,Shipping",
        ),
    )
    found = read(path)
    assert [(line.kind, line.amount_minor) for line in found.orders["orders:1"].lines] == [
        ("goods", 500),
        ("goods", 600),
        ("fee", 490),
    ]
    assert found.orders["orders:2"].lines[0].kind == "fee"
    assert found.counts.rows_non_product == 1


@pytest.mark.parametrize(
    ("choices", "amounts"),
    [
        (Choices(), [500, 500, 300]),
        (Choices(duplicates="drop"), [500, 300]),
        (Choices(no_price="drop"), [500, 500, 300]),
        (Choices(non_products="drop"), [500, 500]),
    ],
)
def test_choices(tmp_path: Path, choices: Choices, amounts: list[int]) -> None:
    path = write(
        tmp_path,
        rows(
            "1,2024-05-01,K1,A,1,5",
            "1,2024-05-01,K1,A,1,5",
            "1,2024-05-01,K1,POST,1,3",
            "2,2024-05-01,K1,A,1,0",
        ),
    )
    found = read(path, Hints(currency="EUR", choices=choices))
    assert [line.amount_minor for line in found.orders["orders:1"].lines] == amounts
    assert ("orders:2" in found.orders) is (choices.no_price == "keep")
    assert (found.counts.rows_duplicate, found.counts.rows_no_price) == (1, 1)
    assert found.counts.rows_dropped == 4 - len(amounts) - ("orders:2" in found.orders)


def test_orders_without_a_number_are_named_by_their_content(tmp_path: Path) -> None:
    header = "Customer ID,Date,Amount"
    first = read(write(tmp_path, rows("K1,2024-05-01,5", "K1,2024-05-01,5", header=header)))
    assert len(first.orders) == 2
    again = read(
        write(
            tmp_path,
            rows("5;K9;01.05.2024", "5;K1;01.05.2024", header="Amount;Customer ID;Date"),
            "b.csv",
        ),
        Hints(currency="EUR", dates="dmy"),
    )
    assert len(set(first.orders) & set(again.orders)) == 1
    assert all(order.number == "" for order in first.orders.values())


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 1250), ("EUR", 125050), ("KWD", 1250500)])
def test_currencies_have_their_decimals(tmp_path: Path, currency: str, minor: int) -> None:
    price = "1250" if currency == "JPY" else "1250.5"
    path = write(
        tmp_path,
        rows(
            f"1,2024-05-01,K1,1,{price},{currency.lower()}",
            header="Order number,Date,Customer ID,Quantity,Price,Currency",
        ),
    )
    assert read(path).orders["orders:1"].amount_minor == minor


def test_a_person_in_full(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "Bestellnummer;Datum;Kundennummer;E-Mail;Telefon;Vorname;Nachname;Geburtsdatum;Land;"
        "Betrag;Stamm\n"
        "1;25.04.2011;17;J.Weiss@Example.de;0171 5550142;Jürgen;Weiß;21.02.1988;DE;12,50;ja\n",
    )
    hints = Hints(currency="EUR", columns={"Stamm": "attribute:regular"})
    who = read(path, hints).arrivals[0].who
    assert who is not None
    assert who.identifiers == (
        Identifier("external", "17"),
        Identifier("email", "j.weiss@example.de"),
        Identifier("phone", "+491715550142"),
    )
    assert who.profile is not None
    assert (who.profile.name, str(who.profile.birth_date)) == ("Jürgen Weiß", "1988-02-21")
    assert who.profile.attributes == {"regular": "ja"}


def test_batches_are_always_the_same(tmp_path: Path) -> None:
    path = write(tmp_path, rows(*(f"{n},2024-05-01,K{n % 3},A,1,{n}" for n in range(1, 26))))
    mapping = inspect(path, EURO).mapping
    with open_file(path, mapping, region="DE", work_dir=tmp_path / "w") as reading:
        whole = list(reading.batches(size=10))
        assert list(reading.batches(skip=1, size=10)) == whole[1:]
    with open_file(path, mapping, region="DE", work_dir=tmp_path / "w") as reading:
        assert list(reading.batches(size=10)) == whole
    assert [(b.ordinal, b.first_line, b.last_line) for b in whole] == [
        (0, 2, 11),
        (1, 12, 21),
        (2, 22, 26),
    ]
    assert set(whole[0].products) == {"A"}


def test_sales_table(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        rows(
            "1,2024-05-01 23:30,K1,A,3,2.5",
            "1,2024-05-03,K1,A,-1,2.5",
            "C9,2024-05-05,K1,A,-2,2.5",
            "2,2024-05-06,,A,1,1",
        ),
    )
    mapping = inspect(path, Hints(currency="EUR", zone="Europe/Berlin")).mapping
    with open_file(path, mapping, region="DE", work_dir=tmp_path / "w") as reading:
        table = pq.read_table(reading.sales_table())
    found = table.sort_by("at").to_pylist()
    assert [
        (row["kind"], row["customer_id"], row["order_id"], row["fact_id"]) for row in found
    ] == [
        ("sale", "K1", "orders:1", "orders:1"),
        ("refund", "K1", "orders:1", "orders:1:refund"),
        ("refund", "K1", None, "orders:C9"),
        ("sale", None, "orders:2", "orders:2"),
    ]
    assert [str(row["amount"]) for row in found] == [
        *("7.500000", "2.500000", "5.000000", "1.000000")
    ]
    assert str(found[0]["at"]) == "2024-05-01 23:30:00"
    types = {name: str(table.schema.field(name).type) for name in table.schema.names}
    assert types["at"] == "timestamp[us]"
    assert types["quantity"] == types["unit_price"] == types["amount"] == "decimal128(18, 6)"


def test_bad_rows_take_their_order_back(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        rows(
            "1,2024-05-01,K1,A,1,5",
            "1,2024-05-01,K1,B,one,5",
            "2,2024-05-01,K1,A,1,5",
            "3,2024-05-01,K1,A,1,5",
            "3,2024-05-01,K2,A,1,5",
            "4,31.02.2024,K1,A,1,5",
            "5,2024-05-01,K1,A,1",
            ",2024-05-01,K1,A,1,5",
            "6,2024-05-01,K1,=1+1,1,",
        ),
    )
    found = read(path)
    assert set(found.orders) == {"orders:2"}
    assert codes(found.problems) == [
        (2, "", "order_has_bad_line"),
        (3, "quantity", "bad_number"),
        (5, "", "mixed_customers"),
        (6, "", "mixed_customers"),
        (7, "at", "bad_date"),
        (8, "", "ragged_row"),
        (9, "number", "missing"),
        (10, "unit_price", "missing"),
    ]
    assert (found.counts.rows, found.counts.rows_rejected, found.counts.orders) == (9, 8, 1)
    assert found.rejected is not None
    table = cells(found.rejected)
    assert table[0][-3:] == ["line", "field", "reason"]
    assert table[1][-1].startswith("Another row of order 1 (line 3) is wrong")
    assert table[-1][3] == "'=1+1"


def test_a_corrected_file_gives_what_was_missing(tmp_path: Path) -> None:
    lines = [f"{n},2024-05-{n:02},K{n},'=P{n},{-1 if n == 3 else 2},1.5" for n in range(1, 10)]
    whole = read(write(tmp_path, rows(*lines)))
    wrong = [line.replace("2024-05-04", "soon").replace("K7", "K7\x07") for line in lines]
    path = write(tmp_path, rows(*wrong), "wrong.csv")
    mapping = inspect(path, EURO).mapping
    first = read(path, mapping=mapping)
    assert first.counts.rows_rejected == 2
    assert first.rejected is not None
    text = first.rejected.read_text("utf-8-sig").replace("soon", "2024-05-04").replace("\x07", "")
    second = read(write(tmp_path, text, "again.csv"), mapping=mapping)
    assert second.counts.rows_rejected == 0
    both = {a.fact.key: a for a in first.arrivals} | {a.fact.key: a for a in second.arrivals}
    assert both == {arrival.fact.key: arrival for arrival in whole.arrivals}
