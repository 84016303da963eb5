"""What the shapes of the API are made of, and the facts that it takes.

A shape is the check, the reader and the schema at once. Amounts of money and of assets are decimal
text; times are RFC 3339 with an offset; a name that is not here is refused.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

Amount = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$",
        description="A decimal number as text, not below zero.",
        examples=["4.50"],
    ),
]
Signed = Annotated[
    str,
    Meta(
        pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$",
        description="A decimal number as text.",
        examples=["-20"],
    ),
]
Points = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{1,12}(\.[0-9]{1,6})?|all)$",
        description="So many points as decimal text, or `all` for as many as fit.",
        examples=["120", "all"],
    ),
]
Key = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        description="Your own name for it, unique in the whole business: it counts once, for ever.",
        examples=["till-1:2026-11-24:0042"],
    ),
]
Code = Annotated[str, Meta(max_length=100)]
Reference = Annotated[str, Meta(max_length=200)]
Currency = Annotated[
    str, Meta(pattern="^[A-Z]{3}$", description="A currency of ISO 4217.", examples=["EUR"])
]
Moment = Annotated[
    datetime,
    Meta(tz=True, description="RFC 3339 with an offset.", examples=["2026-11-24T09:10:00+01:00"]),
]
Version = Annotated[
    int, Meta(ge=1, le=1_000_000, description="Higher than before restates what the key said.")
]


class Shape(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What comes in: a name that nobody knows is a mistake, never skipped."""


class CustomerIn(Shape, frozen=True, kw_only=True):
    """Whom a fact is about: one way to know them is enough, more are remembered."""

    external: Annotated[str, Meta(max_length=200, description="The number in your system.")] = ""
    email: Annotated[str, Meta(max_length=254)] = ""
    phone: Annotated[str, Meta(max_length=60)] = ""
    card: Annotated[str, Meta(max_length=60, description="A customer card, no bank card.")] = ""
    name: Annotated[str, Meta(max_length=200)] = ""
    language: Annotated[str, Meta(max_length=10)] = ""
    country: Annotated[str, Meta(max_length=60)] = ""
    birth_date: date | None = None
    attributes: Annotated[
        dict[Code, Annotated[str, Meta(max_length=500)]], Meta(max_length=50)
    ] = {}


class LineIn(Shape, frozen=True, kw_only=True):
    """A line of an order or a refund: `amount`, or `quantity` times `unit_price`."""

    product: Code = ""
    category: Code = ""
    brand: Code = ""
    quantity: Amount = "1"
    unit_price: Amount | None = None
    amount: Amount | None = None
    kind: Literal["goods", "fee"] = "goods"


Lines = Annotated[tuple[LineIn, ...], Meta(max_length=1000)]
Codes = Annotated[tuple[Code, ...], Meta(max_length=50)]
Amounts = Annotated[dict[Code, Amount], Meta(max_length=50)]
Texts = Annotated[dict[Code, Code], Meta(max_length=50)]
Moments = Annotated[dict[Code, Moment], Meta(max_length=50)]


SignalKind = Literal[
    "device", "ip", "address", "visitor", "name", "email", "phone", "card", "household"
]
Signals = Annotated[
    dict[SignalKind, Annotated[str, Meta(min_length=1, max_length=254)]],
    Meta(
        description="By what else the person is known to referral rules: looked at, never part of "
        "the fact. `household` is your own name for the home that people share.",
        examples=[{"device": "d-81f2", "household": "h-17"}],
    ),
]


class FactIn(Shape, frozen=True, kw_only=True, tag_field="type"):
    """What every fact has. `customer` left out: a guest's. `signals` stand beside the fact: they do
    not make it another one."""

    key: Key
    at: Moment
    version: Version = 1
    source: Code = "api"
    customer: CustomerIn | None = None
    signals: Signals = {}


class OrderIn(FactIn, frozen=True, kw_only=True, tag="order"):
    """Somebody bought something. `amount` is what the lines come to; one of both may be left out.

    `spend_points` asks that so many points (of the main asset of the first programme that runs, or
    `all` that fit) pay a part, `vouchers` and `codes` that those do; a voucher is
    named by its code (or its id). `party` are others who take part in the sale.
    """

    currency: Currency
    amount: Amount | None = None
    lines: Lines = ()
    number: Code = ""
    place: Code = ""
    discount: Amount = "0"
    covered: Amount = "0"
    amounts: Amounts = {}
    counts: Amounts = {}
    tender: Amounts = {}
    labels: Texts = {}
    dates: Moments = {}
    campaigns: Codes = ()
    codes: Codes = ()
    vouchers: Annotated[tuple[Reference, ...], Meta(max_length=50)] = ()
    spend_points: Points = "0"
    via: Code = ""
    party: Annotated[tuple[CustomerIn, ...], Meta(max_length=50)] = ()


class RefundIn(FactIn, frozen=True, kw_only=True, tag="refund"):
    """Money went back. `order` is the key of the order; `full`: all of it, `cancelled`: the order
    never came about."""

    currency: Currency
    amount: Amount | None = None
    lines: Lines = ()
    order: Reference = ""
    number: Code = ""
    place: Code = ""
    eligible: Amount | None = None
    counts: Amounts = {}
    full: bool = False
    cancelled: bool = False
    asked_at: Moment | None = None


class ActivityIn(FactIn, frozen=True, kw_only=True, tag="activity"):
    """Something that is no sale: a visit, a review. `kind` as the programme names it."""

    kind: Annotated[str, Meta(min_length=1, max_length=100)]
    order: Reference = ""
    value: Code = ""
    amount: Amount | None = None
    currency: Currency | None = None
    counts: Amounts = {}
    labels: Texts = {}


class SignUpIn(FactIn, frozen=True, kw_only=True, tag="sign_up"):
    """Somebody joined, or opened an account; `via` is the code of who brought them."""

    via: Code = ""
    session: Code = ""


class ClickIn(FactIn, frozen=True, kw_only=True, tag="click"):
    """Somebody followed the link of an advocate."""

    via: Annotated[str, Meta(min_length=1, max_length=100)]
    session: Code = ""


class AttributeIn(FactIn, frozen=True, kw_only=True, tag="attribute"):
    """What rules read of a member: from `at` on, `name` is `value` (empty: no longer)."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    value: Code = ""


class TierSetIn(FactIn, frozen=True, kw_only=True, tag="tier_set"):
    """A tier is set. Needs the scope `grants:write`."""

    programme: Annotated[str, Meta(min_length=1, max_length=60)]
    tier: Annotated[str, Meta(min_length=1, max_length=100)]
    until: Moment | None = None
    reason: Code = ""


AnyFactIn = OrderIn | RefundIn | ActivityIn | SignUpIn | ClickIn | AttributeIn | TierSetIn
