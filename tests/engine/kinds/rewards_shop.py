"""One programme written as a file, members who act in it, and what can be read of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regulars.blueprints import PROGRAMME, blueprints
from regulars.engine.calendar import instant_of
from regulars.engine.compiling import compiled
from regulars.engine.desk import Desk, Outcome
from regulars.engine.facts import Line, Order, Refund
from regulars.engine.fold import fold
from regulars.engine.happenings import (
    MEMBER,
    Activity,
    Attribute,
    Erasure,
    Grant,
    Job,
    Opening,
    Redemption,
    Reversal,
    SignUp,
    TierSet,
    VoucherUse,
)
from regulars.engine.questions import Granted, Question, Reply, Share
from regulars.programmes.loading import load

HEAD = """
format: 1
programme: shop
edition: one
name: Shop
zone: {zone}
currency: EUR
assets:
  - {{id: points, name: points}}
  - {{id: gems, name: gems}}
  - {{id: credit, name: credit, decimals: 2, currency: EUR}}
earn: [{{id: buy, kind: per_amount, step: 1.00 EUR, points: 1}}]
activities: {{repair: repair, delivered: delivered, enter_event: event}}
counts: {{drinks: drinks}}
"""
TIERS = """
metrics: [{id: earned_points, kind: earned}]
standing: {kind: rolling, metric: earned_points, months: 12}
tiers:
  - {id: green, name: Green, from: 0}
  - {id: gold, name: Gold, from: 500}
  - {id: reserve, name: Reserve, from: 2500}
"""


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Shop:
    """A desk over one programme file; members are named by letters, keys by the caller."""

    def __init__(self, text: str) -> None:
        loaded = load(text.encode(), "shop.yaml")
        assert loaded.edition is not None, loaded.problems
        self.programme = compiled([loaded.edition])
        self.used: dict[str, int] = {}
        self.desk = Desk(self.programme, self.answer)

    @classmethod
    def of(cls, rewards: str, zone: str = "Europe/Berlin", more: str = TIERS) -> Shop:
        return cls(HEAD.format(zone=zone) + more + "rewards:\n" + rewards)

    @classmethod
    def ready(cls, name: str) -> Shop:
        return cls(blueprints()[name].joinpath(PROGRAMME).read_text("utf-8"))

    def answer(self, holder: str, question: Question) -> Reply:
        assert isinstance(question, Share)
        left = question.most - self.used.get(question.name, 0)
        amount = min(left, question.wanted)
        self.used[question.name] = self.used.get(question.name, 0) + amount
        return Granted(amount=amount)

    def open(self, at: str, what: str, name: str = "", amount: int = 0, **more: Any) -> None:
        told: dict[str, Any] = {
            "dates": {one: moment(value) for one, value in more.pop("dates", {}).items()},
            "key": f"open/{what}/{name}/{at}",
        }
        fact = Opening(at=moment(at), what=what, name=name, amount=amount, **told, **more)
        assert self.desk.record(fact, "m").status == "accepted"

    def give(self, at: str, amount: int, asset: str = "") -> None:
        fact = Grant(key=f"g/{at}/{asset}", at=moment(at), amount=amount, asset=asset)
        self.desk.record(fact, "m")

    def told(self, at: str, name: str, value: str) -> None:
        self.desk.record(Attribute(key=f"{name}/{at}", at=moment(at), name=name, value=value), "m")

    def join(self, at: str) -> None:
        self.desk.record(SignUp(key=f"join/{at}", at=moment(at)), "m")

    def leave_for_good(self, at: str, back: str) -> None:
        self.desk.record(Erasure(key=f"left/{at}", at=moment(at)), "m")
        self.open(back, MEMBER)

    def rank(self, at: str, tier: str) -> None:
        self.desk.record(TierSet(key=f"tier/{at}", at=moment(at), tier=tier), "m")

    def order(self, key: str, at: str, amount: int, **more: Any) -> Outcome:
        fact = Order(
            key=key,
            at=moment(at),
            currency=self.programme.editions[0].edition.currency,
            amount_minor=amount,
            **more,
        )
        return self.desk.record(fact, "m")

    def refund(self, key: str, at: str, order: str, amount: int = 0, **more: Any) -> Outcome:
        currency = self.programme.editions[0].edition.currency
        fact = Refund(
            key=key, at=moment(at), order=order, currency=currency, amount_minor=amount, **more
        )
        return self.desk.record(fact, "m")

    def redeem(self, key: str, at: str, reward: str = "", **more: Any) -> str:
        return said(
            self.desk.record(Redemption(key=key, at=moment(at), reward=reward, **more), "m")
        )

    def use(self, key: str, at: str, voucher: str) -> str:
        return said(self.desk.record(VoucherUse(key=key, at=moment(at), voucher=voucher), "m"))

    def reverse(self, key: str, at: str, redemption: str) -> str:
        return said(self.desk.record(Reversal(key=key, at=moment(at), redemption=redemption)))

    def act(self, key: str, at: str, kind: str, **more: Any) -> str:
        return said(self.desk.record(Activity(key=key, at=moment(at), kind=kind, **more), "m"))

    def job(self, at: str, name: str) -> None:
        for holder in list(self.desk.books):
            fact = Job(key=f"job/{name}/{holder}/{at}", at=moment(at), name=name)
            self.desk.record(fact, holder)

    def until(self, at: str) -> Shop:
        self.desk.advance(max(self.desk.clock, instant_of(moment(at))))
        return self

    def has(self, asset: str = "", holder: str = "m") -> int:
        index = self.programme.assets[asset] if asset else 0
        return self.desk.book(holder).state.holdings[index].balance

    def read(self, name: str, holder: str = "m") -> Any:
        return self.desk.book(holder).read(name)

    def settled(self) -> None:
        """The state that was booked step by step is the fold of the set of facts."""
        for holder, book in self.desk.books.items():
            folded = fold(self.programme, book.facts.values(), until=self.desk.clock, holder=holder)
            mine, other = book.state, folded.state
            assert mine.holdings == other.holdings
            assert mine.vouchers == other.vouchers
            assert mine.memory == other.memory


def said(outcome: Outcome) -> str:
    """The code of a refusal, or how else it went."""
    return outcome.code if outcome.status == "refused" else outcome.status


def line(product: str, amount: int) -> Line:
    return Line(product=product, amount_minor=amount)
