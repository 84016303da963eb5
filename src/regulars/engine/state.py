"""What the next fact may need to know of a holder, and the records of what can be undone.

State is bounded by the rules and not by age: no orders, no used vouchers, no closed referrals,
no history. Instants are microseconds since 1970 (UTC), amounts integers of the smallest unit.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from regulars.ledger.lots import FOREVER, Holding, Part

BEGINNING = -(1 << 62)
"""Earlier than any instant."""


class Voucher(Struct, omit_defaults=True, gc=False):
    """An issued right to value: `value` of money or an `item`, usable while before `expires`.

    `rule` issued it, `cost` of `asset` was taken for it; `face` was its value when it was new.
    `kind` is the word by which it is asked for.
    """

    id: str
    rule: str
    kind: str
    issued: int
    expires: int = FOREVER
    item: str = ""
    value: int = 0
    currency: str = ""
    asset: str = ""
    cost: int = 0
    parts: list[Part] = field(default_factory=list)
    face: int = 0


class Standing(Struct, omit_defaults=True):
    """Where a holder stands on a ladder: `tier` (index from the lowest), since when, and until
    when as things stand (exclusive; FOREVER where nothing ends it)."""

    tier: int = 0
    since: int = BEGINNING
    until: int = FOREVER


class State(Struct):
    """One holder in one programme. `holdings` by asset, `memory` by rule, `attributes` dated
    values that rules read, `paid` what pays for an order that is about to be folded."""

    at: int = BEGINNING
    edition: int = 0
    holdings: list[Holding] = field(default_factory=list)
    memory: list[Any] = field(default_factory=list)
    vouchers: dict[str, Voucher] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    standing: Standing = field(default_factory=Standing)
    ordinals: dict[str, int] = field(default_factory=dict)
    paid: dict[str, list[Payment]] = field(default_factory=dict)
    gone: bool = False
    due: int = FOREVER


class Mark(Struct, frozen=True, gc=False):
    """What a discount takes off the goods of an order: `off` of every `of` of the line with this
    place, of all of them where it is -1; an amount as it is where `of` is 0."""

    line: int
    off: int
    of: int = 0


class Payment(Struct, omit_defaults=True, gc=False):
    """What pays a part of an order before it earns: by `rule`, of `amount_minor`, or `percent`
    off. `voucher` is what it was paid with, if it was one, or `points` of an `asset` out of `parts`
    of lots, taken by the fact `key`; `back` is how much of either has been given back. `refused`
    says why what was shown does not count; `kept` is the voucher as it was. An amount in a
    `currency` pays only in that (empty: in any). A discount has `marks` instead: it lowers what the
    goods cost."""

    rule: str
    amount_minor: int = 0
    percent: int = 0
    voucher: str = ""
    asset: str = ""
    points: int = 0
    key: str = ""
    parts: list[Part] = field(default_factory=list)
    back: int = 0
    refused: str = ""
    kept: Voucher | None = None
    marks: list[Mark] = field(default_factory=list)
    currency: str = ""


class Piece(Struct, gc=False):
    """One line of an order as its record keeps it."""

    product: str
    category: str
    amount: int


class Record(Struct):
    """What undoing an order, a grant, a redemption or a voucher needs. A cache like a snapshot:
    it can be made again by folding to its fact.

    `rule` is whose promise it is, if it is one. `basis` is the money that may come back, in
    `currency` (empty where nobody knows), `back` what has beside lines (`back_lines`); `eligible`
    the most that a rule let earn, `back_eligible` what of that came back told apart; `counts` and
    `back_counts` (thousandths) the same for counts.
    By rule: `frozen`, the rule's own integers; `given`, what it gave; `kept`, what of that still
    stands; `expired`, what of its lot ran out and was not counted yet. `parts` are the lots that
    paid a redemption. `payments` and `covered` paid a part of an order, the buyer `pays` the rest.
    """

    key: str
    edition: str
    at: int
    rule: str = ""
    basis: int = 0
    back: int = 0
    eligible: int = 0
    back_eligible: int = 0
    total: int = 0
    pieces: list[Piece] = field(default_factory=list)
    back_lines: list[int] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    back_counts: dict[str, int] = field(default_factory=dict)
    frozen: dict[str, Any] = field(default_factory=dict)
    given: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    expired: dict[str, int] = field(default_factory=dict)
    assets: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    covered: int = 0
    pays: int = 0
    currency: str = ""
    closed: bool = False
