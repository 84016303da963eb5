"""Random programs of everything that can be asked of the booking core, over the database: what must
hold holds after each step (R01, R02, R04, R05, R07)."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from booking_kit import (
    CLUB,
    FULL,
    NOW,
    asked,
    back,
    bought,
    digest,
    grant,
    members,
    open_club,
    points,
    wrong,
)
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from regulars.actions.looking import look
from regulars.actions.passing import pass_time
from regulars.actions.record import record
from regulars.actions.refused import Refused
from regulars.actions.reserving import confirm, release
from regulars.db import ledger
from regulars.db.models import AttemptRow, TransferRow, VoucherRow
from regulars.engine.happenings import Redemption, VoucherUse

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("own_database"),
    pytest.mark.timeout(7200 if FULL else 900),
]
EXAMPLES, STEPS = (100, 100) if FULL else (4, 25)
WHO = st.integers(0, 2)
MONEY = st.integers(1, 30_000)
ROUNDS = itertools.count()


class Booking(RuleBasedStateMachine):
    """Three members of a club, whose clock only goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.round = next(ROUNDS)
        self.names = [f"m{self.round}-{one}" for one in range(3)]
        self.numbers = members(self.names)
        self.now, self.count = NOW, 0
        self.orders: list[tuple[str, int, int]] = []
        self.attempts: list[str] = []

    def key(self) -> str:
        self.count += 1
        return f"k{self.round}-{self.count}"

    @rule(whose=WHO, minor=MONEY, late=st.integers(0, 40), shown=st.booleans())
    def buys(self, whose: int, minor: int, late: int, shown: bool) -> None:
        key, at = self.key(), max(NOW, self.now - timedelta(days=late))
        open_now = VoucherRow.objects.filter(customer_id=self.numbers[whose], state="open")
        vouchers = tuple(one.id for one in open_now[:1]) if shown else ()
        record([bought(key, minor, self.names[whose], at=at, vouchers=vouchers)], now=self.now)
        self.orders.append((key, whose, minor))

    @rule(chosen=st.integers(0, 50), share=st.integers(1, 4))
    def returns(self, chosen: int, share: int) -> None:
        if self.orders:
            key, whose, minor = self.orders[chosen % len(self.orders)]
            fact = back(self.key(), key, max(minor // share, 1), self.names[whose], at=self.now)
            record([fact], now=self.now + timedelta(seconds=1))

    @rule(whose=WHO, amount=st.integers(-150, 400))
    def adjusts(self, whose: int, amount: int) -> None:
        if amount:
            grant(self.numbers[whose], amount, self.key(), at=self.now)

    @rule(whose=WHO, reward=st.sampled_from(["gift", "card", "once", "rare"]), held=st.booleans())
    def redeems(self, whose: int, reward: str, held: bool) -> None:
        before, key = points(self.numbers[whose]), self.key()
        until = self.now + timedelta(days=2) if held else None
        told = Redemption(key=key, at=self.now, reward=reward)
        answer = asked(self.numbers[whose], told, now=self.now, until=until)
        if answer.accepted:
            self.attempts.append(key)
            assert points(self.numbers[whose]) >= 0, "what is spent was there"
        else:
            assert points(self.numbers[whose]) <= before

    @rule(whose=WHO)
    def shows_a_voucher(self, whose: int) -> None:
        for one in VoucherRow.objects.filter(customer_id=self.numbers[whose], state="open")[:1]:
            told = VoucherUse(key=self.key(), at=self.now, voucher=one.id)
            asked(self.numbers[whose], told, now=self.now)

    @rule(chosen=st.integers(0, 50), yes=st.booleans())
    def resolves(self, chosen: int, yes: bool) -> None:
        if self.attempts:
            key = self.attempts[chosen % len(self.attempts)]
            act: Any = confirm if yes else release
            try:
                act(key, self.now)
            except Refused:
                assert AttemptRow.objects.get(key=key).accepted

    @rule(days=st.sampled_from([1, 20, 90]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        pass_time(self.now)

    @rule(chosen=st.integers(0, 50))
    def comes_again(self, chosen: int) -> None:
        if self.orders:
            before = digest()
            key, whose, minor = self.orders[chosen % len(self.orders)]
            (told,) = record([bought(key, minor + 1, self.names[whose])], now=self.now)
            assert told.code == "key_reused"
            assert digest() == before

    @invariant()
    def everything_agrees(self) -> None:
        assert wrong(self.numbers) == []
        for number in self.numbers:
            seen = look(number, "club", _moment(self.now)).balances["points"].available
            moved = TransferRow.objects.filter(customer_id=number, asset="points")
            has = sum(
                row.amount * ((row.target == "available") - (row.source == "available"))
                for row in moved
            )
            if not moved.filter(step="expire").exists() and self.now - NOW < timedelta(days=90):
                assert seen == has == points(number)


def _moment(now: datetime) -> datetime:
    return now + timedelta(seconds=2)


def run(*phases: Phase) -> None:
    """As many programs as are wanted, always the same ones."""
    run_state_machine_as_test(
        Booking,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases or tuple(Phase),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_random_programs_keep_everything_in_agreement() -> None:
    open_club(text=CLUB)
    run()
    assert wrong() == []
    print(f"{TransferRow.objects.count()} transfers, derandomised")
    connection.close()


def test_figures_that_are_not_counted_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    open_club(text=CLUB)
    count = ledger.count

    def forgets(figures: Any, asset: str, moved: dict[str, int]) -> None:
        count(figures, asset, {k: n for k, n in moved.items() if k != "spent"})

    monkeypatch.setattr(ledger, "count", forgets)
    # The database keeps what an example did, so that the next try of it may end otherwise.
    with pytest.raises((AssertionError, ExceptionGroup, Flaky)):
        run(Phase.generate)
    assert wrong() != []
