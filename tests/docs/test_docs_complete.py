"""Nothing is missing from the documents: commands, options, measures, settings, facts, codes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from docs_pages import DOCS, ROOT, pages, title

from regulars.cli import COMMANDS
from regulars.engine.arrivals import AnyFact
from regulars.insight import EVERY, MEASURES
from regulars.sources.files.problems import FILE_SENTENCES, ROW_SENTENCES
from regulars.words.reasons import REASONS

from docs_commands import actions_of, below, command_line, parser_of  # isort: skip
from docs_hook import PAGES  # isort: skip - these are found by docs_pages
from docs_values import described_variables, fact_types, read_variables, reasons  # isort: skip

BY_HAND = [page for page in pages() if DOCS in page.parents]
OUTSIDE = {"REGULARS_TORTURE"}
"""Variables that only the tests of this repository read."""


@pytest.fixture(scope="module")
def prose() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in BY_HAND)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_explained_and_used(command: str, prose: str) -> None:
    made = command_line()
    assert f"## regulars {command}\n" in made
    parsers = [parser_of(command), *below(parser_of(command)).values()]
    for option in (o for p in parsers for a in actions_of(p) for o in a.option_strings):
        assert option in made, f"{command} {option}"
    assert re.search(rf"(?:regulars|make) {command}\b", prose), f"no page uses {command}"


def test_every_option_says_what_it_does() -> None:
    for command in COMMANDS:
        for parser in [parser_of(command), *below(parser_of(command)).values()]:
            for action in actions_of(parser):
                said = action.help or action.choices or not action.option_strings
                assert said, f"{command}: {action.dest} has no help"


def test_every_measure_is_explained(prose: str) -> None:
    chapters = re.findall(r"^## (\S+)$", (DOCS / "concepts/measures.md").read_text(), re.MULTILINE)
    made = PAGES["reference/measures.md"]()
    assert {one.kind for one in MEASURES} <= set(chapters)
    for one in EVERY:
        assert f"## {one.kind}\n" in made
        assert all(one.params({}).__struct_fields__)
        for field in one.params_type.__struct_fields__:
            assert f"`{field}`" in made


def test_every_setting_is_explained(prose: str) -> None:
    described = described_variables()
    assert read_variables() == set(described)
    assert all(described.values())
    for name in set(described) - {"REGULARS_DATABASE_URL", "XDG_DATA_HOME"}:
        assert name in prose, f"no page says what {name} is good for"


@pytest.mark.parametrize("page", pages(), ids=title)
def test_no_setting_is_made_up(page: Path) -> None:
    named = set(re.findall(r"\bREGULARS_[A-Z_]+", page.read_text(encoding="utf-8")))
    assert named <= set(described_variables()) | OUTSIDE


def test_every_fact_type_is_explained() -> None:
    made = fact_types()
    for kind in get_args(AnyFact):
        assert f"## {kind.__struct_config__.tag}\n" in made
        assert all(f"`{field}`" in made for field in kind.__struct_fields__)


def test_every_reason_is_explained() -> None:
    made = reasons()
    own = {code for code in REASONS if not code.startswith(("file_", "row_"))}
    for code in own | set(FILE_SENTENCES) | set(ROW_SENTENCES):
        assert f"| `{code}` |" in made


def test_every_page_has_one_title() -> None:
    for page in pages():
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert len(re.findall(r"^# ", text, flags=re.MULTILINE)) == 1, title(page)


def test_words_that_are_not_ours() -> None:
    """Words that design keeps out: one word per idea."""
    wrong = re.compile(r"\b(?:tenants?|purchases?)\b", flags=re.IGNORECASE)
    for page in pages():
        found = wrong.findall(page.read_text(encoding="utf-8").replace("repeat purchase rate", ""))
        assert not found, f"{title(page)}: {found}"


def test_the_version_of_the_changelog_is_the_package_s() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    version = re.search(r'^version = "(.*)"$', project, flags=re.MULTILINE)
    assert version
    assert f"## [{version[1]}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
