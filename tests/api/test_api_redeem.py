"""What a redemption can say over HTTP, and that it is answered for ever as it was at first."""

from __future__ import annotations

from typing import Any

import pytest
from api_kit import LONG_AGO, Answer, Caller, ago, key, order

from regulars.actions.publishing import publish
from regulars.db.models import AttemptRow, Business

pytestmark = pytest.mark.django_db

SHOP = """
format: 1
programme: shop
edition: shop_1
name: Shop
currency: EUR
assets:
  - {id: points, name: point, many: points, decimals: 1}
  - {id: stars, name: star, many: stars}
earn:
  - {kind: per_amount, step: 1.00 EUR, points: 1}
  - {id: star, kind: per_order, points: 1, asset: stars}
rewards:
  - {id: pay, kind: spend, price: 10, value: 1.00 EUR, name: points pay}
  - {id: mug, kind: price, price: 20, value: 5.00 EUR, name: a mug}
  - {id: any, kind: price, any_price: true, name: anything}
  - {id: tea, kind: price, price: 1, asset: stars, name: tea}
  - {id: double, kind: partner, name: twice as much, partners: [cinema], rates: [{times: 2}]}
"""


@pytest.fixture
def caller() -> Caller:
    publish(SHOP, now=LONG_AGO)
    Business.objects.create(id=1, name="Shop", created_at=LONG_AGO)
    return Caller(key())


@pytest.fixture
def mia(caller: Caller) -> str:
    """Mia with 100 points and a star since two days ago."""
    who = {"customer": {"email": "mia@example.com"}, "since": ago(24 * 300)}
    mia = str(caller.post("/members", {"programme": "shop", **who}).said["member"])
    told = caller.post("/facts", order("o1", "100.00", at=ago(48))).said
    assert told["programmes"][0]["gave"] == {"points": "100.0", "stars": "1"}
    return mia


def redeem(caller: Caller, mia: str, name: str, **more: Any) -> Answer:
    return caller.post("/redemptions", {"key": name, "programme": "shop", "member": mia, **more})


def points(caller: Caller, mia: str) -> str:
    return str(caller.get(f"/members/shop/{mia}").said["balances"]["points"]["available"])


def same(first: Answer, again: Answer) -> bool:
    """Whether the second answer is the first one, and says so."""
    marked = (first.headers.get("Idempotent-Replay"), again.headers.get("Idempotent-Replay"))
    return (again.status, again.raw, marked) == (first.status, first.raw, (None, "true"))


@pytest.mark.parametrize("more", [{}, {"reserve": True}, {"points": "999"}])
def test_what_was_asked_for_is_answered_the_same_whatever_happened_since(
    caller: Caller, mia: str, more: dict[str, Any]
) -> None:
    asked = {"reward": "any", "points": "30", **more}
    first = redeem(caller, mia, "r1", **asked)
    caller.post("/facts", order("o2", "7.00"))
    assert same(first, redeem(caller, mia, "r1", **asked))
    if more.get("reserve"):
        caller.post("/redemptions/confirm", {"key": "r1"})
        assert same(first, redeem(caller, mia, "r1", **asked))
        assert caller.get("/redemptions?key=r1").said["state"] == "confirmed"
    now = caller.get("/redemptions?key=r1").said
    assert now["balances"] != first.said["balances"]


@pytest.mark.parametrize("way", ["confirm", "release"])
def test_how_it_ended_is_answered_the_same_whatever_happened_since(
    caller: Caller, mia: str, way: str
) -> None:
    redeem(caller, mia, "r1", reward="mug", reserve=True)
    first = caller.post(f"/redemptions/{way}", {"key": "r1"})
    caller.post("/facts", order("o2", "7.00"))
    assert same(first, caller.post(f"/redemptions/{way}", {"key": "r1"}))


def test_an_answer_that_forgot_where_the_member_stood_is_seen(caller: Caller, mia: str) -> None:
    first = redeem(caller, mia, "r1", reward="mug")
    kept = AttemptRow.objects.get(key="r1").answer
    AttemptRow.objects.update(answer={**kept, "standing": None})
    caller.post("/facts", order("o2", "7.00"))
    assert not same(first, redeem(caller, mia, "r1", reward="mug"))


