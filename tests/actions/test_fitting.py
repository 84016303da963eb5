"""A ready programme begins in any currency: its file can be read, and its names tell its money."""

from __future__ import annotations

import pytest

from regulars.actions.drafting import fitted
from regulars.actions.fitting import in_currency
from regulars.programmes.loading import load

OFF = {"en": "€10 off the bill", "de": "10 € weniger auf der Rechnung"}


@pytest.mark.parametrize("name", ["boutique", "cafe_points", "plain"])
@pytest.mark.parametrize("currency", ["PLN", "JPY", "KWD"])
def test_it_can_be_read_in_any_currency(name: str, currency: str) -> None:
    found = load(fitted(name, "Europe/Warsaw", currency), name)
    assert found.problems == ()
    assert found.edition is not None
    assert found.edition.currency == currency


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("10.00 EUR", "PLN", "10.00 PLN"),
        ("10.00 EUR", "JPY", "10 JPY"),
        ("10.00 EUR", "KWD", "10.00 KWD"),
        ("0.49 EUR", "JPY", "1 JPY"),
        ("0.00 EUR", "JPY", "0 JPY"),
        ("10.00 USD", "JPY", "10.00 USD"),
        ("EUR", "JPY", "JPY"),
        ("10 EUR off", "JPY", "10 EUR off"),
    ],
)
def test_figures_are_kept_as_far_as_the_currency_lets_them(
    amount: str, currency: str, written: str
) -> None:
    assert in_currency([amount], "EUR", currency) == [written]


def test_a_name_tells_the_amount_of_its_rule() -> None:
    rule = {"kind": "price", "value": "10.00 EUR", "name": OFF}
    made = in_currency({"rewards": [rule]}, "EUR", "GBP")["rewards"][0]
    assert made["value"] == "10.00 GBP"
    assert made["name"] == {
        "en": "£10 off the bill",
        "de": "10\xa0£ weniger auf der Rechnung",
    }
    other = in_currency(rule | {"value": "5.00 EUR"}, "EUR", "GBP")
    assert other["name"] == OFF, "an amount that is no amount of the rule is left alone"
