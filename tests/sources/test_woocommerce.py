"""WooCommerce's payloads become orders and refunds; any order of arrival ends the same."""

from __future__ import annotations

import json
import os
import random
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from django.db import connection, transaction

from hook_shop import Payload, headers, opened, sent, woo_order, woo_refund
from people import NOW
from regulars.actions import hooks
from regulars.db import factstore
from regulars.db.models import FactRow, HookProblem, IdentifierRow
from regulars.engine.arrivals import decode, encode
from regulars.engine.facts import Order, Refund

pytestmark = pytest.mark.django_db
LIVES = 60 if os.environ.get("REGULARS_TORTURE") else 12


def facts() -> dict[str, Order | Refund]:
    """The facts as they stand, in their newest version."""
    keys = sorted(set(FactRow.objects.values_list("key", flat=True)))
    bodies = factstore.bodies(connection.cursor(), keys) if keys else {}
    found = {}
    for key, (newest, *_older) in bodies.items():
        one = decode(newest)
        assert isinstance(one, Order | Refund)
        found[key] = msgspec.structs.replace(one, version=1)
    return found


def test_an_order_is_read() -> None:
    token = opened("woocommerce")
    assert sent(token, "woocommerce", "order.updated", woo_order()).state == "recorded"
    order = facts()["woocommerce:727"]
    assert isinstance(order, Order)
    assert order.at == datetime(2026, 3, 1, 11, 0, tzinfo=UTC)
    assert (order.number, order.currency, order.amount_minor) == ("727", "EUR", 3440)
    assert [(one.product, one.amount_minor, one.kind) for one in order.lines] == [
        ("beans-250", 2000, "goods"),
        ("22", 950, "goods"),
        ("shipping", 490, "fee"),
    ]
    assert order.codes == ("spring",)
    assert set(IdentifierRow.objects.values_list("kind", "value")) == {
        ("external", "woocommerce:26"),
        ("email", "anna@example.com"),
        ("phone", "+491715550142"),
    }


def test_prices_without_tax_stay_without_tax() -> None:
    token = opened("woocommerce")
    sent(token, "woocommerce", "order.updated", woo_order(prices_include_tax=False))
    assert facts()["woocommerce:727"].lines[0].amount_minor == 1681


@pytest.mark.parametrize("status", ["pending", "on-hold", "checkout-draft", "cancelled", "failed"])
def test_what_was_never_paid_does_not_count(status: str) -> None:
    token = opened("woocommerce")
    unpaid = woo_order(status=status, date_paid_gmt=None)
    assert sent(token, "woocommerce", "order.created", unpaid).state == "known"
    assert facts() == {}


def test_a_refund_earns_back_its_part_of_the_goods() -> None:
    token = opened("woocommerce")
    refunded = woo_order("2026-03-05T11:00:00", refunds=[woo_refund(730, "10.00")])
    sent(token, "woocommerce", "order.updated", refunded)
    refund = facts()["woocommerce:refund:730"]
    assert isinstance(refund, Refund)
    assert (refund.amount_minor, refund.eligible_minor, refund.full) == (1000, 857, False)
    assert refund.at == datetime(2026, 3, 5, 11, 0, tzinfo=UTC)
    rest = [woo_refund(730, "10.00"), woo_refund(733, "24.40")]
    whole = woo_order("2026-03-06T11:00:00", status="refunded", refunds=rest)
    sent(token, "woocommerce", "order.updated", whole)
    assert facts()["woocommerce:refund:730"] == refund
    last = facts()["woocommerce:refund:733"]
    assert isinstance(last, Refund)
    assert (last.amount_minor, last.full) == (2440, True)


def test_a_refund_that_was_deleted_takes_nothing_back() -> None:
    token = opened("woocommerce")
    refunded = woo_order("2026-03-05T11:00:00", refunds=[woo_refund(730, "10.00")])
    sent(token, "woocommerce", "order.updated", refunded)
    sent(token, "woocommerce", "order.updated", woo_order("2026-03-06T11:00:00"))
    gone = facts()["woocommerce:refund:730"]
    assert isinstance(gone, Refund)
    assert (gone.amount_minor, gone.eligible_minor, gone.full) == (0, None, False)


