"""Random programs against a model that knows only lists of moves (R01, R02, R04, R06)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from ledger_kit import RUN, TORTURE, group, runs_red
from msgspec.structs import replace

from regulars.ledger import book as book_module
from regulars.ledger.accounts import Account, holder_accounts, issuing
from regulars.ledger.book import Book, Outcome
from regulars.ledger.checks import sums_to_zero, verify
from regulars.ledger.refused import Refused
from regulars.ledger.transfers import Group, Transfer

ACCOUNTS = (
    issuing("club", "points"),
    issuing("club", "stars"),
    *holder_accounts("m1", "points"),
    *holder_accounts("m2", "points", overdraft=True),
    *holder_accounts("m1", "stars"),
)
ASSET = {account.id: account.asset for account in ACCOUNTS}
MAY_OWE = {account.id for account in ACCOUNTS if account.overdraft}
IDS = sorted(ASSET)

Move = tuple[int, str, str]
amounts = st.one_of(st.integers(1, 30), st.sampled_from([0, -1, 10**18, 2**53 + 1, 2**63]))
anywhere = st.tuples(amounts, st.sampled_from(IDS), st.sampled_from([*IDS, "nobody"]))
LIFE = (
    ("club:issued", "pending"),
    ("pending", "available"),
    ("available", "held"),
    ("held", "available"),
    ("held", "spent"),
    ("available", "spent"),
    ("spent", "available"),
    ("available", "expired"),
    ("available", "forfeited"),
    ("available", "club:issued"),
)
"""Earn, release, hold, void, post, redeem, give back, expire, forfeit, claw back."""


def _life(holder: str, amount: int, step: tuple[str, str]) -> Move:
    ends = [
        "programme:club:points:issued" if end == "club:issued" else f"holder:{holder}:points:{end}"
        for end in step
    ]
    return amount, ends[0], ends[1]


likely = st.builds(_life, st.sampled_from(["m1", "m2"]), st.integers(1, 30), st.sampled_from(LIFE))


class Ledger:
    """The model: what was accepted, as a list; every balance is added up from it anew."""

    def __init__(self) -> None:
        self.accepted: dict[str, list[Move]] = {}

    def balances(self, more: list[Move] | None = None) -> dict[str, int]:
        moves = [move for moves in self.accepted.values() for move in moves] + (more or [])
        return {
            one: sum(amount for amount, _, target in moves if target == one)
            - sum(amount for amount, source, _ in moves if source == one)
            for one in IDS
        }

    def allows(self, moves: list[Move], asset: str) -> bool:
        well_formed = all(
            0 < amount < 2**63
            and source != target
            and {ASSET[source], ASSET.get(target)} == {asset}
            for amount, source, target in moves
        )
        return well_formed and all(
            (balance >= 0 or one in MAY_OWE) and -(2**63) < balance < 2**63
            for one, balance in self.balances(moves).items()
        )


def answer(book: Book, asked: Group) -> str:
    """What the book says, or the code with which it refuses."""
    try:
        return book.post(asked)
    except Refused as refused:
        return refused.code


class BookMachine(RuleBasedStateMachine):
    make: Callable[[], Book] = staticmethod(lambda: Book(ACCOUNTS))

    def __init__(self) -> None:
        super().__init__()
        self.book, self.model, self.groups = self.make(), Ledger(), dict[str, Group]()
        self.before = dict(self.book.balances)

    def try_to_post(self, moves: list[Move], asset: str) -> None:
        key = f"g{len(self.groups)}"
        asked = group(key, *moves, asset=asset)
        booked = answer(self.book, asked) == "booked"
        assert booked == self.model.allows(moves, asset)
        if booked:
            self.model.accepted[key], self.groups[key] = moves, asked

    @rule(moves=st.lists(likely, min_size=1, max_size=4))
    def live(self, moves: list[Move]) -> None:
        self.try_to_post(moves, "points")

    @rule(
        moves=st.lists(anywhere, min_size=1, max_size=3), asset=st.sampled_from(["points", "stars"])
    )
    def try_anything(self, moves: list[Move], asset: str) -> None:
        self.try_to_post(moves, asset)

    @precondition(lambda self: self.groups)
    @rule(data=st.data(), more=st.integers(0, 1))
    def say_it_again(self, data: st.DataObject, more: int) -> None:
        key = data.draw(st.sampled_from(sorted(self.groups)))
        moves = [(one[0] + more, one[1], one[2]) for one in self.model.accepted[key]]
        asset = self.groups[key].transfers[0].asset
        assert answer(self.book, group(key, *moves, asset=asset)) == (
            "key_reused" if more else "known"
        )

    @rule(account=st.sampled_from(IDS), by=st.sampled_from([-1, 1, 2**53]))
    def damage_a_copy(self, account: str, by: int) -> None:
        stored = dict(self.book.balances)
        stored[account] += by
        found = verify(self.book.transfers, stored)
        assert found is not None
        assert found.account == account
        assert found.stored - found.recomputed == by

    @invariant()
    def three_answers_agree(self) -> None:
        expected = self.model.balances()
        assert dict(self.book.balances) == expected
        assert {one: self.book.balance(one) for one in IDS} == expected
        assert verify(self.book.transfers, self.book.balances) is None

    @invariant()
    def nothing_comes_from_nowhere(self) -> None:
        """What changed since the last step, and all there is, sums to zero for each asset."""
        for asset in ("points", "stars"):
            now = sum(self.book.balance(one) for one in IDS if ASSET[one] == asset)
            was = sum(self.before[one] for one in IDS if ASSET[one] == asset)
            assert now == was == 0
        assert sums_to_zero(self.book.accounts, self.book.balances)
        self.before = dict(self.book.balances)

    @invariant()
    def only_who_may_owe_owes(self) -> None:
        assert {one for one in IDS if self.book.balance(one) < 0} <= MAY_OWE

    def teardown(self) -> None:
        """Made again from its groups alone, the book is the same."""
        rebuilt = self.make()
        for one in self.groups.values():
            rebuilt.post(one)
        assert dict(rebuilt.balances) == dict(self.book.balances)
        assert list(rebuilt.transfers) == list(self.book.transfers)


@pytest.mark.timeout(1800)
def test_random_programs_keep_the_book_right() -> None:
    run_machine(BookMachine, settings=RUN)


@pytest.mark.timeout(1800)
@settings(RUN, max_examples=10_000 if TORTURE else 100)
@given(st.lists(likely, max_size=12))
def test_without_overdraft_nobody_owes(moves: list[Move]) -> None:
    _nobody_owes(Book(ACCOUNTS), moves)


def _nobody_owes(book: Book, moves: list[Move]) -> None:
    for number, move in enumerate(moves):
        assert answer(book, group(f"g{number}", move)) in {"booked", "insufficient"}
        assert all(balance >= 0 or one in MAY_OWE for one, balance in book.balances.items())


class BooksHalf(Book):
    """Books the good transfers of a group that it refuses."""

    def post(self, group: Group) -> Outcome:
        try:
            return super().post(group)
        except Refused:
            for number, one in enumerate(group.transfers[:-1]):
                alone = f"{group.id}/half{number}"
                super().post(Group(id=alone, transfers=(_moved(one, alone),)))
            raise


class HasNoFloor(Book):
    """Lets everybody spend what nobody has."""

    def _check_balance(self, account: str, balance: int) -> None:
        pass


class LosesTargets(Book):
    """Takes from the source and forgets the target of amounts over 20."""

    def _after(self, group: Group) -> dict[str, int]:
        lost = {one.target for one in group.transfers if one.amount > 20}
        return {at: balance for at, balance in super()._after(group).items() if at not in lost}


class Forgets(Book):
    """Books a known group again."""

    def post(self, group: Group) -> Outcome:
        if group.id in self._groups:
            group = _renamed(group, f"{group.id}/again{len(self._groups)}")
        return super().post(group)


class BelievesAnything(Book):
    """Says `known` to other content under a known id."""

    def post(self, group: Group) -> Outcome:
        return "known" if group.id in self._groups else super().post(group)


class Drifts(Book):
    """Stores a balance that is one too high after some transfers."""

    def _after(self, group: Group) -> dict[str, int]:
        after = super()._after(group)
        return {at: balance + (balance == 13) for at, balance in after.items()}


def _moved(transfer: Transfer, key: str) -> Transfer:
    return _renamed(Group(id="", transfers=(transfer,)), key).transfers[0]


def _renamed(asked: Group, key: str) -> Group:
    moves = [(one.amount, one.source, one.target) for one in asked.transfers]
    return group(key, *moves, asset=asked.transfers[0].asset)


@pytest.mark.parametrize(
    "broken", [BooksHalf, HasNoFloor, LosesTargets, Forgets, BelievesAnything, Drifts]
)
def test_a_broken_book_turns_the_machine_red(broken: type[Book]) -> None:
    class Broken(BookMachine):
        make = staticmethod(lambda: broken(ACCOUNTS))

    runs_red(Broken)


def test_a_book_that_mixes_assets_turns_the_machine_red(monkeypatch: pytest.MonkeyPatch) -> None:
    def lenient(transfer: Transfer, accounts: Mapping[str, Account]) -> None:
        anything = {key: replace(one, asset=transfer.asset) for key, one in accounts.items()}
        book_checks(transfer, anything)

    book_checks = book_module.check_transfer
    monkeypatch.setattr(book_module, "check_transfer", lenient)
    runs_red(BookMachine)


def test_a_book_without_a_floor_is_seen_to_owe() -> None:
    with pytest.raises(AssertionError):
        _nobody_owes(HasNoFloor(ACCOUNTS), [_life("m1", 5, ("available", "spent"))])


def test_a_check_that_sees_nothing_turns_the_machine_red(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "verify", lambda *_: None)
    runs_red(BookMachine)
