"""Every command in the documents exists, with its options, and `make` knows every target."""

from __future__ import annotations

import re
import shlex
from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest
from docs_pages import ROOT, inline, pages, shell_lines, title

from regulars.cli import COMMANDS
from regulars.insight import measure

from docs_commands import actions_of, below, parser_of  # isort: skip - found by docs_pages

ENDS = {"|", ">", "&&", ";", "2>"}
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


def words_of(line: str) -> list[str]:
    words = shlex.split(line, comments=True)
    end = next((at for at, word in enumerate(words) if word in ENDS), len(words))
    return words[:end]


def parsed(words: list[str]) -> Namespace:
    return parser_of(words[0]).parse_args(words[1:])


@pytest.mark.parametrize("page", pages(), ids=title)
def test_commands_in_blocks_can_be_given(page: Path) -> None:
    for line in shell_lines(page):
        if not re.match(r"(?:\.venv/bin/)?regulars ", line):
            continue
        words = words_of(line)[1:]
        if words[0].startswith("--"):
            assert words[0] in {"--version", "--help"}, line
            continue
        assert words[0] in COMMANDS, line
        arguments = parsed(words)
        if words[0] == "measure":
            check_measure(arguments)


def check_measure(arguments: Namespace) -> None:
    """The measure has that name, and those parameters."""
    if not arguments.name:
        return
    options = dict(text.split("=", 1) for text in arguments.set)
    measure(arguments.name).params({**options, "as_of": arguments.as_of})


@pytest.mark.parametrize("page", pages(), ids=title)
def test_commands_in_sentences_exist(page: Path) -> None:
    for code in inline(page):
        words = code.split()
        if words[0] != "regulars" or len(words) == 1 or words[1] in {"COMMAND", "--version"}:
            continue
        assert words[1].rstrip("…") in COMMANDS, code
        known = options_of(parser_of(words[1]))
        for word in words[2:]:
            if word.startswith("--"):
                assert word.split("=")[0] in known, code


def options_of(parser: ArgumentParser) -> set[str]:
    """All options of a command and of the commands below it."""
    own = {option for action in actions_of(parser) for option in action.option_strings}
    return own.union({"--help"}, *(options_of(inner) for inner in below(parser).values()))


@pytest.mark.parametrize("page", pages(), ids=title)
def test_options_in_sentences_exist(page: Path) -> None:
    known = set().union(*(options_of(parser_of(command)) for command in COMMANDS))
    for code in inline(page):
        if code.startswith("--"):
            assert code.split()[0].split("=")[0] in known | FOREIGN, code


FOREIGN = {"--check", "--missing", "--out"}
"""Options of tools of this repository, not of the product."""


@pytest.mark.parametrize("page", pages(), ids=title)
def test_make_knows_the_targets(page: Path) -> None:
    for line in [*shell_lines(page), *inline(page)]:
        found = re.match(r"make ([a-z]+)(?: ARGS=\"(.*)\")?", line)
        if found:
            assert found[1] in TARGETS, line
            if found[1] == "demo" and found[2]:
                parsed(["demo", *shlex.split(found[2])])
