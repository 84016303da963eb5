"""A group is booked whole or not at all, once, and within its limits."""

from __future__ import annotations

import msgspec
import pytest
from ledger_kit import AVAILABLE, ISSUED, SPENT, group, points_book, refuses

from regulars.ledger.accounts import Account
from regulars.ledger.book import Book
from regulars.ledger.checks import (
    Disagreement,
    as_of,
    recomputed,
    sums,
    sums_to_zero,
    verify,
)
from regulars.ledger.refused import LedgerCode, Refused
from regulars.ledger.transfers import LARGEST, Group

STARS = "holder:m1:stars:available"


def test_a_group_moves_all_it_says() -> None:
    book = points_book(100)
    assert book.post(group("g1", (30, AVAILABLE, SPENT), (5, ISSUED, AVAILABLE))) == "booked"
    assert book.balance(AVAILABLE) == 75
    assert {at: balance for at, balance in book.balances.items() if balance} == {
        ISSUED: -105,
        AVAILABLE: 75,
        SPENT: 30,
    }
    assert [one.id for one in book.transfers] == ["start/0", "g1/0", "g1/1"]


def test_the_same_group_again_is_known_and_changes_nothing() -> None:
    book = points_book(100)
    spending = group("g1", (30, AVAILABLE, SPENT))
    assert [book.post(spending), book.post(spending)] == ["booked", "known"]
    assert book.balance(AVAILABLE) == 70
    with refuses(book, "key_reused", key="g1"):
        book.post(group("g1", (31, AVAILABLE, SPENT)))


def test_the_same_group_told_later_is_still_known() -> None:
    book = points_book(100)
    told = group("g1", (30, AVAILABLE, SPENT))
    book.post(told)
    later = tuple(msgspec.structs.replace(one, booked_at=999) for one in told.transfers)
    assert book.post(Group(id="g1", transfers=later)) == "known"
    assert [one.booked_at for one in book.transfers] == [5, 5]
    moved = tuple(msgspec.structs.replace(one, at=1) for one in told.transfers)
    with refuses(book, "key_reused", key="g1"):
        book.post(Group(id="g1", transfers=moved))


def test_a_known_group_stays_known_when_it_could_no_longer_be_booked() -> None:
    book = points_book(100)
    spending = group("g1", (100, AVAILABLE, SPENT))
    assert [book.post(spending), book.post(spending)] == ["booked", "known"]


@pytest.mark.parametrize(
    ("moves", "asset", "code", "params"),
    [
        ([(0, ISSUED, AVAILABLE)], "points", "amount_not_positive", {"amount": 0}),
        ([(-1, ISSUED, AVAILABLE)], "points", "amount_not_positive", {"amount": -1}),
        (
            [(2**63, ISSUED, AVAILABLE)],
            "points",
            "amount_too_large",
            {"amount": 2**63, "most": LARGEST},
        ),
        (
            [(LARGEST, ISSUED, AVAILABLE)],
            "points",
            "amount_too_large",
            {"amount": LARGEST + 100, "most": LARGEST},
        ),
        ([(1, AVAILABLE, AVAILABLE)], "points", "same_account", {"account": AVAILABLE}),
        ([(1, "nobody", AVAILABLE)], "points", "account_unknown", {"account": "nobody"}),
        ([(1, AVAILABLE, "nobody")], "points", "account_unknown", {"account": "nobody"}),
        (
            [(1, AVAILABLE, STARS)],
            "points",
            "asset_mismatch",
            {"account": STARS, "holds": "stars", "moves": "points"},
        ),
        (
            [(1, AVAILABLE, SPENT)],
            "stars",
            "asset_mismatch",
            {"account": AVAILABLE, "holds": "points", "moves": "stars"},
        ),
        (
            [(101, AVAILABLE, SPENT)],
            "points",
            "insufficient",
            {"account": AVAILABLE, "has": 100, "needs": 101},
        ),
        ([], "points", "group_empty", {"group": "g1"}),
    ],
)
def test_what_is_refused_changes_nothing(
    moves: list[tuple[int, str, str]], asset: str, code: LedgerCode, params: dict[str, object]
) -> None:
    book = points_book(100)
    with refuses(book, code, **params):
        book.post(group("g1", *moves, asset=asset))
    good = group("g2", (1, "programme:club:stars:issued", STARS), asset="stars").transfers
    rest = group("g2", (1, ISSUED, AVAILABLE), *moves, asset=asset).transfers[1:]
    if moves:
        with refuses(book, code, **params):
            book.post(Group(id="g2", transfers=good + rest))
    assert book.post(group("g1", (100, AVAILABLE, SPENT))) == "booked"


def test_a_group_may_move_all_that_fits_a_balance() -> None:
    book = points_book()
    book.post(group("g1", (LARGEST, ISSUED, AVAILABLE)))
    assert (book.balance(ISSUED), book.balance(AVAILABLE)) == (-LARGEST, LARGEST)


def test_the_limit_is_that_of_the_group_and_not_of_its_parts() -> None:
    book = points_book()
    through = group("g1", (5, AVAILABLE, SPENT), (5, ISSUED, AVAILABLE))
    assert book.post(through) == "booked"
    assert (book.balance(AVAILABLE), book.balance(SPENT)) == (0, 5)


