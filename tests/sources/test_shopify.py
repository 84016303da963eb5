"""Shopify's payloads become orders and refunds; any order of arrival ends the same."""

from __future__ import annotations

import itertools
import os
import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from hook_shop import Payload, opened, sent, shopify_order, shopify_refund
from regulars.actions import hooks
from regulars.db import factstore
from regulars.db.models import FactRow, HookProblem, IdentifierRow
from regulars.engine.arrivals import decode, encode
from regulars.engine.facts import Order, Refund
from regulars.sources.hooked import Settings, Unreadable
from regulars.sources.shopify import Shopify

pytestmark = pytest.mark.django_db
SETTINGS = Settings(secret="s", shop="", source="shopify")
LIVES = 60 if os.environ.get("REGULARS_TORTURE") else 12


def facts() -> dict[str, str]:
    """The facts as they stand: the newest version of each, without its number."""
    rows = FactRow.objects.order_by("key", "version").values_list("key", "body")
    if not rows:
        return {}
    bodies = factstore.bodies(connection.cursor(), [key for key, _body in rows])
    return {key: strip(bodies[key][0]) for key in bodies}


def strip(body: str) -> str:
    import msgspec

    return encode(msgspec.structs.replace(decode(body), version=1)).decode()


def fact(key: str) -> Order | Refund:
    found = decode(facts()[key])
    assert isinstance(found, Order | Refund)
    return found


def test_an_order_is_read() -> None:
    token = opened("shopify")
    assert sent(token, "shopify", "orders/paid", shopify_order()).state == "recorded"
    order = fact("shopify:450789469")
    assert isinstance(order, Order)
    assert order.at == datetime(2026, 3, 1, 11, 0, tzinfo=UTC)
    assert (order.number, order.currency, order.amount_minor) == ("#1001", "EUR", 3440)
    assert [(one.product, one.amount_minor, one.kind) for one in order.lines] == [
        ("beans-250", 2000, "goods"),
        ("502", 950, "goods"),
        ("shipping", 490, "fee"),
    ]
    assert order.lines[0].quantity == 2
    assert order.lines[0].unit_price == Decimal("12.00")
    assert order.codes == ("SPRING",)
    known = set(IdentifierRow.objects.values_list("kind", "value"))
    assert known == {
        ("external", "shopify:207119551"),
        ("email", "anna@example.com"),
        ("phone", "+491715550142"),
    }


def test_an_unpaid_order_does_not_count_until_it_is_paid() -> None:
    token = opened("shopify")
    unpaid = shopify_order(financial_status="pending")
    assert sent(token, "shopify", "orders/create", unpaid).state == "known"
    assert facts() == {}
    paid = shopify_order("2026-03-01T12:10:00+01:00")
    assert sent(token, "shopify", "orders/paid", paid).state == "recorded"
    assert list(facts()) == ["shopify:450789469"]


def test_what_an_edit_took_out_is_no_part_of_the_order() -> None:
    token = opened("shopify")
    sent(token, "shopify", "orders/paid", shopify_order())
    edited = shopify_order("2026-03-02T09:00:00+01:00")
    edited["line_items"][0]["current_quantity"] = 1
    assert sent(token, "shopify", "orders/updated", edited).state == "recorded"
    assert fact("shopify:450789469").lines[0].amount_minor == 1000


def test_what_was_refunded_stays_a_part_of_the_order() -> None:
    token = opened("shopify")
    order = shopify_order("2026-03-05T09:00:00+01:00", financial_status="partially_refunded")
    order["line_items"][0]["current_quantity"] = 1
    order["refunds"] = [shopify_refund(901, "2026-03-05T08:59:00+01:00", shipping="4.90")]
    sent(token, "shopify", "orders/updated", order)
    assert fact("shopify:450789469").lines[0].amount_minor == 2000
    refund, postage = fact("shopify:refund:901"), fact("shopify:refund:901:shipping")
    assert (refund.amount_minor, refund.order) == (1000, "shopify:450789469")
    assert [one.product for one in refund.lines] == ["beans-250"]
    assert isinstance(postage, Refund)
    assert (postage.amount_minor, postage.eligible_minor, postage.lines) == (490, 0, ())


