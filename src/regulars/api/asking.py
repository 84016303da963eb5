"""The shapes of what is asked beside facts: bodies and queries."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from regulars.api.shapes import (
    Amount,
    Amounts,
    Code,
    Codes,
    Currency,
    CustomerIn,
    Key,
    Lines,
    Moment,
    Points,
    Reference,
    Shape,
    Signed,
    Texts,
)

Public = Annotated[str, Meta(max_length=40, description="The random id of a customer.")]
Programme = Annotated[str, Meta(min_length=1, max_length=60, examples=["corner_club"])]
Shopper = Annotated[
    str,
    Meta(
        max_length=200,
        description="Who asks behind you (a session, an address): wrong tries are counted by it.",
    ),
]


class FindIn(Shape, frozen=True, kw_only=True):
    """A customer by one way to know them. It stands in the body, so that no log keeps it."""

    external: Annotated[str, Meta(max_length=200)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""
    phone: Annotated[str, Meta(max_length=60)] = ""
    card: Annotated[str, Meta(max_length=60)] = ""


class PageQuery(Shape, frozen=True, kw_only=True):
    """A page of a list: `cursor` is what the page before said."""

    cursor: Annotated[str, Meta(max_length=500)] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class NoQuery(Shape, frozen=True, kw_only=True):
    """Nothing can be said beside the address."""


class JoinIn(Shape, frozen=True, kw_only=True):
    """Let a customer join: a known one by `member`, anybody by `customer`. What they did from
    `since` on counts (from now on, if left out)."""

    programme: Programme
    member: Public = ""
    customer: CustomerIn | None = None
    since: Moment | None = None


class ExplainQuery(Shape, frozen=True, kw_only=True):
    """Which asset (the main one, if left out), when it was true, and by what was known when."""

    asset: Code = ""
    at: Moment | None = None
    known_at: Moment | None = None


class QuoteIn(Shape, frozen=True, kw_only=True):
    """A cart that is not paid yet, and whose it is."""

    programme: Programme
    member: Public
    currency: Currency
    amount: Amount | None = None
    lines: Lines = ()
    place: Code = ""
    discount: Amount = "0"
    covered: Amount = "0"
    counts: Amounts = {}
    labels: Texts = {}
    campaigns: Codes = ()
    codes: Codes = ()
    vouchers: Annotated[tuple[Reference, ...], Meta(max_length=50)] = ()
    spend_points: Points = "0"
    via: Code = ""


class RedeemIn(Shape, frozen=True, kw_only=True):
    """A reward for a member. `points` is how many are to be used where the member may choose, and
    `basket` what the goods cost: `pay_all` pays all of them so, or nothing. `order` is the sale in
    which it is used, one of several perhaps; `as_voucher` hands it out as a voucher for later;
    `voucher` is exchanged at a `partner`. `at` is when it was asked for, where that was earlier: it
    must have been right then, and be right now. `reserve` sets it aside until it is confirmed."""

    key: Key
    programme: Programme
    member: Public
    reward: Code = ""
    points: Amount | None = None
    basket: Amount | None = None
    currency: Currency | None = None
    pay_all: bool = False
    order: Reference = ""
    as_voucher: bool = False
    voucher: Reference = ""
    partner: Code = ""
    at: Moment | None = None
    reserve: bool = False
    reserve_minutes: Annotated[int, Meta(ge=1, le=10080)] = 15


class KeyIn(Shape, frozen=True, kw_only=True):
    """The key of a redemption."""

    key: Key


class RedemptionQuery(Shape, frozen=True, kw_only=True):
    """Which redemption."""

    key: Key


class CodeIn(Shape, frozen=True, kw_only=True):
    """The code of a voucher, as it is written on it."""

    code: Annotated[str, Meta(min_length=1, max_length=100)]
    shopper: Shopper = ""


class UseIn(Shape, frozen=True, kw_only=True):
    """A voucher is used, by its code; `order` is the sale in which, `at` when, if earlier."""

    key: Key
    code: Annotated[str, Meta(min_length=1, max_length=100)]
    order: Reference = ""
    at: Moment | None = None
    shopper: Shopper = ""


Scope = Literal[
    "facts:write",
    "grants:write",
    "grants:approve",
    "customers:read",
    "members:read",
    "members:write",
    "redeem",
    "programmes:read",
    "programmes:write",
    "keys:write",
    "metrics:read",
]


class NewKeyIn(Shape, frozen=True, kw_only=True):
    """A key that may do no more than the one that asks for it, nor more often, nor give more by
    hand. Left out, `per_minute` and `gives` are as of that one."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=20)]
    per_minute: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    gives: Annotated[int, Meta(ge=0, le=10**12)] | None = None


class PrefixIn(Shape, frozen=True, kw_only=True):
    """Which key, by its id or its beginning."""

    prefix: Annotated[str, Meta(min_length=1, max_length=40)]


class AdjustIn(Shape, frozen=True, kw_only=True):
    """So much of an asset is given by hand, or taken where it is below zero: at once within the
    limit of the key, else a second hand is asked. `asset` left out is the main one."""

    key: Key
    programme: Programme
    member: Public
    amount: Signed
    asset: Code = ""
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class AdjustmentsQuery(PageQuery, frozen=True, kw_only=True):
    """A page of adjustments in a state, of all if left out."""

    state: Literal["waiting", "done", "refused"] | None = None


class AdjustmentIn(Shape, frozen=True, kw_only=True):
    """Which adjustment, by its id."""

    adjustment: UUID


class EditionIn(Shape, frozen=True, kw_only=True):
    """A programme file, as text."""

    file: Annotated[str, Meta(min_length=1, max_length=1_000_000)]


class PublishIn(EditionIn, frozen=True, kw_only=True):
    """A programme file that is to be in force: the first one of a programme at once, a later one
    `begins` at an instant (now, if left out). What gets dearer or shorter needs a time of notice,
    or a `reason` why members are not told in good time."""

    begins: Moment | None = None
    reason: Annotated[str, Meta(max_length=500)] = ""


class WithdrawIn(Shape, frozen=True, kw_only=True):
    """Which edition is not to begin."""

    programme: Programme
    edition: Programme
