"""Gifts that come by themselves, by hand; and that giving back and buying again brings no more."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rewards_shop import Shop

from regulars.engine.kinds.rewards import gift


def gifts(terms: str) -> Shop:
    return Shop.of(f"  - {{id: g, kind: gift, name: G, {terms}}}\n")


def day(number: int, hour: int = 10) -> str:
    return f"2026-05-{number:02d}T{hour:02d}:00:00+02:00"


def test_who_joins_gets_it_once() -> None:
    shop = gifts("on: sign_up, voucher: {item: drink, valid: P30D}")
    shop.join(day(1))
    shop.join(day(2))
    assert [one.kind for one in shop.desk.book("m").state.vouchers.values()] == ["drink"]
    assert shop.use("u1", day(31), "drink") == "expired"
    shop.settled()


ORDERS: list[tuple[str, list[int], list[int]]] = [
    # terms, amounts of orders, points of the gift after each
    ("on: order", [500, 500], [50, 50]),
    ("on: order, nth: 3", [500, 500, 500, 500], [0, 0, 50, 50]),
    ("on: order, nth: 2, again: true", [500, 500, 500, 500], [0, 50, 50, 100]),
    ("on: order, when: {at_least: 10.00 EUR}", [500, 1000, 1000], [0, 50, 50]),
    ("on: order, only: {tier: gold}", [500, 500], [0, 0]),
]


@pytest.mark.parametrize(("terms", "amounts", "had"), ORDERS)
def test_the_nth_order_brings_it(terms: str, amounts: list[int], had: list[int]) -> None:
    shop = gifts(f"{terms}, points: 50, asset: gems")
    for number, amount in enumerate(amounts, 1):
        shop.order(f"o{number}", day(number), amount)
        assert shop.has("gems") == had[number - 1]
    shop.settled()


def test_an_order_that_came_back_does_not_count_and_brings_no_second_gift() -> None:
    shop = gifts("on: order, nth: 2, again: true, points: 50, asset: gems")
    shop.order("o1", day(1), 500)
    shop.refund("f1", day(2), "o1", full=True)
    shop.order("o2", day(3), 500)
    assert shop.has("gems") == 0
    shop.order("o3", day(4), 500)
    assert shop.has("gems") == 50
    shop.refund("f3", day(5), "o3", full=True)
    shop.order("o4", day(6), 500)
    assert shop.has("gems") == 50
    shop.settled()


def test_earlier_orders_brought_their_gifts_before() -> None:
    from rewards_shop import moment

    from regulars.engine.facts import Order

    shop = gifts("on: order, points: 50, asset: gems")
    early = Order(key="o0", at=moment(day(1)), currency="EUR", amount_minor=500)
    shop.open(day(1), "order", "o0", order=early)
    shop.order("o1", day(2), 500)
    assert shop.has("gems") == 0
    shop.settled()


def test_acts_bring_it_once_or_each_time() -> None:
    for terms, had in (("", 50), (", again: true", 100), (", nth: 2", 50)):
        shop = gifts(f"on: activity, activity: repair, points: 50, asset: gems{terms}")
        shop.act("a1", day(1), "repair")
        shop.act("a2", day(2), "repair")
        shop.act("a3", day(3), "enter_event")
        assert shop.has("gems") == had
        shop.settled()


def test_reaching_a_tier_brings_it_and_being_brought_in_there_does_not() -> None:
    shop = gifts("on: tier, tier: gold, points: 50, asset: gems")
    shop.order("o1", day(1), 50000)
    assert shop.has("gems") == 50
    shop.settled()
    known = gifts("on: tier, tier: gold, points: 50, asset: gems")
    known.open(day(1), "tier", "gold")
    known.order("o1", day(2), 250000)
    assert known.has("gems") == 0
    known.settled()


@pytest.mark.parametrize(("again", "had"), [("", [50, 50]), (", again: true", [50, 100])])
def test_the_day_of_joining_comes_every_year(again: str, had: list[int]) -> None:
    shop = gifts(f"on: joining_day, points: 50, asset: gems{again}")
    shop.join("2024-02-29T15:00:00+01:00")
    assert shop.until("2025-02-27T23:59:59+01:00").has("gems") == 0
    assert shop.until("2025-02-28T00:00:00+01:00").has("gems") == had[0]
    assert shop.until("2026-02-28T00:00:00+01:00").has("gems") == had[1]
    shop.settled()


def test_who_stays_away_is_asked_back_once_or_after_each_absence() -> None:
    for terms, had in (("", 50), (", again: true", 100)):
        shop = gifts(f"on: absence, after: P30D, points: 50, asset: gems{terms}")
        shop.order("o1", "2026-01-01T10:00:00+01:00", 500)
        shop.order("o2", "2026-01-20T10:00:00+01:00", 500)
        assert shop.until("2026-02-19T09:59:59+01:00").has("gems") == 0
        assert shop.until("2026-02-19T10:00:00+01:00").has("gems") == 50
        assert shop.until("2026-04-01T10:00:00+02:00").has("gems") == 50
        shop.order("o3", "2026-04-02T10:00:00+02:00", 500)
        assert shop.until("2026-06-01T10:00:00+02:00").has("gems") == had
        shop.settled()


ACTS = st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=14)


def never_more_than_is_due(acts: list[tuple[bool, int]]) -> None:
    """However one buys and gives back: a gift for every second order that was ever kept at once."""
    shop = gifts("on: order, nth: 2, again: true, points: 50, asset: gems")
    kept: list[str] = []
    most = 0
    for number, (buys, which) in enumerate(acts, 1):
        if buys:
            kept.append(f"o{number}")
            shop.order(kept[-1], day(number), 500)
        elif kept:
            shop.refund(f"f{number}", day(number), kept.pop(which % len(kept)), full=True)
        most = max(most, len(kept))
    assert shop.has("gems") == most // 2 * 50
    shop.settled()


@settings(
    max_examples=1000 if os.environ.get("REGULARS_TORTURE") == "1" else 40,
    deadline=None,
    print_blob=True,
)
@given(ACTS)
def test_buying_and_giving_back_brings_no_further_gift(acts: list[tuple[bool, int]]) -> None:
    never_more_than_is_due(acts)


def _forgets(self: Any, run: Any, undoing: Any) -> None:
    return None


def test_a_gift_for_orders_that_came_back_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    acts = [(True, 0), (False, 0), (True, 0)]
    never_more_than_is_due(acts)
    monkeypatch.setattr(gift.Working, "undo", _forgets)
    with pytest.raises(AssertionError):
        never_more_than_is_due(acts)
