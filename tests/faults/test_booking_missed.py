"""Two transactions of which neither sees what the other one stores: two versions of an order, an
order and the second of its refunds, an order and the buyer who joins. What is booked is what a fold
of all of it comes to, whichever ends first (R11, R12, R16)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from booking_kit import AT, NOW, SINCE, back, bought, members, open_club, points, wrong
from django.db import connection, transaction

from people import who
from regulars.actions import sweeping
from regulars.actions.members import join
from regulars.actions.record import record
from regulars.db import factstore, histories, holders, people

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_database")]
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def together(first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """What the second comes to, which begins when the first is done and not yet committed."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(second())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        while thread.is_alive() and not waits():
            time.sleep(0.01)
    thread.join(240)
    return found


def waits() -> bool:
    """Whether somebody waits for another transaction; the database is this process's own."""
    with connection.cursor() as cursor:
        cursor.execute(WAITS)
        return bool(cursor.fetchone()[0])


def told(version: int) -> Any:
    """An order of ten euros a version."""
    return record([bought("o1", 1000 * version, "mia", version=version)], now=NOW)


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 1), (3, 2), (2, 3)])
def test_of_two_versions_that_meet_the_later_counts(first: int, second: int) -> None:
    open_club()
    (mia,) = members(["mia"])
    (outcomes,) = together(lambda: told(first), lambda: told(second))
    assert outcomes[0].state == ("restated" if second > first else "known")
    assert points(mia) == 10 * max(first, second)
    assert wrong() == []
    assert told(1)[0].state == "known"
    assert wrong() == []


def test_versions_that_do_not_meet_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The saboteur: a first version is free as long as nobody told it."""
    open_club()
    (mia,) = members(["mia"])
    monkeypatch.setattr(factstore, "hold", lambda *_told: None)
    together(lambda: told(2), lambda: told(1))
    assert points(mia) == 30
    assert wrong()


def refunded(monkeypatch: pytest.MonkeyPatch) -> int:
    """The points of a member whose order comes after a refund and at once with another one."""
    open_club()
    (mia,) = members(["mia"])
    record([back("r0", "o1", 100, "mia", at=AT + timedelta(seconds=2))], now=NOW)
    looked, stored = threading.Event(), threading.Event()
    lock = holders.are_linked

    def slowly(*asked: Any) -> bool:
        if threading.current_thread().name == "order":
            looked.set()
            stored.wait(240)
        return lock(*asked)

    def order() -> None:
        record([bought("o1", 1000, "mia")], now=NOW)
        connection.close()

    monkeypatch.setattr(holders, "are_linked", slowly)
    thread = threading.Thread(target=order, name="order")
    thread.start()
    assert looked.wait(240)
    record([back("r1", "o1", 200, "mia", at=AT + timedelta(seconds=4))], now=NOW)
    stored.set()
    thread.join(240)
    sweeping.sweep(NOW, since=SINCE)
    return points(mia)


def test_a_refund_that_waits_at_the_last_moment_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refunded(monkeypatch) == 7
    assert wrong() == []


def test_a_refund_that_is_overlooked_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The saboteur: whatever waits for a key is taken for what was looked up."""
    found = histories.FOUND.replace('f.key = n.key COLLATE "C"', "n.key <> ''")
    monkeypatch.setattr(histories, "FOUND", found)
    assert refunded(monkeypatch) != 7
    assert wrong()


def newcomer() -> int:
    """Somebody who is known and no member."""
    open_club()
    members(["mia"])
    with connection.cursor() as cursor:
        (number,) = people.find_or_make(cursor, [who("new")], now=SINCE, crowd=people.Crowd())
    return number


@pytest.mark.parametrize("is_first", [True, False])
def test_who_joins_while_they_buy_has_what_they_bought(is_first: bool) -> None:
    number = newcomer()
    acts: list[Callable[[], Any]] = [
        lambda: record([bought("o1", 1000, "new")], now=NOW),
        lambda: join([number], "club", since=SINCE, now=NOW),
    ]
    together(*(acts if is_first else acts[::-1]))
    assert points(number) == 10
    assert wrong() == []


def test_who_joins_unseen_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The saboteur: nobody waits for who is joining."""
    number = newcomer()
    monkeypatch.setattr(holders, "stay_out", lambda *_told: False)
    together(
        lambda: join([number], "club", since=SINCE, now=NOW),
        lambda: record([bought("o1", 1000, "new")], now=NOW),
    )
    assert points(number) == 0
    assert wrong()
