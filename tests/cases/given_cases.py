"""The given worked cases, and the programmes that they run under."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import regulars.blueprints
from regulars.engine.edition import Edition
from regulars.programmes.cases.batch import File, read_files
from regulars.programmes.cases.naming import names_of
from regulars.programmes.cases.parsing import Parsed, parse
from regulars.programmes.cases.problems import Node
from regulars.programmes.documents import read
from regulars.programmes.loading import ready
from shared import SHARED

HERE = Path(__file__).parent
GIVEN = SHARED / "reference-programmes"
CONCEPTS = HERE.parents[1] / "docs" / "concepts"
BLUEPRINTS = Path(regulars.blueprints.__file__).parent
MORE = (*sorted(HERE.glob("*_cases.yaml")), *sorted(HERE.glob("unseen_*.yaml")))
WITHOUT_CASES = "README.md"


def files(folder: Path) -> list[File]:
    """The files of a folder, found and not named; or one file."""
    if folder.is_file():
        return [File(folder.name, folder.read_bytes())]
    paths = [*sorted(folder.rglob("*.md")), *sorted(folder.rglob("*.yaml"))]
    named = [path for path in paths if path.name != WITHOUT_CASES]
    return [File(str(path.name), path.read_bytes(), found=True) for path in named]


@cache
def editions() -> dict[str, Edition]:
    """The ready programmes, and those written beside these tests."""
    own = read_files(files(HERE / "programmes"))
    assert own.problems == []
    return {**ready(), **own.editions}


@cache
def given() -> Parsed:
    """Every given case whose programme is there."""
    return _parsed(GIVEN)


@cache
def explained() -> Parsed:
    """Every case that explains a concept."""
    return _parsed(CONCEPTS)


@cache
def ready_made() -> Parsed:
    """Every case beside a ready programme."""
    return _parsed(BLUEPRINTS)


@cache
def more() -> Parsed:
    """Cases of our own."""
    return _parsed(*MORE)


@cache
def _nodes(folder: Path) -> tuple[Node, ...]:
    """The cases of a folder or file, as they are written."""
    return tuple(read_files(files(folder)).cases)


def _parsed(*folders: Path) -> Parsed:
    known = editions()
    nodes = [node for folder in folders for node in _nodes(folder)]
    mine = [node for node in nodes if (one := node.child("edition")) and one.data in known]
    return parse(mine, {name: names_of(one) for name, one in known.items()})


def named(*folders: Path) -> list[str]:
    """The id of every case of these folders; none of one that is missing."""
    there = [folder for folder in folders if folder.exists()]
    nodes = [node for folder in there for node in _nodes(folder)]
    return [str(one.data) for node in nodes if (one := node.child("id"))]


@cache
def set_aside() -> dict[str, str]:
    """Why a given case does not run, by its id."""
    path = HERE / "set_aside.yaml"
    data = read(path.read_bytes(), path.name).data
    assert isinstance(data, list)
    return {str(one["id"]): str(one["why"]) for one in data if isinstance(one, dict)}
