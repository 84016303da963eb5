"""From Shopify's payloads to how an order stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
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
from regulars.sources.shopify.payloads import (
    Allocation,
    LineItem,
    OrderPayload,
    RefundPayload,
)

ORDER_TOPICS = frozenset(
    f"orders/{what}"
    for what in (
        "create",
        "paid",
        "partially_fulfilled",
        "fulfilled",
        "updated",
        "cancelled",
    )
)
REFUND_TOPIC = "refunds/create"
PAID = frozenset({"paid", "partially_paid", "partially_refunded", "refunded"})
"""States of the money in which some of it has come."""
SHIPPING = "shipping_refund"
MICRO = Decimal("0.000001")

_order = msgspec.json.Decoder(OrderPayload)
_refund = msgspec.json.Decoder(RefundPayload)


class Shopify:
    """Shopify signs the raw body with the app's secret; headers name topic and shop."""

    def verify(self, incoming: Incoming, settings: Settings) -> str:
        headers = incoming.headers
        told = headers.get("x-shopify-hmac-sha256", "")
        check_signature(settings.secret, incoming.body, told)
        shop = headers.get("x-shopify-shop-domain", "").lower()
        if settings.shop and shop != settings.shop:
            raise Forged("other_shop")
        topic = headers.get("x-shopify-topic", "")
        if not topic:
            raise Forged("no_topic")
        return topic

    def read(self, topic: str, body: bytes, settings: Settings) -> Reading:
        if topic == REFUND_TOPIC:
            return Reading(refunds=_refunds(decoded(_refund, body), settings.source, ""))
        if topic not in ORDER_TOPICS:
            return Reading()
        payload = decoded(_order, body)
        return Reading() if payload.test else Reading(standing=_standing(payload, settings.source))


def _standing(payload: OrderPayload, source: str) -> Standing:
    order = _fact(payload, source)
    refunds = [fact for one in payload.refunds for fact in _refunds(one, source, payload.currency)]
    cancelled = payload.cancelled_at
    return Standing(
        key=order.key,
        version=instant_of(moment(payload.updated_at, "updated_at")),
        paid=payload.financial_status in PAID,
        order=order,
        who=_who(payload, source),
        refunds=refunds,
        over=cancelled is not None,
        called_off=moment(cancelled, "cancelled_at") if cancelled else order.at,
    )


def _fact(payload: OrderPayload, source: str) -> Order:
    currency = payload.currency
    goods = _goods(payload)
    lines = [*goods, *_fees(payload)]
    tax = 0 if payload.taxes_included else money(payload.total_tax, currency, "total_tax")
    return Order(
        key=f"{source}:{payload.id}",
        at=moment(payload.processed_at or payload.created_at, "processed_at"),
        source=source,
        number=plain(payload.name),
        currency=currency,
        amount_minor=sum(line.amount_minor for line in lines),
        lines=tuple(lines),
        place=str(payload.location_id) if payload.location_id else "",
        amounts={"tax": tax} if tax > 0 else {},
        labels={"prices": "net", "channel": plain(payload.source_name) or "web"},
        codes=tuple(code for one in payload.discount_codes if (code := plain(one.code))),
    )


def _goods(payload: OrderPayload) -> Iterable[Line]:
    """The lines as they were sold, without what an edit took out before it was paid back.

    `current_quantity` lacks what was refunded too, which is a fact of its own.
    """
    back: Counter[int] = Counter()
    for refund in payload.refunds:
        for item in refund.refund_line_items:
            back[item.line_item_id] += item.quantity
    for index, line in enumerate(payload.line_items):
        sold = line.quantity
        if line.current_quantity is not None:
            sold = min(line.current_quantity + back[line.id], line.quantity)
        if sold > 0:
            yield _line(line, sold, payload.currency, f"line_items[{index}]")


