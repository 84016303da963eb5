"""What is held is resolved once, for as much or less, in time."""

from __future__ import annotations

import msgspec
import pytest
from ledger_kit import AVAILABLE, HELD, ISSUED, SPENT, group, points_book, refuses

from regulars.ledger.accounts import holder_accounts, issuing
from regulars.ledger.book import Book
from regulars.ledger.holds import Hold, Holds, Resolution

BASKET = Hold(
    id="h1", holder="m1", asset="points", amount=60, at=10, expires_at=20, rule="checkout"
)


@pytest.fixture
def book() -> Book:
    return points_book(100)


@pytest.fixture
def holds(book: Book) -> Holds:
    holds = Holds(book)
    assert holds.hold(BASKET, now=11) == "booked"
    return holds


def balances(book: Book) -> tuple[int, int, int]:
    return book.balance(AVAILABLE), book.balance(HELD), book.balance(SPENT)


def test_what_is_held_is_no_longer_available(book: Book, holds: Holds) -> None:
    assert balances(book) == (40, 60, 0)
    assert dict(holds.open) == {"h1": BASKET}
    assert holds.hold(BASKET, now=10) == "known"
    assert balances(book) == (40, 60, 0)


def test_a_part_is_spent_and_the_rest_comes_back(book: Book, holds: Holds) -> None:
    resolution = holds.post("h1", 45, now=12)
    assert resolution == Resolution(
        hold="h1", how="posted", posted=45, returned=15, at=12, booked_at=12
    )
    assert balances(book) == (55, 0, 45)
    assert dict(holds.open) == {}
    assert dict(holds.resolutions) == {"h1": resolution}
    assert holds.hold(BASKET, now=10) == "known"


def test_all_is_spent(book: Book, holds: Holds) -> None:
    assert holds.post("h1", 60, now=19).returned == 0
    assert balances(book) == (40, 0, 60)


def test_all_comes_back(book: Book, holds: Holds) -> None:
    assert holds.void("h1", now=19) == Resolution(
        hold="h1", how="voided", posted=0, returned=60, at=19, booked_at=19
    )
    assert balances(book) == (100, 0, 0)


def test_what_expires_comes_back_at_its_instant(book: Book, holds: Holds) -> None:
    assert holds.expire(now=19) == []
    assert balances(book) == (40, 60, 0)
    assert holds.expire(now=25) == [
        Resolution(hold="h1", how="expired", posted=0, returned=60, at=20, booked_at=25)
    ]
    assert balances(book) == (100, 0, 0)
    assert holds.expire(now=25) == []


def test_the_end_is_exclusive(book: Book, holds: Holds) -> None:
    assert [one.hold for one in holds.expire(now=20)] == ["h1"]


def test_what_expires_first_comes_back_first(book: Book, holds: Holds) -> None:
    for key, end in [("h4", 16), ("h3", 16), ("h2", 18)]:
        holds.hold(msgspec.structs.replace(BASKET, id=key, amount=1, expires_at=end), now=10)
    assert [one.hold for one in holds.expire(now=18)] == ["h3", "h4", "h2"]
    assert list(holds.open) == ["h1"]


def test_each_move_says_why(book: Book, holds: Holds) -> None:
    holds.post("h1", 45, now=12)
    told = [
        (one.id, one.amount, one.source, one.target, one.at, one.booked_at, one.step)
        for one in book.transfers
    ]
    assert told[1:] == [
        ("hold:h1:hold", 60, AVAILABLE, HELD, 10, 11, "hold"),
        ("resolve:h1:post", 45, HELD, SPENT, 12, 12, "post"),
        ("resolve:h1:return", 15, HELD, AVAILABLE, 12, 12, "return"),
    ]
    assert {(one.fact, one.rule) for one in list(book.transfers)[1:]} == {("h1", "checkout")}


def test_a_clock_that_lags_dates_nothing_before_its_cause(book: Book, holds: Holds) -> None:
    assert (holds.void("h1", now=8).at, holds.resolutions["h1"].booked_at) == (10, 8)


@pytest.mark.parametrize("how", ["posted", "voided"])
def test_a_resolved_hold_cannot_be_resolved_again(book: Book, holds: Holds, how: str) -> None:
    holds.post("h1", 45, now=12) if how == "posted" else holds.void("h1", now=12)
    for now in (13, 99):
        with refuses(book, "hold_resolved", hold="h1", how=how):
            holds.post("h1", 45, now=now)
        with refuses(book, "hold_resolved", hold="h1", how=how):
            holds.void("h1", now=now)
    assert holds.expire(now=99) == []


@pytest.mark.parametrize("booked", [False, True])
def test_an_expired_hold_says_so_booked_or_not(book: Book, holds: Holds, booked: bool) -> None:
    if booked:
        holds.expire(now=20)
    for now in (20, 99):
        with refuses(book, "hold_expired", hold="h1", expires_at=20):
            holds.post("h1", 45, now=now)
        with refuses(book, "hold_expired", hold="h1", expires_at=20):
            holds.void("h1", now=now)


def test_an_expiry_that_was_booked_is_final_for_a_clock_that_lags(book: Book, holds: Holds) -> None:
    holds.expire(now=20)
    with refuses(book, "hold_expired", hold="h1", expires_at=20):
        holds.post("h1", 45, now=19)


def test_amounts_beyond_the_hold_are_refused(book: Book, holds: Holds) -> None:
    with refuses(book, "exceeds_hold", hold="h1", held=60, asked=61):
        holds.post("h1", 61, now=12)
    for amount in (0, -1):
        with refuses(book, "amount_not_positive", amount=amount):
            holds.post("h1", amount, now=12)
    assert list(holds.open) == ["h1"]
    assert holds.post("h1", 1, now=12).returned == 59


def test_a_hold_that_cannot_be_is_refused(book: Book, holds: Holds) -> None:
    def other(**changed: object) -> Hold:
        return msgspec.structs.replace(BASKET, **changed)

    with refuses(book, "insufficient", account=AVAILABLE, has=40, needs=41):
        holds.hold(other(id="h2", amount=41), now=11)
    for amount in (0, -5):
        with refuses(book, "amount_not_positive", amount=amount):
            holds.hold(other(id="h2", amount=amount), now=11)
    for end in (9, 10):
        with refuses(book, "hold_too_short", hold="h2"):
            holds.hold(other(id="h2", expires_at=end), now=11)
    with refuses(book, "key_reused", key="h1"):
        holds.hold(other(amount=59), now=11)
    with refuses(book, "account_unknown", account="holder:m9:points:available"):
        holds.hold(other(id="h2", holder="m9"), now=11)
    with refuses(book, "hold_unknown", hold="h2"):
        holds.void("h2", now=12)
    assert holds.hold(other(id="h2", amount=40, expires_at=11), now=11) == "booked"


def test_only_what_is_there_can_be_held_also_where_a_refund_may_overdraw() -> None:
    book = Book([issuing("club", "points"), *holder_accounts("m1", "points", overdraft=True)])
    book.post(group("earn", (50, ISSUED, AVAILABLE)))
    holds = Holds(book)
    with refuses(book, "insufficient", account=AVAILABLE, has=50, needs=60):
        holds.hold(BASKET, now=10)
    book.post(group("refund", (70, AVAILABLE, ISSUED)))
    with refuses(book, "insufficient", account=AVAILABLE, has=-20, needs=60):
        holds.hold(BASKET, now=10)


def test_what_holds_show_cannot_be_written_to(holds: Holds) -> None:
    for shown in (holds.open, holds.resolutions):
        with pytest.raises(TypeError):
            shown["h1"] = None  # type: ignore[index]
