"""One holder's book: their facts, their state, what is booked; a fact comes in, a decision is
booked. The newest fact is a step, a late one a refold whose difference is booked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

from regulars.engine.advance import advance, next_due
from regulars.engine.booked import Booked, Mark
from regulars.engine.calendar import datetime_of, instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.difference import difference, news
from regulars.engine.facts import Order
from regulars.engine.fold import LATE, acts, counts_not, follow, needs, stands_for, step
from regulars.engine.happenings import Attempt, FoldFact, Promise, Redemption
from regulars.engine.known import Known
from regulars.engine.position import ASKED, PROMISE_RANK, START, Position, names, place
from regulars.engine.refusing import refused
from regulars.engine.run import Ask, Row, Run
from regulars.engine.sending import Sent, once, put_back
from regulars.engine.state import BEGINNING, Record, State
from regulars.ledger.refused import Refused

MOST_WANTS = 500
"""So many automatic promises at one moment, and no more: a grant that was mistyped, or a rule that
feeds itself, must not hold up everybody. What is still wanted then is given at the next moment."""
MOST_OPEN = 1000
"""Somebody who has so many open vouchers gets no more by themselves before some are used: every
booking looks through them."""


class Book(Struct):
    """What is known of a holder, the run that has folded it, every row that was booked, the
    effects sent by key, and the position of the last fact applied. The state is `stale` where
    something was decided that a known fact had waited for.

    A refold keeps the records of what is named and of what was promised; another one is folded to
    when something names its fact (`recall`). An order that is the newest is recorded at once.
    `others` are holders who have been joined into this one. While a book `expects` more of the
    instant that it stands at, what would be given by itself is `held`: it comes after all that."""

    programme: Compiled
    holder: str
    run: Run
    known: Known = field(default_factory=Known)
    booked: list[Row] = field(default_factory=list)
    sent: Sent = field(default_factory=Sent)
    stale: bool = False
    last: Position = START
    explain: bool = False
    others: frozenset[str] = frozenset()
    paused: bool = False
    expects: bool = False
    held: bool = False

    @classmethod
    def opened(cls, programme: Compiled, holder: str, ask: Ask | None = None) -> Book:
        """An empty book. Without `ask` nothing is decided in it: every promise is brought."""
        run = Run(programme, programme.start(), holder)
        run.ask = ask
        return cls(programme, holder, run)

    @property
    def facts(self) -> dict[str, FoldFact]:
        """The known facts by key, in their highest version."""
        return self.known.facts

    @property
    def state(self) -> State:
        """The state after the last thing that happened."""
        return self.run.state

    def advance(self, until: int) -> Booked:
        """Let time pass: what is due is booked, and what is then given by itself."""
        mark = self.mark()
        self.let_pass(until)
        return self.since(mark)

    def let_pass(self, until: int) -> None:
        """Let time pass instant by instant, so that it does not matter how often one looks."""
        run = self.run
        while run.state.due <= until:
            due = max(next_due(run), run.state.at)
            advance(run, min(due, until))
            if due > until:
                return
            self.give_by_itself()

    def take(self, fact: FoldFact) -> Booked:
        """Apply a fact: where it belongs, whenever it arrives. A version that is not newer than
        the known one changes nothing."""
        before = self.facts.get(fact.key)
        if before is not None and fact.version <= before.version:
            return Booked(cause=fact.key)
        known = self.known
        where = place(fact, self.facts)
        mark = self.mark()
        self.run.whys = [] if self.explain else None
        waits = known.waits(fact)
        if not waits:
            self.let_pass(where.at)
        if before or {fact.key, stands_for(fact)} & known.awaited or self.is_late(where):
            return self.refold([fact], mark)
        if isinstance(fact, Promise) and fact.rule == LATE:
            return self.refold([fact], mark)
        if waits or not acts(fact) or counts_not(fact, known.left_out):
            self.keep([fact])
            return self.since(mark, fact.key)
        if needs(fact):
            self.recall(names(fact))
        self.ask_for(fact)
        self.keep([fact])
        self.last = where
        step(self.run, fact, where.at)
        self.give_by_itself()
        return self.since(mark, fact.key)

    def take_all(self, facts: Sequence[FoldFact]) -> list[Booked]:
        """Apply facts that became known at one moment. Where any of them changes the past, nothing
        is decided before it has all of them."""
        coming = sorted(facts, key=lambda one: place(one, self.facts))
        past = any(one.version > 1 or self.is_late(place(one, self.facts)) for one in coming)
        late = past and len(coming) > 1
        return [self.take_late(coming)] if late else [self.take(one) for one in coming]

    def take_late(self, facts: Sequence[FoldFact]) -> Booked:
        """Apply facts that change the past, all at once."""
        known = self.facts
        new = [one for one in facts if one.key not in known or known[one.key].version < one.version]
        return self.refold(new)

    def is_late(self, where: Position) -> bool:
        """Whether a position lies before the place in history that the state has reached."""
        return where < self.last or where.at < self.run.state.at

    def keep(self, facts: Iterable[FoldFact]) -> None:
        """Facts are known from now on."""
        for fact in facts:
            self.stale |= self.known.keep(fact)

    def recall(self, key: str) -> Record | None:
        """The record of a known fact: where the last refold did not keep it, it is made again by
        folding everything that is known."""
        if key in self.run.records or key in self.known.recorded or key not in self.facts:
            return self.run.records.get(key)
        self.known.recorded.add(key)
        run = self.again()
        follow(run, self.known.ordered(), self.run.state.at)
        if key in run.records:
            self.run.records[key] = run.records[key]
        return self.run.records.get(key)

    def read(self, name: str) -> Any:
        """What the rules answer to a name, of the fact whose key stands behind a colon if one
        does; None if no rule knows it."""
        self.recall(name.partition(":")[2])
        for handlers in self.run.edition.handlers.values():
            found = handlers.read(self.run, name) if handlers.read is not None else None
            if found is not None:
                return found
        return None

    def refold(self, facts: Sequence[FoldFact], mark: Mark | None = None, by: str = "") -> Booked:
        """Fold again with facts that arrived late, or because of what `by` made known, and book
        the difference."""
        before = self.run
        mark = mark or self.mark()
        self.keep(facts)
        paying = [one for fact in facts for one in self.asked_late(fact)]
        promises = [*before.promises[mark.promises :], *paying]
        also = [fact.key for fact in facts]
        self.replay(before, promises, also)
        while self.stale:
            self.replay(before, self.run.promises, also)
        return self.changed(before, mark, also or [by])

    def replay(self, before: Run, promises: Sequence[Promise], also: Sequence[str]) -> None:
        """Fold everything that is known, and ask what has not been asked; what is decided must
        hold on the state `before` too. The records of the facts `also` are kept this time."""
        self.stale = False
        self.run = run = self.again()
        for key in also:
            run.want(key)
        run.ask = before.ask
        run.stands_on(lambda: self.programme.copy(before.state))
        run.promises.extend(promises)
        self.travel(run)
        advance(run, before.state.at)
        run.stands_on(None)
        run.wanted = None
        self.keep_promises(run.promises)
        self.last = self.end()
        self.give_by_itself()

    def travel(self, run: Run) -> None:
        """Apply everything that is known, in its order."""
        follow(run, self.known.ordered())

    def end(self) -> Position:
        """The place of the last thing in history."""
        return self.known.last() or START

    def changed(self, before: Run, mark: Mark, causes: Sequence[str]) -> Booked:
        """What a refold changed against what had been booked; its difference is booked."""
        run = self.run
        rows = difference(before.rows[: mark.rows], run.rows)
        self.booked.extend(rows)
        changes = list(news(before.changes[: mark.changes], run.changes))
        whys = [why for why in run.whys or () if why.key in causes]
        effects = self.sent.of(run.effects)
        return Booked(rows, changes, list(run.promises), effects, whys, causes[0])

    def begun(self) -> Run:
        """A run that has done nothing yet."""
        return Run(self.programme, self.programme.start(), self.holder)

    def again(self) -> Run:
        """A fresh run that knows which promises exist."""
        run = self.begun()
        run.others = self.others
        run.known = set(self.known.promised)
        run.whys = [] if self.explain else None
        run.wanted = None if self.explain else set(self.known.recorded)
        return run

    def before(self, where: Position) -> Run:
        """A run that has folded everything before a position, and time up to it."""
        run = self.again()
        follow(run, self.known.before(where))
        advance(run, where.at)
        run.at = where.at
        run.ask = self.run.ask
        return run

    def decide(self, attempt: Attempt) -> Promise:
        """The promise that an attempt becomes. It is decided at its own instant; a late one must
        hold on the present state too. Raises Refused; nothing has changed then."""
        self.recall(attempt.order)
        at = instant_of(attempt.at)
        run = self.run
        if at >= run.state.at:
            if run.state.due <= at:
                run = self.aside()
                advance(run, at)
            return self.decided(run, attempt, at)
        run = self.before(Position(at, PROMISE_RANK, at, attempt.source, attempt.key))
        run.ask = once(run.ask)
        promise = self.decided(run, attempt, at)
        present = self.aside()
        present.ask = run.ask
        still = run.edition.handlers[promise.rule].still
        try:
            if still is None:
                self.decided(present, attempt, self.run.state.at)
            return promise if still is None else still(present, promise)
        except Refused:
            put_back(run.ask, promise)
            raise

    def aside(self) -> Run:
        """The run as it stands, on a copy."""
        run = self.run.aside()
        run.ask = self.run.ask
        return run

    def decided(self, run: Run, attempt: Attempt, at: int) -> Promise:
        """The answer of the one rule that knows what is asked for."""
        run.at, run.key = at, attempt.key
        if run.state.gone:
            raise refused("member_gone")
        ask = run.ask
        for handlers in run.edition.handlers.values():
            if handlers.attempt is not None and ask is not None:
                promise = handlers.attempt(run, attempt, ask)
                if promise is not None:
                    return promise
        if isinstance(attempt, Redemption) and not attempt.reward and attempt.price is not None:
            raise refused("price_unknown", has=attempt.price)
        raise refused("reward_unknown", reward=getattr(attempt, "reward", ""))

    def ask_for(self, fact: FoldFact) -> None:
        """What is decided before a fact acts: offers, vouchers and points that pay for it."""
        run = self.run
        for promise in self.asked(run, fact):
            self.keep([promise])
            run.promises.append(promise)
            run.want(promise.key)
            step(run, promise, instant_of(fact.at))

    def asked(self, run: Run, fact: FoldFact) -> Iterator[Promise]:
        """What rules answer to a fact before it acts, each after the one before it was applied:
        their times keep them in that order. What was decided before is not decided again."""
        at = instant_of(fact.at)
        asking = run.edition.asking_of(fact)
        if not asking or run.ask is None or run.state.gone:
            return
        count = 0
        for asks in asking:
            run.at, run.key = at, fact.key
            for promise in asks(run, fact, run.ask):
                if not run.asked(promise.rule, promise.ordinal):
                    yield msgspec.structs.replace(promise, at=datetime_of(at + count))
                    count += 1

    def asked_late(self, fact: FoldFact) -> list[Promise]:
        """The same for an order, or a step of a referral, that arrives late: decided on the
        state at its own instant, and it must hold on the present one."""
        kinds = ASKED if self.run.edition.edition.referrals else Order
        asks = any(one.asking_of(fact) for one in self.programme.editions)
        if not isinstance(fact, kinds) or not asks or self.run.ask is None:
            return []
        run = self.before(place(fact, self.facts))
        run.stands_on(lambda: self.programme.copy(self.run.state))
        promises = []
        for promise in self.asked(run, fact):
            held = run.still(promise)
            step(run, held, instant_of(fact.at))
            promises.append(held)
        self.keep(promises)
        return promises

    def give_by_itself(self) -> None:
        """Ask what is given by itself, on the state after the last known fact, until no rule wants
        to give more, or too much was given at once."""
        state, self.held = self.run.state, self.expects
        if self.held or self.run.ask is None or state.gone or state.at == BEGINNING:
            return
        most = self.most_wants()
        self.paused = False
        for _ in range(min(most, MOST_OPEN - len(self.state.vouchers))):
            promise = self.next_wanted()
            if promise is None:
                return
            self.give(promise)
        self.paused = len(self.state.vouchers) < MOST_OPEN
        self.run.change("giving", self.programme.id, "paused", most=most)

    def go_on(self) -> Booked:
        """Give what was wanted and not given: it was held, or too much was wanted at once."""
        mark = self.mark()
        self.give_by_itself()
        return self.since(mark)

    def most_wants(self) -> int:
        """How much may be given by itself at this moment."""
        return MOST_WANTS

    def give(self, promise: Promise) -> None:
        """Apply what is given by itself, after everything that was applied: where its instant has
        something later already, it is given right after that."""
        run = self.run
        where = place(promise, self.facts)
        if where < self.last:
            promise = msgspec.structs.replace(promise, at=datetime_of(run.state.at + 1))
            where = place(promise, self.facts)
        self.keep([promise])
        run.promises.append(promise)
        run.want(promise.key)
        step(run, promise, where.at)
        self.last = where

    def next_wanted(self) -> Promise | None:
        """The first thing that a rule wants to give by itself now."""
        run = self.run
        run.at, run.key = run.state.at, ""
        for handlers in run.edition.handlers.values():
            if handlers.wants is not None and run.ask is not None:
                promise = handlers.wants(run, run.ask)
                if promise is not None:
                    return promise
        return None

    def keep_promises(self, promises: list[Promise]) -> None:
        """Promises decided on the way are facts from now on."""
        self.keep([promise for promise in promises if promise.key not in self.facts])

    def mark(self) -> Mark:
        """How far the run's lists go now."""
        run = self.run
        return Mark(len(run.rows), len(run.changes), len(run.promises), len(run.effects))

    def since(self, mark: Mark, cause: str = "") -> Booked:
        """What came out since a mark; its rows are booked as they are."""
        run = self.run
        promises = run.promises[mark.promises :]
        if promises:
            self.keep_promises(promises)
        if self.stale:
            return self.refold([], mark, cause)
        rows = run.rows[mark.rows :]
        self.booked.extend(rows)
        effects = self.sent.of(run.effects[mark.effects :], withdraw=False)
        return Booked(rows, run.changes[mark.changes :], promises, effects, run.whys or [], cause)


__all__ = ["MOST_OPEN", "MOST_WANTS", "Book", "Booked", "Mark"]
