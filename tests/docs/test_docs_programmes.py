"""Programmes, their parts and their cases in the documents hold: read, told, checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from docs_pages import DOCS, blocks, inline, pages, title
from ruamel.yaml import YAML

from regulars.cli import main
from regulars.programmes.documents import Problem
from regulars.programmes.loading import load

RECIPES = DOCS / "how-to" / "recipes.md"
BASE: dict[str, Any] = {
    "format": 1,
    "edition": "base",
    "name": "Base",
    "assets": [
        {"id": "points", "name": "point"},
        {"id": "stamps", "name": "stamp"},
        {"id": "credit", "name": "credit", "currency": "EUR", "decimals": 2},
    ],
    "metrics": [{"id": "spend", "kind": "spent"}],
}
"""What parts of programmes are set into."""
TIERS = [{"id": "guest", "name": "guest", "from": 0}, {"id": "regular", "name": "r", "from": 300}]


def yaml_of(page: Path) -> list[str]:
    return [one.text for one in blocks(page) if one.language == "yaml"]


def data_of(text: str) -> Any:
    return YAML(typ="safe").load(text)


def set_into_base(part: dict[str, Any]) -> dict[str, Any]:
    """A whole programme: the lists of the base with those of the part behind them."""
    whole = {**BASE, **part}
    for name, own in BASE.items():
        if isinstance(own, list) and name in part:
            whole[name] = [*own, *part[name]]
    return whole


def wrong(programme: dict[str, Any]) -> tuple[Problem, ...]:
    return load(json.dumps(programme, default=str), "part.json").problems


def parts_of(page: Path) -> list[dict[str, Any]]:
    found = map(data_of, yaml_of(page))
    return [one for one in found if isinstance(one, dict) and "edition" not in one and one]


WHOLE = [
    (page, text)
    for page in pages()
    for text in yaml_of(page)
    if any(line.startswith("edition:") for line in text.splitlines())
]
PARTS = [(index, part) for index, part in enumerate(parts_of(RECIPES))]


@pytest.mark.parametrize(("page", "text"), WHOLE, ids=[title(page) for page, _text in WHOLE])
def test_whole_programmes_can_be_read(page: Path, text: str) -> None:
    assert load(text, title(page)).problems == ()


@pytest.mark.parametrize(("index", "part"), PARTS)
def test_parts_can_be_set_into_a_programme(index: int, part: dict[str, Any]) -> None:
    assert wrong(set_into_base(part)) == (), f"part {index}: {part}"


def test_what_tables_show_can_be_written() -> None:
    shown = [code for code in inline(RECIPES) if code.startswith("{kind: ")]
    assert len(shown) > 8
    for code in shown:
        life = {"id": "more", "name": "more", "expire": data_of(code)}
        standing = {"standing": data_of(code), "tiers": TIERS}
        tried = [wrong(set_into_base({"assets": [life]})), wrong(set_into_base(standing))]
        assert () in tried, code


def test_a_part_that_says_something_unknown_is_caught() -> None:
    assert wrong(set_into_base({"earn": [{"kind": "per_amount", "points": 1}]}))


def test_the_recipes_are_told_and_checked_as_the_page_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    programme, cases = tmp_path / "bakery.yaml", tmp_path / "cases.yaml"
    programme.write_text(yaml_of(RECIPES)[0], encoding="utf-8")
    cases.write_text(yaml_of(RECIPES)[1], encoding="utf-8")
    assert main(["programme", "show", str(programme)]) == 0
    told = next(one.text for one in blocks(RECIPES) if one.language == "text")
    assert capsys.readouterr().out == told
    assert main(["check", str(programme), str(cases)]) == 0
    assert "0 failed" in capsys.readouterr().out
    cases.write_text(yaml_of(RECIPES)[1].replace("points: 21", "points: 22"), encoding="utf-8")
    assert main(["check", str(programme), str(cases)]) == 1
