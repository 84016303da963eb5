"""Facts over HTTP: what they give, what is refused and where, and that they count once."""

from __future__ import annotations

from typing import Any

import pytest
from api_kit import CLUB, Caller, ago, cafe, key, member, order

from regulars.actions import batches
from regulars.db.models import FactRow, TransferRow

pytestmark = pytest.mark.django_db


def test_a_coffee_gives_points_and_says_why() -> None:
    caller = cafe()
    mia = member(caller)
    told = caller.post("/facts", order("o1", "4.50")).said
    assert told["state"] == "recorded"
    (given,) = told["programmes"]
    assert given["gave"] == {"points": "4", "stamps": "1"}
    assert given["balances"]["points"] == {"available": "4", "pending": "0"}
    assert (given["member"], given["tier"]) == (mia, "guest")
    assert {one["rule"]: one["amount"] for one in given["why"]}["per_amount"] == "4"
    assert all(one["message"] for one in given["why"])


def test_an_order_sent_again_counts_once_and_says_the_same() -> None:
    caller = cafe()
    member(caller)
    body = order("o1", "4.50")
    first, again = caller.post("/facts", body), caller.post("/facts", body)
    assert again.status == 200
    assert again.said["state"] == "known"
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    gave = [one.said["programmes"][0]["gave"] for one in (first, again)]
    assert gave[0] == gave[1]
    assert FactRow.objects.filter(type="order").count() == 1


def test_the_same_key_for_something_else_is_refused_and_changes_nothing() -> None:
    caller = cafe()
    mia = member(caller)
    caller.post("/facts", order("o1", "4.50", at=ago(2)))
    before = TransferRow.objects.count(), caller.get(f"/members/{CLUB}/{mia}").said["balances"]
    told = caller.post("/facts", order("o1", "5.50", at=ago(2)))
    assert (told.status, told.said["code"], told.said["place"]) == (409, "key_reused", "key")
    after = TransferRow.objects.count(), caller.get(f"/members/{CLUB}/{mia}").said["balances"]
    assert before == after


WRONG: list[tuple[dict[str, Any], int, str, str]] = [
    ({"amont": "4.50"}, 422, "field_unknown_near", "amont"),
    ({"zzz": 5}, 422, "field_unknown", "zzz"),
    ({"lines": [{"amount": "-4.50"}]}, 422, "amount_wrong", "lines[0].amount"),
    ({"lines": [{"amount": 4.5}]}, 422, "value_wrong", "lines[0].amount"),
    ({"lines": [{"amount": "NaN"}]}, 422, "amount_wrong", "lines[0].amount"),
    ({"lines": [{"amount": "4.505"}]}, 422, "too_many_decimals", "lines[0].amount"),
    ({"lines": [{"unit_price": "2", "quantity": "-1"}]}, 422, "amount_wrong", "lines[0].quantity"),
    ({"amount": "9.99"}, 422, "amounts_differ", "amount"),
    ({"lines": []}, 422, "field_missing", "amount"),
    ({"currency": "euro"}, 422, "value_wrong", "currency"),
    ({"at": "yesterday"}, 422, "time_wrong", "at"),
    ({"at": "2026-01-01T10:00:00"}, 422, "time_wrong", "at"),
    ({"at": "2199-01-01T10:00:00Z"}, 422, "time_ahead", "at"),
    ({"at": "1700-01-01T10:00:00Z"}, 422, "bad_time", "at"),
    ({"key": ""}, 422, "value_wrong", "key"),
    ({"key": "a\nb"}, 422, "text_control", "key"),
    ({"number": "4111111111111111"}, 422, "looks_like_payment_card", "number"),
    ({"customer": {}}, 422, "customer_unnamed", "customer"),
    ({"customer": {"email": "mia"}}, 422, "bad_email", "customer.email"),
    ({"signals": {"shoe_size": "42"}}, 422, "value_unknown", "signals"),
    ({"signals": {"device": ""}}, 422, "value_wrong", "signals[...]"),
    ({"signals": {"card": "4111111111111111"}}, 422, "looks_like_payment_card", "signals.card"),
    ({"party": [{"name": "Ben"}]}, 422, "customer_unnamed", "party[0]"),
    ({"party": [{"email": "ben"}]}, 422, "bad_email", "party[0].email"),
    (
        {"customer": {"card": "4111 1111 1111 1111"}},
        422,
        "looks_like_payment_card",
        "customer.card",
    ),
    ({"type": "promise"}, 422, "value_unknown", "type"),
    ({"lines": [{"amount": "1", "kind": "gift"}]}, 422, "value_unknown", "lines[0].kind"),
    ({"type": "grant", "programme": CLUB}, 422, "value_unknown", "type"),
]