def _line(line: LineItem, sold: int, currency: str, place: str) -> Line:
    if not 0 < line.quantity <= 1_000_000:
        raise Unreadable("amount_unreadable", f"{place}.quantity")
    off = _off(line.discount_allocations, f"{place}.discount_allocations", currency)
    whole = money(line.price * line.quantity, currency, f"{place}.price") - off
    amount = whole if sold == line.quantity else whole * sold // line.quantity
    return Line(
        product=product_of(line),
        brand=plain(line.vendor),
        quantity=Decimal(sold),
        unit_price=unit_price(line.price),
        amount_minor=max(amount, 0),
        kind="fee" if line.gift_card else "goods",
    )


def unit_price(price: Decimal) -> Decimal:
    """A price with at most six decimals, as it was written if it has no more."""
    if price < 0:
        return Decimal(0)
    return price if price == price.quantize(MICRO) else price.quantize(MICRO)


def product_of(line: LineItem) -> str:
    """By what a product is known: its SKU, or Shopify's number."""
    return plain(line.sku) or (str(line.product_id) if line.product_id else str(line.id))


def _off(allocations: Iterable[Allocation], place: str, currency: str) -> int:
    return sum(money(one.amount, currency, place) for one in allocations)


def _fees(payload: OrderPayload) -> Iterable[Line]:
    for index, line in enumerate(payload.shipping_lines):
        place = f"shipping_lines[{index}]"
        off = _off(line.discount_allocations, place, payload.currency)
        amount = money(line.price, payload.currency, f"{place}.price") - off
        if amount > 0 and not line.is_removed:
            yield Line(product="shipping", amount_minor=amount, kind="fee")


def _refunds(payload: RefundPayload, source: str, currency: str) -> list[Refund]:
    """A refund's goods as one fact, and what it paid back of the delivery as another, which takes
    back nothing that was earned."""
    currency = currency or _currency(payload)
    lines = [
        Line(
            product=product_of(one.line_item) if one.line_item else str(one.line_item_id),
            quantity=Decimal(one.quantity),
            amount_minor=money(one.subtotal, currency, f"refund_line_items[{index}].subtotal"),
        )
        for index, one in enumerate(payload.refund_line_items)
        if one.quantity > 0 and one.subtotal > 0
    ]
    beside = {SHIPPING: 0, "": 0}
    for one in payload.order_adjustments:
        kind = SHIPPING if one.kind == SHIPPING else ""
        beside[kind] -= money(one.amount, currency, "order_adjustments")
    goods = sum(line.amount_minor for line in lines) + max(beside[""], 0)
    key, shipping = f"{source}:refund:{payload.id}", max(beside[SHIPPING], 0)
    base = Refund(
        key=key,
        at=moment(payload.created_at, "created_at"),
        source=source,
        order=f"{source}:{payload.order_id}",
        currency=currency,
        amount_minor=goods,
        lines=tuple(lines),
    )
    facts = [base] if goods else []
    if shipping:
        fee = {"key": f"{key}:shipping", "amount_minor": shipping, "lines": ()}
        facts.append(msgspec.structs.replace(base, **fee, eligible_minor=0))
    return facts


def _currency(payload: RefundPayload) -> str:
    """The currency of a refund that came without its order."""
    for line in payload.refund_line_items:
        told = line.line_item.price_set.shop_money.currency_code if line.line_item else ""
        if told:
            return told
    found = next((one.currency for one in payload.transactions if one.currency), "")
    if not found:
        raise Unreadable("currency_unreadable", "transactions")
    return found


def _who(payload: OrderPayload, source: str) -> Who | None:
    customer = payload.customer
    address = payload.billing_address or payload.shipping_address
    return who_of(
        Person(
            number=str(customer.id) if customer else "",
            email=(customer and customer.email) or payload.email,
            phone=(customer and customer.phone) or payload.phone,
            first_name=customer.first_name if customer else None,
            last_name=customer.last_name if customer else None,
            country=address.country_code if address else None,
            language=payload.customer_locale,
        ),
        source,
    )