def test_what_is_refused_names_its_field(caller: Caller, mia: str) -> None:
    redeem(caller, mia, "r1", reward="mug", reserve=True)
    caller.post("/redemptions/release", {"key": "r1"})
    joining = {"programme": "nowhere", "customer": {"email": "zoe@example.com"}}
    refused = {
        "programme": caller.post("/members", joining),
        "asset": caller.get(f"/members/shop/{mia}/explain?asset=gold"),
        "key": redeem(caller, mia, "r1", reward="any"),
        "If-Match": caller.post(
            "/redemptions",
            {"key": "r2", "programme": "shop", "member": mia, "reward": "mug"},
            If_Match='"0-0"',
        ),
    }
    assert {name: one.said["place"] for name, one in refused.items()} == {n: n for n in refused}
    for path, name in (("confirm", "r1"), ("confirm", "r9"), ("release", "r9")):
        assert caller.post(f"/redemptions/{path}", {"key": name}).said["place"] == "key"


def test_the_prices_that_there_are_are_told_as_amounts(caller: Caller, mia: str) -> None:
    told = redeem(caller, mia, "r1", reward="mug", points="15").said
    assert (told["code"], told["needs"]) == ("price_unknown", {"needs": "20.0", "has": "15.0"})


def test_so_many_points_pay_a_part_of_a_basket(caller: Caller, mia: str) -> None:
    basket = {"basket": "8.00", "currency": "EUR"}
    part = redeem(caller, mia, "r1", reward="pay", points="30", **basket).said
    assert (part["accepted"], part["balances"]["points"]["available"]) == (True, "70.0")
    odd = redeem(caller, mia, "r2", reward="pay", points="35", **basket).said
    assert (odd["code"], odd["needs"]) == ("step", {"needs": "10.0", "has": "35.0"})
    most = redeem(caller, mia, "r3", reward="pay", **basket).said
    assert most["balances"]["points"]["available"] == "0.0"


def test_points_pay_all_or_nothing_where_that_is_asked_for(caller: Caller, mia: str) -> None:
    whole = {"reward": "pay", "pay_all": True, "currency": "EUR"}
    told = redeem(caller, mia, "r1", basket="12.00", **whole).said
    assert (told["accepted"], told["code"]) == (False, "insufficient_points")
    told = redeem(caller, mia, "r2", basket="8.00", **whole).said
    assert told["balances"]["points"]["available"] == "20.0"
    no_money = redeem(caller, mia, "r3", reward="pay", basket="8.00")
    assert (no_money.status, no_money.said["place"]) == (422, "currency")


def test_a_reward_is_handed_out_as_a_voucher_and_used_later(caller: Caller, mia: str) -> None:
    told = redeem(caller, mia, "r1", reward="mug", as_voucher=True)
    code = told.said["voucher"]
    (open_one,) = caller.get(f"/members/shop/{mia}").said["vouchers"]
    assert (open_one["code"], open_one["id"], open_one["value"]) == (code, "r1", "5.00")
    assert same(told, redeem(caller, mia, "r1", reward="mug", as_voucher=True))
    sold = order("o2", "12.00", at=ago(0), vouchers=[code])
    assert caller.post("/facts", sold).said["programmes"][0]["gave"]["points"] == "7.0"
    assert caller.post("/vouchers/find", {"code": code}).said["state"] == "used"


def test_a_voucher_is_exchanged_at_a_partner(caller: Caller, mia: str) -> None:
    code = redeem(caller, mia, "r1", reward="mug", as_voucher=True).said["voucher"]
    there = {"voucher": code, "partner": "cinema"}
    wrong = redeem(caller, mia, "r2", voucher=code, partner="circus").said
    assert (wrong["accepted"], wrong["code"]) == (False, "reward_unknown")
    assert redeem(caller, mia, "r3", **there).said["accepted"]
    assert caller.post("/vouchers/find", {"code": code}).said["state"] == "used"
    assert not redeem(caller, mia, "r4", **there).said["accepted"]


