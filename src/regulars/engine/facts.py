"""Facts: things that happened, defined once for sources, database, API and engine.

A fact is frozen. It has its own time `at`, a caller's `key` that is unique in the whole
business, and a `version`: a restated fact carries the same key and a higher version. A fact
holds no personal data: who it is about travels beside it, in an `Arrival`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

Key = Annotated[str, Meta(min_length=1, max_length=200)]
Code = Annotated[str, Meta(max_length=100)]
Reference = Annotated[str, Meta(max_length=200)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
LineKind = Literal["goods", "fee"]
IdentifierKind = Literal["external", "card", "email", "phone"]


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One line of an order or a refund.

    `quantity` in units, `unit_price` in currency units, both with at most six decimals;
    `amount_minor` is their product, rounded once to the currency's smallest unit.
    A fee (postage, service) is a line that is no product.
    """

    product: Code = ""
    category: Code = ""
    brand: Code = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = Decimal(0)
    amount_minor: int = 0
    kind: LineKind = "goods"


class Fact(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", gc=False):
    """What every fact has: the caller's key, its own time (aware), its version, its source."""

    key: Key
    at: datetime
    version: int = 1
    source: Code = ""


class Order(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="order", gc=False):
    """Somebody bought something. `amount_minor` is the sum of the lines, in the smallest unit.

    `discount_minor` and `covered_minor` (vouchers and credit that this system does not hold) lessen
    what is paid, over all goods alike. `amounts` are further amounts of money by name (base_fare,
    fuel, tip, tax), beside `amount_minor`; `counts` are numbers by name (drinks, nights, litres);
    `tender` says which means paid how much. `labels` are circumstances (channel, kind, fare_class;
    `prices: net` where every discount is taken off already), `dates` further instants (delivered,
    check_in), `campaigns` the running ones it falls under. `codes` were tried at the checkout,
    `vouchers` used, `spend_points` of the programme's asset asked to pay a part (-1: as many as
    fit); `via` is the code of the advocate whose link led here.
    """

    number: Code = ""
    currency: Currency
    amount_minor: int
    lines: tuple[Line, ...] = ()
    place: Code = ""
    discount_minor: int = 0
    covered_minor: int = 0
    amounts: dict[Code, int] = {}
    counts: dict[Code, Decimal] = {}
    tender: dict[Code, int] = {}
    labels: dict[Code, Code] = {}
    dates: dict[Code, datetime] = {}
    campaigns: tuple[Code, ...] = ()
    codes: tuple[Code, ...] = ()
    vouchers: tuple[Reference, ...] = ()
    spend_points: int = 0
    via: Code = ""


class Refund(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="refund", gc=False):
    """Money went back. Amounts and quantities are positive; `order` is the key of the order it
    names, or empty where the source does not say. `eligible_minor` is the part of the amount that
    had earned, where it is told apart; `full` says that all of it came back, `cancelled` that the
    order never came about; `asked_at` is when the customer asked for it."""

    number: Code = ""
    order: Reference = ""
    currency: Currency
    amount_minor: int
    lines: tuple[Line, ...] = ()
    place: Code = ""
    eligible_minor: int | None = None
    counts: dict[Code, Decimal] = {}
    full: bool = False
    cancelled: bool = False
    asked_at: datetime | None = None


class Link(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="link", gc=False):
    """Staff or a claim said: from now on `customer` (a public id) is the same person as `into`.

    A merge of two known customers, or a guest's order claimed by its buyer. Reversible.
    """

    customer: Key
    into: Key
    reason: Annotated[str, Meta(max_length=500)] = ""


class Unlink(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="unlink", gc=False):
    """The link with the key `link` was a mistake and no longer holds."""

    link: Key
    reason: Annotated[str, Meta(max_length=500)] = ""


class Identifier(Struct, frozen=True, gc=False):
    """One normalised way to recognise a person (see `regulars.identity`)."""

    kind: IdentifierKind
    value: Annotated[str, Meta(min_length=1, max_length=254)]


class Profile(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a source says about a person, beside their identifiers. Empty means not said."""

    name: Annotated[str, Meta(max_length=200)] = ""
    language: Annotated[str, Meta(max_length=10)] = ""
    country: Annotated[str, Meta(max_length=60)] = ""
    birth_date: date | None = None
    attributes: dict[str, str] = {}


class Who(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Whom a fact is about: identifiers, strongest first, and what is told about them."""

    identifiers: tuple[Identifier, ...]
    profile: Profile | None = None
