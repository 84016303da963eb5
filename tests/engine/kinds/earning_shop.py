"""One member of one programme, written as a file and driven fact by fact."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from regulars.engine.advance import advanced
from regulars.engine.calendar import instant_of
from regulars.engine.compiling import compiled
from regulars.engine.desk import Desk, Outcome
from regulars.engine.facts import Line, Order, Refund
from regulars.engine.happenings import Activity, Attribute, Opening, SignUp, TierSet
from regulars.engine.questions import Code, Granted, NewCode, Question, Reply
from regulars.engine.state import State
from regulars.ledger.lots import pending
from regulars.programmes.loading import load

HEAD = """
format: 1
programme: shop
edition: one
name: Shop
zone: {zone}
currency: EUR
assets:
  - {{id: points, name: points, decimals: {decimals}}}
  - {{id: stamps, name: stamps}}
activities: {{login: login, review: review, reload: reload, delivered: delivered, visit: visit}}
campaigns: {{double_points: double points, spring: spring}}
counts: {{drinks: drinks, litres: litres, nights: nights, minutes: minutes}}
"""
TIERS = """
metrics: [{id: earned_points, kind: earned}]
standing: {kind: rolling, metric: earned_points, months: 12}
tiers:
  - {id: insider, name: Insider, from: 0}
  - {id: vib, name: VIB, from: 100000}
  - {id: rouge, name: Rouge, from: 200000}
"""
START = "2025-03-03T10:00:00+01:00"


def answer(holder: str, question: Question) -> Reply:
    """Nothing is shared in this shop; codes of vouchers are their seeds."""
    return Code(code=question.seed) if isinstance(question, NewCode) else Granted(amount=0)


def problems(rules: str, **head: Any) -> list[tuple[str, str]]:
    """Where and why a file is refused."""
    loaded = load(_text(rules, **head), "shop.yaml")
    return [(one.path, one.code) for one in loaded.problems]


def _text(rules: str, zone: str = "Europe/Berlin", decimals: int = 0) -> str:
    return HEAD.format(zone=zone, decimals=decimals) + rules


class Shop:
    """The programme and what one member does; money as decimal text, times as ISO text."""

    def __init__(self, rules: str, **head: Any) -> None:
        loaded = load(_text(rules, **head), "shop.yaml")
        assert loaded.edition is not None, loaded.problems
        self.programme = compiled([loaded.edition])
        self.desk = Desk(self.programme, answer)
        self.desk.book("m1").explain = True
        self.count = 0

    def order(self, amount: str | None = None, at: str = START, **more: Any) -> Outcome:
        """Somebody buys: an amount, or lines of (product, category, amount, quantity)."""
        lines = tuple(line(*one) for one in more.pop("lines", ()))
        total = sum(one.amount_minor for one in lines) if lines else minor(amount or "0")
        if "counts" in more:
            more["counts"] = {name: Decimal(str(one)) for name, one in more["counts"].items()}
        for name in ("amounts", "tender"):
            if name in more:
                more[name] = {one: minor(value) for one, value in more[name].items()}
        body = {"key": self.key("o", more), "currency": "EUR", "amount_minor": total, **more}
        return self.desk.record(Order(at=when(at), lines=lines, **body), "m1")

    def refund(self, order: str, at: str = START, **more: Any) -> Outcome:
        """Something comes back: money, `eligible` money, `lines`, counts, or all of it."""
        lines = tuple(line(*one) for one in more.pop("lines", ()))
        money = minor(more.pop("money", "0")) + sum(one.amount_minor for one in lines)
        if "eligible" in more:
            more["eligible_minor"] = minor(more.pop("eligible"))
        if "counts" in more:
            more["counts"] = {name: Decimal(str(one)) for name, one in more["counts"].items()}
        body = {"key": self.key("f", more), "currency": "EUR", "amount_minor": money, **more}
        return self.desk.record(Refund(at=when(at), order=order, lines=lines, **body), "m1")

    def act(self, kind: str, at: str = START, **more: Any) -> Outcome:
        """Something that is no sale."""
        if "amount" in more:
            more["amount_minor"] = minor(more.pop("amount"))
        if "counts" in more:
            more["counts"] = {name: Decimal(str(one)) for name, one in more["counts"].items()}
        return self.desk.record(
            Activity(key=self.key("a", more), at=when(at), kind=kind, **more), "m1"
        )

    def join(self, at: str = START) -> Outcome:
        """The member joins."""
        return self.desk.record(SignUp(key=self.key("s", {}), at=when(at)), "m1")

    def know(self, at: str = START, **values: str) -> None:
        """From now on the member's attributes are these."""
        for name, value in values.items():
            fact = Attribute(key=self.key("k", {}), at=when(at), name=name, value=value)
            self.desk.record(fact, "m1")

    def tier(self, tier: str, at: str = START) -> None:
        """The member has a tier."""
        state = self.desk.book("m1").state
        state.standing.tier = [one.id for one in self.programme.editions[0].edition.tiers].index(
            tier
        )

    def used(self, limit: str, amount: int, at: str = START, **more: Any) -> None:
        """So much of a limit is used up already."""
        fact = Opening(key=self.key("u", {}), at=when(at), what="limit", name=limit, amount=amount)
        self.desk.record(fact, "m1")

    def brought(self, amount: str, at: str = START) -> None:
        """An earlier order is brought in; nothing of what it earned is left."""
        order = Order(key="old", at=when(at), currency="EUR", amount_minor=minor(amount))
        fact = Opening(key="b", at=when(at), what="order", details={"left": "yes"}, order=order)
        self.desk.record(fact, "m1")

    def key(self, letter: str, more: dict[str, Any]) -> str:
        """The fact's own key, or the next one."""
        self.count += 1
        return str(more.pop("key", f"{letter}{self.count}"))

    def state(self, at: str | None = None) -> State:
        """The state now, or as it will be."""
        book = self.desk.book("m1")
        return book.state if at is None else advanced(book.run, instant_of(when(at)))

    def points(self, at: str | None = None, asset: str = "points") -> int:
        """What is available, in smallest units."""
        return self.state(at).holdings[self.programme.assets[asset]].balance

    def pending(self, at: str | None = None, asset: str = "points") -> int:
        """What has been earned and is not yet available."""
        return pending(self.state(at).holdings[self.programme.assets[asset]])


def line(product: str, category: str, amount: str, quantity: int = 1, kind: str = "goods") -> Line:
    """A line of an order or a refund."""
    return Line(
        product=product,
        category=category,
        amount_minor=minor(amount),
        quantity=Decimal(quantity),
        kind=kind,  # type: ignore[arg-type]
    )


def minor(text: str) -> int:
    """Money of two decimals in its smallest unit."""
    return int(Decimal(text) * 100)


def when(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text)


def later(hours: int, since: str = START) -> str:
    """So many hours later."""
    return (when(since) + timedelta(hours=hours)).isoformat()


def gave(shop: Shop, amounts: Iterable[str], **more: Any) -> list[int]:
    """What is available after each of several orders."""
    found = []
    for amount in amounts:
        shop.order(amount, **more)
        found.append(shop.points())
    return found


__all__ = ["START", "TIERS", "Shop", "TierSet", "gave", "later", "line", "problems", "when"]
