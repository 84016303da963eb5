"""Stamp cards and rules that feed on one pot: said in a sentence, and only where it is so."""

from __future__ import annotations

import pytest
from django.utils import translation

from regulars.engine.edition import Edition
from regulars.programmes.loading import load, ready
from regulars.programmes.sharing import Shared, shared
from regulars.words.programme.sharing import remark

FILE = """format: 1
edition: cards
name: Cards
zone: Europe/Berlin
currency: EUR
assets:
  - {id: stamps, name: stamp, many: stamps}
  - {id: crumbs, name: crumb, many: crumbs}
names: {coffee: coffee, bread: bread}
earn:
  - {id: cups, kind: per_item, points: 1, when: {category: coffee}}
  - {id: loaves, kind: per_item, points: 1, asset: MORE, when: {category: bread}}
  - {id: hello, kind: on_sign_up, points: 1}
rewards:
  - {id: cup, kind: every, each: 9, name: a coffee}
"""
LOAF = "  - {id: loaf, kind: every, each: 9, asset: MORE, name: a loaf}\n"


def edition(text: str) -> Edition:
    found = load(text, "cards.yaml")
    assert found.edition is not None, found.problems
    return found.edition


def test_two_cards_of_one_pot_are_told() -> None:
    one = edition((FILE + LOAF).replace("MORE", "stamps"))
    (found,) = shared(one)
    assert found == Shared(asset="stamps", rewards=("cup", "loaf"), rules=("cups", "loaves"))
    with translation.override("en"):
        told = remark(found, one)
    assert told.startswith("“A coffee” and “A loaf” take the same stamps:")


def test_two_rules_that_fill_one_card_are_told_by_their_sentences() -> None:
    one = edition(FILE.replace("MORE", "stamps"))
    (found,) = shared(one)
    with translation.override("en"):
        told = remark(found, one)
    assert "“For coffee you get 1 stamp each.” “For bread you get 1 stamp each.”" in told


def test_cards_of_their_own_are_not() -> None:
    assert shared(edition((FILE + LOAF).replace("MORE", "crumbs"))) == []


@pytest.mark.parametrize("name", ["cafe_points", "cafe_stamp_card", "stamp_9_1", "boutique"])
def test_no_programme_of_ours_needs_the_remark(name: str) -> None:
    assert shared(ready()[name]) == []