def test_several_rewards_in_one_order_pay_for_it_together(caller: Caller, mia: str) -> None:
    for name, asked in (
        ("r1", {"reward": "mug"}),
        ("r2", {"reward": "mug"}),
        ("r3", {"reward": "pay", "points": "20", "basket": "20.00", "currency": "EUR"}),
    ):
        assert redeem(caller, mia, name, order="o2", **asked).said["accepted"]
    given = caller.post("/facts", order("o2", "20.00")).said["programmes"][0]
    assert given["gave"]["points"] == "8.0"
    assert given["balances"]["points"]["available"] == "48.0"


def test_a_price_is_in_the_asset_of_its_reward(caller: Caller, mia: str) -> None:
    told = redeem(caller, mia, "r1", reward="tea", points="1").said
    assert (told["accepted"], told["balances"]["stars"]["available"]) == (True, "0")
    again = redeem(caller, mia, "r2", reward="tea", points="1").said
    assert again["needs"] == {"needs": "1", "has": "0", "asset": "stars"}


def test_what_was_asked_for_earlier_must_have_been_right_then(caller: Caller, mia: str) -> None:
    before = redeem(caller, mia, "r1", reward="mug", at=ago(72)).said
    assert (before["accepted"], before["code"]) == (False, "insufficient_points")
    assert redeem(caller, mia, "r2", reward="mug", at=ago(24)).said["accepted"]
    told = caller.get(f"/members/shop/{mia}/explain?at={ago(23).replace('+', '%2B')}").said
    assert told["balance"] == "80.0"
    redeem(caller, mia, "r3", reward="any", points="80")
    late = redeem(caller, mia, "r4", reward="mug", at=ago(12)).said
    assert (late["accepted"], late["code"]) == (False, "insufficient_points")


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2190-01-01T00:00:00Z", "time_ahead"),
        ("1700-01-01T00:00:00Z", "bad_time"),
        ("2026-01-01T00:00:00", "time_wrong"),
    ],
)
def test_a_time_that_cannot_be_is_refused(caller: Caller, mia: str, at: str, code: str) -> None:
    told = redeem(caller, mia, "r1", reward="mug", at=at)
    assert (told.status, told.said["code"], told.said["place"]) == (422, code, "at")
    assert not AttemptRow.objects.exists()


@pytest.mark.parametrize("spent", ["0", "70", "95"])
def test_a_quote_says_of_each_reward_what_redeeming_it_says(
    caller: Caller, mia: str, spent: str
) -> None:
    if spent != "0":
        redeem(caller, mia, "r0", reward="any", points=spent)
    cart = {"programme": "shop", "member": mia, "currency": "EUR", "amount": "4.00"}
    for offer in caller.post("/quotes", cart).said["rewards"]:
        name = f"try-{offer['reward']}"
        asked = {"reward": offer["reward"], "basket": "4.00", "currency": "EUR"}
        told = redeem(caller, mia, name, **asked).said
        assert (told["accepted"], told["code"]) == (offer["may"], offer["code"]), offer
        assert told["message"] == offer["message"]
        if told["accepted"]:
            caller.post("/redemptions/release", {"key": name})


def test_a_quote_pays_with_points_as_the_order_does(caller: Caller, mia: str) -> None:
    code = redeem(caller, mia, "r1", reward="mug", as_voucher=True).said["voucher"]
    cart = {"currency": "EUR", "amount": "12.00", "spend_points": "30", "vouchers": [code]}
    quoted = caller.post("/quotes", {"programme": "shop", "member": mia, **cart}).said
    assert (quoted["pays"], quoted["refused"]) == ("4.00", {})
    booked = caller.post("/facts", order("o2", at=ago(0), lines=[], **cart)).said["programmes"][0]
    assert booked["gave"]["points"] == quoted["would_give"]["points"] == "4.0"
