"""A small programme for what every programme does, with a rule that tells how it was called."""

from __future__ import annotations

from typing import Any

from histories import day
from msgspec import Struct

from regulars.engine.build import Build
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.edition import Asset, Edition
from regulars.engine.facts import Order, Refund
from regulars.engine.happenings import FoldFact, Grant, Opening, Promise
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.rules import Earn, Handlers, Lasting, Life, Lives, Undoing
from regulars.engine.run import Run
from regulars.engine.state import Record
from regulars.ledger.lots import Debt, Lot

DAY = 86_400_000_000


class Long(Life, frozen=True, kw_only=True, tag="long"):
    """So many days from the earning, and one more for each tier."""

    days: int

    def expires(self, build: Build, asset: str) -> Lives:
        return lambda run, earned: earned + (self.days + run.state.standing.tier) * DAY


class Memory(Struct):
    """How many orders a rule has seen."""

    seen: int = 0


class Spy(Earn, frozen=True, kw_only=True, tag="spy"):
    """Tells of everything that it is called for, as a change. It takes openings of the kind
    `takes`, objects to refunds with `objects`, and opens records with `opens`."""

    memory = Memory
    takes: str = "nothing"
    objects: str = ""
    opens: bool = False
    quick: bool = True

    def compile(self, build: Build) -> Handlers:
        me, slot = self.name_in_state, build.slot(self)

        def told(run: Run, to: str, **params: Any) -> None:
            run.change("spy", me, to, "", key=run.key, **params)

        def order(run: Run, fact: Order) -> None:
            run.state.memory[slot].seen += 1
            recorded = run.record.key if run.record is not None else ""
            told(run, "order", amount=fact.amount_minor, recorded=recorded)

        def quickly(run: Run, fact: Order) -> None:
            told(run, "quick", amount=fact.amount_minor)

        def undo(run: Run, undoing: Undoing) -> None:
            named = {"of": undoing.record.key, "by": undoing.key}
            told(run, "undo", **named, cancelled=undoing.cancelled)

        def promised(run: Run, promise: Promise) -> None:
            told(run, "promised")

        def given_back(run: Run, record: Record, key: str) -> None:
            told(run, "reversed", of=record.key, by=key)

        def opening(run: Run, fact: Opening) -> bool:
            told(run, "opening", word=fact.what)
            return fact.what == self.takes

        def erased(run: Run) -> None:
            told(run, "erased", held=[one.balance for one in run.state.holdings])

        def objects(run: Run, record: Record, refund: Refund) -> str:
            told(run, "objects", of=record.key, to_it=refund.key)
            return self.objects

        return Handlers(
            on={Order: order},
            quick=quickly if self.quick else None,
            undo=undo,
            promised=promised,
            reversed=given_back,
            opening=opening,
            effect=lambda run, fact: told(run, "effect", word=fact.what),
            erased=erased,
            returned=lambda run: told(run, "returned"),
            objects=objects,
            opens=(lambda _run: True) if self.opens else None,
        )


class Mute(Earn, frozen=True, kw_only=True, tag="mute"):
    """Listens to nothing at all."""


class Had(Lasting):
    """How much there was, of which the half outlives leaving."""

    amount: int = 0

    def outlived(self) -> Had:
        return Had(self.amount // 2)


class Keeper(Mute, frozen=True, kw_only=True, tag="keeper"):
    """Remembers something for ever."""

    memory = Had


def edition(**changed: Any) -> Edition:
    """Points that live thirty days, stars that live for ever; a point a euro, a star for ten."""
    body: dict[str, Any] = {
        "format": 1,
        "programme": "core",
        "edition": "a",
        "name": "Core",
        "assets": [
            Asset(id="points", name="point", expire=Long(days=30)),
            Asset(id="stars", name="star"),
        ],
        "earn": [
            Mute(id="mute"),
            PerAmount(id="spend", step="1 EUR", points="1"),
            PerAmount(id="star", step="10 EUR", points="1", asset="stars"),
            Spy(id="spy"),
        ],
    }
    return Edition(**{**body, **changed})


def programme(*changes: dict[str, Any]) -> Compiled:
    """Editions with these changes, a hundred days after each other."""
    names = "abc"
    dates = ("2020-01-01T00:00:00Z", "2025-04-11T10:00:00Z", "2025-07-20T10:00:00Z")
    told = zip(names, dates, changes or ({},), strict=False)
    return compiled(edition(edition=name, from_=date, **one) for name, date, one in told)


def at(days: float) -> int:
    """An instant so many days after the first of January 2025, ten o'clock."""
    return instant_of(day(days))


def standing(days: float = 10, of: Compiled | None = None) -> Run:
    """A run at an instant, of which every record is kept and every reason told. Its programme is
    compiled for it alone: what compiling does is part of what is tested."""
    of = of or programme()
    run = Run(of, of.start(), "m1")
    run.at = run.state.at = at(days)
    run.whys = []
    return run


def does(run: Run, *facts: FoldFact) -> Run:
    """Facts act, and nothing else happens."""
    for fact in facts:
        run.at = run.state.at = instant_of(fact.at)
        run.key = fact.key
        for handle in run.edition.on.get(type(fact), ()):
            handle(run, fact)
    return run


def told(run: Run, to: str = "") -> list[dict[str, Any]]:
    """What spies told, of one kind."""
    named = [one for one in run.changes if one.what == "spy" and to in ("", one.to)]
    return [{"id": one.id, **one.params} for one in named]


def changes(run: Run) -> list[tuple[str, str, str, str]]:
    """What changed beside value, without what spies told."""
    rest = [one for one in run.changes if one.what != "spy"]
    return [(one.what, one.id, one.to, one.reason) for one in rest]


def whys(run: Run) -> list[tuple[str, str, int, str]]:
    """Why rules gave what they gave."""
    return [(one.rule, one.code, one.amount, one.asset) for one in run.whys or ()]


def rows(run: Run) -> list[tuple[str, str, str, str, int]]:
    """What was booked at the instant of the run."""
    assert all(row.at == run.at for row in run.rows)
    return [(row.key, row.rule, row.step, row.asset, row.amount) for row in run.rows]


def grant(key: str, amount: int, asset: str = "points", days: float = 10) -> Grant:
    return Grant(key=key, at=day(days), asset=asset, amount=amount)


def brought(key: str, what: str = "asset", days: float = 10, **fields: Any) -> Opening:
    return Opening(key=key, at=day(days), what=what, **fields)


def held(run: Run, asset: str = "points") -> list[Lot]:
    return run.state.holdings[run.programme.assets[asset]].lots


def owed(run: Run, asset: str = "points") -> list[Debt]:
    return run.state.holdings[run.programme.assets[asset]].debts


def balance(run: Run, asset: str = "points") -> int:
    return run.state.holdings[run.programme.assets[asset]].balance
