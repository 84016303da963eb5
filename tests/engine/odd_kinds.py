"""Two kinds of rules that only tests know: one that has effects on others, one that asks later."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
from msgspec import Struct, field

from regulars.engine.build import Build
from regulars.engine.facts import Order
from regulars.engine.happenings import Effect, Promise
from regulars.engine.questions import Granted, Share
from regulars.engine.rules import Earn, Handlers, Reward, Undoing
from regulars.engine.run import Run
from regulars.ledger.lots import FOREVER

DAY = 86_400_000_000


class Tithe(Earn, frozen=True, kw_only=True, tag="tithe"):
    """A tenth of the money of every order goes to `to`, as points; a refund takes it back. It may
    not say of which order it was (`named`)."""

    to: str
    named: bool = True

    def compile(self, build: Build) -> Handlers:
        give = build.giving(self)
        me = self.name_in_state

        def order(run: Run, fact: Order) -> None:
            run.effect(me, self.to, "tithe", subject=fact.key, amount=fact.amount_minor // 1000)
            if run.record is not None:
                run.record.frozen[me] = True

        def undo(run: Run, undoing: Undoing) -> None:
            if me in undoing.record.frozen:
                subject = undoing.record.key if self.named else ""
                run.effect(me, self.to, "back", subject=subject, amount=-1)

        def effect(run: Run, fact: Effect) -> None:
            if fact.amount > 0:
                give(run, fact.amount)

        return Handlers(on={Order: order}, undo=undo, effect=effect)


class PingPong(Earn, frozen=True, kw_only=True, tag="ping_pong"):
    """An order goes to everybody in `crowd`, and there it ends; without one two holders send it to
    each other for ever."""

    crowd: tuple[str, ...] = ()

    def compile(self, build: Build) -> Handlers:
        me = self.name_in_state

        def order(run: Run, fact: Order) -> None:
            for receiver in self.crowd or ("m2",):
                run.effect(me, receiver, "ping")

        def effect(run: Run, fact: Effect) -> None:
            if not self.crowd:
                run.effect(me, "m1" if run.holder == "m2" else "m2", "pong")

        return Handlers(on={Order: order}, effect=effect)


class Running(Struct):
    """The reviews that run: by order, when they are due."""

    due: dict[str, int] = field(default_factory=dict)


class Review(Reward, frozen=True, kw_only=True, tag="review"):
    """Thirty days after an order its buyer gets `amount`, out of a budget; at most `most` in all
    as far as one holder is concerned."""

    memory: ClassVar[type | None] = Running
    amount: int = 10
    budget: int = 1000
    most: int = 100

    def compile(self, build: Build) -> Handlers:
        slot, me, give = build.slot(self), self.name_in_state, build.giving(self)

        def running(run: Run) -> dict[str, int]:
            memory: Running = run.state.memory[slot]
            return memory.due

        def order(run: Run, fact: Order) -> None:
            due = running(run)[fact.key] = run.at + 30 * DAY
            run.state.due = min(run.state.due, due)

        def next_due(run: Run) -> int:
            return min(running(run).values(), default=FOREVER)

        def due(run: Run) -> None:
            over = [key for key, at in running(run).items() if at <= run.at]
            for key in sorted(over):
                del running(run)[key]
                if run.asked(me, key) or run.ask is None:
                    continue
                answer = run.ask(Share(name="budget", wanted=self.amount, most=self.budget))
                granted = answer.amount if isinstance(answer, Granted) else 0
                run.apply(run.promise(me, key, due=True, amount=granted, yes=granted > 0))

        def still(run: Run, promise: Promise) -> Promise:
            left = max(self.most - run.state.ordinals.get(me, 0), 0)
            return msgspec.structs.replace(promise, amount=min(promise.amount, left))

        def promised(run: Run, promise: Promise) -> None:
            state: Any = run.state
            state.ordinals[me] = state.ordinals.get(me, 0) + promise.amount
            if promise.amount:
                give(run, promise.amount)

        return Handlers(
            on={Order: order}, next_due=next_due, due=due, still=still, promised=promised
        )
