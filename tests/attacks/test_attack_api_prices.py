"""A38: prices that are no prices, what comes back of taxes alone, and orders that shrink after they
earned: refused or neutral, whatever the order of things."""

from __future__ import annotations

from typing import Any

import pytest
from api_shop import standing

from api_kit import CLUB, Caller, ago, cafe, member, order  # isort: skip - found by api_shop

from regulars.actions.verifying import verify

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
def caller(own_database: None) -> Caller:
    return cafe()


@pytest.fixture
def mia(caller: Caller) -> str:
    """Mia with 60 points."""
    mia = member(caller)
    caller.post("/facts", order("o1", "60.00", at=ago(48)))
    return mia


def points(caller: Caller, whose: str) -> int:
    told = caller.get(f"/members/{CLUB}/{whose}").said
    return int(told["balances"]["points"]["available"])


def line(**more: str) -> dict[str, str]:
    return {"product": "flat_white", "category": "coffee", **more}


def back(name: str, **more: Any) -> dict[str, Any]:
    told = {"type": "refund", "key": name, "at": ago(1), "order": "o1", "currency": "EUR"}
    return {**told, **more}


REFUSED: dict[str, list[dict[str, str]]] = {
    "fewer than none": [line(quantity="-1", unit_price="60.00")],
    "fewer than none beside its amount": [line(quantity="-1", amount="60.00")],
    "a price below nothing": [line(quantity="1", unit_price="-60.00")],
    "below nothing twice": [line(quantity="-1", unit_price="-60.00")],
    "a line that takes another back": [line(amount="60.00"), line(amount="-60.00")],
}


def test_a38_what_is_below_nothing_is_refused(caller: Caller, mia: str) -> None:
    before = standing()
    for name, lines in REFUSED.items():
        for told in (order("odd", lines=lines), back("odd", lines=lines)):
            assert caller.post("/facts", told).status == 422, name
        cart = {"programme": CLUB, "member": mia, "currency": "EUR", "lines": lines}
        assert caller.post("/quotes", cart).status == 422, name
    assert standing() == before


def test_a38_what_costs_nothing_brings_no_points(caller: Caller, mia: str) -> None:
    for number, lines in enumerate(
        ([line(amount="0")], [line(quantity="9", unit_price="0")], [line(quantity="0", amount="0")])
    ):
        told = caller.post("/facts", order(f"free{number}", lines=lines))
        assert told.status in (200, 422), told.raw
    assert points(caller, mia) == 60
    assert verify().finding is None


def test_a38_a_tax_that_comes_back_takes_no_more_than_its_part(caller: Caller, mia: str) -> None:
    """Nothing was returned but the tax: it takes its part once, and goods and tax together take
    what the order gave, to the last point."""
    tax = [{"kind": "fee", "amount": "9.58"}]
    told = caller.post("/facts", back("tax", amount="9.58", lines=tax)).said
    assert told["state"] == "recorded"
    left = points(caller, mia)
    assert 60 - 10 <= left <= 60
    caller.post("/facts", back("tax", amount="9.58", lines=tax))
    assert points(caller, mia) == left
    caller.post("/facts", back("goods", amount="60.00"))
    assert points(caller, mia) == 0
    assert verify().finding is None


def shrunk(caller: Caller, mia: str, version: int) -> tuple[int, list[int]]:
    """An order is told anew as twenty times as large, its points are used, and it is told anew as
    it was: how many coffees were handed out, what Mia then has, when the order has come back."""
    caller.post("/facts", order("o1", "1200.00", at=ago(48), version=2))
    coffees = points(caller, mia) // 50
    for number in range(coffees):
        wish = {"key": f"r{number}", "programme": CLUB, "member": mia, "reward": "coffee"}
        assert caller.post("/redemptions", wish).said["accepted"]
    caller.post("/facts", order("o1", "60.00", at=ago(48), version=version))
    has = [points(caller, mia)]
    caller.post("/facts", back("all", full=True))
    return coffees, [*has, points(caller, mia)]


def test_a38_an_order_that_grows_and_shrinks_gains_nothing(caller: Caller, mia: str) -> None:
    """What was handed out stays handed out, and is owed to the last point."""
    coffees, has = shrunk(caller, mia, 3)
    assert coffees > 1
    assert has == [60 - 50 * coffees, -50 * coffees]
    wish = {"key": "more", "programme": CLUB, "member": mia, "reward": "coffee"}
    assert not caller.post("/redemptions", wish).said["accepted"]
    assert verify().finding is None


def test_a38_saboteur_who_does_not_say_that_it_is_told_anew(caller: Caller, mia: str) -> None:
    coffees, has = shrunk(caller, mia, 1)
    assert has[0] >= 0 > 60 - 50 * coffees, "it is known, and changes nothing"
