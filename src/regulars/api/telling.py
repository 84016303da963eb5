"""The shapes of what is answered beside facts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from regulars.api.answers import BalanceOut, Shown, Text, WhyOut


class IdentifierOut(Shown, frozen=True, kw_only=True):
    """One way to know somebody."""

    kind: Literal["external", "card", "email", "phone"]
    value: str


class CustomerOut(Shown, frozen=True, kw_only=True):
    """A customer. `customer` is their random id; somebody who was merged is shown as whom they are
    one with."""

    customer: str
    name: str
    language: str
    country: str
    birth_date: date | None
    identifiers: list[IdentifierOut]
    programmes: list[str]
    created_at: datetime


class HappeningOut(Shown, frozen=True, kw_only=True):
    """Something that happened: when it was true, and when it was known."""

    type: str
    key: str
    at: datetime
    received_at: datetime
    number: str = ""
    currency: str = ""
    amount: Text = "0"
    place: str = ""


class HistoryOut(Shown, frozen=True, kw_only=True):
    """A page of what happened, the newest first; `next` is the cursor of the page after it."""

    items: list[HappeningOut]
    next: str = ""


class VoucherOut(Shown, frozen=True, kw_only=True):
    """A voucher: `code` is what is shown at the till and what an order names, `id` what facts and
    explanations call it."""

    id: str
    code: str
    rule: str
    kind: str
    item: str
    value: Text
    currency: str
    state: str
    issued_at: datetime
    expires_at: datetime | None


class ExpiringOut(Shown, frozen=True, kw_only=True):
    """So much of an asset can be used before `at`."""

    asset: str
    amount: Text
    at: datetime


class HurdleOut(Shown, frozen=True, kw_only=True):
    """A figure on the way to a tier: what a metric `has` in a `window` (empty: where the ladder
    counts). It must be `at_least` so much, or `below` something; then it is `taken`."""

    metric: str
    window: str
    at_least: Text | None
    below: Text | None
    has: Text
    missing: Text
    taken: bool


class MissingOut(Shown, frozen=True, kw_only=True):
    """What is missing for the next tier: all `hurdles` are to be taken, or one of those `instead`.
    `metric`, `needs`, `has` and `missing` are of the first one, by which the ladder counts."""

    tier: str
    name: str
    metric: str
    needs: Text
    has: Text
    missing: Text
    hurdles: list[HurdleOut]
    instead: list[HurdleOut]


class MemberOut(Shown, frozen=True, kw_only=True):
    """Where a member stands in a programme now, as if every job had just run. `metrics` is what
    each metric comes to where it is counted; `revision` grows with each booking."""

    member: str
    programme: str
    edition: str
    at: datetime
    since: datetime
    balances: dict[str, BalanceOut]
    tier: str
    tier_until: datetime | None
    next_tier: MissingOut | None
    metrics: dict[str, Text]
    progress: dict[str, str]
    vouchers: list[VoucherOut]
    expiring: list[ExpiringOut]
    next_due: datetime | None
    code: str
    revision: int


class TransferOut(Shown, frozen=True, kw_only=True):
    """An amount of an asset moved; `fact` and `rule` wanted it, `cause` is what brought it."""

    asset: str
    amount: Text
    source: str
    target: str
    at: datetime
    booked_at: datetime
    fact: str
    rule: str
    step: str
    cause: str


class TransfersOut(Shown, frozen=True, kw_only=True):
    """A page of transfers, the newest first."""

    items: list[TransferOut]
    next: str = ""


class LineOut(Shown, frozen=True, kw_only=True):
    """One line of a balance, below zero where it went, with what the rules said."""

    fact: str
    rule: str
    step: str
    at: datetime
    amount: Text
    why: list[WhyOut]


class ExplainedOut(Shown, frozen=True, kw_only=True):
    """A balance line by line: the amounts add up to it."""

    member: str
    programme: str
    asset: str
    at: datetime
    known_at: datetime
    balance: Text
    tier: str
    lines: list[LineOut]


class OfferOut(Shown, frozen=True, kw_only=True):
    """A reward for a member: whether they may have it now, or why not."""

    reward: str
    name: str
    may: bool
    price: Text = "0"
    asset: str = ""
    code: str = ""
    message: str = ""


class OffersOut(Shown, frozen=True, kw_only=True):
    """The rewards that a member can ask for."""

    rewards: list[OfferOut]


class QuoteOut(Shown, frozen=True, kw_only=True):
    """What a cart would come to. Nothing is booked. `pays` is what is left to pay where something
    pays a part; `refused` says why a voucher would not count."""

    programme: str
    member: str
    would_give: dict[str, Text]
    why: list[WhyOut]
    pays: Text | None
    currency: str
    refused: dict[str, str]
    tier: str
    tier_after: str
    rewards: list[OfferOut]
    balances: dict[str, BalanceOut]
    revision: int


class RedemptionOut(Shown, frozen=True, kw_only=True):
    """A redemption. A refusal is an answer too, and stays the same under its key. `voucher` is the
    code of what was handed out as a voucher."""

    key: str
    member: str
    programme: str
    accepted: bool
    state: Literal["refused", "booked", "reserved", "confirmed", "released", "ended"]
    code: str = ""
    message: str = ""
    needs: dict[str, str] = {}
    reserved_until: datetime | None = None
    voucher: str = ""
    balances: dict[str, BalanceOut] = {}
    revision: int = 0


class RewardOut(Shown, frozen=True, kw_only=True):
    """A reward of a programme, in a sentence."""

    reward: str
    kind: str
    name: str
    terms: str
    asked_for: bool


class RewardsOut(Shown, frozen=True, kw_only=True):
    """The rewards of a programme."""

    rewards: list[RewardOut]


class TierOut(Shown, frozen=True, kw_only=True):
    """A tier, from the lowest; `reached_from` is empty where it is by invitation."""

    tier: str
    name: str
    reached_from: str
    rights: list[str]


class TiersOut(Shown, frozen=True, kw_only=True):
    """The tiers of a programme."""

    tiers: list[TierOut]


class AssetOut(Shown, frozen=True, kw_only=True):
    """A kind of value."""

    asset: str
    name: str
    decimals: int
    currency: str


class ProgrammeOut(Shown, frozen=True, kw_only=True):
    """A programme that runs."""

    programme: str
    name: str
    edition: str
    zone: str
    currency: str
    assets: list[AssetOut]


class ProgrammesOut(Shown, frozen=True, kw_only=True):
    """The programmes in the order in which they answer to a fact."""

    programmes: list[ProgrammeOut]


class EditionOut(Shown, frozen=True, kw_only=True):
    """An edition of a programme, without its file."""

    edition: str
    begins: datetime | None
    published_at: datetime
    withdrawn_at: datetime | None


class EditionsOut(Shown, frozen=True, kw_only=True):
    """The editions of a programme, the oldest first."""

    editions: list[EditionOut]


class SectionOut(Shown, frozen=True, kw_only=True):
    """Sentences under one heading."""

    title: str
    sentences: list[str]


class EditionFileOut(Shown, frozen=True, kw_only=True):
    """An edition with its file, and what it says to members."""

    edition: str
    programme: str
    begins: datetime | None
    published_at: datetime
    file: str
    terms: list[SectionOut]
