"""An advocate who leaves for good and joins again begins anew, but with no caps of before."""

from __future__ import annotations

import random

import pytest
from referral_kit import Shop, at, changed, edition

from regulars.engine.fold import fold
from regulars.engine.happenings import MEMBER, Erasure, Opening
from regulars.engine.kinds.referrals.caps import Cap
from regulars.engine.kinds.referrals.memory import Memory

YEARLY = [Cap(rewards=2, per="year", overflow="drop")]
LEFT = Erasure(key="left", at=at("04-01 10:00"))


def friend(made: Shop, name: str, when: str) -> None:
    made.order(f"o-{name}", when, name, codes=["A1CODE"], email=f"{name}@x.de")


def lived(joins: str) -> Shop:
    """Two friends before leaving, two after joining again."""
    made = Shop(changed(edition("store_10_10"), at_most=YEARLY), "a1")
    friend(made, "f1", "02-01 10:00")
    friend(made, "f2", "02-02 10:00")
    made.pass_to("03-30")
    assert made.has("a1") > 0
    made.tell(LEFT, "a1")
    made.tell(Opening(key="back", at=at(joins), what=MEMBER), "a1")
    assert made.has("a1") == 0
    friend(made, "f3", f"{joins[:-5]}12:00")
    friend(made, "f4", f"{joins[:-5]}13:00")
    made.pass_to("2026-12-01")
    return made


def test_a_cap_of_the_year_is_used_up_by_what_was_brought_before() -> None:
    made = lived("04-20 10:00")
    assert made.has("a1") == 0
    assert made.state("f3") == ("qualified", "capped")


def test_the_next_year_has_room_again() -> None:
    assert lived("2026-04-20 10:00").has("a1") > 0


def test_saboteur_a_cap_that_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Memory, "outlived", lambda self: Memory())
    assert lived("04-20 10:00").has("a1") > 0


def test_it_comes_to_the_same_in_any_order() -> None:
    made = lived("04-20 10:00")
    book = made.desk.book("a1")
    facts = list(book.facts.values())
    assert {"left", "back"} < {one.key for one in facts}
    for seed in range(8):
        random.Random(seed).shuffle(facts)
        folded = fold(made.programme, facts, holder="a1", until=book.state.at)
        assert made.programme.are_alike(folded.state, book.state)
