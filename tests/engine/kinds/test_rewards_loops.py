"""No loop of legal acts with points, vouchers and credit ends in profit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rewards_shop import Shop, line

from regulars.engine import paying, vouchers
from regulars.engine.converting import Converting
from regulars.engine.kinds.rewards import price
from regulars.engine.paying import Paying
from regulars.engine.run import Run
from regulars.engine.state import Record

REWARDS = """
  - {id: reward, kind: every, each: 100, asset: points, name: Ten, voucher: {value: 10.00 EUR}}
  - {id: code, kind: price, price: 20, multiples: true, value: 2.00 EUR, name: Code,
     voucher: {runs_down: true}}
  - {id: half, kind: price, price: 30, value: 3.00 EUR, name: Half, voucher: {returned: share}}
  - {id: off, kind: price, price: 10, value: 1.00 EUR, name: Off}
  - {id: pay, kind: spend, price: 10, value: 1.00 EUR, name: Pay}
  - {id: wallet, kind: credit, asset: credit, name: Credit}
policy: {after_refund: revoke_unused_then_negative}
"""
START = datetime.fromisoformat("2026-03-01T10:00:00+01:00")
A_POINT = 10
"""What a point is worth in every reward here, in smallest units of money."""
Act = tuple[str, int, int]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["order", "order", "paid", "refund", "rest", "code", "half", "off", "reverse", "late"]
        ),
        st.integers(0, 6),
        st.integers(1, 40),
    ),
    max_size=14,
)


def runs(small: int, full: int) -> settings:
    return settings(
        max_examples=full if os.environ.get("REGULARS_TORTURE") == "1" else small,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


class Play:
    """A member who tries everything, and at the end gives everything back."""

    def __init__(self) -> None:
        self.shop = Shop.of(REWARDS)
        self.shop.give(self.when(0), 90)
        self.shop.give(self.when(0), 500, "credit")
        self.start = self.wealth()
        self.orders: list[str] = []
        self.redeemed: list[str] = []
        self.paid = 0
        self.moment = 0

    @staticmethod
    def when(number: int) -> str:
        return (START + timedelta(hours=number)).isoformat()

    def wealth(self) -> int:
        """Points, credit and vouchers, in smallest units of money."""
        values = self.shop.read("voucher_value") * 100
        return self.shop.has() * A_POINT + self.shop.has("credit") + int(values)

    def act(self, what: str, which: int, size: int) -> None:
        self.moment += 1
        at, key = self.when(self.moment), f"k{self.moment}"
        if what in ("order", "paid", "late"):
            self.buy(
                f"o{self.moment}",
                self.when(self.moment - 2) if what == "late" else at,
                (what, size),
            )
        elif what in ("refund", "rest") and self.orders:
            full = what == "rest"
            lines = () if full else (line("ab"[size % 2], 0),)
            self.refund(key, at, self.orders[which % len(self.orders)], full=full, lines=lines)
        elif what == "reverse" and self.redeemed:
            self.shop.reverse(key, at, self.redeemed[which % len(self.redeemed)])
        elif what in ("code", "half", "off"):
            asked: dict[str, Any] = {"price": 20 * (1 + which)} if what == "code" else {}
            asked |= {"order": f"o{self.moment + 1}"} if what == "off" else {}
            if self.shop.redeem(key, at, what, **asked) == "accepted":
                self.redeemed.append(key)

    def buy(self, key: str, at: str, said: tuple[str, int]) -> None:
        what, size = said
        goods = (line("a", size * 100), line("b", 750))
        shown = tuple(self.shop.desk.book("m").state.vouchers)[: size % 3]
        more = {"vouchers": shown} if what != "order" else {}
        points = -1 if size % 5 == 0 else 0
        self.shop.order(key, at, size * 100 + 750, lines=goods, spend_points=points, **more)
        self.orders.append(key)
        self.paid += int(self.shop.read(f"pays:{key}") * 100)

    def refund(self, key: str, at: str, order: str, **back: Any) -> None:
        if self.shop.refund(key, at, order, **back).status == "accepted":
            self.paid -= int((self.shop.read(f"money:{key}") or Decimal(0)) * 100)

    def give_everything_back(self) -> None:
        for key in list(self.orders):
            self.act_back(key)
        for key in self.redeemed:
            self.moment += 1
            self.shop.reverse(f"x{self.moment}", self.when(self.moment), key)

    def act_back(self, order: str) -> None:
        self.moment += 1
        self.refund(f"b{self.moment}", self.when(self.moment), order, full=True)


def played(acts: list[Act]) -> Play:
    play = Play()
    for act in acts:
        play.act(*act)
    return play


def promised_vouchers(play: Play) -> Iterator[str]:
    """The keys of promises that issue a voucher."""
    for fact in play.shop.desk.book("m").facts.values():
        rule = getattr(fact, "rule", "")
        if rule in ("reward", "code", "half"):
            yield fact.key


def paid_too_much(play: Play) -> list[str]:
    """Vouchers that paid more than they are worth, what is still open of them included."""
    book = play.shop.desk.book("m")
    used: dict[str, int] = {one.id: one.value for one in book.state.vouchers.values()}
    face: dict[str, int] = dict(used)
    for order in play.orders:
        record = book.recall(order)
        for payment in record.payments if record is not None else ():
            if payment.kept is not None:
                left = max(payment.amount_minor - payment.back, 0)
                used[payment.voucher] = used.get(payment.voucher, 0) + left
                best = max(face.get(payment.voucher, 0), payment.kept.value)
                face[payment.voucher] = best
    return [voucher for voucher, amount in used.items() if amount > face[voucher]]


def no_profit(acts: list[Act]) -> None:
    play = played(acts)
    assert paid_too_much(play) == []
    play.give_everything_back()
    assert play.wealth() - play.paid <= play.start
    changes = play.shop.desk.book("m").run.changes
    for key in promised_vouchers(play):
        assert play.shop.read(f"voucher_status:{key}") in ("open", "used", "revoked")
        first = next(one.to for one in changes if one.what == "voucher" and one.id == key)
        assert first == "open"
    held = set(play.shop.desk.book("m").state.vouchers)
    assert held <= set(promised_vouchers(play))


@runs(60, 3000)
@given(ACTS)
def test_who_gives_everything_back_has_no_more_than_before(acts: list[Act]) -> None:
    no_profit(acts)


@runs(40, 2000)
@given(ACTS)
def test_what_was_booked_step_by_step_is_the_fold_of_the_facts(acts: list[Act]) -> None:
    played(acts).shop.settled()


def _again(self: Paying, run: Run, undoing: Any) -> None:
    for payment in undoing.record.payments:
        if payment.rule == self.rule and payment.points:
            self.put_back(run, payment, payment.points)
            payment.parts.extend(paying.Part("again", "again", run.at, 1) for _ in range(5))


def _always(run: Run, record: Record, key: str) -> bool:
    return True


def _never_revoked(self: Converting, run: Run, voucher: Any) -> None:
    parts = list(voucher.parts)
    voucher.cost = 0
    record = Record(key=voucher.id, edition="one", at=run.at, parts=parts)
    paying.granting.put_back(run, record, self.id, self.index, False)


def _whole(self: vouchers.Vouching, run: Run, payment: Any, *said: Any) -> None:
    vouchers.opened(run, vouchers.copied(payment.kept))


SABOTAGE: list[tuple[Any, str, Callable[..., Any], list[Act]]] = [
    (Paying, "undo", _again, [("order", 0, 5), ("refund", 0, 1), ("refund", 0, 2)]),
    (price, "taken_back", _always, [("half", 0, 1), ("reverse", 0, 1)]),
    (Converting, "revoke", _never_revoked, [("order", 0, 34)]),
    (vouchers.Vouching, "give_back", _whole, [("half", 0, 1), ("paid", 0, 4), ("refund", 0, 1)]),
]


@pytest.mark.parametrize(("where", "name", "wrong", "acts"), SABOTAGE)
def test_a_broken_return_is_caught(
    where: Any, name: str, wrong: Callable[..., Any], acts: list[Act], monkeypatch: Any
) -> None:
    no_profit(acts)
    monkeypatch.setattr(where, name, wrong)
    with pytest.raises(AssertionError):
        no_profit(acts)
