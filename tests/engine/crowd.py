"""Three holders and a programme in two editions with whatever meets between them: random histories
of orders with vouchers, birthdays, statements, milestones, referrals, tiers, erasure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from histories import said
from msgspec import Struct

from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.desk import Desk
from regulars.engine.facts import Line, Order, Refund
from regulars.engine.fold import fold
from regulars.engine.happenings import (
    MEMBER,
    Activity,
    Attribute,
    Erasure,
    FoldFact,
    Grant,
    Job,
    Opening,
    Redemption,
    Reversal,
    SignUp,
    VoucherUse,
)
from regulars.engine.people import People
from regulars.engine.questions import Question, Reply
from regulars.programmes.loading import load

FIRST = """
format: 1
programme: crowd
edition: crowd_1
name: Crowd
zone: Europe/Berlin
currency: EUR
assets:
  - {id: points, name: point, expire: {kind: after, life: P6M}}
  - {id: stamps, name: stamp}
  - {id: credit, name: credit, decimals: 2, currency: EUR}
metrics:
  - {id: spend, kind: spent, windows: [12m]}
activities: {step: a step}
earn:
  - {id: buy, kind: per_amount, step: 1.00 EUR, points: 1}
  - {id: stamp, kind: per_order, asset: stamps, points: 1}
  - {id: hello, kind: on_sign_up, points: 20}
standing: {kind: calendar_year, metric: spend}
tiers:
  - {id: basic, name: Basic, from: 0}
  - {id: gold, name: Gold, from: 150}
rewards:
  - {id: gift, kind: price, price: 30, value: 3.00 EUR, voucher: {valid: P3M}, name: Gift}
  - {id: off, kind: price, price: 10, value: 1.00 EUR, name: Off}
  - {id: half, kind: every, each: 90, voucher: {value: 5.00 EUR, valid: P2M, runs_down: true},
     name: Half}
  - {id: mail, kind: statement, step: 25, value: 2.00 EUR, least: 25, months: [3, 6, 9, 12],
     voucher: {valid: P6M, returned: share}, name: Mail}
  - {id: cake, kind: birthday, by_itself: true, voucher: {item: cake}, name: Cake}
  - {id: round, kind: milestone, of: stamps, name: Round,
     steps: [{at: 3, points: 5}, {at: 6, voucher: {value: 1.00 EUR, valid: P1M}}]}
referrals:
  - id: friends
    kind: two_sided
    pays:
      - after: order
        at_least: 30.00 EUR
        advocate: [{asset: credit, amount: "5.00"}]
        friend: [{asset: points, amount: 15}]
    review: {wait: P14D, then: approve}
    at_most: [{id: most, rewards: 2, per: month}]
