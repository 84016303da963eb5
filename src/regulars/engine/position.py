"""Where a fact stands in a holder's history: the one sort key of the fold."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from regulars.engine.calendar import instant_of
from regulars.engine.facts import Order, Refund
from regulars.engine.happenings import (
    Activity,
    Attribute,
    Erasure,
    FoldFact,
    Grant,
    Job,
    Opening,
    Promise,
    Reversal,
    SignUp,
    TierSet,
)

OPENING_RANK, ATTRIBUTE_RANK, GRANT_RANK, ORDER_RANK = 0, 1, 2, 3
REFUND_RANK, PROMISE_RANK, REVERSAL_RANK, ERASURE_RANK, DUE_RANK = 4, 5, 6, 7, -1
AUTOMATIC_RANK = 8
"""What is given by itself is asked for after everything known, so it stands last."""

RANKS: dict[type, int] = {
    Opening: OPENING_RANK,
    Attribute: ATTRIBUTE_RANK,
    TierSet: GRANT_RANK,
    Grant: GRANT_RANK,
    SignUp: GRANT_RANK,
    Job: DUE_RANK,
    Refund: REFUND_RANK,
    Promise: PROMISE_RANK,
    Reversal: REVERSAL_RANK,
    Erasure: ERASURE_RANK,
}
"""What comes first of the facts of one instant: who signs up and buys by a clock of whole seconds
has joined before. What is not listed ranks as an order."""

MOST_LINKS = 50
"""A fact follows the one that it names, that one the one that it names: so far, and no further."""
BEFORE_IT, ITSELF, AFTER_IT = 0, 1, 2
ASKED = (Order, SignUp, Activity)
"""Facts before which something may be decided: it stands directly before them."""


class Position(Struct, omit_defaults=True, frozen=True, order=True, gc=False):
    """Sorted field by field: instant (that of the named fact if later), rank, own instant,
    source, key; `part` puts what pays for an order directly before that order, what would else
    precede the fact it names directly after it, by their own time (`part_at`) and key (`last`)."""

    at: int
    rank: int
    own_at: int
    source: str
    key: str
    part: int = ITSELF
    part_at: int = 0
    last: str = ""


START = Position(-(1 << 62), -9, 0, "", "")


def names(fact: FoldFact) -> str:
    """The key of the fact that this one is about and cannot come before; empty if none."""
    if type(fact) is Order:
        return ""
    if isinstance(fact, Refund | Activity):
        return fact.order
    if isinstance(fact, Reversal):
        return fact.redemption
    return fact.order if isinstance(fact, Promise) else ""


def rank(fact: FoldFact) -> int:
    """The rank of a fact among those of its instant. A promise that was asked for is named by its
    asking or pays for an order; any other was given by itself."""
    if isinstance(fact, Promise):
        if fact.due:
            return DUE_RANK
        return PROMISE_RANK if fact.ordinal == fact.key or fact.order else AUTOMATIC_RANK
    return RANKS.get(type(fact), ORDER_RANK)


def position(fact: FoldFact) -> Position:
    """Where a fact belongs that names no known one."""
    at = instant_of(fact.at)
    return Position(at, rank(fact), at, fact.source, fact.key)


def place(fact: FoldFact, facts: Mapping[str, FoldFact]) -> Position:
    """Where a fact belongs among the known `facts`, by key: never before the one that it names.
    What takes back a payment before its order stands before that order too."""
    own = position(fact)
    if type(fact) is Order:
        return own
    name = names(fact)
    named = facts.get(name) if name else None
    if named is None:
        issued = _issued(fact, facts)
        return own if issued is None else _after(own, place(issued, facts))
    if _endless(fact, facts):
        return own
    its = place(named, facts)
    if isinstance(fact, Promise) and not fact.due:
        return _beside(its, BEFORE_IT, own) if isinstance(named, ASKED) else own
    if own.at < its.at:
        if its.part == BEFORE_IT:
            return _beside(its, BEFORE_IT, own, later_than=its.part_at)
        own = Position(its.at, own.rank, own.own_at, own.source, own.key)
    return _after(own, its)


def uses(fact: Promise) -> str:
    """What something that was asked for is used on, a voucher by the key of what issued it; empty
    if nothing."""
    return fact.target if fact.ordinal == fact.key != fact.target and not fact.due else ""


def _issued(fact: FoldFact, facts: Mapping[str, FoldFact]) -> Promise | None:
    """The promise that issued the voucher which is used: given by itself at the same instant, it
    would stand after everything that is asked for then."""
    issued = facts.get(uses(fact)) if isinstance(fact, Promise) else None
    return issued if isinstance(issued, Promise) and not uses(issued) else None


def _after(own: Position, its: Position) -> Position:
    if own > its:
        return own
    later_than = its.part_at if its.part == AFTER_IT else START.at
    return _beside(its, AFTER_IT, own, later_than=later_than)


def _endless(fact: FoldFact, facts: Mapping[str, FoldFact]) -> bool:
    """Whether facts name each other in a circle, as a redemption for an order that is its own
    reversal, or one after the other without end: such a fact stands where it would if it named
    nothing."""
    seen: set[str] = set()
    name = names(fact)
    while name and name != fact.key and name not in seen and len(seen) < MOST_LINKS:
        seen.add(name)
        named = facts.get(name)
        name = names(named) if named is not None else ""
    return name == fact.key or len(seen) == MOST_LINKS


def _beside(its: Position, part: int, own: Position, later_than: int = START.at) -> Position:
    part_at = max(own.own_at, later_than + 1)
    return Position(its.at, its.rank, its.own_at, its.source, its.key, part, part_at, own.key)