def test_a_refund_may_come_before_its_order() -> None:
    token = opened("shopify")
    alone = shopify_refund(901, "2026-03-05T08:59:00+01:00")
    assert sent(token, "shopify", "refunds/create", alone).state == "recorded"
    order = shopify_order("2026-03-05T09:00:00+01:00", refunds=[alone])
    assert sent(token, "shopify", "orders/updated", order).state == "recorded"
    assert sent(token, "shopify", "refunds/create", alone).state == "known"
    owners = set(FactRow.objects.values_list("customer_id", flat=True))
    assert len(facts()) == 2
    assert len(owners) == 2  # the one who was a stranger's, until it is folded with its order


def test_a_refund_that_cannot_be_taken_now_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    token = opened("shopify")
    first, second = (shopify_refund(one, "2026-03-05T08:59:00+01:00") for one in (901, 902))
    monkeypatch.setattr("regulars.actions.record.MOST_WAITING", 1)
    assert sent(token, "shopify", "refunds/create", first).state == "recorded"
    refused = sent(token, "shopify", "refunds/create", second)
    assert (refused.state, refused.code) == ("unreadable", "waits_too_many")
    assert HookProblem.objects.get().code == "waits_too_many"
    assert len(facts()) == 1
    monkeypatch.setattr("regulars.actions.record.MOST_WAITING", 2)
    assert sent(token, "shopify", "refunds/create", second).state == "recorded"


def life() -> list[tuple[str, Payload]]:
    """Created, paid, edited, refunded twice, called off: what Shopify sends on the way."""
    first = shopify_refund(901, "2026-03-05T08:59:00+01:00")
    second = shopify_refund(902, "2026-03-06T08:59:00+01:00", line=12, shipping="4.90")
    edited = [{**one} for one in shopify_order()["line_items"]]
    edited.append({**edited[1], "id": 13, "sku": "spoon", "price": "3.00"})

    def order(day: int, status: str, **other: object) -> Payload:
        at = f"2026-03-{day:02}T09:00:00+01:00"
        return shopify_order(at, financial_status=status, **other)

    return [
        ("orders/create", order(1, "pending")),
        ("orders/paid", order(1, "paid")),
        ("orders/updated", order(2, "paid", line_items=edited)),
        ("refunds/create", first),
        ("orders/updated", order(5, "partially_refunded", line_items=edited, refunds=[first])),
        ("refunds/create", second),
        (
            "orders/updated",
            order(6, "partially_refunded", line_items=edited, refunds=[first, second]),
        ),
        (
            "orders/cancelled",
            order(
                8,
                "refunded",
                line_items=edited,
                refunds=[first, second],
                cancelled_at="2026-03-08T08:59:00+01:00",
            ),
        ),
    ]


def ending(token: str, payloads: list[tuple[str, Payload]]) -> dict[str, str]:
    """What is known after these, of which nothing was known before."""
    from django.db import transaction

    class Back(Exception):
        pass

    found: dict[str, str] = {}
    try:
        with transaction.atomic():
            for topic, payload in payloads:
                assert sent(token, "shopify", topic, payload).state in ("recorded", "known")
            found = facts()
            raise Back
    except Back:
        return found


@pytest.mark.parametrize("seed", range(LIVES))
def test_any_order_of_arrival_ends_the_same(seed: int) -> None:
    token = opened("shopify")
    chance = random.Random(seed)
    whole = life()
    mixed = [*whole, *chance.choices(whole, k=4)]
    chance.shuffle(mixed)
    assert ending(token, mixed) == ending(token, whole)


