"""Amounts as people type them, each language by its own signs; what may be two is asked back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from regulars.words.typed import Typed, example, typed, which

READ = [
    ("12", "en", "12"),
    ("12.40", "en", "12.40"),
    ("12,40", "en", "12.40"),
    ("12,4", "de", "12.4"),
    ("12.40", "de", "12.40"),
    (".50", "en", "0.50"),
    ("1,234.50", "en", "1234.50"),
    ("1.234,50", "en", "1234.50"),
    ("1.234,50", "de", "1234.50"),
    ("1,234.50", "de", "1234.50"),
    ("1,234", "en", "1234"),
    ("1.234", "de", "1234"),
    ("1.234", "ro", "1234"),
    ("1.234.567", "en", "1234567"),
    ("1 234,50", "pl", "1234.50"),
    ("1\u202f234,50", "pl", "1234.50"),
    ("1'234.50", "de", "1234.50"),
    ("€ 12,40", "de", "12.40"),
    ("12,40 EUR", "de", "12.40"),
    ("0.125", "en", "0.125"),
    ("1234.567", "en", "1234.567"),
]
NO_AMOUNT = [
    "",
    "abc",
    "-3",
    "1,2,3",
    "1.23,4.5",
    "12.34.56",
    "1.234,5.0",
    "1e9",
    "NaN",
    "٣",
    "12,",
]


@pytest.mark.parametrize(("text", "reader", "amount"), READ)
def test_an_amount_is_read_as_the_reader_writes_it(text: str, reader: str, amount: str) -> None:
    assert typed(text, "EUR", reader) == Typed(amount=Decimal(amount))


@pytest.mark.parametrize("text", NO_AMOUNT)
def test_what_is_no_amount_is_none(text: str) -> None:
    assert typed(text, "EUR", "en") == Typed()


def test_what_may_be_two_amounts_is_asked_back() -> None:
    two = (Decimal(1234), Decimal("1.234"))
    assert typed("1.234", "EUR", "en") == Typed(two=two) == typed("1,234", "EUR", "de")
    assert typed("1.234", "KWD", "en") == Typed(amount=Decimal("1.234"))
    with translation.override("en"):
        assert which(two, "EUR").startswith("Do you mean 1,234.00 or 1.23?")
    with translation.override("de"):
        assert "1.234,00" in which(two, "EUR")
        assert "1,23" in which(two, "EUR")
    assert (example("EUR", "en"), example("EUR", "de"), example("JPY", "en")) == (
        "12.40",
        "12,40",
        "12",
    )
