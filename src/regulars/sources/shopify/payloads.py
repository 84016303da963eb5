"""What we read of the payloads that Shopify documents for its order and refund topics.

Amounts are decimal texts in the shop's currency; everything that is not named here is passed over.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from regulars.sources.hooked import Number


class Money(Struct, frozen=True):
    """An amount with its currency."""

    amount: Decimal = Decimal(0)
    currency_code: str = ""


class MoneySet(Struct, frozen=True):
    """An amount in the shop's currency, beside the buyer's."""

    shop_money: Money = Money()


class Allocation(Struct, frozen=True):
    """A line's part of a discount."""

    amount: Decimal = Decimal(0)


class LineItem(Struct, frozen=True):
    """A line as it was sold. `current_quantity` is what edits and refunds have left of it."""

    id: Number
    quantity: int = 1
    price: Decimal = Decimal(0)
    current_quantity: int | None = None
    sku: str | None = None
    product_id: int | None = None
    vendor: str | None = None
    gift_card: bool = False
    discount_allocations: tuple[Allocation, ...] = ()
    price_set: MoneySet = MoneySet()


class ShippingLine(Struct, frozen=True):
    """What delivery costs."""

    price: Decimal = Decimal(0)
    discount_allocations: tuple[Allocation, ...] = ()
    is_removed: bool = False


class RefundLineItem(Struct, frozen=True):
    """What came back of a line; `subtotal` is what was paid for it."""

    line_item_id: Number
    quantity: int = 0
    subtotal: Decimal = Decimal(0)
    line_item: LineItem | None = None


class Adjustment(Struct, frozen=True):
    """Money of a refund that no line explains; below zero where it went to the buyer."""

    kind: str = ""
    amount: Decimal = Decimal(0)


class Transaction(Struct, frozen=True):
    """A movement of money."""

    currency: str | None = None


class RefundPayload(Struct, frozen=True):
    """A refund, alone or in its order."""

    id: Number
    order_id: Number
    created_at: str
    refund_line_items: tuple[RefundLineItem, ...] = ()
    order_adjustments: tuple[Adjustment, ...] = ()
    transactions: tuple[Transaction, ...] = ()


class Address(Struct, frozen=True):
    """Where somebody lives, as far as we look."""

    country_code: str | None = None


class Customer(Struct, frozen=True):
    """Who bought."""

    id: Number
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class DiscountCode(Struct, frozen=True):
    """A code that was given at the checkout."""

    code: str = ""


class OrderPayload(Struct, frozen=True):
    """An order as it stands."""

    id: Number
    updated_at: str
    created_at: str
    currency: str
    processed_at: str | None = None
    cancelled_at: str | None = None
    name: str | None = None
    financial_status: str | None = None
    test: bool = False
    email: str | None = None
    phone: str | None = None
    customer: Customer | None = None
    customer_locale: str | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None
    source_name: str | None = None
    location_id: int | None = None
    total_tax: Decimal = Decimal(0)
    taxes_included: bool = False
    line_items: tuple[LineItem, ...] = ()
    shipping_lines: tuple[ShippingLine, ...] = ()
    discount_codes: tuple[DiscountCode, ...] = ()
    refunds: tuple[RefundPayload, ...] = ()
