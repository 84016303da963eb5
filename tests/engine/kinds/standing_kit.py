"""Small programmes and desks for what metrics, ladders and lives come to."""

from __future__ import annotations

import os
from datetime import datetime
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings

from regulars.engine.advance import advance
from regulars.engine.calendar import datetime_of, instant_of
from regulars.engine.compiling import compiled
from regulars.engine.desk import Desk
from regulars.engine.edition import Asset, Edition, Policy, Tier
from regulars.engine.facts import Order, Refund
from regulars.engine.happenings import (
    Activity,
    Attribute,
    Grant,
    Opening,
    Redemption,
    Reversal,
    TierSet,
)
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.questions import Question, Reply
from regulars.ledger.lots import FOREVER

NEVER = "never"
TORTURE = bool(os.environ.get("REGULARS_TORTURE"))
MEMBER = "m1"


def when(text: str) -> datetime:
    """An instant with its offset."""
    return datetime.fromisoformat(text)


def tiers(*steps: tuple[str, str], **more: Any) -> list[Tier]:
    """Tiers with their thresholds, from the lowest; `more` by id adds hurdles."""
    return [Tier(id=name, name=name, from_=least, **more.get(name, {})) for name, least in steps]


def edition(name: str = "toy", **sections: Any) -> Edition:
    """An edition with an asset of points, and a point for each unit of money."""
    sections.setdefault("assets", [Asset(id="points", name="point")])
    sections.setdefault("earn", [PerAmount(step="1.00 EUR", points="1")])
    return Edition(format=1, programme="toy", edition=name, name="Toy", **sections)


def lowers_at_review() -> Policy:
    """Refunds do not lower a tier before its review."""
    return Policy(demotion="at_review")


def runs(small: int, full: int) -> settings:
    """So many examples; a red one is printed and kept."""
    return settings(
        max_examples=full if TORTURE else small,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


class Shop:
    """A desk for one member, spoken to in short words."""

    def __init__(self, *editions: Edition) -> None:
        self.desk = Desk(compiled(editions), _answer)
        self.count = 0

    def key(self, word: str) -> str:
        """The next key."""
        self.count += 1
        return f"{word}{self.count:04}"

    def open(self, at: str, what: str, name: str = "", amount: int = 0, **more: Any) -> None:
        """State brought in; `since`, `until`, `earned`, `at` among `more` are dates."""
        dates = {key.rstrip("_"): when(value) for key, value in more.items() if _date(key)}
        details = {key: value for key, value in more.items() if not _date(key) and key != "order"}
        fact = Opening(
            key=self.key("g"),
            at=when(at),
            what=what,
            name=name,
            amount=amount,
            dates=dates,
            details=details,
            order=more.get("order"),
        )
        self.desk.record(fact, MEMBER)

    def buy(self, at: str, amount: str, key: str = "", **more: Any) -> str:
        """An order."""
        key = key or self.key("o")
        outcome = self.desk.record(order(at, amount, key, **more), MEMBER)
        assert outcome.status == "accepted", outcome
        return key

    def back(self, at: str, key: str, amount: str) -> None:
        """A refund of what was eligible."""
        minor = int(Decimal(amount) * 100)
        fact = Refund(
            key=self.key("f"),
            at=when(at),
            order=key,
            currency="EUR",
            amount_minor=minor,
            eligible_minor=minor,
        )
        outcome = self.desk.record(fact, MEMBER)
        assert outcome.status == "accepted", outcome

    def grant(self, at: str, amount: int, asset: str = "") -> None:
        """Points from elsewhere."""
        fact = Grant(key=self.key("g"), at=when(at), amount=amount, asset=asset)
        self.desk.record(fact, MEMBER)

    def act(self, at: str, kind: str, **more: Any) -> None:
        """An act."""
        self.desk.record(Activity(key=self.key("a"), at=when(at), kind=kind, **more), MEMBER)

    def attribute(self, at: str, name: str, value: str) -> None:
        """What is known of the member from now on."""
        fact = Attribute(key=self.key("k"), at=when(at), name=name, value=value)
        self.desk.record(fact, MEMBER)

    def set(self, at: str, tier: str, until: str = "") -> str:
        """Staff set a tier; the code where that is refused."""
        end = when(until) if until else None
        fact = TierSet(key=self.key("t"), at=when(at), tier=tier, until=end)
        return self.desk.record(fact, MEMBER).code

    def redeem(self, at: str, reward: str) -> None:
        """A redemption."""
        fact = Redemption(key=self.key("r"), at=when(at), reward=reward)
        outcome = self.desk.record(fact, MEMBER)
        assert outcome.status == "accepted", outcome

    def give_back(self, at: str, redemption: str) -> None:
        """A redemption is reversed."""
        fact = Reversal(key=self.key("x"), at=when(at), redemption=redemption)
        outcome = self.desk.record(fact, MEMBER)
        assert outcome.status == "accepted", outcome

    def read(self, at: str, name: str) -> Any:
        """A named value at an instant, on a copy; instants as datetimes."""
        run = self.desk.book(MEMBER).run.aside()
        advance(run, instant_of(when(at)))
        run.at = instant_of(when(at))
        for handlers in run.edition.handlers.values():
            found = handlers.read(run, name) if handlers.read else None
            if found is not None:
                return _shown(found)
        return None

    def tier(self, at: str) -> Any:
        """The tier at an instant."""
        return self.read(at, "tier")

    def points(self, at: str) -> int:
        """The balance at an instant."""
        run = self.desk.book(MEMBER).run.aside()
        advance(run, instant_of(when(at)))
        return run.state.holdings[0].balance


def order(at: str, amount: str, key: str, **more: Any) -> Order:
    """An order of so much money."""
    minor = int(Decimal(amount) * 100)
    return Order(key=key, at=when(at), currency="EUR", amount_minor=minor, **more)


def _date(key: str) -> bool:
    return key in ("since", "until", "earned", "at_", "expires")


def _shown(found: Any) -> Any:
    if isinstance(found, int):
        return NEVER if found >= FOREVER else datetime_of(found)
    return found


def _answer(holder: str, question: Question) -> Reply:
    raise AssertionError(f"nobody should ask: {question}")
