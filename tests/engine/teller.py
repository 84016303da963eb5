"""A rule that asks, answers and gives, and tells what it saw."""

from __future__ import annotations

from typing import Any

import msgspec
from core_kit import programme
from histories import RICH, yes

from regulars.engine.booking import Book
from regulars.engine.build import Build
from regulars.engine.calendar import instant_of
from regulars.engine.facts import Order
from regulars.engine.happenings import (
    Activity,
    Attempt,
    FoldFact,
    Promise,
    SignUp,
)
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.rules import Handlers, ReferralRule, Reward
from regulars.engine.run import Ask, Run


class Teller(Reward, frozen=True, kw_only=True, tag="teller"):
    """Asks twice about orders, acts and who signs up, and tells in its promises how many there were
    before; wants to give so many by itself; answers to `tell`."""

    wants_most: int = 0
    asks_most: int = 2

    def compile(self, build: Build) -> Handlers:
        me = self.name_in_state

        def count(run: Run) -> int:
            return run.state.ordinals.get(me, 0)

        def asks(run: Run, fact: FoldFact, ask: Ask) -> Any:
            assert ask is not None
            for number in range(self.asks_most):
                name = {"order": fact.key} if isinstance(fact, Order) else {}
                yield run.promise(me, f"{fact.key}-{number}", amount=count(run), **name)

        def asked_of(fact: FoldFact) -> bool:
            return isinstance(fact, Order | SignUp | Activity)

        def wants(run: Run, ask: Ask) -> Promise | None:
            assert ask is not None
            assert (run.key, run.at) == ("", run.state.at)
            given = run.state.ordinals.get("given", 0)
            return run.promise(me, f"w{given}") if given < self.wants_most else None

        def attempt(run: Run, attempt: Attempt, ask: Ask) -> Promise | None:
            assert ask is not None
            if getattr(attempt, "reward", "") != "tell":
                return None
            known = "yes" if attempt.order in run.records else "no"
            details = {"record": known, "points": str(run.state.holdings[0].balance)}
            return run.promise(me, attempt.key, key=attempt.key, amount=count(run), details=details)

        def still(run: Run, promise: Promise) -> Promise:
            details = promise.details | {"present": str(count(run))}
            return msgspec.structs.replace(promise, details=details)

        def promised(run: Run, promise: Promise) -> None:
            name = "given" if promise.ordinal.startswith("w") else me
            run.state.ordinals[name] = run.state.ordinals.get(name, 0) + 1

        return Handlers(
            asks=asks,
            asks_about=asked_of,
            wants=wants,
            attempt=attempt,
            still=still,
            promised=promised,
        )


class Quiet(ReferralRule, frozen=True, kw_only=True, tag="quiet"):
    """There are referrals, and nothing comes of them."""


def telling(referrals: bool = False, **fields: Any) -> Book:
    """A book of a programme in which a teller asks."""
    body: dict[str, Any] = {"rewards": [Teller(id="tell", **fields)]}
    body["earn"] = [PerAmount(id="spend", step="1 EUR", points="1")]
    body["referrals"] = [Quiet(id="quiet")] if referrals else []
    of = programme(body)
    return Book.opened(of, "m1", lambda question: yes("m1", question))


def rich(**fields: Any) -> Book:
    """A book of the programme that has something of everything."""
    book = Book.opened(RICH, "m1", lambda question: yes("m1", question))
    book.explain = fields.get("explain", False)
    return book


def told(book: Book) -> list[tuple[str, int, int]]:
    """The promises of a book: ordinal, what it told, microseconds since its fact."""
    promises = [one for one in book.facts.values() if isinstance(one, Promise)]
    return [(one.ordinal, one.amount, instant_of(one.at)) for one in promises]
