"""Formats, encodings, delimiters and headers: told by content, whatever the file is called."""

from __future__ import annotations

import gzip
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from reading_kit import EURO, read, rows, write

from regulars.engine.arrivals import Arrival
from regulars.sources.files import FileProblem, Hints, from_json, inspect, require_answers, to_json
from regulars.sources.files.inspection import column_of

POLISH = (
    "Numer zamówienia;Data zamówienia;Imię i nazwisko;E-mail;Ilość;Cena jednostkowa\n"
    + "".join(
        f"{n};{n}.05.2024;Łukasz Żółć;lukasz{n}@example.pl;2;1 234,50\n" for n in range(11, 20)
    )
)
GERMAN = "Bestellnummer;Datum;Kundennummer;Name;Menge;Einzelpreis\n" + "".join(
    f"{n};{n}.05.2024;K{n};Jürgen Weiß;2;9,90\n" for n in range(11, 20)
)
ROMANIAN = "Număr comandă,Data comenzii,Nume complet,E-mail,Cantitate,Preț unitar\n" + "".join(
    f'{n},{n}.05.2024,Ștefan Dumitrescu,stefan{n}@example.ro,2,"12,50"\n' for n in range(11, 20)
)


@pytest.mark.parametrize(
    ("text", "encoding", "found", "name"),
    [
        (POLISH, "utf-8", "utf-8-sig", "Łukasz Żółć"),
        (POLISH, "utf-8-sig", "utf-8-sig", "Łukasz Żółć"),
        (POLISH, "utf-16", "utf-16", "Łukasz Żółć"),
        (POLISH, "cp1250", "cp1250", "Łukasz Żółć"),
        (POLISH, "iso8859-2", "iso8859-2", "Łukasz Żółć"),
        (GERMAN, "cp1252", "cp1252", "Jürgen Weiß"),
        (GERMAN, "utf-8", "utf-8-sig", "Jürgen Weiß"),
        (ROMANIAN, "utf-8", "utf-8-sig", "Ștefan Dumitrescu"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_encodings(
    tmp_path: Path, text: str, encoding: str, found: str, name: str, *, packed: bool
) -> None:
    body = text.encode(encoding)
    path = write(tmp_path, gzip.compress(body) if packed else body, "orders.dat")
    proposal = inspect(path, Hints(currency="PLN"))
    mapping = proposal.mapping
    assert mapping.layout.encoding == found
    assert (mapping.decimal, mapping.dates) == (",", "dmy")
    assert set(mapping.columns.values()) >= {"number", "at", "name", "quantity", "unit_price"}
    result = read(path, mapping=mapping)
    assert len(result.orders) == 9
    profiles = [arrival.who.profile for arrival in result.arrivals if arrival.who]
    assert {profile.name for profile in profiles if profile} == {name}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, end: str) -> None:
    text = rows('1,2024-05-01,K1,"A,;|\t B",2,1.50', "2,2024-05-01,K2,C,1,2.00")
    inner = text.replace('"A,;|\t B"', "@").replace(",", delimiter).replace("@", '"A,;|\t B"')
    path = write(tmp_path, inner.replace("\n", end))
    result = read(path)
    assert inspect(path, EURO).mapping.layout.delimiter == delimiter
    assert result.orders["orders:1"].lines[0].product == "A,;| B"
    assert result.orders["orders:2"].amount_minor == 200


def test_quotes_and_lines_within_cells(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        rows('1,2024-05-01,K1,"two\nlines ""here""",2,1.5', "2,never,K2,A,1,1"),
    )
    result = read(path)
    assert result.orders["orders:1"].lines[0].product == 'two lines "here"'
    assert [problem.line for problem in result.problems] == [4]


def test_table_of_blanks(tmp_path: Path) -> None:
    path = write(tmp_path, " 00004 0001 19970101  2   29.33\r\n 00004 0001 19970118  2   29.73\r\n")
    proposal = inspect(path, EURO)
    assert proposal.mapping.layout.format == "spaces"
    assert not proposal.mapping.layout.header
    assert proposal.mapping.columns == {
        **{"column 1": "customer", "column 3": "at", "column 4": "quantity", "column 5": "amount"}
    }
    assert [order.amount_minor for order in read(path).orders.values()] == [2933, 2973]


def test_excel(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["Order number", "Date", "Customer ID", "Quantity", "Price"])
    page.append([1, datetime(2024, 5, 1, 10, 30), 17850.0, 2, 1.25])
    page.append([2, 45413.5, "K2", 1, "2.5"])
    page.append([None, None, None, None, None])
    page.append([3, "soon", "K3", 1, 1])
    book.save(tmp_path / "orders.bin")
    result = read(tmp_path / "orders.bin")
    assert {key: str(order.at) for key, order in result.orders.items()} == {
        "orders:1": "2024-05-01 10:30:00+00:00",
        "orders:2": "2024-05-01 12:00:00+00:00",
    }
    assert result.orders["orders:1"].amount_minor == 250
    assert [problem.line for problem in result.problems] == [5]
    assert result.rejected is not None
    again = read(result.rejected, mapping=inspect(tmp_path / "orders.bin", EURO).mapping)
    assert again.counts.rows_rejected == 1


def test_a_sheet_is_taken_by_its_name_or_not_at_all(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, price in (("May", 1), ("June", 2)):
        page = book.create_sheet(title)
        page.append(["Order number", "Date", "Price"])
        page.append([title, datetime(2024, 5, 1), price])
    del book["Sheet"]
    book.save(tmp_path / "orders.xlsx")
    june = structs.replace(EURO, sheet="June")
    assert list(read(tmp_path / "orders.xlsx", june).orders) == ["orders:June"]
    with pytest.raises(FileProblem, match="May, June") as refused:
        read(tmp_path / "orders.xlsx", structs.replace(EURO, sheet="Jnue"))
    assert refused.value.params["setting"] == "sheet"


def test_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {
            "basket_id": pa.array([1, 1, 2], pa.int64()),
            "transaction_timestamp": pa.array([datetime(2024, 5, 1, 10)] * 3, pa.timestamp("us")),
            "household_id": [7, 7, None],
            "quantity": [1.0, 3.0, 2.5],
            "sales_value": pa.array([0.1, 0.3, None], pa.float64()),
        }
    )
    pq.write_table(table, tmp_path / "orders")
    result = read(tmp_path / "orders")
    assert result.orders["orders:1"].amount_minor == 40
    assert result.orders["orders:1"].lines[1].unit_price == Decimal("0.1")
    assert [problem.code for problem in result.problems] == ["missing"]


def test_ambiguous_dates_are_asked(tmp_path: Path) -> None:
    path = write(tmp_path, rows("1,03/04/2011,K1,A,1,1", "2,05/06/2011,K1,A,1,1"))
    proposal = inspect(path, EURO)
    assert [(q.code, q.column, q.options) for q in proposal.questions] == [
        ("ambiguous_dates", "Date", ("dmy", "mdy"))
    ]
    with pytest.raises(FileProblem, match=r"column 'Date': 03/04/2011 can be read in two ways"):
        require_answers(proposal)
    with pytest.raises(FileProblem) as refused:
        read(path, mapping=proposal.mapping)
    assert refused.value.code == "ambiguous_dates"
    told = read(path, Hints(currency="EUR", dates="mdy"))
    assert str(told.orders["orders:1"].at.date()) == "2011-03-04"


def test_a_late_date_settles_the_order(tmp_path: Path) -> None:
    early = [f"{n},0{1 + n % 9}/04/2011,K1,A,1,1" for n in range(60_000)]
    path = write(tmp_path, rows(*early, "60001,25/04/2011,K1,A,1,1"))
    proposal = inspect(path, EURO)
    assert (proposal.mapping.dates, proposal.notes) == ("dmy", {"dates_dmy": "25/04/2011"})
    assert not proposal.questions


def test_contradicting_dates_are_asked(tmp_path: Path) -> None:
    path = write(tmp_path, rows("1,25/04/2011,K1,A,1,1", "2,04/25/2011,K1,A,1,1"))
    assert [question.code for question in inspect(path, EURO).questions] == ["ambiguous_dates"]


def test_ambiguous_decimals_are_asked(tmp_path: Path) -> None:
    path = write(tmp_path, rows('1,2024-05-01,K1,A,1,"1,234"'))
    assert [question.code for question in inspect(path, EURO).questions] == ["ambiguous_decimal"]
    assert read(path, structs.replace(EURO, decimal=",")).orders["orders:1"].amount_minor == 123
    assert read(path, structs.replace(EURO, decimal=".")).orders["orders:1"].amount_minor == 123400


def test_currency_is_found_or_asked(tmp_path: Path) -> None:
    path = write(tmp_path, rows("1,2024-05-01,K1,A,1,1"))
    assert [question.code for question in inspect(path).questions] == ["missing_currency"]
    header = "Order number,Date,Customer ID,Product code,Quantity,Unit price (PLN)"
    path = write(tmp_path, rows("1,2024-05-01,K1,A,1,1", header=header))
    assert inspect(path).mapping.currency == "PLN"


def test_a_mapping_is_saved_and_used_again(tmp_path: Path) -> None:
    first = write(tmp_path, GERMAN, "may.csv")
    saved = to_json(inspect(first, EURO).mapping)
    second = write(tmp_path, GERMAN.replace(".05.", ".06."), "june.csv")
    assert len(read(second, mapping=from_json(saved)).orders) == 9
    other = write(tmp_path, GERMAN.replace("Menge", "Stück"), "july.csv")
    with pytest.raises(FileProblem) as refused:
        read(other, mapping=from_json(saved))
    assert (refused.value.code, refused.value.params["column"]) == ("unknown_column", "Menge")


def test_told_columns_win(tmp_path: Path) -> None:
    path = write(tmp_path, rows("1,2024-05-01,K1,A,1,1"))
    hints = Hints(currency="EUR", columns={"Product code": "category", "Quantity": ""})
    proposal = inspect(path, hints)
    assert column_of(proposal.mapping, "category") == "Product code"
    assert "Quantity" not in proposal.mapping.columns
    by_name = {column.header: column for column in proposal.columns}
    assert (by_name["Quantity"].field, by_name["Quantity"].why) == ("", "told")
    assert by_name["Unit price"].examples == ("1",)
    assert (by_name["Unit price"].sure, by_name["Unit price"].why) == ("sure", "header")


LINES = st.lists(
    st.tuples(
        st.integers(1, 9),
        st.integers(1, 28),
        st.sampled_from(["", "K1", "Łukasz; jr.", '"q"', "=cmd"]),
        st.integers(-5, 50),
        st.decimals("0", "9999", places=2),
    ),
    min_size=1,
    max_size=20,
)
FORMATS = [
    (",", ".", "%Y-%m-%d", "utf-8"),
    (";", ",", "%d.%m.%Y", "cp1250"),
    ("\t", ",", "%d/%m/%Y", "utf-16"),
    ("|", ".", "%m/%d/%y", "utf-8-sig"),
]


def written(lines: list[tuple[int, int, str, int, Decimal]], style: tuple[str, ...]) -> bytes:
    delimiter, decimal, day, encoding = style
    out = [["Order number", "Date", "Customer ID", "Product code", "Quantity", "Unit price"]]
    for number, on, product, quantity, price in lines:
        date = datetime(2024, 5, on).strftime(day)
        cell = '"' + product.replace('"', '""') + '"'
        out.append(
            [str(number), date, f"K{number}", cell, str(quantity), str(price).replace(".", decimal)]
        )
    return "\r\n".join(delimiter.join(row) for row in [*out, []]).encode(encoding)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=LINES)
def test_any_writing_gives_the_same_facts(
    tmp_path: Path, lines: list[tuple[int, int, str, int, Decimal]]
) -> None:
    found: list[list[Arrival]] = []
    for style in FORMATS:
        path = write(tmp_path, written(lines, style))
        dates = {"%d.%m.%Y": "dmy", "%d/%m/%Y": "dmy", "%m/%d/%y": "mdy"}.get(style[2], "ymd")
        hints = Hints(
            currency="EUR",
            delimiter=style[0],
            decimal="," if style[1] == "," else ".",
            dates="dmy" if dates == "dmy" else "mdy" if dates == "mdy" else "ymd",
        )
        result = read(path, hints)
        assert not result.problems
        found.append(result.arrivals)
    assert found[0] == found[1] == found[2] == found[3]
    booked = [arrival.fact.amount_minor for arrival in found[0] if arrival.fact]
    expected = sum(abs(quantity) * price for *_, quantity, price in lines)
    assert sum(booked) == expected * 100
