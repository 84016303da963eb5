"""Facts that name each other one after the other, further than anybody would."""

from __future__ import annotations

import pytest
from histories import RICH, day, order, same, yes

from regulars.engine import position
from regulars.engine.calendar import instant_of
from regulars.engine.desk import Desk
from regulars.engine.fold import fold
from regulars.engine.happenings import Activity, FoldFact

LONG = 1200


def chain(length: int) -> list[FoldFact]:
    """An order, and acts of which each is about the one before it."""
    acts = [
        Activity(key=f"x{n}", at=day(2), kind="visit", order=f"x{n - 1}" if n else "o")
        for n in range(length)
    ]
    return [order("o", 1, 100), *acts]


def test_a_chain_of_any_length_is_folded() -> None:
    facts = chain(LONG)
    assert fold(RICH, facts[::-1]).run.state == fold(RICH, facts).run.state


def test_what_waits_for_what_waits_is_let_in_one_after_the_other() -> None:
    desk, facts = Desk(RICH, yes), chain(300)
    for fact in (*facts[:0:-1], facts[0]):
        desk.record(fact, "m1", now=instant_of(day(3)))
    assert (len(desk.parked), desk.arrived) == (0, [])
    same(desk.book("m1"), fold(RICH, desk.book("m1").facts.values(), until=desk.clock))


def test_saboteur_a_chain_that_is_followed_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(position, "MOST_LINKS", 10**6)
    with pytest.raises(RecursionError):
        test_a_chain_of_any_length_is_folded()
