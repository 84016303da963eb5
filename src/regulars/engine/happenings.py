"""The facts that only a programme reads: acts, grants, attributes, openings, effects, promises.

They share the base of `regulars.engine.facts`. Amounts of an asset are integers of its smallest
unit; money is in the currency's smallest unit; times are aware.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from regulars.engine.facts import Code, Fact, Key, Order, Reference, Refund


class Activity(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="activity", gc=False):
    """Something that is no sale: a visit, a review, a reload, a step of a referral.

    `kind` names it as the edition does; `order` the order that it is about; `value` what it says
    (the new plan, the step taken); `amount_minor` and `counts` how much.
    """

    kind: Code
    order: Reference = ""
    value: Code = ""
    amount_minor: int = 0
    counts: dict[Code, Decimal] = {}
    labels: dict[Code, Code] = {}


class SignUp(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="sign_up", gc=False):
    """A person joined, or opened an account. `via` is the code of the advocate whose link led
    here, `session` the visit in which it happened."""

    via: Code = ""
    session: Code = ""


class Click(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="click", gc=False):
    """Somebody followed the link of an advocate (`via`, a code) in a visit (`session`)."""

    via: Code
    session: Code = ""


class Grant(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="grant", gc=False):
    """`amount` of an asset from another source: an adjustment by staff, a welcome. May be
    negative. An empty `asset` is the edition's main one."""

    asset: Code = ""
    amount: int
    reason: Code = ""


class Attribute(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="attribute", gc=False):
    """What rules read of a member is dated: from `at` on, `name` is `value` (empty: no longer).

    Known to every edition: `birth_date` (1991-11-24, or --11-24
    without the year), `zone` (IANA), `segment:NAME` ("yes").
    """

    name: Code
    value: Code = ""


class TierSet(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="tier_set", gc=False):
    """Staff set a tier, until an instant or as the edition says."""

    tier: Code
    until: datetime | None = None
    reason: Code = ""


MEMBER = "member"
"""What an opening brings in that lets somebody take part anew who had left for good."""


class Opening(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="opening", gc=False):
    """State brought in: from an older scheme, by a case, or where history was sealed.

    `what` says which part (asset, lot, metric, tier, voucher, limit, referral, order, use, or
    `member`: whoever was erased takes part anew from now on), `name` which of it, `amount` how much
    in its smallest unit; `dates` and `details` complete it. An earlier `order` brings its record:
    its effect is in the other openings already, `amount` of its lot is left. `body` is a part of a
    sealed state, as JSON.
    """

    what: Code
    name: Reference = ""
    amount: int = 0
    dates: dict[Code, datetime] = {}
    details: dict[Code, Code] = {}
    order: Order | None = None
    body: str = ""


class Effect(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="effect", gc=False):
    """What another holder's fold caused here. `key` is made of the cause and this receiver.

    `what` is the word of the `rule` that sent it, `subject` whom it is about (a friend), `cause`
    the fact over there. A `withdrawn` effect is no longer caused.
    """

    holder: Key
    rule: Code
    what: Code
    subject: Reference = ""
    cause: Reference = ""
    amount: int = 0
    flags: tuple[Code, ...] = ()
    details: dict[Code, Code] = {}
    withdrawn: bool = False


class Promise(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="promise", gc=False):
    """An outcome that somebody could act on, decided once. Its identity is (rule, holder, ordinal).

    `yes` or no; `price` of `asset` that it takes; `amount` that it gives; `code` the voucher's code
    when yes, the reason when no; `order` the order that it belongs to; `due` when it was asked for
    at a due instant; `target` what it is used on (a voucher, a friend). `details` complete it.
    """

    rule: Code
    ordinal: Reference
    yes: bool = True
    due: bool = False
    price: int = 0
    asset: Code = ""
    amount: int = 0
    code: Code = ""
    order: Reference = ""
    target: Reference = ""
    cause: Reference = ""
    flags: tuple[Code, ...] = ()
    details: dict[Code, Reference] = {}


class Reversal(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="reversal", gc=False):
    """A redemption is given back; `redemption` is its key."""

    redemption: Key


class Job(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="job", gc=False):
    """A job of the edition (a statement, a shipment) runs now, whatever its own timetable says;
    `name` is the id of the rule whose job it is."""

    name: Code


class Erasure(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="erasure", gc=False):
    """The member asked to be forgotten: what they hold is forfeited, the books stay balanced."""


class Redemption(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="redemption",
    gc=False,
):
    """Somebody asks for a reward. It becomes a promise with the same key, or a logged refusal.

    `price` in the asset's smallest unit, empty for the edition's own; `basket_minor` is what the
    goods cost; `order` the sale in which it is used; `pay_all` pays the basket by points alone;
    `voucher` is exchanged at `partner`.
    """

    key: Key
    at: datetime
    reward: Code = ""
    price: int | None = None
    basket_minor: int | None = None
    order: Reference = ""
    pay_all: bool = False
    voucher: Reference = ""
    partner: Code = ""
    as_voucher: bool = False
    source: Code = ""


class VoucherUse(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="voucher_use",
    gc=False,
):
    """Somebody shows a voucher: its code, or its kind for the newest one of that kind. With
    `revoked` it is taken back by hand instead of used."""

    key: Key
    at: datetime
    voucher: Reference
    order: Reference = ""
    source: Code = ""
    revoked: bool = False


Attempt = Redemption | VoucherUse

FoldFact = (
    Order
    | Refund
    | Activity
    | SignUp
    | Click
    | Grant
    | Attribute
    | TierSet
    | Opening
    | Effect
    | Promise
    | Reversal
    | Job
    | Erasure
)
"""Every fact that a fold can read."""
