"""From WooCommerce's payloads to how an order stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import msgspec

from regulars.engine.calendar import instant_of
from regulars.engine.facts import Line, Order, Refund, Who
from regulars.sources.hooked import (
    Forged,
    Incoming,
    Person,
    Reading,
    Settings,
    Standing,
    Unreadable,
    check_signature,
    decoded,
    moment,
    money,
    plain,
    who_of,
)
from regulars.sources.woocommerce.payloads import Fee, LineItem, OrderPayload

TOPICS = frozenset({"order.created", "order.updated", "order.restored"})
PAID = frozenset({"processing", "completed", "refunded"})
OVER = frozenset({"cancelled", "failed", "trash"})
PING = re.compile(rb"webhook_id=[0-9]{1,20}")
"""What is sent, unsigned, when a webhook is saved: it says nothing, so nothing is done."""
PINGED = "ping"

_order = msgspec.json.Decoder(OrderPayload)


class WooCommerce:
    """WooCommerce signs the raw body with the webhook's secret; headers name topic and shop."""

    def verify(self, incoming: Incoming, settings: Settings) -> str:
        headers = incoming.headers
        if PING.fullmatch(incoming.body):
            return PINGED
        told = headers.get("x-wc-webhook-signature", "")
        check_signature(settings.secret, incoming.body, told)
        shop = headers.get("x-wc-webhook-source", "").lower()
        if settings.shop and host_of(shop) != settings.shop:
            raise Forged("other_shop")
        topic = headers.get("x-wc-webhook-topic", "")
        if not topic:
            raise Forged("no_topic")
        return topic

    def read(self, topic: str, body: bytes, settings: Settings) -> Reading:
        if topic not in TOPICS:
            return Reading()
        return Reading(standing=_standing(decoded(_order, body), settings.source))


def host_of(address: str) -> str:
    """The host of a shop's address."""
    return address.partition("://")[2].partition("/")[0] or address.partition("/")[0]


def _standing(payload: OrderPayload, source: str) -> Standing:
    order = _fact(payload, source)
    modified = _utc(payload.date_modified_gmt, "date_modified_gmt")
    refunds = list(_refunds(payload, order, modified))
    return Standing(
        key=order.key,
        version=instant_of(modified),
        paid=payload.status in PAID or bool(payload.date_paid_gmt),
        order=order,
        who=_who(payload, source),
        refunds=refunds,
        undated=frozenset(one.key for one in refunds),
        over=payload.status in OVER,
        called_off=modified,
    )


def _utc(text: str | None, place: str) -> datetime:
    """A moment that is in UTC without saying so."""
    return moment(f"{text}+00:00" if text and len(text) < 25 else text, place)


def _fact(payload: OrderPayload, source: str) -> Order:
    goods = [_line(one, payload, f"line_items[{i}]") for i, one in enumerate(payload.line_items)]
    lines = [*goods, *_fees(payload.shipping_lines, payload, "shipping_lines")]
    lines += _fees(payload.fee_lines, payload, "fee_lines")
    return Order(
        key=f"{source}:{payload.id}",
        at=_utc(payload.date_created_gmt, "date_created_gmt"),
        source=source,
        number=plain(payload.number),
        currency=payload.currency,
        amount_minor=sum(line.amount_minor for line in lines),
        lines=tuple(lines),
        labels={"prices": "net", "channel": plain(payload.created_via) or "web"},
        codes=tuple(code for one in payload.coupon_lines if (code := plain(one.code))),
    )


def _paid(one: LineItem | Fee, payload: OrderPayload, place: str) -> int:
    """What was paid for a line, with its tax where prices are told with it."""
    total = one.total + one.total_tax if payload.prices_include_tax else one.total
    return money(total, payload.currency, f"{place}.total")


def _line(one: LineItem, payload: OrderPayload, place: str) -> Line:
    quantity = Decimal(one.quantity)
    if not quantity.is_finite() or not 0 <= quantity <= 1_000_000:
        raise Unreadable("amount_unreadable", f"{place}.quantity")
    amount = max(_paid(one, payload, place), 0)
    return Line(
        product=plain(one.sku) or str(one.product_id or one.id),
        quantity=quantity,
        amount_minor=amount,
    )


def _fees(fees: Iterable[Fee], payload: OrderPayload, place: str) -> list[Line]:
    """Fees that cost something; a fee below zero is a discount, and no line."""
    amounts = [_paid(one, payload, f"{place}[{index}]") for index, one in enumerate(fees)]
    name = "shipping" if place == "shipping_lines" else "fee"
    return [Line(product=name, amount_minor=one, kind="fee") for one in amounts if one > 0]


def _refunds(payload: OrderPayload, order: Order, modified: datetime) -> Iterable[Refund]:
    """Each refund with the part of it that goods are: its order tells no lines. The last refund of
    an order that came back whole says so."""
    goods = sum(line.amount_minor for line in order.lines if line.kind == "goods")
    whole = max(money(payload.total, payload.currency, "total"), order.amount_minor)
    told = sorted(payload.refunds, key=lambda one: one.id)
    for index, one in enumerate(told):
        amount = -money(one.total, payload.currency, f"refunds[{index}].total")
        if amount <= 0:
            continue
        full = payload.status == "refunded" and one is told[-1]
        yield Refund(
            key=f"{order.source}:refund:{one.id}",
            at=modified,
            source=order.source,
            order=order.key,
            currency=payload.currency,
            amount_minor=amount,
            eligible_minor=None if full or not whole else amount * goods // whole,
            full=full,
        )


def _who(payload: OrderPayload, source: str) -> Who | None:
    billing = payload.billing
    return who_of(
        Person(
            number=str(payload.customer_id) if payload.customer_id > 0 else "",
            email=billing.email,
            phone=billing.phone,
            first_name=billing.first_name,
            last_name=billing.last_name,
            country=billing.country,
        ),
        source,
    )
