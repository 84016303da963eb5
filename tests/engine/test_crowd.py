"""Three people and everything that meets between them: the same facts, the same end."""

from __future__ import annotations

import random
from collections import Counter

import crowd
import pytest
from histories import TORTURE

from regulars.engine.booking import Book

SEEDS = 1_500 if TORTURE else 12
RED = (3, 4, 13, 15)
"""Once red: rules still looked once at the member whom an erasure had just taken away."""


def ends_alike(seed: int) -> None:
    """A history in order of time, and one that comes late: every book is the fold of its facts,
    and comes to the same when they arrive again in any order and nothing is decided."""
    chance = random.Random(seed)
    arrivals = crowd.history(chance)
    for late in (None, random.Random(seed)):
        told = crowd.arrived(arrivals, late)
        assert crowd.differing(told) == [], (seed, late)
        assert crowd.again(told, chance) == [], (seed, late)


@pytest.mark.parametrize("seed", [*RED, *range(100, 100 + SEEDS)])
def test_three_holders_end_alike_in_any_order_of_arrival(seed: int) -> None:
    ends_alike(seed)


def test_every_kind_of_promise_is_met() -> None:
    met: Counter[str] = Counter()
    for seed in range(8):
        told = crowd.arrived(crowd.history(random.Random(seed)), None)
        for book in told.desk.books.values():
            met.update(getattr(fact, "rule", "") for fact in book.facts.values())
    assert {"friends", "mail", "half", "voucher:use", "cake", "round", "off", "gift"} <= set(met)


def several_end_alike() -> None:
    for seed in range(100, 106):
        ends_alike(seed)


def test_saboteur_a_book_to_which_nothing_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Book, "is_late", lambda self, where: False)
    with pytest.raises(AssertionError):
        several_end_alike()
