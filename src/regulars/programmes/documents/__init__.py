"""Files as plain data with lines: YAML 1.2 or JSON, read safely, numbers never as floats."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from regulars.programmes.documents import from_json, from_yaml
from regulars.programmes.documents.building import Builder
from regulars.programmes.documents.shapes import (
    MOST_CHARACTERS,
    Broken,
    Data,
    DecimalText,
    Document,
    Problem,
    field_path,
    item_path,
    joined,
    parent,
    segments,
)
from regulars.programmes.documents.tokens import Token

__all__ = [
    "Data",
    "DecimalText",
    "Document",
    "Problem",
    "field_path",
    "item_path",
    "joined",
    "parent",
    "read",
    "segments",
]


def read(text: str | bytes, name: str, first_line: int = 1) -> Document:
    """The data of a YAML or JSON file called `name`, or the problems that keep it from being read.

    `first_line` is the line of the file on which `text` begins, for a block inside a page.
    """
    try:
        return _shifted(_read(_decoded(text), name), first_line - 1)
    except Broken as broken:
        return _shifted(Document(name, problems=(broken.problem,)), first_line - 1)


def _read(text: str, name: str) -> Document:
    if len(text) > MOST_CHARACTERS:
        raise Broken(1, "too_long_file", most=MOST_CHARACTERS)
    if not text.strip():
        raise Broken(1, "empty")
    if name.lower().endswith(".json"):
        return _built(from_json.tokens, text, name)
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _built(from_json.tokens, text, name)
        except Broken:
            return _built(from_yaml.tokens, text, name)
    return _built(from_yaml.tokens, text, name)


def _built(tokens: Callable[[str], Iterator[Token]], text: str, name: str) -> Document:
    builder = Builder(tokens(text))
    data = builder.build()
    if builder.problems:
        return Document(name, problems=tuple(sorted(builder.problems, key=_place)))
    return Document(name, data, builder.lines)


def _place(problem: Problem) -> tuple[int, str]:
    return problem.line, problem.path


def _decoded(text: str | bytes) -> str:
    words = _of_bytes(text) if isinstance(text, bytes) else text
    return words.removeprefix("\ufeff").replace("\r\n", "\n")


def _of_bytes(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Broken(line, "bad_encoding") from None


def _shifted(document: Document, by: int) -> Document:
    if not by:
        return document
    return Document(
        document.name,
        document.data,
        {path: line + by for path, line in document.lines.items()},
        tuple(
            Problem(one.line + by, one.path, one.code, _params_shifted(one, by))
            for one in document.problems
        ),
    )


def _params_shifted(problem: Problem, by: int) -> dict[str, int | str | tuple[str, ...]]:
    if problem.code != "duplicate_key":
        return problem.params
    first = problem.params["first"]
    return {**problem.params, "first": first + by if isinstance(first, int) else first}