def test_called_off_and_taken_up_again() -> None:
    token = opened("woocommerce")
    sent(token, "woocommerce", "order.updated", woo_order())
    off = woo_order("2026-03-02T11:00:00", status="cancelled")
    sent(token, "woocommerce", "order.updated", off)
    end = facts()["woocommerce:727:cancel"]
    assert isinstance(end, Refund)
    assert (end.amount_minor, end.full, end.cancelled) == (3440, True, True)
    sent(token, "woocommerce", "order.updated", woo_order("2026-03-03T11:00:00"))
    again = facts()["woocommerce:727:cancel"]
    assert isinstance(again, Refund)
    assert (again.amount_minor, again.full, again.cancelled) == (0, False, False)


def life() -> list[Payload]:
    """Created, paid, edited, refunded twice, one refund deleted, called off, taken up, refunded."""
    cheap = [{**woo_order()["line_items"][0], "total": "12.61", "total_tax": "2.39"}]
    one, two = woo_refund(730, "5.00"), woo_refund(733, "2.50")
    unpaid: dict[str, Any] = {"status": "pending", "date_paid_gmt": None}
    return [
        woo_order("2026-03-01T11:00:01", **unpaid),
        woo_order("2026-03-01T11:00:05"),
        woo_order("2026-03-02T11:00:00", line_items=cheap),
        woo_order("2026-03-03T11:00:00", line_items=cheap, refunds=[one]),
        woo_order("2026-03-04T11:00:00", line_items=cheap, refunds=[one, two]),
        woo_order("2026-03-05T11:00:00", line_items=cheap, refunds=[two]),
        woo_order("2026-03-06T11:00:00", line_items=cheap, refunds=[two], status="cancelled"),
        woo_order("2026-03-07T11:00:00", line_items=cheap, refunds=[two]),
    ]


class Back(Exception):
    """Nothing of it is to stay."""


def ending(token: str, payloads: list[Payload]) -> dict[str, Order | Refund]:
    """What is known after these, of which nothing was known before."""
    found = {}
    try:
        with transaction.atomic():
            for payload in payloads:
                answer = sent(token, "woocommerce", "order.updated", payload)
                assert answer.state in ("recorded", "known")
            found = {key: one for key, one in facts().items() if not _is_nothing(one)}
            raise Back
    except Back:
        return found


def _is_nothing(one: Order | Refund) -> bool:
    """A refund that was withdrawn is as good as one that was never heard of."""
    return isinstance(one, Refund) and not (one.amount_minor or one.full)


@pytest.mark.parametrize("seed", range(LIVES))
def test_any_order_of_arrival_ends_the_same(seed: int) -> None:
    token = opened("woocommerce")
    chance = random.Random(seed)
    whole = life()[: chance.randrange(3, len(life()) + 1)]
    mixed = [*whole, *chance.choices(whole, k=4)]
    chance.shuffle(mixed)
    assert ending(token, mixed) == ending(token, whole)


def test_saboteur_refunds_are_dated_as_they_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    token = opened("woocommerce")
    monkeypatch.setattr(hooks, "_redated", lambda *told: [])
    whole = life()[:5]
    assert ending(token, whole) != ending(token, whole[::-1])


def test_a_ping_is_answered_and_does_nothing() -> None:
    token = opened("woocommerce")
    assert hooks.receive(token, {}, b"webhook_id=12", now=NOW).state == "ignored"
    assert hooks.receive(token, {}, b"webhook_id=12&x=1", now=NOW).state == "forged"


def test_what_cannot_be_read_is_noted_without_its_words() -> None:
    token = opened("woocommerce")
    order = woo_order(total="a lot", billing={"email": "anna@example.com"})
    answer = sent(token, "woocommerce", "order.updated", order)
    assert (answer.state, answer.code, answer.place) == ("unreadable", "field_unreadable", "total")
    problem = HookProblem.objects.get()
    assert "anna" not in str(vars(problem))
    assert facts() == {}


def test_deleted_orders_and_other_topics_are_passed_over() -> None:
    token = opened("woocommerce")
    for topic in ("order.deleted", "product.updated", "action.anything"):
        body = json.dumps({"id": 727}).encode()
        said = headers("woocommerce", topic, body)
        assert hooks.receive(token, said, body, now=NOW).state == "ignored"


def test_facts_of_two_shops_stay_apart() -> None:
    one, other = opened("woocommerce"), opened("woocommerce", "second-shop")
    sent(one, "woocommerce", "order.updated", woo_order())
    sent(other, "woocommerce", "order.updated", woo_order())
    assert set(facts()) == {"woocommerce:727", "second-shop:727"}
    assert encode(facts()["second-shop:727"]) != encode(facts()["woocommerce:727"])
