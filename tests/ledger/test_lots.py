"""What a holder has of one asset: lots in spending order, debts, what is pending."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_kit import RUN

from regulars.ledger import lots
from regulars.ledger.lots import FOREVER, Debt, Holding, Lot, Part, Pending, Repaid


def lot(expires: int, left: int, key: str = "o", earned: int = 0, rule: str = "r") -> Lot:
    return Lot(expires, earned, key, rule, left)


def holding(*given: Lot) -> Holding:
    one = Holding()
    for each in given:
        lots.put(one, each)
    return one


def told(one: Holding) -> list[tuple[str, int]]:
    return [(each.key, each.left) for each in one.lots]


def owing(*debts: tuple[str, int]) -> Holding:
    return Holding(
        balance=-sum(left for _, left in debts), debts=[Debt(key, left) for key, left in debts]
    )


def test_lots_stand_in_spending_order() -> None:
    one = holding(
        lot(FOREVER, 1, "ever"),
        lot(9, 2, "late", earned=1),
        lot(5, 4, "early", earned=4),
        lot(9, 8, "first", earned=0),
        lot(9, 16, "a", earned=1),
        lot(9, 32, "a", earned=1, rule="q"),
        lot(FOREVER, 64, "last", earned=7),
    )
    assert [(each.key, each.rule) for each in one.lots] == [
        ("early", "r"),
        ("first", "r"),
        ("a", "q"),
        ("a", "r"),
        ("late", "r"),
        ("ever", "r"),
        ("last", "r"),
    ]
    assert one.balance == 127


def test_a_lot_that_is_there_already_grows() -> None:
    one = holding(lot(5, 1, "a"), lot(5, 2, "b"), lot(5, 4, "a"), lot(5, 8, "b"))
    assert told(one) == [("a", 5), ("b", 10)]
    assert one.balance == 15


@pytest.mark.parametrize(
    "other", [lot(6, 2, "a"), lot(4, 2, "a"), lot(5, 2, "0"), lot(5, 2, "a", rule="p")]
)
def test_another_lot_stands_beside_it(other: Lot) -> None:
    one = holding(lot(5, 1, "a"), lot(7, 1, "z"), other)
    assert len(one.lots) == 3
    assert one.lots == sorted(one.lots, key=lots.spending_order)
    assert one.balance == 4


def test_spending_takes_the_first_lots_and_then_makes_a_debt() -> None:
    one = holding(lot(5, 10, "a", earned=3), lot(7, 10, "b", earned=2, rule="q"))
    assert lots.take(one, 4, "x") == [Part("a", "r", 3, 4)]
    assert lots.take(one, 6, "x") == [Part("a", "r", 3, 6)]
    assert told(one) == [("b", 10)]
    assert lots.take(one, 12, "y") == [Part("b", "q", 2, 10)]
    assert (told(one), one.debts, one.balance) == ([], [Debt("y", 2)], -2)
    assert lots.take(one, 3, "y") == []
    assert lots.take(one, 1, "z") == []
    assert (one.debts, one.balance) == ([Debt("y", 5), Debt("z", 1)], -6)


def test_spending_all_leaves_nothing() -> None:
    one = holding(lot(5, 10, "a"), lot(6, 5, "b"))
    assert lots.take(one, 15, "x") == [Part("a", "r", 0, 10), Part("b", "r", 0, 5)]
    assert (one.lots, one.debts, one.balance) == ([], [], 0)
    assert lots.take(one, 0, "x") == []
    assert (one.debts, one.balance) == ([], 0)


def test_earning_repays_the_oldest_debt_first() -> None:
    one = owing(("x", 4), ("y", 3))
    first = lot(9, 5, "a")
    assert lots.grant(one, first) == [Repaid("x", 4), Repaid("y", 1)]
    assert (one.debts, one.balance, one.lots, first.left) == ([Debt("y", 2)], -2, [], 0)
    second = lot(9, 7, "b")
    assert lots.grant(one, second) == [Repaid("y", 2)]
    assert (one.debts, one.balance, told(one), second.left) == ([], 5, [("b", 5)], 5)
    assert lots.grant(one, lot(9, 1, "c")) == []
    assert (told(one), one.balance) == ([("b", 5), ("c", 1)], 6)


def test_earning_exactly_what_is_owed_makes_no_lot() -> None:
    one = owing(("x", 4))
    assert lots.grant(one, lot(9, 4, "a")) == [Repaid("x", 4)]
    assert (one.debts, one.balance, one.lots) == ([], 0, [])


def test_a_debt_is_forgiven_by_its_name() -> None:
    one = owing(("x", 4), ("y", 3))
    assert lots.forgive(one, "z", 9) == 0
    assert lots.forgive(one, "y", 2) == 2
    assert (one.debts, one.balance) == ([Debt("x", 4), Debt("y", 1)], -5)
    assert lots.forgive(one, "x", FOREVER) == 4
    assert (one.debts, one.balance) == ([Debt("y", 1)], -1)
    assert lots.forgive(one, "y", 0) == 0
    assert one.debts == [Debt("y", 1)]


def test_owing_again_adds_to_the_debt_and_leaves_the_balance() -> None:
    one = owing(("x", 4), ("y", 3))
    lots.owe(one, "y", 2)
    lots.owe(one, "z", 1)
    assert (one.debts, one.balance) == ([Debt("x", 4), Debt("y", 5), Debt("z", 1)], -7)


def test_taking_of_ones_own_lots_leaves_others() -> None:
    one = holding(lot(5, 10, "a"), lot(6, 10, "b"), lot(7, 10, "a"), lot(8, 9, "a", rule="q"))
    assert lots.take_own(one, "a", "r", 13) == 13
    assert told(one) == [("b", 10), ("a", 7), ("a", 9)]
    assert one.balance == 26
    assert lots.take_own(one, "a", "r", 0) == 0
    assert lots.take_own(one, "c", "r", 5) == 0
    assert lots.take_own(one, "a", "r", 99) == 7
    assert (told(one), one.balance) == ([("b", 10), ("a", 9)], 19)


def pending_of(*given: Pending) -> Holding:
    return Holding(pending=list(given))


def test_taking_what_is_pending() -> None:
    one = pending_of(
        Pending(5, 1, "a", "r", 10),
        Pending(6, 1, "b", "r", 10),
        Pending(7, 1, "a", "r", 10),
        Pending(7, 1, "a", "q", 9),
    )
    assert lots.pending(one) == 39
    assert lots.take_pending(one, "a", "r", 12) == 12
    assert [each.amount for each in one.pending] == [10, 8, 9]
    assert lots.take_pending(one, "c", "r", 1) == 0
    assert lots.take_pending(one, "a", "r", 0) == 0
    assert lots.take_pending(one, "a", "r", 99) == 8
    assert [(each.key, each.rule) for each in one.pending] == [("b", "r"), ("a", "q")]
    assert (lots.pending(one), one.balance) == (19, 0)


def test_a_lot_is_over_at_its_expiry_and_not_before() -> None:
    one = holding(lot(5, 1, "a"), lot(6, 2, "b"), lot(6, 4, "c"), lot(7, 8, "d"))
    assert lots.expire(one, 4) == []
    assert one.balance == 15
    assert [each.key for each in lots.expire(one, 6)] == ["a", "b", "c"]
    assert (told(one), one.balance) == ([("d", 8)], 8)
    assert [each.left for each in lots.expire(one, 7)] == [8]
    assert (one.lots, one.balance) == ([], 0)
    assert lots.expire(one, 99) == []


def test_what_is_pending_is_released_at_its_instant_the_earliest_first() -> None:
    one = pending_of(
        Pending(7, 2, "d", "r", 1),
        Pending(5, 3, "c", "r", 2),
        Pending(5, 1, "b", "r", 4),
        Pending(5, 1, "a", "z", 8),
        Pending(5, 1, "a", "q", 16),
        Pending(0, 0, "held", "r", 32),
        Pending(8, 0, "later", "r", 64),
    )
    assert lots.release(one, 4) == []
    assert len(one.pending) == 7
    ready = lots.release(one, 7)
    assert [(each.key, each.rule) for each in ready] == [
        ("a", "q"),
        ("a", "z"),
        ("b", "r"),
        ("c", "r"),
        ("d", "r"),
    ]
    assert [each.key for each in one.pending] == ["held", "later"]
    assert lots.release(one, 7) == []


def test_an_instant_before_1970_is_an_instant() -> None:
    one = pending_of(Pending(-5, -9, "a", "r", 1))
    assert lots.release(one, -6) == []
    assert [each.key for each in lots.release(one, -5)] == ["a"]


def test_lots_go_back_into_order_when_their_expiry_was_rewritten() -> None:
    one = holding(lot(5, 1, "a"), lot(6, 2, "b"))
    one.lots[0].expires = 9
    lots.reorder(one)
    assert told(one) == [("b", 2), ("a", 1)]


def test_a_new_holding_has_nothing() -> None:
    one = Holding()
    assert (one.balance, one.lots, one.debts, one.pending, lots.pending(one)) == (0, [], [], [], 0)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["grant", "take", "take_own", "forgive", "expire"]),
        st.integers(1, 30),
        st.sampled_from("abcd"),
        st.integers(0, 20),
    ),
    max_size=30,
)


def act(one: Holding, what: str, amount: int, key: str, moment: int) -> int:
    """Do it; by how much the balance has to change."""
    if what == "grant":
        lots.grant(one, Lot(moment, moment, key, "r", amount))
        return amount
    if what == "take":
        lots.take(one, amount, key)
        return -amount
    if what == "take_own":
        return -lots.take_own(one, key, "r", amount)
    if what == "forgive":
        return lots.forgive(one, key, amount)
    return -sum(each.left for each in lots.expire(one, moment))


def holds(acts: list[tuple[str, int, str, int]]) -> None:
    """Never lots and debts at once; the balance is what they come to; lots are in order."""
    one = Holding()
    for what, amount, key, moment in acts:
        before = one.balance
        changed = act(one, what, amount, key, moment)
        assert one.balance == before + changed
        have, owed = sum(each.left for each in one.lots), sum(each.left for each in one.debts)
        assert one.balance == have - owed
        assert not (have and owed)
        assert one.lots == sorted(one.lots, key=lots.spending_order)
        assert all(each.left > 0 for each in one.lots)
        assert all(each.left > 0 for each in one.debts)


@settings(RUN, max_examples=RUN.max_examples * 10)
@given(ACTS)
def test_a_holding_always_adds_up(acts: list[tuple[str, int, str, int]]) -> None:
    holds(acts)


def test_saboteur_a_debt_that_nobody_repays(monkeypatch: pytest.MonkeyPatch) -> None:
    def hoard(one: Holding, new: Lot) -> list[Repaid]:
        lots.put(one, new)
        return []

    monkeypatch.setattr(lots, "grant", hoard)
    with pytest.raises(AssertionError):
        holds([("take", 5, "x", 0), ("grant", 9, "a", 3)])
