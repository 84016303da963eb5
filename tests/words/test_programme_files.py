"""Every problem of a file has a sentence that names the place and the remedy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from regulars.engine import texts
from regulars.programmes import documents
from regulars.programmes.documents import Problem
from regulars.words.programme_files import FORMS, KINDS, NEAREST, SENTENCES, sentence

NAMED = re.compile(r"%\((\w+)\)")


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (
            Problem(
                12,
                "earn[0].kind",
                "unknown_kind",
                {"field": "kind", "value": "per_ammount", "nearest": "per_amount"},
            ),
            "line 12: unknown kind 'per_ammount': did you mean 'per_amount'?",
        ),
        (
            Problem(
                12,
                "earn[0].kind",
                "unknown_kind",
                {"field": "kind", "value": "x", "nearest": "", "known": ("a", "b")},
            ),
            "line 12: unknown kind 'x': known are a, b",
        ),
        (
            Problem(3, "zonne", "unknown_field", {"field": "zonne", "nearest": "zone"}),
            "line 3: zonne is not known: did you mean 'zone'?",
        ),
        (
            Problem(1, "", "wrong_type", {"expected": ("map",), "got": "list", "value": ""}),
            "line 1: the file must be fields with values; got a list",
        ),
        (
            Problem(
                6,
                "tiers[0].from",
                "wrong_type",
                {"expected": ("number", "whole_number", "text", "nothing"), "got": "map"},
            ),
            "line 6: tiers[0].from must be a number; got fields with values",
        ),
        (
            Problem(
                6,
                "open",
                "wrong_type",
                {"expected": ("truth", "list"), "got": "text", "value": "yes"},
            ),
            "line 6: open must be true or false or a list; got the text 'yes'",
        ),
        (
            Problem(4, "earn[0].step", "bad_form", {"form": "money", "value": "5,00 EUR"}),
            "line 4: earn[0].step must be an amount with its currency, such as 5.00 EUR; "
            "got '5,00 EUR'",
        ),
        (
            Problem(6, "tiers[1].from", "too_small", {"limit": 0, "got": -1}),
            "line 6: tiers[1].from must be 0 or more; got -1",
        ),
        (Problem(1, "", "yaml_version"), "line 1: only YAML 1.2 is read: leave the %YAML line out"),
        (Problem(9, "a.b", "never_heard_of"), "line 9: a.b: never_heard_of"),
    ],
)
def test_a_problem_is_one_sentence(problem: Problem, told: str) -> None:
    with translation.override("en"):
        assert sentence(problem) == told


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_has_no_gaps(code: str) -> None:
    for nearest in ("", "near"):
        message = NEAREST.get(code, SENTENCES[code]) if nearest else SENTENCES[code]
        params: dict[str, Any] = dict.fromkeys(NAMED.findall(message), "x")
        with translation.override("en"):
            told = sentence(Problem(5, "here", code, {**params, "nearest": nearest}))
            assert sentence(Problem(5, "", code)).startswith("line 5: ")
        assert told.startswith("line 5: ")
        assert "…" not in told.replace("a…", "")
        assert "%" not in told.replace("%YAML", "")


def test_every_code_that_files_can_have_is_told() -> None:
    source = Path(documents.__file__).parents[1]
    text = "".join(
        path.read_text()
        for path in [*source.glob("*.py"), *source.rglob("documents/*")]
        if path.is_file() and path.suffix == ".py"
    )
    found = set(re.findall(r'(?:Broken\([^()]*?|self\.wrong\(\w+, |Found\(\w+, )"([a-z_]+)"', text))
    found |= set(re.findall(r'Problem\(token\.line, \w+, "([a-z_]+)"', text))
    assert len(found) > 20
    assert found - set(SENTENCES) == set()


def test_every_form_is_told() -> None:
    assert set(FORMS) >= texts.NUMBER_FORMS | {"id", "money", "duration", "day", "instant", "zone"}
    assert set(KINDS) == {"text", "whole_number", "number", "truth", "list", "map", "nothing"}
