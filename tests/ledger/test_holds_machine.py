"""Holds under random programs and all interleavings: one resolution wins (R05)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from ledger_kit import AVAILABLE, HELD, ISSUED, RUN, SPENT, TORTURE, group, points_book, runs_red
from msgspec.structs import replace

from regulars.ledger import holds as holds_module
from regulars.ledger.book import Book
from regulars.ledger.checks import sums_to_zero, verify
from regulars.ledger.holds import Hold, Holds, How, Resolution
from regulars.ledger.refused import Refused


class Told:
    """The model of one hold: what was asked and, once, what became of it."""

    def __init__(self, amount: int, ends: int) -> None:
        self.amount, self.ends, self.how, self.posted = amount, ends, "", 0

    def answer(self, now: int) -> str:
        if self.how in {"posted", "voided"}:
            return "hold_resolved"
        return "hold_expired" if self.how or now >= self.ends else ""

    def post(self, amount: int, now: int) -> str:
        code = self.answer(now) or ("exceeds_hold" if amount > self.amount else "")
        if not code:
            self.how, self.posted = "posted", amount
        return code

    def void(self, now: int) -> str:
        code = self.answer(now)
        self.how = self.how or ("" if code else "voided")
        return code


class HoldsMachine(RuleBasedStateMachine):
    make: Callable[[Book], Holds] = staticmethod(Holds)

    def __init__(self) -> None:
        super().__init__()
        self.book = points_book()
        self.holds = self.make(self.book)
        self.told: dict[str, Told] = {}
        self.earned = self.now = 0

    @rule(amount=st.integers(1, 50))
    def earn(self, amount: int) -> None:
        self.book.post(group(f"earn{len(list(self.book.transfers))}", (amount, ISSUED, AVAILABLE)))
        self.earned += amount

    @rule(micros=st.integers(1, 5))
    def wait(self, micros: int) -> None:
        self.now += micros

    @rule(amount=st.integers(1, 40), life=st.integers(1, 12))
    def hold(self, amount: int, life: int) -> None:
        key, enough = f"h{len(self.told)}", amount <= self.available()
        asked = Hold(
            id=key,
            holder="m1",
            asset="points",
            amount=amount,
            at=self.now,
            expires_at=self.now + life,
        )
        assert code_of(lambda: self.holds.hold(asked, self.now)) == (
            "" if enough else "insufficient"
        )
        if enough:
            self.told[key] = Told(amount, self.now + life)
            assert self.holds.hold(asked, self.now) == "known"

    @precondition(lambda self: self.told)
    @rule(data=st.data(), amount=st.integers(1, 45))
    def post(self, data: st.DataObject, amount: int) -> None:
        key = self.any_hold(data)
        expected = self.told[key].post(amount, self.now)
        assert code_of(lambda: self.holds.post(key, amount, self.now)) == expected

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        key = self.any_hold(data)
        expected = self.told[key].void(self.now)
        assert code_of(lambda: self.holds.void(key, self.now)) == expected

    @rule()
    def expire(self) -> None:
        over = {key for key, one in self.told.items() if not one.how and one.ends <= self.now}
        assert {one.hold for one in self.holds.expire(self.now)} == over
        for key in over:
            self.told[key].how = "expired"

    def any_hold(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.told)))

    def available(self) -> int:
        taken = sum(one.posted if one.how else one.amount for one in self.told.values())
        return self.earned - taken

    @invariant()
    def nothing_is_counted_twice(self) -> None:
        assert self.book.balance(AVAILABLE) == self.available() >= 0
        assert self.book.balance(HELD) == sum(
            one.amount for one in self.told.values() if not one.how
        )
        assert self.book.balance(SPENT) == sum(one.posted for one in self.told.values())
        assert sums_to_zero(self.book.accounts, self.book.balances)
        assert verify(self.book.transfers, self.book.balances) is None

    @invariant()
    def each_hold_goes_out_once_and_whole(self) -> None:
        for key, one in self.told.items():
            out = [move for move in self.book.transfers if (move.fact, move.source) == (key, HELD)]
            assert sum(move.amount for move in out) == (one.amount if one.how else 0)
            assert (key in self.holds.open) == (not one.how)
            if one.how:
                found = self.holds.resolutions[key]
                assert (found.how, found.posted) == (one.how, one.posted)
                assert found.posted + found.returned == one.amount


def code_of(act: Callable[[], object]) -> str:
    try:
        act()
    except Refused as refused:
        return refused.code
    return ""


@pytest.mark.timeout(1800)
def test_random_programs_of_holds() -> None:
    run_machine(HoldsMachine, settings=RUN)


asks = st.lists(
    st.tuples(st.sampled_from(["post", "void", "expire"]), st.integers(1, 60), st.integers(0, 4)),
    min_size=8,
    max_size=8,
)


@settings(RUN, max_examples=1000 if TORTURE else 100)
@given(asks)
def test_of_eight_workers_one_wins(asked: list[tuple[str, int, int]]) -> None:
    eight_workers(points_book(100), Holds, asked)


def eight_workers(
    book: Book, make: Callable[[Book], Holds], asked: list[tuple[str, int, int]]
) -> None:
    """Each asks once, at an instant of its own; the hold of 50 ends at 3."""
    holds, won = make(book), []
    holds.hold(Hold(id="h", holder="m1", asset="points", amount=50, at=0, expires_at=3), 0)
    for verb, amount, now in asked:
        try:
            won += _ask(holds, verb, amount, now)
        except Refused as refused:
            allowed = {"hold_resolved", "hold_expired", "exceeds_hold"}
            assert refused.code in allowed  # noqa: PT017
    won += holds.expire(now=9)
    assert len(won) == 1
    assert won[0].posted <= 50
    assert (book.balance(AVAILABLE), book.balance(HELD)) == (100 - won[0].posted, 0)
    assert book.balance(SPENT) == won[0].posted


def _ask(holds: Holds, verb: str, amount: int, now: int) -> list[Resolution]:
    if verb == "post":
        return [holds.post("h", amount, now)]
    return [holds.void("h", now)] if verb == "void" else holds.expire(now)


class ResolvesAgain(Holds):
    """Takes a hold that is resolved for another one that is still open."""

    def _resolvable(self, hold: str, now: int) -> Hold:
        if hold not in self._resolutions:
            return super()._resolvable(hold, now)
        again = replace(self._holds[hold], id=f"{hold}/{len(self._resolutions)}")
        self._holds[again.id] = self._open[again.id] = again
        return again


class HasNoClock(Holds):
    """Lets a hold be posted after its end."""

    def _resolvable(self, hold: str, now: int) -> Hold:
        return super()._resolvable(hold, -1)


class KeepsTheRest(Holds):
    """Spends the rest too."""

    def _resolve(self, hold: Hold, how: How, posted: int, now: int) -> Resolution:
        return super()._resolve(hold, how, hold.amount if how == "posted" else posted, now)


class NeverExpires(Holds):
    """Leaves what is over where it is."""

    def expire(self, now: int) -> list[Resolution]:
        return []


class SetsNothingAside(Holds):
    """Notes the hold and leaves the amount available."""

    def hold(self, hold: Hold, now: int) -> str:  # type: ignore[override]
        known = hold.id in self._holds
        self._holds[hold.id] = self._open[hold.id] = hold
        return "known" if known else "booked"


class PostsTooMuch(Holds):
    """Spends more than was held, where the held account has it from another hold."""

    def post(self, hold: str, amount: int, now: int) -> Resolution:
        found = self._resolvable(hold, now)
        self._holds[hold] = replace(found, amount=max(amount, found.amount))
        return super().post(hold, amount, now)


@pytest.mark.parametrize(
    "broken",
    [ResolvesAgain, HasNoClock, KeepsTheRest, NeverExpires, SetsNothingAside, PostsTooMuch],
)
def test_broken_holds_turn_the_machine_red(broken: type[Holds]) -> None:
    class Broken(HoldsMachine):
        make = staticmethod(broken)

    runs_red(Broken)


@pytest.mark.parametrize(
    ("broken", "asked"),
    [
        (KeepsTheRest, [("post", 10, 0)]),
        (NeverExpires, [("expire", 1, 4)]),
        (ResolvesAgain, [("post", 10, 0), ("void", 1, 1)]),
    ],
)
def test_broken_holds_are_caught_among_eight_workers(
    broken: type[Holds], asked: list[tuple[str, int, int]]
) -> None:
    book = points_book(100)
    book.post(group("other", (50, AVAILABLE, HELD)))
    with pytest.raises(AssertionError):
        eight_workers(book, broken, asked)


def test_the_book_itself_stops_a_second_resolution(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if the holds forgot, one group id stands for every way to resolve."""
    holds = Holds(points_book(100))
    hold = Hold(id="h", holder="m1", asset="points", amount=50, at=0, expires_at=3)
    holds.hold(hold, 0)
    holds.void("h", 1)
    monkeypatch.setattr(holds_module.Holds, "_resolvable", lambda *_: hold)
    assert code_of(lambda: holds.post("h", 20, 1)) == "key_reused"
