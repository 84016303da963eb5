"""What so many of an asset are called, where a language has more than one word for several."""

from __future__ import annotations

from decimal import Decimal

import pytest

from regulars.words.plurals import several

COUNTS = [Decimal(one) for one in ("0", "2", "5", "19", "20", "22", "101", "102", "120", "-3")]
WORDS = {
    "en": ("points", "0 0 0 0 0 0 0 0 0 0", ("points",)),
    "de": ("Punkte", "0 0 0 0 0 0 0 0 0 0", ("Punkte",)),
    "pl": ("punkty/punktów", "1 0 1 1 1 0 1 0 1 0", ("punkty", "punktów")),
    "pl-PL": ("pieczątki / pieczątek", "1 0 1 1 1 0 1 0 1 0", ("pieczątki", "pieczątek")),
    "ro": ("puncte", "0 0 0 0 1 1 0 0 1 0", ("puncte", "de puncte")),
}
"""By language: the word of the file, and which of the forms each of the counts takes."""


@pytest.mark.parametrize("language", sorted(WORDS))
def test_each_number_takes_its_form(language: str) -> None:
    word, which, forms = WORDS[language]
    assert [several(word, language, one) for one in COUNTS] == [
        forms[int(one)] for one in which.split()
    ]
    assert several(word, language) == forms[0]
    if language == "ro":
        assert several(word, language, Decimal(20), apart=True) == "puncte"


def test_a_stroke_is_a_stroke_elsewhere() -> None:
    assert several("nights/stays", "en", Decimal(5)) == "nights/stays"
    assert several("a/b/c", "pl", Decimal(5)) == "a/b/c"
    assert several("pkt", "pl", Decimal(5)) == "pkt"
    assert several("punkty/punktów", "pl", Decimal("1.5")) == "punktów"
    assert several("puncte", "ro", Decimal("1.5")) == "puncte"
