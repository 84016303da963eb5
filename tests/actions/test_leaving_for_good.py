"""Who leaves for good and joins again, over the database: caps of before stay used up."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
sys.path.insert(0, str(Path(__file__).parent))
from crowd import END, FIRST, START
from live import Live, Memory, Told, differing

from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.facts import Order
from regulars.engine.happenings import MEMBER, Erasure, Opening
from regulars.engine.kinds.referrals import memory
from regulars.programmes.loading import load

pytestmark = pytest.mark.usefixtures("own_database")
YEARLY = FIRST.replace("rewards: 2, per: month", "rewards: 1, per: year, overflow: drop")
DAY = timedelta(days=1)


def yearly() -> Compiled:
    loaded = load(YEARLY.encode(), "crowd.yaml")
    assert loaded.edition is not None, loaded.problems
    return compiled([loaded.edition])


def bought(key: str, whose: str, at: datetime) -> Told:
    """An order of somebody whom Anna brought."""
    return Told(Order(key=key, at=at, currency="EUR", amount_minor=5000, codes=("ANNA",)), whose)


def brought(back: datetime) -> tuple[list[str], int, int]:
    """Anna brings Ben, leaves for good, takes part anew and brings Cleo: who differs between memory
    and database, and what she got before and after."""
    told = [
        bought("o1", "ben", START),
        Told(Erasure(key="left", at=START + 40 * DAY), "anna"),
        Told(Opening(key="back", at=back, what=MEMBER), "anna"),
        bought("o2", "cleo", back + DAY),
    ]
    made = yearly()
    desk, live = Memory(made), Live(made, [YEARLY], START)
    unlike = differing(desk, live, [(instant_of(one.what.at), one) for one in told], END)
    earned = {
        at: amount for (_rule, step, at, asset), amount in live.net("anna").items()
        if (step, asset) == ("earn", "credit")
    }  # fmt: skip
    before = sum(amount for at, amount in earned.items() if at < instant_of(back))
    return unlike, before, sum(earned.values()) - before


def test_a_cap_of_the_year_holds_for_who_left_and_came_back() -> None:
    assert brought(START + 60 * DAY) == ([], 500, 0)


def test_the_next_year_has_room_again() -> None:
    assert brought(datetime(2026, 2, 1, tzinfo=UTC)) == ([], 500, 500)


def test_saboteur_a_cap_that_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.Memory, "outlived", lambda self: memory.Memory())
    assert brought(START + 60 * DAY) == ([], 500, 500)
