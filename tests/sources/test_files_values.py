"""Numbers, dates and guarded cells as people and programs write them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from regulars.sources.files.dates import DateReader, orders_of
from regulars.sources.files.guard import freed, guarded
from regulars.sources.files.headers import SYNONYMS, field_of
from regulars.sources.files.numbers import decimal_of, from_micro, to_micro
from regulars.sources.files.shapes import FIELDS, DateOrder


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("12.50", ".", "12.5"),
        ("12,50", ",", "12.5"),
        ("1,234.50", ".", "1234.5"),
        ("1.234,50", ",", "1234.5"),
        ("1 234,50", ",", "1234.5"),
        ("1\u00a0234,50 zł", ",", "1234.5"),
        ("1'234.50", ".", "1234.5"),
        ("-5", ".", "-5"),
        ("5-", ".", "-5"),
        ("(12.50)", ".", "-12.5"),
        ("−3,5", ",", "-3.5"),
        ("+7", ".", "7"),
        ("€ 9.99", ".", "9.99"),
        ("-€9.99", ".", "-9.99"),
        ("€-9.99", ".", "-9.99"),
        ("9,99 EUR", ",", "9.99"),
        (".5", ".", "0.5"),
        ("5.", ".", "5"),
        ("0.1234565", ".", "0.123457"),
        ("100", ".", "100"),
        ("100000000000", ".", "100000000000"),
    ],
)
def test_numbers(text: str, decimal: str, value: str) -> None:
    micro = to_micro(text, decimal)
    assert micro is not None
    assert str(from_micro(micro)) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "abc", "1,23.4", "12,34", "1.2.3", "1e5", "1e400", "NaN", "inf", "--5", "٣"),
        *("9" * 14, "9" * 1_000, "0x10", "1 2", "5-6"),
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert to_micro(text, ".") is None


@pytest.mark.parametrize(
    ("values", "decimal"),
    [
        (["1.50", "2.00"], "."),
        (["1,50", "2,00"], ","),
        (["1.234,50"], ","),
        (["1,234.50"], "."),
        (["1,234", "5"], ""),
        (["1,234", "5,5"], ","),
        (["1,234,567"], "."),
        (["0,125"], ","),
        (["5", "12"], None),
    ],
)
def test_decimal_sign(values: list[str], decimal: str | None) -> None:
    assert decimal_of(values) == decimal


def moment(text: str, order: DateOrder, zone: str, clock: str = "") -> str | None:
    found = DateReader(order, zone).instant(text, clock)
    if found is None:
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=found.utc)).isoformat()


@pytest.mark.parametrize(
    ("text", "order", "utc"),
    [
        ("2011-12-31", "dmy", "2011-12-30T23:00:00+00:00"),
        ("20111231", "ymd", "2011-12-30T23:00:00+00:00"),
        ("2011/12/31 08:26", "mdy", "2011-12-31T07:26:00+00:00"),
        ("2011-12-31T08:26:00Z", "ymd", "2011-12-31T08:26:00+00:00"),
        ("2011-12-31 08:26:00 +0100", "ymd", "2011-12-31T07:26:00+00:00"),
        ("2011-12-31T08:26:00.250-05:00", "ymd", "2011-12-31T13:26:00.250000+00:00"),
        ("31.12.2011 8:26", "dmy", "2011-12-31T07:26:00+00:00"),
        ("3/4/2011", "dmy", "2011-04-02T22:00:00+00:00"),
        ("3/4/2011", "mdy", "2011-03-03T23:00:00+00:00"),
        ("12/31/11 1:05 PM", "mdy", "2011-12-31T12:05:00+00:00"),
        ("12/31/11 12:05 am", "mdy", "2011-12-30T23:05:00+00:00"),
        ("31. Dezember 2011", "ymd", "2011-12-30T23:00:00+00:00"),
        ("31 grudnia 2011 14:05", "ymd", "2011-12-31T13:05:00+00:00"),
        ("31 decembrie 2011", "ymd", "2011-12-30T23:00:00+00:00"),
        ("December 31, 2011 14:05", "ymd", "2011-12-31T13:05:00+00:00"),
        ("31-Dec-11", "ymd", "2011-12-30T23:00:00+00:00"),
        ("40908.25", "ymd", "2011-12-31T05:00:00+00:00"),
        ("2011-03-27 12:00", "ymd", "2011-03-27T10:00:00+00:00"),  # clocks went forward
        ("2011-10-30 12:00", "ymd", "2011-10-30T11:00:00+00:00"),  # and back
    ],
)
def test_dates(text: str, order: DateOrder, utc: str) -> None:
    assert moment(text, order, "Europe/Berlin") == utc


def test_a_time_of_its_own_column() -> None:
    assert moment("31.12.2011", "dmy", "UTC", "08:26") == "2011-12-31T08:26:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "31.02.2011",
            "2011-13-01",
            "31/12/2011",
            "tomorrow",
            "2011-12-31 25:00",
            "0000-00-00",
        ),
        *("31 Foo 2011", "2011-12-31 8", "3/4-2011", "1" * 500, "99999999"),
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert moment(text, "mdy", "UTC") is None


@pytest.mark.parametrize(
    ("values", "proved"),
    [
        (["03/04/2011"], {"both"}),
        (["03/04/2011", "25/04/2011"], {"both", "dmy"}),
        (["04/25/2011"], {"mdy"}),
        (["2011-04-25"], {"ymd"}),
        (["3 May 2011"], {"ymd"}),
        (["soon"], set()),
    ],
)
def test_what_dates_prove(values: list[str], proved: set[str]) -> None:
    assert set(orders_of(values)) == proved


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+49 171", "'+49 171"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("＝1", "'＝1"),
        ("-5", "-5"),
        ("-5,25", "-5,25"),
        ("+49171", "+49171"),
        ("Anna", "Anna"),
        ("'s Gravenhage", "'s Gravenhage"),
        ("", ""),
    ],
)
def test_formulas_are_guarded_and_come_back(cell: str, safe: str) -> None:
    assert guarded(cell) == safe
    assert guarded(safe) == safe
    assert freed(safe) == cell


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("InvoiceNo", "number"),
        ("Bestellnummer", "number"),
        ("Numer zamówienia", "number"),
        ("Număr comandă", "number"),
        ("NR_ZAMOWIENIA", "number"),
        ("Kundennr.", "customer"),
        ("E-Mail", "email"),
        ("Adres e-mail", "email"),
        ("Telefonnummer", "phone"),
        ("Vorname", "first_name"),
        ("Nazwisko", "last_name"),
        ("Bestelldatum", "at"),
        ("Data zamówienia", "at"),
        ("Data comenzii", "at"),
        ("Einzelpreis (EUR)", "unit_price"),
        ("Cena jednostkowa", "unit_price"),
        ("Preț unitar", "unit_price"),
        ("Menge", "quantity"),
        ("Ilość", "quantity"),
        ("Cantitate", "quantity"),
        ("Filiale", "place"),
        ("Währung", "currency"),
        ("number_of_cds", "quantity"),
        ("Zodiac sign", ""),
    ],
)
def test_headers_in_four_languages(header: str, field: str) -> None:
    assert field_of(header) == field


def test_every_field_has_names() -> None:
    assert set(SYNONYMS) == set(FIELDS)


@pytest.mark.parametrize("hostile", ["1" * 100_000, "1." * 50_000, " " * 100_000, "a" * 100_000])
def test_long_cells_are_judged_at_once(hostile: str) -> None:
    start = time.thread_time()
    assert to_micro(hostile, ".") is None
    assert DateReader("dmy", "UTC").instant(hostile) is None
    assert field_of(hostile) == ""
    guarded(hostile)
    assert time.thread_time() - start < 10, "what looks back would take minutes"