def test_saboteur_the_last_to_arrive_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    token = opened("shopify")
    whole = life()
    monkeypatch.setattr(hooks.Standing, "version", property(lambda told: 2**50), raising=False)
    later = itertools.count()
    rising = property(lambda told: next(later).to_bytes(16, "big"))
    monkeypatch.setattr(hooks.Standing, "digest", rising)
    endings = {str(ending(token, [*whole[::-1]])), str(ending(token, whole))}
    assert len(endings) == 2


def test_two_of_one_second_end_the_same() -> None:
    token = opened("shopify")
    one = shopify_order()
    other = shopify_order(line_items=shopify_order()["line_items"][:1])
    both = [("orders/updated", one), ("orders/updated", other)]
    assert ending(token, both) == ending(token, both[::-1])


def test_test_orders_and_other_topics_are_passed_over() -> None:
    token = opened("shopify")
    assert sent(token, "shopify", "orders/paid", shopify_order(test=True)).state == "ignored"
    assert sent(token, "shopify", "products/update", {"id": 1}).state == "ignored"
    assert sent(token, "shopify", "orders/delete", {"id": 1}).state == "ignored"
    assert facts() == {}


BROKEN = {
    "no json": ("body_unreadable", "", b"<order/>"),
    "cut off": ("body_unreadable", "", b'{"id": 1'),
    "a list": ("field_unreadable", "", b"[]"),
    "no number": ("field_unreadable", "", b"{}"),
    "deep": ("body_unreadable", "", b'{"note":' + b"[" * 100_000),
}


@pytest.mark.parametrize(("code", "place", "body"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_order_is_refused(code: str, place: str, body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        Shopify().read("orders/paid", body, SETTINGS)
    assert (caught.value.code, caught.value.place) == (code, place)


ODD: dict[str, tuple[str, str, Payload]] = {
    "price of words": ("field_unreadable", "line_items[0].price", {"price": "twelve"}),
    "not a number": ("amount_unreadable", "line_items[0].price", {"price": "NaN"}),
    "endless": ("amount_unreadable", "line_items[0].price", {"price": "Infinity"}),
    "enormous": ("amount_unreadable", "line_items[0].price", {"price": "1e400"}),
    "so many": ("amount_unreadable", "line_items[0].quantity", {"quantity": 10**12}),
}


@pytest.mark.parametrize(("code", "place", "change"), ODD.values(), ids=ODD)
def test_odd_lines_are_refused_by_their_place(code: str, place: str, change: Payload) -> None:
    token = opened("shopify")
    order = shopify_order()
    order["line_items"][0].update(change, current_quantity=1)
    received = sent(token, "shopify", "orders/paid", order)
    assert (received.state, received.code, received.place) == ("unreadable", code, place)
    assert facts() == {}
    assert HookProblem.objects.values_list("code", "topic").get() == (code, "orders/paid")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"updated_at": "yesterday"}, "time_unreadable"),
        ({"updated_at": "2026-03-01T12:00:00"}, "time_unreadable"),
        ({"created_at": "9999-12-31T23:59:59-12:00", "processed_at": None}, "time_unreadable"),
        ({"currency": "eur"}, "currency_unreadable"),
        ({"currency": "E\u0000R"}, "currency_unreadable"),
    ],
)
def test_odd_orders_are_refused(change: Payload, code: str) -> None:
    token = opened("shopify")
    assert sent(token, "shopify", "orders/paid", shopify_order(**change)).code == code


def test_texts_are_kept_plain_and_without_bank_cards() -> None:
    token = opened("shopify")
    order = shopify_order(name="#1\u0000\n2", customer=None, email="no address", phone="?")
    order["line_items"][0]["sku"] = "4111 1111 1111 1111"
    sent(token, "shopify", "orders/paid", order)
    found = fact("shopify:450789469")
    assert found.number == "#1 2"
    assert "1111 1111 1" not in str(found)
    assert IdentifierRow.objects.count() == 0
