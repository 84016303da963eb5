"""What one holder's book knows: facts by key, kept in the order in which they act."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from msgspec import Struct, field

from regulars.engine.facts import Order
from regulars.engine.fold import (
    LATE,
    History,
    acts,
    counts_not,
    needs,
    ordered,
    stands_for,
)
from regulars.engine.happenings import FoldFact, Opening, Promise
from regulars.engine.position import Position, names, place, uses


class Known(Struct):
    """A holder's `facts` by key in their highest version.

    `awaited` are the keys that known facts name and that are not known, `left_out` those of facts
    that came too late to count in points, `brought` those of which an opening brought the record;
    `recorded` names the facts whose records a fold keeps, `promised` the identities of promises,
    `used` what those were used on.
    `history` is their order as far as it is known: one more fact is put where it belongs.
    """

    facts: dict[str, FoldFact] = field(default_factory=dict)
    awaited: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    brought: set[str] = field(default_factory=set)
    recorded: set[str] = field(default_factory=set)
    promised: set[tuple[str, str]] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    history: History | None = field(default_factory=lambda: History(placed=[]))

    def keep(self, fact: FoldFact) -> bool:
        """The fact is known from now on; whether another one had waited for it."""
        if type(fact) is Order and not (self.awaited or self.used or fact.key in self.facts):
            self.facts[fact.key] = fact
            self.insert(fact, moves=False)
            return False
        key, brings = fact.key, stands_for(fact)
        meets = key in self.awaited or brings in self.awaited
        moves = meets or key in self.facts or isinstance(fact, Opening)
        moves |= key in self.used
        self.facts[key] = fact
        if isinstance(fact, Opening):
            self.brought.add(brings)
        if self.awaited:
            self.awaited -= {key, brings}
        name = names(fact)
        if name:
            self.recorded.add(name)
            if not self.knows(name):
                self.awaited.add(name)
        if isinstance(fact, Promise):
            moves |= self.keep_promise(fact)
        self.insert(fact, moves)
        return meets

    def read(self, facts: Iterable[FoldFact]) -> None:
        """All that is known of a holder, where nothing was known before: the same as keeping each
        fact, without looking for the place of every one."""
        self.facts = {fact.key: fact for fact in facts}
        others = [fact for fact in self.facts.values() if type(fact) is not Order]
        for fact in others:
            if isinstance(fact, Opening):
                self.brought.add(stands_for(fact))
            elif isinstance(fact, Promise):
                self.keep_promise(fact)
        named = {names(fact) for fact in others} - {""}
        self.recorded |= named
        self.awaited = {name for name in named if not self.knows(name)}
        self.history = ordered(self.facts.values())

    def keep_promise(self, promise: Promise) -> bool:
        """Note the identity of a promise; whether it says that another fact is left out."""
        self.recorded.add(promise.key)
        self.promised.add((promise.rule, promise.ordinal))
        self.used.add(uses(promise))
        if promise.rule != LATE:
            return False
        (self.left_out.discard if promise.yes else self.left_out.add)(promise.target)
        return True

    def insert(self, fact: FoldFact, moves: bool) -> None:
        """Put a fact into the history; where it may move others, the history is made anew."""
        history = self.history
        if moves or history is None or history.placed is None:
            self.history = None
            return
        if self.waits(fact) or not acts(fact) or counts_not(fact, self.left_out):
            return
        where = place(fact, self.facts)
        index = len(history.placed)
        if index and where < history.placed[-1]:
            index = bisect_left(history.placed, where)
        history.placed.insert(index, where)
        history.facts.insert(index, fact)
        history.instants.insert(index, where.at)

    def waits(self, fact: FoldFact) -> bool:
        """Whether a fact cannot act before one that is not known."""
        return needs(fact) and not self.knows(names(fact))

    def knows(self, key: str) -> bool:
        """Whether the fact with this key is known, or its record was brought in."""
        return key in self.facts or key in self.brought

    def forget(self, keys: Iterable[str]) -> None:
        """These facts are another's: what was known by them is worked out anew."""
        for key in keys:
            del self.facts[key]
        for names_of in (self.left_out, self.brought, self.recorded, self.used, self.promised):
            names_of.clear()
        self.read(self.facts.values())

    def ordered(self) -> History:
        """The facts in the order in which they act."""
        if self.history is None:
            self.history = placed(self.facts.values())
        return self.history

    def before(self, where: Position) -> History:
        """What stands before a position."""
        return self.ordered().before(where)

    def last(self) -> Position | None:
        """The position of the last fact; None where nothing acts."""
        history = self.ordered()
        if history.placed is None:
            return place(history.facts[-1], self.facts) if history.facts else None
        return history.placed[-1] if history.placed else None


def placed(facts: Iterable[FoldFact]) -> History:
    """The history of a set of facts, with the position of each."""
    given = list(facts)
    history = ordered(given)
    if history.placed is None:
        by_key = {fact.key: fact for fact in given}
        history.placed = [place(fact, by_key) for fact in history.facts]
    return history