@pytest.mark.parametrize(("change", "status", "code", "place"), WRONG)
def test_what_is_wrong_is_named_with_its_place(
    change: dict[str, Any], status: int, code: str, place: str
) -> None:
    caller = cafe()
    told = caller.post("/facts", {**order("o1", "4.50"), **change})
    assert (told.status, told.said["code"], told.said["place"]) == (status, code, place)
    assert told.said["message"]
    assert told.said["remedy"]
    assert told.said["request_id"] == told.headers["X-Request-Id"]
    assert not FactRow.objects.exists()


SPOKEN = [
    ({"amount": 4.5, "lines": []}, "text in quotes", "in Anführungszeichen"),
    ({"currency": "eur"}, "three capital letters", "drei Großbuchstaben"),
    ({"key": "x" * 201}, "at most 200 signs", "höchstens 200"),
    ({"key": ""}, "text that is not empty", "Text, nicht leer"),
    ({"version": 0}, "a whole number of at least 1", "eine ganze Zahl von mindestens 1"),
    ({"lines": {}}, "a list", "eine Liste"),
    ({"customer": "mia"}, "an object with fields", "ein Objekt mit Feldern"),
]


@pytest.mark.parametrize(("change", "english", "german"), SPOKEN)
def test_what_belongs_there_is_said_as_people_say_it(
    change: dict[str, Any], english: str, german: str
) -> None:
    caller = cafe()
    for language, said in (("en", english), ("de", german)):
        told = caller.post("/facts", {**order("o1", "4.50"), **change}, Accept_Language=language)
        assert said in told.said["message"]
        assert "str" not in told.said["message"].split()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"key": "\\ud800"}', b"[" * 100_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    told = cafe().post("/facts", body)
    assert (told.status, told.said["code"]) in [(400, "body_unreadable"), (422, "value_wrong")]


def test_a_tier_needs_its_own_scope_and_points_are_no_fact_to_tell() -> None:
    caller = cafe()
    mia = member(caller)
    gift = {"type": "tier_set", "key": "g1", "at": ago(), "programme": CLUB, "tier": "regular"}
    gift["customer"] = {"email": "mia@example.com"}  # type: ignore[assignment]
    told = Caller(key("facts:write")).post("/facts", gift)
    assert (told.status, told.said["code"]) == (403, "scope_missing")
    assert caller.post("/facts", gift).said["programmes"][0]["tier"] == "regular"
    points = {"type": "grant", "key": "g2", "at": ago(), "programme": CLUB, "amount": "20"}
    told = caller.post("/facts", points)
    assert (told.status, told.said["code"], told.said["place"]) == (422, "value_unknown", "type")
    assert caller.get(f"/members/{CLUB}/{mia}").said["balances"]["points"]["available"] == "0"


