"""What lines come to: by whole numbers where that is exact, as decimals say it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from regulars.api import goods
from regulars.api.problems import Problem
from regulars.api.shapes import LineIn, RefundIn
from regulars.engine.money import to_minor

amounts = some.from_regex(r"\A[0-9]{1,5}(\.[0-9]{1,4})?\Z")


def line(price: str, quantity: str, currency: str) -> int:
    """What so many at a price come to."""
    told = LineIn(unit_price=price, quantity=quantity)
    sent = {"key": "k", "at": None, "currency": currency, "lines": (told,)}
    return goods.goods(RefundIn(**sent))[1]  # type: ignore[arg-type]


@given(amounts, amounts, some.sampled_from(["EUR", "JPY", "KWD"]))
def test_a_line_comes_to_what_decimals_say(price: str, quantity: str, currency: str) -> None:
    assert line(price, quantity, currency) == to_minor(Decimal(price) * Decimal(quantity), currency)


@pytest.mark.parametrize(("price", "quantity"), [("1000000", "1000000"), ("999999999999.5", "1.1")])
def test_too_much_is_refused(price: str, quantity: str) -> None:
    with pytest.raises(Problem) as refused:
        line(price, quantity, "EUR")
    assert (refused.value.code, refused.value.place) == ("value_wrong", "lines[0]")


def test_a_price_of_nothing_is_written_one_way() -> None:
    told = LineIn(unit_price="0.00", quantity="1")
    sent = {"key": "k", "at": None, "currency": "EUR", "lines": (told,)}
    (made,), _total = goods.goods(RefundIn(**sent))  # type: ignore[arg-type]
    assert str(made.unit_price) == "0"
