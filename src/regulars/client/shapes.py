"""What the API answers, as the client gives it."""

from __future__ import annotations

from msgspec import Struct


class Balance(Struct, frozen=True):
    """What a member has of an asset, as decimal text: to spend, not yet to spend."""

    available: str
    pending: str


class Why(Struct, frozen=True):
    """What one rule gave, or why it gave nothing."""

    rule: str
    code: str
    message: str
    amount: str
    asset: str


class Given(Struct, frozen=True):
    """What one programme made of a fact, and where the member stands afterwards."""

    programme: str
    status: str
    gave: dict[str, str]
    why: list[Why]
    member: str
    balances: dict[str, Balance]
    tier: str
    revision: int
    code: str = ""
    message: str = ""


class Problem(Struct, frozen=True):
    """What was refused: code, sentence, place of the field, what to do, id of the request."""

    code: str
    message: str
    place: str = ""
    remedy: str = ""
    request_id: str = ""


class Recorded(Struct, frozen=True):
    """What became of a fact: recorded, restated, known, waiting or refused (with `error`)."""

    key: str
    state: str
    programmes: list[Given]
    error: Problem | None = None


class Batch(Struct, frozen=True):
    """What became of each fact of a batch, in their order."""

    recorded: int
    refused: int
    facts: list[Recorded]


class Voucher(Struct, frozen=True):
    """A voucher: `code` is what is shown and what an order names, `id` what facts call it."""

    id: str
    code: str
    kind: str
    item: str
    value: str
    currency: str
    state: str


class Hurdle(Struct, frozen=True):
    """A figure on the way to a tier: what a metric has, and what is missing."""

    metric: str
    window: str
    has: str
    missing: str
    taken: bool
    at_least: str | None = None
    below: str | None = None


class NextTier(Struct, frozen=True):
    """What is missing for the next tier: all hurdles, or one of those instead."""

    tier: str
    name: str
    missing: str
    hurdles: list[Hurdle]
    instead: list[Hurdle]


class Member(Struct, frozen=True):
    """Where a member stands now."""

    member: str
    programme: str
    balances: dict[str, Balance]
    tier: str
    next_tier: NextTier | None
    metrics: dict[str, str]
    vouchers: list[Voucher]
    progress: dict[str, str]
    code: str
    revision: int


class Offer(Struct, frozen=True):
    """A reward for a member, and what speaks against it."""

    reward: str
    name: str
    may: bool
    price: str
    code: str = ""
    message: str = ""


class Quote(Struct, frozen=True):
    """What a cart would come to."""

    would_give: dict[str, str]
    why: list[Why]
    pays: str | None
    tier: str
    tier_after: str
    rewards: list[Offer]
    balances: dict[str, Balance]


class Redemption(Struct, frozen=True):
    """A redemption as it stands."""

    key: str
    accepted: bool
    state: str
    code: str
    message: str
    balances: dict[str, Balance]
    voucher: str = ""


class Adjustment(Struct, frozen=True):
    """An amount given or taken by hand: done, waiting for a second hand, or refused."""

    adjustment: str
    key: str
    member: str
    asset: str
    amount: str
    reason: str
    state: str
    asked_by: str
    decided_by: str


class Adjustments(Struct, frozen=True):
    """A page of adjustments."""

    items: list[Adjustment]
    next: str


class Harsher(Struct, frozen=True):
    """Something that gets dearer or shorter with an edition."""

    place: str
    was: str
    now: str


class Preview(Struct, frozen=True):
    """What an edition would change for real members."""

    programme: str
    edition: str
    members: int
    more: int
    less: int
    tiers: int
    sums: dict[str, str]
    harsher: list[Harsher]
    earliest: str


class Edition(Struct, frozen=True):
    """An edition that was published."""

    edition: str
    published_at: str
    begins: str | None
    withdrawn_at: str | None


class Line(Struct, frozen=True):
    """One line of a balance."""

    fact: str
    rule: str
    amount: str
    why: list[Why]


class Explained(Struct, frozen=True):
    """A balance line by line."""

    asset: str
    balance: str
    tier: str
    lines: list[Line]
