"""How what a case expects is held against what is so, and what is said of the first difference."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from cases_kit import case
from hypothesis import given
from hypothesis import strategies as st

from regulars.programmes.cases.comparing import (
    Answer,
    CannotRead,
    first_difference,
    rounded,
    same,
    spelt,
    written,
)
from regulars.programmes.cases.problems import Reason
from regulars.programmes.cases.shapes import Subject
from regulars.programmes.cases.values import Duration, Fields, Key, Value
from regulars.words.cases import CASE_REASONS, spoken

ZONE = ZoneInfo("Europe/Berlin")
NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)
SAME_NOON = NOON.astimezone(timezone(timedelta(hours=-8)))
LATE = datetime(2025, 1, 1, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expected", "got", "how", "equal"),
    [
        (Decimal("19.00"), 19, "exact", True),
        (Decimal(19), Decimal("19.00"), "exact", True),
        (Decimal("19.10"), Fraction(191, 10), "exact", True),
        (Decimal("0.33"), Fraction(1, 3), "exact", False),
        (Decimal("0.33"), Fraction(1, 3), "ratio", True),
        (Decimal("0.5774"), Decimal("0.57735026919"), "ratio", True),
        (Decimal("0.577"), Decimal("0.5776"), "ratio", False),
        (Decimal("0.5"), Fraction(45, 100), "ratio", True),
        (Decimal("-0.5"), Fraction(-45, 100), "ratio", True),
        (3, True, "exact", False),
        (True, 1, "exact", False),
        (True, True, "exact", True),
        ("19.00", 19, "exact", True),
        ("1000", "1000", "exact", True),
        ("gold", "gold", "exact", True),
        ("gold", "Gold", "exact", False),
        ("1/3", "1/3", "exact", True),
        (NOON, SAME_NOON, "exact", True),
        (NOON, NOON + timedelta(microseconds=1), "exact", False),
        (date(2025, 1, 2), LATE, "exact", True),
        (date(2025, 1, 1), LATE, "exact", False),
        (date(2025, 1, 2), date(2025, 1, 2), "exact", True),
        (datetime(2025, 1, 1, 23, tzinfo=UTC), date(2025, 1, 2), "exact", True),
        (("a", "b"), ("a", "b"), "exact", True),
        (("a", "b"), ("b", "a"), "exact", False),
        (("a", "b"), ("b", "a"), "set", True),
        (("a", "b"), ("b", "a", "c"), "set", False),
        (("a",), ("a", "b"), "exact", False),
        ((date(2025, 1, 1),), (date(2025, 1, 1), date(2025, 2, 1)), "first", True),
        ((date(2025, 1, 1), date(2025, 2, 1)), (date(2025, 1, 1),), "first", False),
        ((), (), "exact", True),
        ((), None, "exact", True),
        ((), "none", "exact", True),
        (("a",), None, "exact", False),
        (("a",), "a", "exact", True),
        (("a", "b"), "a", "exact", False),
        ("a", ("a",), "exact", True),
        (2, ("a", "b"), "exact", True),
        (3, ("a", "b"), "exact", False),
        ("none", "none", "exact", True),
        ("none", (), "exact", True),
        ("none", None, "exact", True),
        ("none", 0, "exact", True),
        ("none", "gold", "exact", False),
        (None, None, "exact", True),
        (None, "none", "exact", False),
        (None, 0, "exact", False),
        (0, None, "exact", False),
        ("gold", None, "exact", False),
        (Duration(months=1), Duration(months=1), "exact", True),
        ({"a": "5.0"}, {"a": 5}, "exact", True),
        ({"a": "5.0"}, Fields({}, {Key("a"): 5}), "exact", True),
        ({"a": "5.0"}, {"a": 5, "b": 1}, "exact", False),
    ],
)
def test_what_counts_as_the_same(expected: Value, got: Answer, how: str, equal: bool) -> None:
    assert same(expected, got, how, ZONE) is equal


ratios = st.fractions(-1000, 1000, max_denominator=2000)


def half_up_holds(rounding: Callable[[Answer, int], Fraction], ratio: Fraction) -> bool:
    exact = Decimal(ratio.numerator) / Decimal(ratio.denominator)
    wanted = exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return rounding(ratio, 2) == Fraction(wanted)


@given(ratios)
def test_ratios_are_rounded_half_up(ratio: Fraction) -> None:
    assert half_up_holds(rounded, ratio)


def test_another_rounding_would_be_noticed() -> None:
    def half_even(number: Answer, places: int) -> Fraction:
        assert isinstance(number, Fraction)
        exact = Decimal(number.numerator) / Decimal(number.denominator)
        return Fraction(exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN))

    assert not half_up_holds(half_even, Fraction(1, 200))


class Told:
    """Answers from a table; what is not in it cannot be read."""

    def __init__(self, answers: dict[str, Answer], why: Reason | None = None) -> None:
        self.answers, self.why = answers, why

    def read(self, subject: Subject, key: Key, at: datetime | None) -> Answer:
        asked = f"{subject.id} {spelt(key)}".strip()
        if asked not in self.answers:
            raise CannotRead(Reason("no_such_thing", {"asked": asked}))
        return self.answers[asked]

    def because(self, subject: Subject, key: Key, at: datetime | None) -> Reason | None:
        return self.why


EVENTS = (
    'events: [{t: "2025-01-01T10:00:00Z", type: order, id: o, member: anna},'
    ' {t: "2025-01-01T10:00:00Z", type: redeem, id: r, member: anna}]\n'
)
RIGHT: dict[str, Answer] = {
    "anna stars": 60,
    "anna tier": "gold",
    "r accepted": True,
    "o pays": Decimal("12.5"),
    "anna for_ben": 3,
    "anna turnover_2024": Fraction(1, 3),
}


@pytest.mark.parametrize(
    ("expect", "sentence"),
    [
        ("{stars: 60, tier: gold, accepted: r, order: o, pays: 12.50}", None),
        ("{stars: 50}", "After the last event anna has 60 stars, expected 50."),
        (
            '{at: "2025-03-01T00:00:00Z", stars: 50}',
            "At 2025-03-01T00:00:00+00:00 anna has 60 stars, expected 50.",
        ),
        ("{stars: none}", "After the last event the stars of anna is 60, expected none."),
        ("{tier: silver}", "After the last event the tier of anna is gold, expected silver."),
        ("{order: o, pays: 13.00}", "After the last event order o has 12.50 pays, expected 13.00."),
        ("{refused: {id: r}}", "r was accepted, expected refused."),
        ("{accepted: o}", "“accepted” of o cannot be told."),
        ("{streak: 3}", "“streak” of anna cannot be told."),
        ("{for_ben: 4}", "After the last event anna has 3 for_ben, expected 4."),
        (
            "{turnover_2024: 0.5}",
            "After the last event anna has 0.333333333333 turnover_2024, expected 0.5.",
        ),
    ],
)
def test_the_first_difference_is_told_in_a_sentence(expect: str, sentence: str | None) -> None:
    body = EVENTS + f"expect: [{expect}]"
    if "silver" in expect or "gold" in expect:
        body = body.replace("silver", "regular").replace("gold", "friend_of_house")
    answers: dict[str, Answer] = {**RIGHT, "anna tier": "friend_of_house"}
    (run,) = case(body).runs
    found = first_difference(run, Told(answers), ZONE)
    assert (found and _said(found.reason)) == (
        sentence and sentence.replace("gold", "friend_of_house").replace("silver", "regular")
    )


def _said(reason: Reason) -> str:
    return CASE_REASONS[reason.code] % spoken(reason.params)


def test_only_the_first_difference_is_told_with_its_line_and_why() -> None:
    (run,) = case(EVENTS + "expect:\n  - {stars: 60}\n  - {stars: 61}\n  - {stars: 62}").runs
    why = Reason("lot_expires", {"lot": "o"})
    found = first_difference(run, Told(RIGHT, why), ZONE)
    assert found
    assert (found.line, found.because) == (6, why)
    assert found.reason.params["expected"] == "61"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (None, 0, "none"),
        (True, 0, "true"),
        (Decimal("12.50"), 0, "12.5"),
        (12, 2, "12.00"),
        (Fraction(-1, 8), 0, "-0.125"),
        (Fraction(2, 3), 0, "0.666666666667"),
        (date(2025, 1, 2), 0, "2025-01-02"),
        (("a", 1), 0, "[a, 1]"),
        ({"a": False}, 0, "{a: false}"),
        (Fields({"a": 1}, {Key("b"): 2}), 0, "{a: 1, b: 2}"),
        (Duration(months=1, days=2), 0, "1 months 2 days"),
    ],
)
def test_values_are_written_for_people(value: Answer, places: int, text: str) -> None:
    assert written(value, places) == text


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (Key("stars"), "stars"),
        (Key("turnover", "2024"), "turnover_2024"),
        (Key("for", about="ben"), "for_ben"),
        (Key("for_at", about="ben"), "for_ben_at"),
        (Key("reason", about="state"), "reason"),
        (Key("tier_for", "2025"), "tier_for_2025"),
    ],
)
def test_keys_are_spelt_as_in_the_case(key: Key, text: str) -> None:
    assert spelt(key) == text
