"""Offers that have to be claimed, rights granted before, prices in two assets, nights by their own
year. By hand; a reversal that forgets one of two assets is caught."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rewards_shop import Shop, line, moment

from regulars.engine import granting

ONE, TWO, NINE = (f"2026-05-0{day}T10:00:00+02:00" for day in (1, 2, 9))
ACTS = "activities: {offer: an offer, claim: a claim}\n"
HEAD = """
format: 1
edition: one
name: One
zone: Europe/Berlin
currency: EUR
assets: [{id: points, name: points}, {id: gems, name: gems}]
counts: {nights: nights}
"""
DESSERT = "rewards: [{id: dessert, kind: offered, name: D, points: 5, within: P7D}]\n"
CLAIMS: list[tuple[str, dict[str, Decimal], str, int]] = [
    # when it is claimed, what the offer says, how it ends, points then
    ("2026-05-08T09:59:59+02:00", {}, "accepted", 5),
    ("2026-05-08T10:00:00+02:00", {}, "expired", 0),
    ("2026-05-03T10:00:00+02:00", {"must_claim_within_days": Decimal(2)}, "expired", 0),
    ("2026-05-20T10:00:00+02:00", {"must_claim_within_days": Decimal(30)}, "accepted", 5),
]


@pytest.mark.parametrize(("at", "counts", "ends", "points"), CLAIMS)
def test_an_offer_is_claimed_in_time_or_lapses(
    at: str, counts: dict[str, Decimal], ends: str, points: int
) -> None:
    shop = Shop(HEAD + ACTS + DESSERT)
    shop.act("g1", ONE, "offer", value="dessert", counts=counts)
    assert shop.has() == 0
    assert shop.act("c1", at, "claim", value="g1") == ends
    assert shop.has() == points
    if ends == "accepted":
        assert shop.act("c2", at, "claim", value="g1") == "already_claimed"
    assert shop.has() == points
    shop.settled()


def test_a_right_that_was_granted_can_be_had_so_often() -> None:
    shop = Shop(HEAD + "rewards: [{id: lounge, kind: right, name: L, only: {cooldown: PT1H}}]\n")
    shop.open(ONE, "entitlement", "lounge", 1)
    assert shop.redeem("k1", TWO, "lounge") == "accepted"
    assert shop.redeem("k2", NINE, "lounge") == "already_used"
    shop.settled()


BOTH = "rewards: [{id: cap, kind: price, name: C, price: 10, and: {gems: 3}, value: 5.00 EUR}]\n"


def redeemed(order: str = "") -> Shop:
    shop = Shop(HEAD + BOTH)
    shop.give(ONE, 25)
    shop.give(ONE, 4, "gems")
    assert shop.redeem("k1", TWO, "cap", order=order) == "accepted"
    assert (shop.has(), shop.has("gems")) == (15, 1)
    return shop


def both_come_back() -> None:
    shop = redeemed()
    assert shop.reverse("b1", NINE, "k1") == "accepted"
    assert (shop.has(), shop.has("gems")) == (25, 4)
    shop.settled()


def test_a_price_in_two_assets_needs_both_and_gives_both_back() -> None:
    shop = redeemed()
    assert shop.redeem("k2", NINE, "cap") == "insufficient_points"
    assert (shop.has(), shop.has("gems")) == (15, 1)
    both_come_back()


def test_an_order_that_comes_back_gives_both_back() -> None:
    shop = redeemed("o1")
    shop.order("o1", TWO.replace("10:", "11:"), 2000, lines=(line("a", 2000),))
    assert shop.read("pays:o1") == Decimal("15.00")
    shop.refund("f1", NINE, "o1", full=True)
    assert (shop.has(), shop.has("gems")) == (25, 4)
    shop.settled()


def test_a_reversal_that_forgets_an_asset_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = granting.put_back

    def first_only(run: Any, record: Any, rule: str, index: int, renew: bool) -> None:
        if index == 0:
            right(run, record, rule, index, renew)

    monkeypatch.setattr(granting, "put_back", first_only)
    with pytest.raises(AssertionError):
        both_come_back()


NIGHTS = "metrics: [{id: nights, kind: counted, of: nights, windows: [year], stay_year: %s}]\n"
STAYS = [
    # policy, nights that came back: counted in 2024, in 2025
    ("by_checkout_date", 0, 0, 5),
    ("by_stay_date", 0, 2, 3),
    ("by_stay_date", 2, 2, 1),
    ("by_stay_date", 4, 1, 0),
    ("by_checkout_date", 4, 0, 1),
]


@pytest.mark.parametrize(("policy", "back", "before", "after"), STAYS)
def test_a_stay_over_new_year(policy: str, back: int, before: int, after: int) -> None:
    shop = Shop(HEAD + NIGHTS % policy)
    stay = {
        "dates": {"check_in": moment("2024-12-30T15:00:00+01:00")},
        "counts": {"nights": Decimal(5)},
    }
    shop.order("o1", "2025-01-04T11:00:00+01:00", 50000, **stay)
    if back:
        counts = {"nights": Decimal(back)}
        shop.refund("f1", "2025-01-05T11:00:00+01:00", "o1", counts=counts)
    assert (shop.read("nights_2024"), shop.read("nights_2025")) == (before, after)
    shop.settled()


def test_a_count_by_another_date_of_the_order() -> None:
    text = "metrics: [{id: nights, kind: counted, of: nights, windows: [year], dated_by: booked}]\n"
    shop = Shop(HEAD + text)
    told = {"dates": {"booked": moment("2024-06-01T10:00:00+02:00")}}
    shop.order("o1", "2025-01-04T11:00:00+01:00", 100, counts={"nights": Decimal(2)}, **told)
    assert (shop.read("nights_2024"), shop.read("nights_2025")) == (2, 0)
    shop.settled()
