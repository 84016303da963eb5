"""What measures say is listed for translation; trends are told from chance; the web stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import translation

import regulars.insight
from regulars.console.insights.answers import definition, filled
from regulars.console.insights.names import GROUPS, MEANINGS
from regulars.console.insights.texts import DEFINITIONS, NOTES
from regulars.console.insights.trends import Share, change
from regulars.console.views.customers.labels import SEGMENTS as LABELS
from regulars.insight import EVERY
from regulars.insight.measures import segments
from regulars.insight.scores import SEGMENTS

HEAVY = ("ibis", "duckdb", "pandas", "pyarrow", "numpy", "altair")


def test_every_definition_is_listed_for_translation() -> None:
    said = {getattr(one, part) for one in EVERY for part in ("definition", "who", "when", "what")}
    assert said == set(DEFINITIONS)


def texts_of(tree: ast.AST) -> set[str]:
    """What a module passes to `Note` or `too_early`, given there or kept in `text` before."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "text":
            found |= constants(node.value)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = [word.value for word in node.keywords if word.arg == "text"]
            if name == "Note":
                found |= {text for one in given for text in constants(one)}
            elif name == "too_early":
                found |= constants(node.args[1])
    return found


def constants(node: ast.AST) -> set[str]:
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def test_every_note_and_reason_is_listed_for_translation() -> None:
    package = Path(regulars.insight.__file__).parent
    said = {
        text for path in package.rglob("*.py") for text in texts_of(ast.parse(path.read_text()))
    }
    assert said == set(NOTES)


def test_a_note_is_translated_before_its_values_are_put_in() -> None:
    assert filled("No product has {least} buyers yet.", {"least": 20}) == (
        "No product has 20 buyers yet."
    )


def test_a_definition_says_who_when_and_what() -> None:
    terms = [note.term for note in definition("drifting", "America/New_York")]
    assert terms == ["Who", "When", "What counts"]
    assert "America/New York" in definition("drifting", "America/New_York")[1].text


def test_every_group_has_its_name_and_every_segment_its_meaning() -> None:
    assert set(GROUPS) == {name for row in segments.GROUPS for name in row}
    assert list(MEANINGS) == list(SEGMENTS)
    assert set(LABELS) == set(SEGMENTS)


@pytest.mark.parametrize(
    ("before", "now", "moved"),
    [
        ((40, 100), (60, 100), 1),
        ((60, 100), (40, 100), -1),
        ((40, 100), (46, 100), 0),
        ((400, 1000), (460, 1000), 1),
        ((0, 0), (5, 10), 0),
        ((10, 10), (10, 10), 0),
    ],
)
def test_a_change_is_told_from_chance(
    before: tuple[int, int], now: tuple[int, int], moved: int
) -> None:
    first, second = (Share(part=part, whole=whole) for part, whole in (before, now))
    assert change(first, second) == moved


def test_german_definitions_are_german() -> None:
    with translation.override("de"):
        notes = definition("repeat", "Europe/Berlin")
    assert [note.term for note in notes] == ["Wer", "Wann", "Was zählt"]
    assert "Known" not in notes[0].text


def test_the_web_process_loads_no_analytics() -> None:
    code = (
        "import django, sys; django.setup(); import regulars.urls\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "import regulars.console.views.insights, regulars.console.views.today.page\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={"DJANGO_SETTINGS_MODULE": "regulars.settings", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[]"