def test_one_bad_fact_of_a_batch_stops_no_other() -> None:
    caller = cafe()
    member(caller)
    facts = [order(f"o{n}", "4.50") for n in range(5)]
    facts[2]["lines"][0]["amount"] = "much"
    told = caller.post("/facts/batch", {"facts": facts}).said
    assert (told["recorded"], told["refused"]) == (4, 1)
    bad = told["facts"][2]
    assert (bad["key"], bad["error"]["place"]) == ("o2", "facts[2].lines[0].amount")
    facts[2]["lines"][0]["amount"] = "4.50"
    again = caller.post("/facts/batch", {"facts": facts}).said
    assert [one["state"] for one in again["facts"]] == ["known"] * 2 + ["recorded"] + ["known"] * 2


def test_a_batch_of_several_transactions_is_answered_as_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In their order, none of them late, and members as they stand in the end."""
    monkeypatch.setattr(batches, "AT_ONCE", 2)
    caller = cafe()
    member(caller)
    facts = [order(f"o{n}", "4.50", at=ago(1 + n)) for n in range(5)]
    told = caller.post("/facts/batch", {"facts": facts}).said["facts"]
    given = [one["programmes"][0] for one in told]
    assert [one["key"] for one in told] == [one["key"] for one in facts]
    assert {one["balances"]["points"]["available"] for one in given} == {"20"}
    assert {one["revision"] for one in given} == {max(one["revision"] for one in given)}
    assert FactRow.objects.order_by("seq").values_list("key", flat=True)[0] == "o4"


@pytest.mark.parametrize("wrong", [{"amount": "much"}, {"key": "o1"}])
def test_all_or_nothing_is_that(wrong: dict[str, str]) -> None:
    caller = cafe()
    member(caller)
    facts = [order("o1", "4.50"), {**order("o2", "1.00"), **wrong}]
    told = caller.post("/facts/batch", {"facts": facts, "all_or_nothing": True}).said
    assert (told["recorded"], told["refused"]) == (0, 2)
    assert told["facts"][0]["error"]["code"] == "batch_stopped"
    assert not FactRow.objects.filter(type="order").exists()


def test_a_fact_that_breaks_its_transaction_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = cafe()
    member(caller)
    real = batches.record

    def breaking(arrivals: Any, **more: Any) -> Any:
        if any(one.fact.key == "o3" for one in arrivals):
            raise ZeroDivisionError
        return real(arrivals, **more)

    monkeypatch.setattr(batches, "record", breaking)
    facts = [order(f"o{n}", "4.50") for n in range(7)]
    told = caller.post("/facts/batch", {"facts": facts}).said
    assert [one["key"] for one in told["facts"] if one["state"] == "refused"] == ["o3"]
    assert told["facts"][3]["error"]["code"] == "broken"
    assert FactRow.objects.filter(type="order").count() == 6


def test_a_refund_that_comes_first_waits_for_its_order() -> None:
    caller = cafe()
    member(caller)
    refund = {"type": "refund", "key": "r1", "at": ago(0.5), "currency": "EUR", "amount": "4.50"}
    refund |= {"order": "o1", "customer": {"email": "mia@example.com"}}  # type: ignore[dict-item]
    assert caller.post("/facts", refund).said["state"] == "waiting"
    told = caller.post("/facts", order("o1", "4.50")).said["programmes"][0]
    assert told["gave"]["points"] == "4"
    assert told["balances"]["points"]["available"] == "0"
    again = caller.post("/facts", order("o2", "4.50")).said["programmes"][0]
    assert again["gave"]["points"] == "4"


def test_what_may_be_meant_and_what_there_is_are_named() -> None:
    caller = cafe()
    who = {"email": "mia@example.com", "first_name": "Mia"}
    odd = caller.post("/facts", order("o1", "4.50", customer=who)).said
    assert (odd["place"], odd["remedy"]) == ("customer.first_name", "Leave it out.")
    kind = caller.post("/facts", order("o1", "4.50") | {"type": "purchase"}).said
    assert kind["remedy"].startswith("Choose one of these: order, refund, activity, sign_up")
    line = {"amount": "1", "kind": "gift"}
    goods = caller.post("/facts", order("o1") | {"lines": [line]}).said
    assert goods["remedy"] == "Choose one of these: fee, goods."


def test_an_order_in_other_money_says_why_it_gives_nothing() -> None:
    caller = cafe()
    member(caller)
    told = caller.post("/facts", order("o1", "4.50", currency="USD")).said["programmes"][0]
    why = {one["rule"]: one["message"] for one in told["why"]}
    assert why["per_amount"] == "This was paid in USD; only EUR counts here"
    assert "points" not in told["gave"]


def test_a_refund_that_names_nobody_waits_for_its_order_as_well() -> None:
    caller = cafe()
    member(caller)
    refund = {"type": "refund", "key": "r1", "at": ago(0.5), "currency": "EUR", "amount": "2.50"}
    told = caller.post("/facts/batch", {"facts": [{**refund, "order": "o1"}]}).said["facts"][0]
    assert (told["state"], told["programmes"]) == ("waiting", [])
    for late in (1, 100):
        given = caller.post("/facts", order(f"o{late}", "4.50", at=ago(late))).said["programmes"][0]
        assert given["gave"]["points"] == "4"
    assert given["balances"]["points"]["available"] == "6"


def test_whoever_prefers_less_is_told_no_reasons() -> None:
    caller = cafe()
    member(caller)
    told = caller.post("/facts", order("o1", "4.50"), Prefer="return=minimal").said
    assert told["programmes"][0]["why"] == []
    assert told["programmes"][0]["gave"]["points"] == "4"


def test_sentences_are_in_the_language_that_is_asked_for() -> None:
    caller = cafe()
    english = caller.post("/facts", b"{").said["message"]
    german = caller.call("POST", "/facts", b"{", {"Accept-Language": "de"}).said["message"]
    assert english == "The body is no JSON."
    assert german


def test_postage_comes_back_alone_and_with_goods_and_takes_no_points_of_its_own() -> None:
    caller = cafe()
    mia = member(caller)
    post = {"product": "post", "kind": "fee", "amount": "4.90"}
    coffee = {"product": "flat_white", "category": "coffee", "amount": "10.00"}
    sold = order("o1", at=ago(48)) | {"lines": [coffee, {**coffee, "product": "beans"}, post]}
    assert caller.post("/facts", sold).said["programmes"][0]["gave"]["points"] == "20"
    back = {"type": "refund", "currency": "EUR", "order": "o1"}
    for name, lines, left in (
        ("r1", [post], "20"),
        ("r2", [coffee, {**post, "amount": "1.00"}], "10"),
        ("r3", [post, {**coffee, "product": "beans"}], "0"),
    ):
        told = caller.post("/facts", {**back, "key": name, "at": ago(1), "lines": lines})
        assert told.said["programmes"][0]["status"] == "accepted", told.said
        found = caller.get(f"/members/{CLUB}/{mia}").said
        assert found["balances"]["points"]["available"] == left


@pytest.mark.parametrize(
    ("signals", "party", "paid"),
    [
        ({}, [], True),
        ({"household": "h2"}, [], True),
        ({"household": "h1"}, [], False),
        ({}, [{"email": "mia@example.com"}], False),
    ],
)
def test_referral_rules_look_at_what_stands_beside_an_order(
    signals: dict[str, str], party: list[dict[str, str]], paid: bool
) -> None:
    caller = cafe()
    mia = member(caller)
    member(caller, "ben@example.com")
    known = {"household": "h1"}
    caller.post("/facts", order("o1", "4.50", at=ago(72), signals=known))
    code = caller.get(f"/members/{CLUB}/{mia}").said["code"]
    sold = order("o2", "20.00", at=ago(48), customer={"email": "ben@example.com"}, via=code)
    told = caller.post("/facts", {**sold, "signals": signals, "party": party})
    points = told.said["programmes"][0]["gave"]["points"]
    assert points == ("15" if paid else "20"), "a friend's order is 5 euros cheaper"
    again = caller.post("/facts", {**sold, "signals": {"device": "other"}})
    assert again.said["state"] == "known"
