"""Several processes make books anew: the same comes of it, and they end with whoever began them."""

from __future__ import annotations

import multiprocessing
import os
from datetime import UTC, datetime

import pytest
from django.db import connection

from people import line, order, who
from regulars.actions import side_by_side as sides
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.actions.rebuilding import rebuild
from regulars.actions.record import record
from regulars.actions.side_by_side import side_by_side
from regulars.actions.verifying import verify
from regulars.db import people, proof
from regulars.db.models import HolderState
from regulars.engine.arrivals import Arrival

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
CLUB = """
format: 1
programme: club
edition: club_1
name: Club
zone: Europe/Berlin
currency: EUR
assets: [{id: points, name: point}]
earn: [{kind: per_amount, step: 1.00 EUR, points: 1}]
"""


def whose(part: int) -> tuple[int, int]:
    """A part, and the process that did it."""
    return part, os.getpid()


def broken(part: int) -> int:
    """A part that one of them fails at."""
    if part == 3:
        raise ValueError(f"part {part}")
    return part


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processors, whatever there is."""
    monkeypatch.setattr(sides, "processors", lambda: 2)


@pytest.mark.usefixtures("two", "own_database")
def test_parts_are_done_elsewhere_and_told_in_their_order() -> None:
    told = list(side_by_side(whose, range(20)))
    assert [part for part, _process in told] == list(range(20))
    assert os.getpid() not in {process for _part, process in told}


@pytest.mark.usefixtures("own_database")
def test_one_processor_or_one_part_needs_no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(side_by_side(whose, [7])) == [(7, os.getpid())]
    monkeypatch.setattr(sides, "processors", lambda: 1)
    assert list(side_by_side(whose, [7, 8])) == [(7, os.getpid()), (8, os.getpid())]


@pytest.mark.usefixtures("two", "own_database")
def test_what_fails_there_is_heard_here() -> None:
    with pytest.raises(ValueError, match="part 3"):
        list(side_by_side(broken, range(6)))


def test_a_process_ends_with_the_one_that_began_it() -> None:
    reading, writing = os.pipe()
    child = multiprocessing.get_context("fork").Process(
        target=_hold, args=(reading, writing), daemon=True
    )
    child.start()
    os.close(writing)
    child.join(240)
    os.close(reading)
    assert child.exitcode == 1


def _hold(reading: int, writing: int) -> None:
    os.close(writing)
    sides._end_with(reading)


@pytest.mark.usefixtures("two", "own_database")
def test_books_are_made_anew_by_several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "AT_ONCE", 3)
    publish(CLUB, now=SINCE)
    names = [f"m{number}" for number in range(10)]
    told = [
        Arrival(fact=order(f"{name}-{place}", line("tea", "7")), who=who(name))
        for name in names
        for place in range(4)
    ]
    record(told, now=NOW)
    with connection.cursor() as cursor:
        found = people.find_or_make(
            cursor, [who(name) for name in names], now=NOW, crowd=people.Crowd()
        )
    join(found, "club", since=SINCE, now=NOW)
    before = dict(HolderState.objects.values_list("customer_id", "head"))
    HolderState.objects.update(head="", figures={})
    done = rebuild(NOW)
    assert (done.holders, done.states, done.members) == (10, 10, 0)
    assert dict(HolderState.objects.values_list("customer_id", "head")) == before
    assert verify().finding is None
