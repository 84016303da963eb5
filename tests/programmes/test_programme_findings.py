"""What a programme file gets wrong though every field has the right form: told at its line, and
with a sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from regulars import engine
from regulars.programmes.loading import load
from regulars.words.programme_files import SENTENCES, sentence

PROGRAMME = """\
format: 1
edition: shop
name: Shop
assets:
  - {id: points, name: point}
  - {id: credit, name: credit, currency: EUR, decimals: 2}
counts: {loaves: loaves}
metrics: [{id: spend, kind: spent}, {id: bread, kind: counted, of: loaves}]
earn: [{kind: per_count, of: loaves, points: 1}]
standing: {kind: rolling, metric: spend, months: 6}
tiers: [{id: guest, name: guest, from: 0}, {id: regular, name: regular, from: 300}]
"""


def found(old: str = "", new: str = "") -> list[tuple[int, str, str]]:
    assert old in PROGRAMME
    problems = load(PROGRAMME.replace(old, new, 1), "shop.yaml").problems
    return [(one.line, one.path, one.code) for one in problems]


def test_the_programme_is_in_order() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{id: guest, name: guest, from: 0}, ", "", (11, "tiers[0]", "first_tier_not_for_all")),
        ("from: 0}", "from: 1}", (11, "tiers[0]", "first_tier_not_for_all")),
        (", decimals: 2", "", (6, "assets[1].decimals", "money_decimals")),
        ("decimals: 2", "decimals: 1", (6, "assets[1].decimals", "money_decimals")),
        ("of: loaves, points", "of: loafs, points", (9, "earn[0].of", "unknown_name")),
        ("of: loaves}", "of: bread}", (8, "metrics[1].of", "unknown_name")),
    ],
)
def test_what_is_wrong_stands_at_its_line(old: str, new: str, told: tuple[int, str, str]) -> None:
    assert found(old, new) == [told]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("currency: EUR, decimals: 2", "currency: JPY"),
        ("currency: EUR, decimals: 2", "currency: EUR, decimals: 4"),
        ("{id: guest, name: guest, from: 0}", "{id: guest, name: guest}"),
    ],
)
def test_what_is_not_wrong(old: str, new: str) -> None:
    assert found(old, new) == []


def test_one_tier_by_invitation_is_everybodys() -> None:
    alone = PROGRAMME[: PROGRAMME.index("standing:")]
    text = alone + "standing: {kind: invited}\ntiers: [{id: member, name: member}]\n"
    problems = load(text, "shop.yaml").problems
    assert [(one.path, one.code) for one in problems] == [("tiers[0]", "first_tier_not_for_all")]
    with translation.override("en"):
        assert "everybody stands on the first tier" in sentence(problems[0])


def test_every_code_that_parts_find_has_a_sentence() -> None:
    source = Path(engine.__file__).parent.rglob("*.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in source)
    codes = set(re.findall(r'Finding\([^()]*?, "([a-z_]+)"', text, re.DOTALL))
    assert len(codes) > 20
    assert codes - set(SENTENCES) == set()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("months: 6", "months: six", "standing.months must be a whole number"),
        ("{id: credit,", "{id: credit, expire: P1Y,", "such as {kind: after}"),
        ("currency: EUR", "currency: €", "a currency in three capital letters"),
    ],
)
def test_forms_are_told_by_example(old: str, new: str, said: str) -> None:
    [problem] = load(PROGRAMME.replace(old, new, 1), "shop.yaml").problems
    with translation.override("en"):
        assert said in sentence(problem)


def test_hours_and_money_are_told_by_example() -> None:
    change = 'change: [{kind: multiply, factor: 2, when: {at_least: 5, hours: "7-11"}}]\n'
    problems = load(PROGRAMME + change, "shop.yaml").problems
    with translation.override("en"):
        told = " ".join(map(sentence, problems))
    assert "such as 07:00-11:00" in told
    assert "an amount with its currency, such as 5.00 EUR; got 5" in told
