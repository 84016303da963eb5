"""The same facts, promises included, end in the same state in any order; nobody is paid twice."""

from __future__ import annotations

import os
import random

import msgspec
import pytest
from referral_kit import Shop, at, edition

from regulars.engine.calendar import datetime_of
from regulars.engine.desk import Desk
from regulars.engine.facts import Order, Refund
from regulars.engine.happenings import Activity, Effect, FoldFact
from regulars.engine.kinds.referrals import advocate

HISTORIES = 300 if os.environ.get("REGULARS_TORTURE") else 25
ORDERS = 4
SECOND = 1_000_000
DAY = 86_400 * SECOND
START = int(at("03-01").timestamp()) * SECOND


def history(chance: random.Random) -> list[tuple[FoldFact, str]]:
    """Friends' orders, refunds, restated orders, decisions and a ban, each at its own instant."""
    facts: list[tuple[FoldFact, str]] = []
    for number in range(chance.randint(2, 7)):
        friend, key = f"f{number}", f"o{number}"
        when = START + chance.randrange(60 * DAY)
        amount = chance.choice([2000, 3300, 3400, 8000])
        made = order(key, when, amount)
        facts.append((made, friend))
        if chance.random() < 0.4:
            back = chance.randint(1, amount * 9 // 10)
            facts.append(
                (refund(f"x{number}", when + chance.randrange(30 * DAY), key, back), friend)
            )
        if chance.random() < 0.3:
            facts.append((msgspec.structs.replace(made, amount_minor=2000, version=2), friend))
        if chance.random() < 0.3:
            said = {"referral": friend, "decision": chance.choice(["approve", "reject"])}
            facts.append((act(f"d{number}", when + chance.randrange(20 * DAY), said), friend))
    if chance.random() < 0.2:
        when = START + chance.randrange(60 * DAY)
        facts.append((Activity(key="ban", at=datetime_of(when), kind="ban"), "a1"))
    return facts


def order(key: str, when: int, amount: int) -> Order:
    return Order(
        key=key, at=datetime_of(when), currency="USD", amount_minor=amount, codes=("A1CODE",)
    )


def refund(key: str, when: int, named: str, amount: int) -> Refund:
    return Refund(
        key=key,
        at=datetime_of(when),
        currency="USD",
        order=named,
        amount_minor=amount,
        eligible_minor=amount,
    )


def act(key: str, when: int, labels: dict[str, str]) -> Activity:
    return Activity(key=key, at=datetime_of(when), kind="review_decision", labels=labels)


def booked(facts: list[tuple[FoldFact, str]], policy: dict[str, str]) -> Shop:
    """Facts that arrive in this order, some long after they happened."""
    shop = Shop(edition("store_10_10", **policy))
    shop.people.tell("a1", 0)
    for fact, holder in facts:
        shop.tell(fact, holder)
    shop.desk.advance(START + 200 * DAY)
    return shop


def again(shop: Shop, chance: random.Random) -> Desk:
    """A desk that decides nothing: every fact and promise of every holder, shuffled, some twice."""
    desk = Desk(shop.programme, lambda holder, question: None)  # type: ignore[arg-type,return-value]
    arrivals = [
        (fact, holder) for holder, book in shop.desk.books.items() for fact in book.facts.values()
    ]
    arrivals += chance.sample(arrivals, len(arrivals) // 3)
    chance.shuffle(arrivals)
    for fact, holder in arrivals:
        book = desk.book(holder)
        book.run.ask = None
        book.take(fact)
    return desk


def seen(desk: Desk, holder: str) -> object:
    """What a holder has, and what is known of his referrals."""
    book = desk.book(holder)
    book.advance(START + 200 * DAY)
    rule = book.run.edition.handlers["friends"]
    assert rule.read is not None
    names = [f"{word}_f{n}" for n in range(7) for word in ("state", "reason", "for", "flags")]
    return (
        [(one.balance, len(one.lots)) for one in book.state.holdings],
        [rule.read(book.run, name) for name in (*names, "friends", "state", "reason")],
    )


@pytest.mark.parametrize("policy", [{}, {"overflow": "defer"}, {"referral_refund": "claw_back"}])
def test_any_order_of_arrival_ends_in_the_same_state(policy: dict[str, str]) -> None:
    for seed in range(HISTORIES):
        chance = random.Random(seed)
        facts = history(chance)
        chance.shuffle(facts)
        shop = booked(facts, policy)
        for _ in range(ORDERS):
            desk = again(shop, chance)
            for holder in shop.desk.books:
                assert seen(desk, holder) == seen(shop.desk, holder), (seed, holder)


def paid_for(shop: Shop) -> dict[str, int]:
    """How often something was paid for each friend, in all."""
    paid: dict[str, int] = {}
    for friend in (f"f{number}" for number in range(7)):
        amount = shop.read("a1", f"for_{friend}") or 0
        paid[friend] = amount
    return paid


def never_paid_twice(seeds: int) -> None:
    for seed in range(seeds):
        chance = random.Random(seed)
        facts = history(chance)
        facts += chance.sample(facts, len(facts) // 2)
        chance.shuffle(facts)
        shop = booked(facts, {})
        sent = [one for book in shop.desk.books.values() for one in book.sent.effects.values()]
        for effect in chance.sample(sent, len(sent) // 2):
            shop.desk.book("a1").take(effect)
            again_later = msgspec.structs.replace(effect, key=f"{effect.key}/twice")
            shop.desk.book("a1").take(again_later)
        shop.desk.advance(START + 300 * DAY)
        total = sum(paid_for(shop).values())
        assert all(amount in (0, 1000) for amount in paid_for(shop).values()), seed
        assert shop.has("a1") == total, seed


def test_nobody_is_paid_twice_for_one_friend() -> None:
    never_paid_twice(HISTORIES)


def test_the_test_notices_who_pays_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A saboteur: every effect opens a payment of its own."""
    honest = advocate.AdvocateSide.effect

    def careless(self: advocate.AdvocateSide, run: object, effect: Effect) -> None:
        if effect.what == "earned":
            details = {**effect.details, "pay": effect.key}
            memory = self.memory(run)  # type: ignore[arg-type]
            effect = msgspec.structs.replace(effect, details=details)
            friend = self.friend(run, effect.subject)  # type: ignore[arg-type]
            friend.gifts[effect.key] = friend.gifts["friend"]
            assert memory is not None
        honest(self, run, effect)  # type: ignore[arg-type]

    monkeypatch.setattr(advocate.AdvocateSide, "effect", careless)
    with pytest.raises(AssertionError):
        never_paid_twice(25)


def test_the_test_notices_a_promise_that_does_not_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """A saboteur: a refund that comes late undoes a decision in one order of arrival only."""
    honest = advocate.AdvocateSide.returned

    def careless(self: advocate.AdvocateSide, run: object, case: object, effect: Effect) -> None:
        honest(self, run, case, effect)  # type: ignore[arg-type]
        if case.stake.outcome == "yes" and run.ask is not None:  # type: ignore[attr-defined]
            case.stake.outcome = "no"  # type: ignore[attr-defined]

    monkeypatch.setattr(advocate.AdvocateSide, "returned", careless)
    with pytest.raises(AssertionError):
        test_any_order_of_arrival_ends_in_the_same_state({})