def test_an_account_with_overdraft_may_go_below_zero() -> None:
    book = Book(
        [
            Account(id="lenient", asset="points", overdraft=True),
            Account(id="strict", asset="points"),
        ]
    )
    book.post(group("g1", (7, "lenient", "strict")))
    assert book.balance("lenient") == -7
    with refuses(book, "insufficient", account="strict", has=7, needs=8):
        book.post(group("g2", (8, "strict", "lenient")))


def test_a_transfer_belongs_to_its_group_and_has_an_id_of_its_own() -> None:
    book = points_book(100)
    one = group("g1", (1, AVAILABLE, SPENT)).transfers[0]
    with refuses(book, "group_mismatch", group="g2", transfer="g1/0"):
        book.post(Group(id="g2", transfers=(one,)))
    with refuses(book, "key_reused", key="g1/0"):
        book.post(Group(id="g1", transfers=(one, one)))
    book.post(Group(id="g1", transfers=(one,)))
    with refuses(book, "key_reused", key="g1/0"):
        book.post(Group(id="g2", transfers=(msgspec.structs.replace(one, group="g2"),)))


def test_an_account_is_opened_once() -> None:
    book = points_book(100)
    account = book.accounts[AVAILABLE]
    assert book.open(account) == "known"
    assert book.balance(AVAILABLE) == 100
    with refuses(book, "account_known", account=AVAILABLE):
        book.open(msgspec.structs.replace(account, overdraft=True))
    assert book.open(Account(id="new", asset="points")) == "booked"
    assert book.balance("new") == 0
    with refuses(book, "account_unknown", account="nobody"):
        book.balance("nobody")


def test_what_the_book_shows_cannot_be_written_to() -> None:
    book = points_book(100)
    for shown in (book.accounts, book.balances):
        with pytest.raises(TypeError):
            shown[AVAILABLE] = 0  # type: ignore[index]
    transfer = next(iter(book.transfers))
    with pytest.raises(AttributeError):
        transfer.amount = 1  # type: ignore[misc]


@pytest.mark.parametrize("amount", [2**53 + 1, 10**18, LARGEST])
def test_large_amounts_survive_json_both_ways(amount: int) -> None:
    """2**53 + 1 is the first integer that a number of JavaScript cannot hold."""
    sent = group("g1", (amount, ISSUED, AVAILABLE), at=1_700_000_000_000_000)
    back = msgspec.json.decode(msgspec.json.encode(sent), type=Group)
    assert back == sent
    book = points_book()
    book.post(back)
    shown = msgspec.json.decode(msgspec.json.encode(dict(book.balances)), type=dict[str, int])
    assert (shown[AVAILABLE], shown[ISSUED]) == (amount, -amount)


def test_json_with_a_fraction_is_no_transfer() -> None:
    body = msgspec.json.encode(group("g1", (5, ISSUED, AVAILABLE))).replace(b":5,", b":5.5,", 1)
    assert b"5.5" in body
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Group)


def test_the_first_account_that_disagrees_is_named() -> None:
    book = points_book(100)
    book.post(group("g1", (30, AVAILABLE, SPENT)))
    assert verify(book.transfers, book.balances) is None
    damaged = {**book.balances, SPENT: 31, AVAILABLE: 69}
    assert verify(book.transfers, damaged) == Disagreement(
        account=AVAILABLE, stored=69, recomputed=70
    )
    stray = {**book.balances, "stray": 1}
    assert verify(book.transfers, stray) == Disagreement(account="stray", stored=1, recomputed=0)
    lost = {at: balance for at, balance in book.balances.items() if at != SPENT}
    assert verify(book.transfers, lost) == Disagreement(account=SPENT, stored=0, recomputed=30)


def test_balances_are_answered_as_they_were_and_as_they_were_known() -> None:
    book = points_book()
    for at in (10, 20):
        book.post(group(f"g{at}", (at, ISSUED, AVAILABLE), at=at))
    answers = {
        (true_by, known_by): recomputed(as_of(book.transfers, true_by, known_by)).get(AVAILABLE, 0)
        for true_by, known_by in [(9, 99), (10, 15), (10, 14), (19, 99), (20, 24), (20, 25)]
    }
    assert answers == {
        (9, 99): 0,
        (10, 15): 10,
        (10, 14): 0,
        (19, 99): 10,
        (20, 24): 10,
        (20, 25): 30,
    }


def test_value_from_nowhere_is_seen() -> None:
    book = points_book(100)
    assert sums(book.accounts, book.balances) == {"points": 0, "stars": 0}
    assert sums_to_zero(book.accounts, book.balances)
    swapped = {**book.balances, AVAILABLE: 99, STARS: 1}
    assert sums(book.accounts, swapped) == {"points": -1, "stars": 1}
    assert not sums_to_zero(book.accounts, swapped)


def test_a_refusal_says_its_code_and_its_parameters() -> None:
    assert str(Refused("no_such_thing", {"key": "k"})) == "('no_such_thing', {'key': 'k'})"
    assert Refused("bare").params == {}
