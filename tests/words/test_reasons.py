"""Every reason has a sentence, in every finished language, with its parameters filled in."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from regulars.words.reasons import REASONS, Counted, sentence

NAMED = re.compile(r"%\((\w+)\)")


def english(code: str) -> str:
    message = REASONS[code]
    return message.many if isinstance(message, Counted) else message


@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_reason_is_a_sentence_without_gaps(code: str) -> None:
    names = NAMED.findall(english(code))
    with translation.override("en"):
        told = sentence(code, dict.fromkeys(names, 7))
    assert told[0].isupper() or told[0].isdigit() or told[0] in "“"
    assert told.endswith((".", "?"))
    assert "%(" not in told


@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_forgotten_parameter_never_breaks_the_sentence(code: str) -> None:
    with translation.override("en"):
        assert sentence(code, {"other": 1})


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert sentence("never_heard_of") == "never_heard_of"


def test_a_reason_speaks_the_readers_language() -> None:
    with translation.override("de"):
        assert sentence("stale") == "Jemand hat dies inzwischen geändert. Laden Sie die Seite neu."
