"""Short ways to write groups, and the counts of random runs (full ones for `make torture`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from regulars.ledger.accounts import holder_accounts, issuing
from regulars.ledger.book import Book
from regulars.ledger.refused import LedgerCode, Refused
from regulars.ledger.transfers import Group, Transfer

TORTURE = bool(os.environ.get("REGULARS_TORTURE"))

RUN = settings(
    max_examples=500 if TORTURE else 25,
    stateful_step_count=60 if TORTURE else 30,
    derandomize=not TORTURE,
    print_blob=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
"""In torture 500 programs of up to 60 steps, new ones each time; a red one is kept and tried first
next time."""

SABOTAGE = settings(
    RUN,
    max_examples=2000,
    derandomize=True,
    database=None,
    print_blob=False,
    report_multiple_bugs=False,
    phases=[Phase.generate],
)
"""To see that a broken ledger is noticed, in the same programs each time; nothing of it is kept."""

ISSUED = "programme:club:points:issued"
AVAILABLE = "holder:m1:points:available"
HELD = "holder:m1:points:held"
SPENT = "holder:m1:points:spent"


def points_book(available: int = 0) -> Book:
    """A book with one programme, the members m1 and m2, and some points of m1."""
    accounts = [issuing("club", "points"), issuing("club", "stars")]
    for member in ("m1", "m2"):
        accounts += [*holder_accounts(member, "points"), *holder_accounts(member, "stars")]
    book = Book(accounts)
    if available:
        book.post(group("start", (available, ISSUED, AVAILABLE)))
    return book


def group(key: str, *moves: tuple[int, str, str], asset: str = "points", at: int = 0) -> Group:
    """Moves of (amount, source, target) that stand or fall together."""
    return Group(
        id=key,
        transfers=tuple(
            Transfer(
                id=f"{key}/{number}",
                group=key,
                asset=asset,
                amount=amount,
                source=source,
                target=target,
                at=at,
                booked_at=at + 5,
            )
            for number, (amount, source, target) in enumerate(moves)
        ),
    )


class _Refuses(AbstractContextManager[None]):
    """The block is refused with this code and these parameters, and the book stays as it was."""

    def __init__(self, book: Book, code: LedgerCode, params: dict[str, object]) -> None:
        self.book, self.code, self.params = book, code, params

    def __enter__(self) -> None:
        self.before = photograph(self.book)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if error is not None and not isinstance(error, Refused):
            return False
        assert error is not None, f"not refused; expected {self.code}"
        assert (error.code, error.params) == (self.code, self.params)
        assert photograph(self.book) == self.before
        return True


def photograph(book: Book) -> tuple[object, ...]:
    return dict(book.accounts), tuple(book.transfers), dict(book.balances)


def refuses(book: Book, code: LedgerCode, **params: object) -> AbstractContextManager[None]:
    return _Refuses(book, code, params)


def runs_red(machine: Callable[[], RuleBasedStateMachine]) -> None:
    """The machine must notice that what it drives is broken."""
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=SABOTAGE)