policy: {after_refund: revoke_unused_then_negative, referral_refund: claw_back}
"""
SECOND = (
    FIRST.replace("edition: crowd_1", "edition: crowd_2")
    .replace(
        "kind: calendar_year, metric: spend",
        "kind: rolling_kept, metric: spend, months: 12, kept: 12",
    )
    .replace("points: 1}\n  - {id: stamp", "points: 2}\n  - {id: stamp")
)
START = datetime(2025, 1, 10, 10, tzinfo=UTC)
CHANGE = datetime(2025, 7, 1, tzinfo=UTC)
END = instant_of(datetime(2026, 9, 1, tzinfo=UTC))
HOLDERS = ("anna", "ben", "cleo")
DAYS, DAY = 330, 86_400_000_000


class Arrival(Struct, frozen=True):
    """A fact or an attempt, and for whom."""

    what: Any
    holder: str


def programme() -> Compiled:
    """Both editions."""
    found = []
    for text in (FIRST, SECOND):
        loaded = load(text.encode(), "crowd.yaml")
        assert loaded.edition is not None, loaded.problems
        found.append(loaded.edition)
    return compiled(found, {"crowd_2": instant_of(CHANGE)})


CROWD = programme()


class Crowd:
    """A desk and its people."""

    def __init__(self) -> None:
        self.people = People()
        self.desk = Desk(CROWD, self.people.answer)
        self.people.links = self.desk.links
        for name in HOLDERS:
            self.people.code(name.upper(), name)
            self.people.tell(name, 0)

    def arrive(self, arrival: Arrival, now: int) -> None:
        """One thing comes in."""
        if not isinstance(arrival.what, Redemption | VoucherUse):
            self.people.note(arrival.what, arrival.holder, [], ())
        self.desk.record(arrival.what, arrival.holder, now=now)


def when(chance: random.Random) -> datetime:
    """A half day of the year."""
    return START + timedelta(days=chance.randrange(2 * DAYS) / 2)


def history(chance: random.Random) -> list[Arrival]:
    """What happens to three people, in no order."""
    arrivals: list[Arrival] = []
    for name in HOLDERS:
        if chance.random() < 0.5:
            arrivals.append(Arrival(SignUp(key=f"s-{name}", at=when(chance)), name))
        if chance.random() < 0.6:
            born = f"19{chance.randrange(60, 99)}-{chance.randrange(1, 13):02d}-15"
            told = Attribute(key=f"b-{name}", at=when(chance), name="birth_date", value=born)
            arrivals.append(Arrival(told, name))
        for number in range(chance.randrange(1, 5)):
            arrivals.extend(bought(chance, name, f"{name}{number}"))
        arrivals.extend(asked(chance, name))
        if chance.random() < 0.08:
            erasure = Erasure(key=f"e-{name}", at=when(chance))
            arrivals.append(Arrival(erasure, name))
            arrivals.extend(back(erasure, name, random.Random(erasure.at.isoformat())))
        if chance.random() < 0.1:
            arrivals.append(Arrival(Activity(key=f"ban-{name}", at=when(chance), kind="ban"), name))
    return arrivals


def back(erasure: Erasure, name: str, chance: random.Random) -> list[Arrival]:
    """Whoever left for good may take part anew, and says who they are."""
    if chance.random() < 0.4:
        return []
    at = erasure.at + timedelta(days=chance.choice([0, 0, 20, 60]), microseconds=1)
    anew = Opening(key=f"n-{name}", at=at, what=MEMBER)
    again = SignUp(key=f"r-{name}", at=at + timedelta(days=1))
    return [Arrival(anew, name), Arrival(again, name)]


def bought(chance: random.Random, name: str, key: str) -> list[Arrival]:
    """An order, perhaps by a code, with vouchers, restated, or given back."""
    minor = chance.choice([800, 2500, 3000, 6000, 12_000])
    others = [other for other in HOLDERS if other != name]
    order = Order(
        key=f"o-{key}",
        at=when(chance),
        currency="EUR",
        amount_minor=minor,
        lines=(Line(product="p", category="goods", amount_minor=minor),),
        codes=(chance.choice(others).upper(),) if chance.random() < 0.4 else (),
        vouchers=(chance.choice(["half", "gift", "mail"]),) if chance.random() < 0.4 else (),
    )
    found = [Arrival(order, name)]
    if chance.random() < 0.15:
        again = msgspec.structs.replace(order, amount_minor=1500, lines=(), version=2)
        found.append(Arrival(again, name))
    for number in range(chance.choice([0, 0, 1, 2])):
        full = chance.random() < 0.4
        refund = Refund(
            key=f"f-{key}-{number}",
            at=order.at + timedelta(days=chance.randrange(60)),
            order=order.key,
            currency="EUR",
            amount_minor=minor if full else minor // 4,
            full=full,
        )
        found.append(Arrival(refund, name))
    return found


def asked(chance: random.Random, name: str) -> list[Arrival]:
    """Redemptions with their reversals, vouchers shown, jobs, grants, other attributes."""
    found: list[Arrival] = []
    for number in range(chance.randrange(3)):
        key, at = f"r-{name}-{number}", when(chance)
        paid = chance.choice(["", "", f"o-{name}0"])
        reward = chance.choice(["gift", "off"])
        found.append(Arrival(Redemption(key=key, at=at, reward=reward, order=paid), name))
        if chance.random() < 0.4:
            back = Reversal(key=f"x-{name}-{number}", at=at + timedelta(days=3), redemption=key)
            found.append(Arrival(back, name))
    if chance.random() < 0.4:
        voucher = chance.choice(["gift", "half", "cake", "mail"])
        found.append(Arrival(VoucherUse(key=f"u-{name}", at=when(chance), voucher=voucher), name))
    if chance.random() < 0.3:
        found.append(Arrival(Job(key=f"j-{name}", at=when(chance), name="mail"), name))
    if chance.random() < 0.3:
        grant = Grant(key=f"g-{name}", at=when(chance), asset="points", amount=40)
        found.append(Arrival(grant, name))
    return found


def arrived(arrivals: Sequence[Arrival], late: random.Random | None) -> Crowd:
    """Everything comes in: in order of time, or each up to forty days late."""
    crowd = Crowd()
    most = 40 if late is not None else 1
    chance = late or random.Random(0)
    coming = [(instant_of(one.what.at) + chance.randrange(most) * DAY, one) for one in arrivals]
    for now, one in sorted(coming, key=lambda pair: pair[0]):
        crowd.arrive(one, now)
    crowd.desk.advance(END)
    return crowd


def differing(crowd: Crowd) -> list[str]:
    """Whose book is not the fold of its facts."""
    wrong = []
    for holder, book in crowd.desk.books.items():
        folded = fold(CROWD, book.facts.values(), until=crowd.desk.clock, holder=holder)
        if said(CROWD, folded.state) != said(CROWD, book.state):
            wrong.append(holder)
    return wrong


def silent(holder: str, question: Question) -> Reply:
    """Nobody is asked anything."""
    raise AssertionError(question)


def again(crowd: Crowd, chance: random.Random) -> list[str]:
    """Who is another when every fact and promise comes in any order, some twice, and nothing is
    decided any more."""
    desk = Desk(CROWD, silent)
    arrivals: list[tuple[FoldFact, str]] = [
        (fact, holder) for holder, book in crowd.desk.books.items() for fact in book.facts.values()
    ]
    arrivals += chance.sample(arrivals, len(arrivals) // 3)
    chance.shuffle(arrivals)
    for fact, holder in arrivals:
        book = desk.book(holder)
        book.run.ask = None
        book.take(fact)
    wrong = []
    for holder, known in crowd.desk.books.items():
        book = desk.book(holder)
        book.run.ask = None
        book.advance(crowd.desk.clock)
        if said(CROWD, book.state) != said(CROWD, known.state):
            wrong.append(holder)
    return wrong
