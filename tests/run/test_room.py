"""Who is let in to be booked: a rush is, a line that stands is not. No clock runs here."""

from __future__ import annotations

import pytest

from regulars.run import room
from regulars.run.room import LEAST_WAITING, MOMENT, MOST_WAITING, RUSH, SOON, Room

QUICK, SLOW = SOON / 2, 2 * SOON
RATE = 2000.0


def after(*firsts: float, rate: float = RATE) -> Room:
    """A room after groups, half a rush from one to the next, whose first had waited so long."""
    found = Room(0)
    for number, first in enumerate(firsts, 1):
        found.begin(first, number * RUSH / 2)
        found.booked(int(rate), 1)
    return found


WAITS = {
    "nobody came yet": ([], MOST_WAITING),
    "all are booked soon": ([QUICK] * 5, MOST_WAITING),
    "a rush": ([QUICK, QUICK, SLOW, QUICK], MOST_WAITING),
    "a line": ([QUICK, SLOW, SLOW], int(RATE * MOMENT)),
    "a line that is over": ([QUICK, SLOW, SLOW, SLOW, QUICK], MOST_WAITING),
}


@pytest.mark.parametrize(("firsts", "most"), WAITS.values(), ids=WAITS)
def test_a_rush_is_let_in_and_a_line_kept_short(firsts: list[float], most: int) -> None:
    found = after(*firsts)
    assert found.most == most
    assert found.lets_in(most - 1, 99)
    assert not found.lets_in(most, 99)


def test_a_line_stands_while_somebody_is_sent_away() -> None:
    """Its first are booked soon because the others are not let in."""
    found = after(SLOW, SLOW, SLOW)
    for tenth in range(20, 60):
        assert not found.lets_in(MOST_WAITING, tenth / 10)
        found.begin(QUICK, tenth / 10)
        assert found.most < MOST_WAITING
    found.begin(QUICK, 7.0)
    assert found.most == MOST_WAITING


def test_a_few_may_always_wait_however_slow_it_is() -> None:
    assert after(SLOW, SLOW, SLOW, rate=1).most == LEAST_WAITING


def test_the_rate_follows_the_groups() -> None:
    found = after(SLOW, SLOW, SLOW)
    for _ in range(30):
        found.booked(4000, 1)
    found.begin(SLOW, 9)
    assert found.most == pytest.approx(4000 * MOMENT, abs=1)


def test_saboteur_a_line_that_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SOON", 3600)
    assert after(SLOW, SLOW, SLOW).most == MOST_WAITING
