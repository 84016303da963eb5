"""Where a fact stands in a holder's history: the one sort key of the fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from regulars.engine.calendar import instant_of
from regulars.engine.facts import Fact, Order, Refund
from regulars.engine.happenings import (
    Activity,
    Attribute,
    Erasure,
    FoldFact,
    Grant,
    Opening,
    Promise,
    Reversal,
    TierSet,
)

OPENING_RANK, ATTRIBUTE_RANK, GRANT_RANK, ORDER_RANK = 0, 1, 2, 3
REFUND_RANK, PROMISE_RANK, REVERSAL_RANK, ERASURE_RANK, DUE_RANK = 4, 5, 6, 7, -1

RANKS: dict[type, int] = {
    Opening: OPENING_RANK,
    Attribute: ATTRIBUTE_RANK,
    TierSet: GRANT_RANK,
    Grant: GRANT_RANK,
    Refund: REFUND_RANK,
    Promise: PROMISE_RANK,
    Reversal: REVERSAL_RANK,
    Erasure: ERASURE_RANK,
}
"""What comes first of the facts of one instant; what is not listed ranks as an order."""

BEFORE_IT, ITSELF = 0, 1


class Position(Struct, frozen=True, order=True, gc=False):
    """Sorted field by field: instant (that of the named fact if later), rank, own instant,
    source, key; `part` puts what pays for an order directly before that order."""

    at: int
    rank: int
    own_at: int
    source: str
    key: str
    part: int = ITSELF
    last: str = ""


START = Position(-(1 << 62), -9, 0, "", "")
Named = Mapping[str, Fact] | Callable[[str], Fact | None]


def names(fact: FoldFact) -> str:
    """The key of the fact that this one is about and cannot come before; empty if none."""
    if isinstance(fact, Refund | Activity):
        return fact.order
    if isinstance(fact, Reversal):
        return fact.redemption
    return fact.order if isinstance(fact, Promise) else ""


def rank(fact: FoldFact) -> int:
    """The rank of a fact among those of its instant."""
    if isinstance(fact, Promise) and fact.due:
        return DUE_RANK
    return RANKS.get(type(fact), ORDER_RANK)


def position(fact: FoldFact, named: Fact | None = None) -> Position:
    """Where `fact` belongs; `named` is the known fact that it names, if it names one."""
    at = instant_of(fact.at)
    if named is None:
        return Position(at, rank(fact), at, fact.source, fact.key)
    if isinstance(fact, Promise) and isinstance(named, Order) and not fact.due:
        its = position(named)
        return Position(its.at, its.rank, its.own_at, its.source, its.key, BEFORE_IT, fact.key)
    return Position(max(at, instant_of(named.at)), rank(fact), at, fact.source, fact.key)
