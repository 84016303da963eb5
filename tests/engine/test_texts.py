"""The forms of text in programme files: what matches is what can be read, as integers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.engine import texts
from regulars.engine.texts import Amount, BadText, Scaled, Span, compiled

READ: list[tuple[Callable[[str], Any], str, Any]] = [
    (texts.parse_money, "5.00 EUR", Amount(500, "EUR")),
    (texts.parse_money, "5 EUR", Amount(500, "EUR")),
    (texts.parse_money, "5.5 EUR", Amount(550, "EUR")),
    (texts.parse_money, "0.01 EUR", Amount(1, "EUR")),
    (texts.parse_money, "100 JPY", Amount(100, "JPY")),
    (texts.parse_money, "1.234 KWD", Amount(1234, "KWD")),
    (texts.parse_number, "5", Scaled(5, 0)),
    (texts.parse_number, "-0.250", Scaled(-25, 2)),
    (texts.parse_number, "0.00", Scaled(0, 0)),
    (texts.parse_duration, "P1Y", Span(months=12)),
    (texts.parse_duration, "P12M", Span(months=12)),
    (texts.parse_duration, "P2W", Span(days=14)),
    (texts.parse_duration, "P14D", Span(days=14)),
    (texts.parse_duration, "PT2H", Span(hours=2)),
    (texts.parse_day, "2024-02-29", date(2024, 2, 29)),
    (texts.parse_instant, "1970-01-01T00:00:00Z", 0),
    (texts.parse_instant, "1970-01-01T01:00+01:00", 0),
    (texts.parse_instant, "1970-01-01T00:00:00.000001Z", 1),
    (texts.parse_instant, "1969-12-31T23:59:59.5Z", -500_000),
]


@pytest.mark.parametrize(("parse", "text", "value"), READ)
def test_a_text_is_read_as_integers(parse: Callable[[str], Any], text: str, value: Any) -> None:
    assert parse(text) == value


REFUSED: list[tuple[Callable[[str], Any], str]] = [
    (texts.parse_money, "5,00 EUR 5.001 EUR 5.00EUR 1.5 JPY 1.0000 KWD -1 EUR 01 EUR 5 eur 5"),
    (texts.parse_number, "1e3 .5 5. +5 007 1,5 --1 1.1234567890123 ٣"),
    (texts.parse_duration, "P0D P P1 1M P1Y2M PT30M P1H PT1D p1m P-1D P1.5D P12345D"),
    (texts.parse_day, "2023-02-29 1900-02-29 2026-04-31 2026-13-01 2026-1-1 31.01.2026 1800-01-01"),
    (texts.parse_instant, "2026-01-31 2026-01-31T10:00 2026-01-31T24:00Z 2026-01-31T10:00+15:00"),
]


@pytest.mark.parametrize(
    ("parse", "text"), [(parse, one) for parse, many in REFUSED for one in many.split(" ")]
)
def test_another_text_is_refused(parse: Callable[[str], Any], text: str) -> None:
    with pytest.raises(BadText) as error:
        parse(text)
    assert error.value.value == text


@pytest.mark.parametrize("text", ["5 EUR\n", " 5 EUR", "5  EUR", "", "5 EURO"])
def test_spaces_and_line_ends_do_not_slip_through(text: str) -> None:
    with pytest.raises(BadText):
        texts.parse_money(text)


SIGNS = st.text(alphabet="0123456789-.:+TPYMWDHZ EURJKW\n٣", max_size=12)
MOSTLY = SIGNS | st.sampled_from([one for _, one, _ in READ])


@given(text=MOSTLY)
def test_what_matches_can_be_read(text: str) -> None:
    all_read(text)


def test_a_pattern_that_takes_too_much_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "DAY_PATTERN", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    with pytest.raises(ValueError, match="day is out of range"):
        all_read("2023-02-29")


def all_read(text: str) -> None:
    for pattern, parse in (
        (texts.MONEY_PATTERN, texts.parse_money),
        (texts.NUMBER_PATTERN, texts.parse_number),
        (texts.DURATION_PATTERN, texts.parse_duration),
        (texts.DAY_PATTERN, texts.parse_day),
        (texts.INSTANT_PATTERN, texts.parse_instant),
    ):
        if compiled(pattern).search(text):
            parse(text)


def test_the_pattern_of_days_knows_every_day_of_three_centuries() -> None:
    day, pattern = date(1900, 1, 1), compiled(texts.DAY_PATTERN)
    while day < date(2200, 1, 1):
        assert pattern.search(str(day)), day
        day += timedelta(days=1)
    bad = [f"{y}-{m:02}-{d:02}" for y in range(1899, 2202) for m in range(14) for d in range(33)]
    accepted = sum(bool(pattern.search(one)) for one in bad)
    assert accepted == (date(2200, 1, 1) - date(1900, 1, 1)).days


@given(
    moment=st.datetimes(
        min_value=datetime(1900, 1, 2),
        max_value=datetime(2199, 12, 30),
        timezones=st.sampled_from([UTC]),
    )
)
def test_an_instant_is_exact(moment: datetime) -> None:
    micros = texts.parse_instant(moment.isoformat())
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros) == moment


@pytest.mark.parametrize(
    ("sign", "positive", "not_negative"),
    [
        ("0", False, True),
        ("0.00", False, True),
        ("0.01", True, True),
        ("10", True, True),
        ("1.50", True, True),
        ("-1", False, False),
        ("-0", False, False),
    ],
)
def test_bounded_numbers(sign: str, positive: bool, not_negative: bool) -> None:
    assert bool(compiled(texts.POSITIVE_PATTERN).search(sign)) is positive
    assert bool(compiled(texts.NOT_NEGATIVE_PATTERN).search(sign)) is not_negative


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("Coffee", "de", "Coffee"),
        ({"en": "Coffee", "de": "Kaffee"}, "de", "Kaffee"),
        ({"en": "Coffee", "de": "Kaffee"}, "pl", "Coffee"),
        ({"ro": "Cafea", "pl": "Kawa"}, "de", "Kawa"),
        ({}, "de", ""),
    ],
)
def test_a_text_is_said_in_the_language_or_the_next_best(
    text: Any, language: str, said: str
) -> None:
    assert texts.in_language(text, language) == said


def test_findings_about_names() -> None:
    assert [(one.path, one.params) for one in texts.repeated(["a", "b", "a"], "tiers", "id")] == [
        ("tiers[2].id", {"value": "a", "first": "tiers[0].id"})
    ]
    assert list(texts.unknown("a", ["a", "b"], "x")) == []
    (found,) = texts.unknown("c", ["a", "b"], "x")
    assert (found.path, found.code) == ("x", "unknown_name")
    assert found.params == {"value": "c", "nearest": "", "known": ("a", "b")}
