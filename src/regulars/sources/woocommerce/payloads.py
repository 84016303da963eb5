"""What we read of the payloads that WooCommerce documents for its order topics (REST API v3).

Amounts are decimal texts; moments with `_gmt` in their name are in UTC without saying so.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from regulars.sources.hooked import Number


class LineItem(Struct, frozen=True):
    """A line as it was sold: `total` is what was paid for it, without tax."""

    id: int
    quantity: int | Decimal = 1
    total: Decimal = Decimal(0)
    total_tax: Decimal = Decimal(0)
    sku: str | None = None
    product_id: int | None = None


class Fee(Struct, frozen=True):
    """Delivery, or another fee."""

    total: Decimal = Decimal(0)
    total_tax: Decimal = Decimal(0)


class Coupon(Struct, frozen=True):
    """A code that was given at the checkout."""

    code: str = ""


class RefundSummary(Struct, frozen=True):
    """A refund as its order tells of it: no more than an amount, below zero."""

    id: Number
    total: Decimal = Decimal(0)


class Billing(Struct, frozen=True):
    """Who pays."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    country: str | None = None


class OrderPayload(Struct, frozen=True):
    """An order as it stands."""

    id: Number
    status: str
    currency: str
    date_created_gmt: str
    date_modified_gmt: str
    date_paid_gmt: str | None = None
    number: str | None = None
    created_via: str | None = None
    prices_include_tax: bool = False
    customer_id: int = 0
    total: Decimal = Decimal(0)
    billing: Billing = Billing()
    line_items: tuple[LineItem, ...] = ()
    shipping_lines: tuple[Fee, ...] = ()
    fee_lines: tuple[Fee, ...] = ()
    coupon_lines: tuple[Coupon, ...] = ()
    refunds: tuple[RefundSummary, ...] = ()
