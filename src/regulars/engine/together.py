"""Facts that come together: none of them makes another one late.

What is given by itself waits until everything has come of the instant. Several facts of one holder
that belong before what their state has reached are folded in at once: each by itself would have
the history folded anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct

from regulars.engine import moments
from regulars.engine.booked import Booked, parted
from regulars.engine.desk import Desk, Outcome, outcome_of
from regulars.engine.fold import needs, stands_for
from regulars.engine.happenings import Erasure, FoldFact, Opening, Reversal
from regulars.engine.position import names, position

LEAST = 2
"""A fact that comes alone is taken as any other."""


class Coming(Struct, frozen=True):
    """A fact, and whom it came for."""

    fact: FoldFact
    holder: str


class Answer(Struct, frozen=True):
    """What became of a fact, and what it brought, where that is not what its holder's book said
    last."""

    outcome: Outcome
    booked: Booked | None = None


def record_all(desk: Desk, coming: Sequence[Coming], now: int) -> Iterator[Answer]:
    """Book facts that come together, the oldest first; what became of each, in their order."""
    waiting: dict[str, deque[Coming]] = {}
    for one in coming:
        waiting.setdefault(desk.resolved(one.holder), deque()).append(one)
    found: dict[str, Answer] = {}
    for one in coming:
        holder = desk.resolved(one.holder)
        mine = waiting[holder]
        if one.fact.key not in found and len(mine) >= LEAST and _is_late(desk, one, ()):
            late = late_ones(desk, mine)
            found |= {told.outcome.key: told for told in record_late(desk, late, now)}
            mine = waiting[holder] = deque(one for one in mine if one.fact.key not in found)
        if one.fact.key in found:
            yield found[one.fact.key]
        else:
            mine.popleft()
            yield Answer(_record(desk, one, mine[0].fact if mine else None, now))


def followed(facts: Sequence[FoldFact]) -> Iterator[tuple[FoldFact, bool]]:
    """Facts in their order, and whether the next one is of the same instant."""
    for place, fact in enumerate(facts, 1):
        yield fact, place < len(facts) and facts[place].at == fact.at


def _record(desk: Desk, coming: Coming, following: FoldFact | None, now: int) -> Outcome:
    """Book one fact, before the one that follows for the same holder."""
    holder = desk.resolved(coming.holder)
    expects = following is not None and following.at == coming.fact.at
    if expects or holder in desk.books:
        desk.book(holder).expects = expects
    outcome = desk.record(coming.fact, coming.holder, now)
    book = desk.books.get(holder)
    if book is not None and book.held and not expects:
        desk.settle(holder, book.go_on())
    return outcome


def late_ones(desk: Desk, coming: Iterable[Coming]) -> list[Coming]:
    """Those of the facts for one holder that can be folded in at once; none, if that would save
    nothing."""
    found: list[Coming] = []
    keys: set[str] = set()
    for one in coming:
        if _is_late(desk, one, keys):
            found.append(one)
            keys.add(one.fact.key)
    return found if len(found) >= LEAST else []


def _is_late(desk: Desk, coming: Coming, beside: Collection[str]) -> bool:
    """Whether a fact belongs before what its holder's state has reached, stays with that holder,
    is there with what it is about, and has nothing to ask."""
    fact = coming.fact
    if isinstance(fact, Opening | Erasure | Reversal) or not moments.in_order(fact):
        return False
    holder = desk.resolved(coming.holder)
    if desk.owners.get(fact.key, holder) != holder or fact.key in desk.waits:
        return False
    if fact.key in beside or stands_for(fact) or fact.key in desk.parked:
        return False
    name = names(fact)
    if needs(fact) and name not in beside and desk.owners.get(name) != holder:
        return False
    if any(one.asking_of(fact) for one in desk.programme.editions):
        return False
    return desk.known(fact) is None and desk.book(holder).is_late(position(fact))


def record_late(desk: Desk, coming: Sequence[Coming], now: int) -> list[Answer]:
    """Book facts that `late_ones` has chosen; what became of each, in their order."""
    if not coming:
        return []
    desk.advance(max(desk.clock, now))
    holder = desk.resolved(coming[0].holder)
    facts: list[FoldFact] = []
    for one in coming:
        origin = desk.origins.get(names(one.fact) if needs(one.fact) else one.fact.key, one.holder)
        late = desk.too_late(one.fact)
        for fact in (one.fact,) if late is None else (late, one.fact):
            desk.own(fact.key, origin)
            facts.append(fact)
    book = desk.book(holder)
    booked = book.take_late(facts)
    brought = {one.cause: one for one in parted(booked, facts)}
    desk.settle(holder, booked)
    if book.state.due <= desk.clock:
        desk.settle(holder, book.advance(desk.clock))
    return [_answer(desk, one, brought[one.fact.key]) for one in coming]


def _answer(desk: Desk, coming: Coming, booked: Booked) -> Answer:
    fact = coming.fact
    desk.let_in(fact.key)
    return Answer(desk.note(outcome_of(fact, booked)), booked)
