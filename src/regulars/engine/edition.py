"""An edition: one dated, immutable version of a programme's rules, as its file says it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta

from regulars.engine import consistency
from regulars.engine.facts import Code
from regulars.engine.metering import Window
from regulars.engine.rules import (
    ChangeRule,
    Earn,
    Ladder,
    Life,
    Limit,
    Metric,
    ReferralRule,
    Reward,
)
from regulars.engine.texts import Duration, Finding, Id, Instant, Number, Part, Text, Zone, form

Currency = Annotated[
    str, form("currency", "^[A-Z]{3}$", "A currency in three capital letters, such as EUR.")
]
Stack = Literal["additive", "multiplicative", "best_of"]
Rounding = Literal["multiply_then_round", "round_base_then_multiply"]
Overflow = Literal["truncate", "drop", "defer", "refuse"]
AfterRefund = Literal["negative_only", "revoke_unused_then_negative"]
ReferralRefund = Literal["claw_back", "final_after_payout"]
Attribution = Literal["last_click", "first_click"]
Shortfall = Literal["negative", "forgive"]
Restored = Literal["keep_expiry", "renew_expiry"]
Demotion = Literal["on_refund", "at_review"]
Discounts = Literal["best", "stack"]
StreakZone = Literal["device_zone", "account_zone", "programme_zone"]
PartyCredit = Literal["credit_payer", "credit_wearer"]


class Policy(Part, frozen=True, kw_only=True):
    """The settings in which real programmes differ. The defaults are the usual ones.

    `stack`: how several modifiers join. `rounding`: once at the end, or the base first. `overflow`:
    what becomes of what a limit does not let through. `after_refund`: whether an unused automatic
    reward is revoked before the balance goes below zero. `shortfall`: what becomes of points that
    are missing when taken back. `restored`: the expiry of points given back. `demotion`: whether a
    refund lowers a tier at once. `referral_refund`, `attribution`: see referrals. `party_credit`:
    of several who came together, whether the one who pays earns or the one whose device was used.
    `discounts`: of several only the one that takes off most, or each of them. `streak_zone`: whose
    midnight ends a day of a streak.
    """

    stack: Stack = "additive"
    rounding: Rounding = "multiply_then_round"
    overflow: Overflow = "truncate"
    after_refund: AfterRefund = "negative_only"
    referral_refund: ReferralRefund = "final_after_payout"
    attribution: Attribution = "last_click"
    shortfall: Shortfall = "negative"
    restored: Restored = "keep_expiry"
    demotion: Demotion = "on_refund"
    party_credit: PartyCredit = "credit_payer"
    discounts: Discounts = "best"
    streak_zone: StreakZone = "device_zone"


class Asset(Part, frozen=True, kw_only=True):
    """A kind of value. `decimals` of its smallest unit; `currency` where it is money, which has at
    least the decimals of that currency; `expire` how long a lot lives (never, if left out); `name`
    of one, `many` of several."""

    id: Id
    name: Text
    many: Text | None = None
    decimals: Annotated[int, Meta(ge=0, le=6)] = 0
    currency: Currency | None = None
    expire: Life | None = None


class Hurdle(Part, frozen=True, kw_only=True):
    """A figure that must be reached (`from`), or stay lower than something (`below`).

    `window` says where it is counted: year, month, 12m, ever; where the ladder counts, if left out.
    """

    metric: Id
    from_: Number | None = None
    below: Number | None = None
    window: Window | None = None


class Tier(Part, frozen=True, kw_only=True):
    """A standing, reached from `from` of what the ladder counts; without it by invitation only.
    The first one is where everybody stands. `needs` must be right as well, one of `or` is enough by
    itself. `name` of the standing or of one who has it, `many` of several of them (Regulars).
    `rights` are what belongs to it beside points, in the words of the terms."""

    id: Id
    name: Text
    many: Text | None = None
    from_: Number | None = None
    needs: list[Hurdle] = []
    or_: list[Hurdle] = []
    rights: list[Text] = []


class Edition(Part, frozen=True, kw_only=True):
    """A programme file.

    `edition` is the stable id of this version, `programme` of what it is a version of (the same, if
    left out). It is in force from `from` (the first one: always). `zone` is where its days begin;
    `fold` the version of the fold that it runs under. The first asset is the main one: what rules
    give and take if they name none. `activities`, `campaigns` and `counts` declare the names that
    facts may use. `names` says what codes of goods, places, channels and tenders are called when
    the programme is told.
    """

    format: Literal[1]
    programme: Id | None = None
    edition: Id
    name: Text
    zone: Zone = "UTC"
    currency: Currency = "EUR"
    from_: Instant | None = None
    fold: Literal[1] = 1
    late_limit: Duration = "P400D"
    assets: Annotated[list[Asset], Meta(min_length=1)]
    metrics: list[Metric] = []
    activities: dict[Id, Text] = {}
    campaigns: dict[Id, Text] = {}
    counts: dict[Id, Text] = {}
    names: dict[Code, Text] = {}
    earn: list[Earn] = []
    change: list[ChangeRule] = []
    limit: list[Limit] = []
    standing: Ladder | None = None
    tiers: list[Tier] = []
    rewards: list[Reward] = []
    referrals: list[ReferralRule] = []
    policy: Policy = Policy()

    @property
    def programme_id(self) -> str:
        """The id of the programme that it is an edition of."""
        return self.programme or self.edition

    def problems(self) -> Iterable[Finding]:
        """Names that lead nowhere, ids that repeat, tiers out of order."""
        return consistency.problems(self)
