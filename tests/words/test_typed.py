"""Amounts as people type them, each language by its own signs; what may be two is asked back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from regulars.words.typed import Typed, elsewhere, example, typed, which

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


OTHER_MONEY = [
    ("$12", "EUR", "$"),
    ("12 $", "EUR", "$"),
    ("£ 8.40", "EUR", "£"),
    ("€12", "USD", "€"),
    ("12 USD", "EUR", "USD"),
    ("usd 12", "EUR", "usd"),
    ("12 zł", "EUR", "zł"),
    ("12 lei", "PLN", "lei"),
    ("€ 12 $", "EUR", "$"),
    ("₹12", "USD", "₹"),
]
OWN_MONEY = [
    ("$12", "USD"),
    ("$12", "CAD"),
    ("$12", "ARS"),
    ("£12", "GBP"),
    ("¥12", "JPY"),
    ("₹12", "INR"),
    ("₺12", "TRY"),
    ("12 zł", "PLN"),
    ("12 lei", "RON"),
    ("12eur", "EUR"),
    ("CHF 12", "CHF"),
]


@pytest.mark.parametrize(("text", "currency", "sign"), OTHER_MONEY)
def test_other_money_is_not_read_as_this(text: str, currency: str, sign: str) -> None:
    assert typed(text, currency, "en") == Typed(other=sign)


@pytest.mark.parametrize(("text", "currency"), OWN_MONEY)
def test_a_sign_of_its_own_may_stand_beside_it(text: str, currency: str) -> None:
    assert typed(text, currency, "en") == Typed(amount=Decimal(12))


SAID_OTHER = {
    "en": "“$” is other money: write the amount in EUR, as in 12.40.",
    "de": "„$“ ist anderes Geld: Schreiben Sie den Betrag in EUR, etwa 12,40.",
}


@pytest.mark.parametrize(("reader", "said"), SAID_OTHER.items())
def test_why_other_money_is_not_taken(reader: str, said: str) -> None:
    with translation.override(reader):
        assert elsewhere("$", "EUR") == said


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
