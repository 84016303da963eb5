"""One holder's book: their facts, their state, what is booked; a fact comes in, a decision is
booked. The newest fact is a step, a late one a refold whose difference is booked."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from regulars.engine.advance import advance
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.difference import difference
from regulars.engine.facts import Fact, Order
from regulars.engine.fold import follow, ordered, step
from regulars.engine.happenings import Attempt, Effect, FoldFact, Promise
from regulars.engine.position import START, Position, names, position
from regulars.engine.refusing import refused
from regulars.engine.run import Ask, Change, Row, Run, Why
from regulars.engine.state import State

MOST_WANTS = 10_000
"""More automatic promises than this at one moment mean a rule that feeds itself."""


class Booked(Struct):
    """What one arrival, or time, brought: rows to book (differences may be negative), other
    changes, promises decided, effects to send, and why."""

    rows: list[Row] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    whys: list[Why] = field(default_factory=list)


class Mark(Struct):
    """How far the lists of a run went before something was applied."""

    rows: int
    changes: int
    promises: int
    effects: int


class Book(Struct):
    """A holder's facts by key in their highest version, the run that has folded them, every row
    that was booked, the effects sent by key, and the position of the last fact applied."""

    programme: Compiled
    holder: str
    run: Run
    facts: dict[str, FoldFact] = field(default_factory=dict)
    booked: list[Row] = field(default_factory=list)
    sent: dict[str, Effect] = field(default_factory=dict)
    last: Position = START
    explain: bool = False

    @classmethod
    def opened(cls, programme: Compiled, holder: str, ask: Ask) -> Book:
        """An empty book."""
        run = Run(programme, programme.start(), holder)
        run.ask = ask
        return cls(programme, holder, run)

    @property
    def state(self) -> State:
        """The state after the last thing that happened."""
        return self.run.state

    def advance(self, until: int) -> Booked:
        """Let time pass: what is due is booked, and what is then given by itself."""
        mark = self.mark()
        advance(self.run, until)
        self.give_by_itself()
        return self.since(mark)

    def take(self, fact: FoldFact) -> Booked:
        """Apply a fact: where it belongs, whenever it arrives."""
        restated = fact.key in self.facts
        at = position(fact, self.facts.get(names(fact)))
        if restated or at < self.last or instant_of(fact.at) < self.run.state.at:
            return self.refold(fact)
        mark = self.mark()
        self.run.whys = [] if self.explain else None
        self.ask_for(self.run, fact)
        self.facts[fact.key] = fact
        self.last = at
        step(self.run, fact, at.at)
        self.give_by_itself()
        return self.since(mark)

    def refold(self, fact: FoldFact) -> Booked:
        """Fold again with a fact that arrived late, and book the difference."""
        before = self.run
        self.facts[fact.key] = fact
        if isinstance(fact, Order):
            self.ask_late(fact)
        run = self.again(None)
        run.ask, run.present = before.ask, before.state
        history = ordered(self.facts.values())
        follow(run, history)
        advance(run, before.state.at)
        run.present = None
        self.run = run
        self.keep_promises(run.promises)
        self.last = position_of_last(self.facts, history.facts)
        mark = Mark(len(run.rows), len(before.changes), 0, 0)
        self.give_by_itself()
        wanted = run.rows
        rows = difference(self.booked, wanted)
        self.booked.extend(rows)
        changes = [one for one in run.changes if one not in before.changes]
        effects = list(self.unsent(run.effects))
        del mark
        return Booked(rows, changes, list(run.promises), effects, run.whys or [])

    def again(self, until: Position | None) -> Run:
        """A fresh run that knows which promises exist."""
        run = Run(self.programme, self.programme.start(), self.holder)
        run.known = {
            (one.rule, one.ordinal) for one in self.facts.values() if isinstance(one, Promise)
        }
        run.whys = [] if self.explain else None
        return run

    def before(self, at: Position) -> Run:
        """A run that has folded everything before a position, and time up to it."""
        run = self.again(at)
        history = ordered(self.facts.values()).before(at)
        follow(run, history, None)
        advance(run, at.at)
        run.at = at.at
        run.ask = self.run.ask
        return run

    def decide(self, attempt: Attempt) -> Promise:
        """The promise that an attempt becomes. It is decided at its own instant; a late one must
        hold on the present state too. Raises Refused; nothing has changed then."""
        at = instant_of(attempt.at)
        if at >= self.run.state.at:
            return self.decided(self.run, attempt, at)
        place = Position(at, 5, at, attempt.source, attempt.key)
        promise = self.decided(self.before(place), attempt, at)
        self.decided(self.run, attempt, self.run.state.at)
        return promise

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
        raise refused("reward_unknown", reward=getattr(attempt, "reward", ""))

    def ask_for(self, run: Run, fact: FoldFact) -> None:
        """What is decided before a fact acts: offers, vouchers and points that pay for it."""
        for promise in self.asked(run, fact):
            self.facts[promise.key] = promise
            run.known.add((promise.rule, promise.ordinal))
            run.promises.append(promise)
            step(run, promise, max(instant_of(promise.at), run.state.at))

    def asked(self, run: Run, fact: FoldFact) -> Iterator[Promise]:
        at = instant_of(fact.at)
        asking = [one.asks for one in run.edition.handlers.values() if one.asks is not None]
        if not asking or run.ask is None:
            return
        advance(run, at)
        for asks in asking:
            run.at, run.key = at, fact.key
            yield from asks(run, fact, run.ask)

    def ask_late(self, fact: Order) -> None:
        """The same for an order that arrives late: decided on the state at its own instant."""
        if any(isinstance(one, Promise) and one.order == fact.key for one in self.facts.values()):
            return
        run = self.before(position(fact))
        for promise in self.asked(run, fact):
            self.facts[promise.key] = promise
            self.run.promises.append(promise)

    def give_by_itself(self) -> None:
        """Ask what is given by itself, on the state after the last known fact, until no rule wants
        to give more."""
        run = self.run
        if run.ask is None:
            return
        for _ in range(MOST_WANTS):
            promise = self.next_wanted()
            if promise is None:
                self.keep_promises(run.promises)
                return
            run.apply(promise)
            for settle in run.edition.settle:
                settle(run)
            self.last = max(self.last, position(promise))
        raise RuntimeError(f"rules of {self.programme.id} give without end")

    def next_wanted(self) -> Promise | None:
        run = self.run
        run.at = run.state.at
        for handlers in run.edition.handlers.values():
            if handlers.wants is not None and run.ask is not None:
                promise = handlers.wants(run, run.ask)
                if promise is not None:
                    return promise
        return None

    def keep_promises(self, promises: list[Promise]) -> None:
        """Promises decided on the way are facts from now on."""
        for promise in promises:
            self.facts.setdefault(promise.key, promise)

    def mark(self) -> Mark:
        run = self.run
        return Mark(len(run.rows), len(run.changes), len(run.promises), len(run.effects))

    def since(self, mark: Mark) -> Booked:
        """What came out since a mark; its rows are booked as they are."""
        run = self.run
        rows = run.rows[mark.rows :]
        self.booked.extend(rows)
        promises = run.promises[mark.promises :]
        self.keep_promises(promises)
        effects = list(self.unsent(run.effects[mark.effects :], withdraw=False))
        return Booked(rows, run.changes[mark.changes :], promises, effects, run.whys or [])

    def unsent(self, effects: list[Effect], withdraw: bool = True) -> Iterator[Effect]:
        """Effects that were not sent, or not so: a changed one gets a higher version, one that is
        no longer caused is restated as withdrawn."""
        caused = {effect.key: effect for effect in effects}
        for effect in caused.values():
            before = self.sent.get(effect.key)
            if before is None:
                self.sent[effect.key] = effect
                yield effect
            elif _differs(before, effect):
                yield self.restated(effect, before.version + 1, withdrawn=False)
        if withdraw:
            for key, before in list(self.sent.items()):
                if key not in caused and not before.withdrawn:
                    yield self.restated(before, before.version + 1, withdrawn=True)

    def restated(self, effect: Effect, version: int, withdrawn: bool) -> Effect:
        again = replaced(effect, version=version, withdrawn=withdrawn)
        self.sent[effect.key] = again
        return again


def _differs(before: Effect, effect: Effect) -> bool:
    return replaced(before, version=1, withdrawn=False) != effect or before.withdrawn


def replaced(effect: Effect, version: int, withdrawn: bool) -> Effect:
    """The same effect in another version."""
    body = {name: getattr(effect, name) for name in effect.__struct_fields__}
    return Effect(**{**body, "version": version, "withdrawn": withdrawn})


def position_of_last(facts: dict[str, FoldFact], history: list[FoldFact]) -> Position:
    """The position of the last fact of a history that is in order."""
    if not history:
        return START
    last = history[-1]
    named: Fact | None = facts.get(names(last))
    return position(last, named)
