"""What was decided, in one plain sentence: the till's answer of the picture, and refusals."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import get_args

import pytest
from django.utils import translation

from regulars.engine.compiling import compiled
from regulars.engine.edition import Edition
from regulars.engine.explaining import explained
from regulars.engine.facts import Line, Order
from regulars.engine.happenings import FoldFact, Opening
from regulars.engine.refusing import ReferralCode, RefusalCode
from regulars.engine.run import Why
from regulars.programmes.loading import ready
from regulars.words.programme import refusal, terms, touched, why, why_told

AT = datetime.fromisoformat("2026-11-24T09:10:00+01:00")
BEFORE = datetime.fromisoformat("2026-11-24T09:00:00+01:00")


@pytest.fixture
def cafe() -> Edition:
    return ready()["cafe_points"]


def line(product: str, category: str, minor: int) -> Line:
    return Line(product=product, category=category, quantity=Decimal(1), amount_minor=minor)


BASKET = (line("flat_white", "coffee", 360), line("beans_250", "beans", 1290))


def answers(cafe: Edition, language: str) -> dict[str, str]:
    """What each rule says to the basket of the picture, for a Regular."""
    facts: list[FoldFact] = [
        Opening(key="g", at=BEFORE, what="metric", name="earned_points", amount=212),
        Order(key="o", at=AT, currency="EUR", amount_minor=1650, lines=BASKET),
    ]
    run = explained(compiled([cafe]), facts)
    with translation.override(language):
        return {one.rule: why(one, cafe, language) for one in run.whys or () if one.key == "o"}


def test_the_till_s_answer_in_english(cafe: Edition) -> None:
    told = answers(cafe, "en")
    assert told["per_amount"] == "€16.50 is 16 full euros"
    assert told["multiply"] == "€12.90 of beans and ground coffee counts double"
    assert told["points_per_day"] == "28 of 200 points that day, nothing cut"


def test_the_till_s_answer_in_german(cafe: Edition) -> None:
    told = answers(cafe, "de")
    assert told["per_amount"] == "16,50\xa0€ sind 16 volle Euro"
    assert told["multiply"] == "12,90\xa0€ (Bohnen und gemahlener Kaffee) zählen doppelt"
    assert told["points_per_day"] == "28 Punkte an diesem Tag, höchstens 200, nichts gekürzt"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "You need 50 points and have 34."),
        ("de", "Nötig sind 50 Punkte, vorhanden sind 34."),
    ],
)
def test_too_few_points(cafe: Edition, language: str, text: str) -> None:
    with translation.override(language):
        params = {"needs": 50, "has": 34, "asset": "points"}
        assert refusal("insufficient_points", params, cafe, language) == text


def test_smallest_units_are_told_as_the_asset_has_them() -> None:
    with translation.override("en"):
        params = {"needs": 1000, "has": 250, "asset": "credit"}
        told = refusal("insufficient_points", params, ready()["boutique"], "en")
    assert told == "You need €10 credit and have €2.50."


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("code", sorted({*get_args(RefusalCode), *get_args(ReferralCode)}))
def test_every_refusal_is_one_sentence(cafe: Edition, code: str, language: str) -> None:
    with translation.override(language):
        told = refusal(code, {}, cafe, language)
    assert told[0].isupper()
    assert told.endswith(".")
    assert "%" not in told


def test_a_refusal_noted_by_a_rule_is_told_like_any_other(cafe: Edition) -> None:
    with translation.override("en"):
        said = Why("o", "birthday", 0, "birthday_refused", params={"reason": "outside_window"})
        assert why(said, cafe, "en") == "No birthday gift. This goes only within its time."
        assert why(Why("r", "refund", 0, "exceeds_order"), cafe, "en").startswith("This is more")


def test_what_nobody_here_knows_is_shown_as_it_is(cafe: Edition) -> None:
    with translation.override("en"):
        assert why(Why("o", "moon_phase", 0, "full_moon"), cafe, "en") == "Full_moon"
        assert refusal("never_heard_of", {}, cafe, "en") == "never_heard_of"


def test_an_answer_that_names_no_rule_stands_after_its_rule_s_own_sentence(cafe: Edition) -> None:
    with translation.override("en"):
        away = Why("o", "multiply", 0, "not_modified")
        told = why_told(away, cafe, "en")
        assert told.startswith(next(one for one in sentences(cafe) if "double" in one))
        assert told.endswith("Not for this, or another extra gives more")
        assert not touched(away)
        assert touched(Why("o", "per_amount", 0, "earned", 4))


def sentences(cafe: Edition) -> list[str]:
    return [one.text for part in terms(cafe, "en") for one in part.sentences]
