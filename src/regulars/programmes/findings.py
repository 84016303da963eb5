"""What the parts of a file find wrong with themselves, put where it stands in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from msgspec import Struct, inspect

from regulars.engine.texts import Param
from regulars.programmes.documents import (
    Document,
    Problem,
    field_path,
    item_path,
    joined,
    segments,
)
from regulars.programmes.kinds import fields_of
from regulars.programmes.places import place


class Found(Struct, frozen=True):
    """Something wrong at a path of the whole file."""

    path: str
    code: str
    params: dict[str, Param] = {}


def findings(value: Any, path: str = "") -> Iterator[Found]:
    """What each struct in `value` says of itself by `problems()`, and zones that do not exist."""
    if isinstance(value, Struct):
        yield from _own(value, path)
        for one in fields_of(type(value)):
            at = field_path(path, one.encode_name)
            inside = getattr(value, one.name)
            yield from _zone(one.type, inside, at)
            yield from findings(inside, at)
    elif isinstance(value, list | tuple):
        for index, inside in enumerate(value):
            yield from findings(inside, item_path(path, index))
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield from findings(inside, field_path(path, str(key)))


def _own(value: Struct, path: str) -> Iterator[Found]:
    ask = getattr(value, "problems", None)
    if not callable(ask):
        return
    for said in ask():
        if isinstance(said, tuple):
            at, code, params = said
        else:
            at, code, params = said.path, said.code, said.params
        yield Found(joined(path, at), code, dict(params))


def _zone(declared: inspect.Type, value: Any, path: str) -> Iterator[Found]:
    if isinstance(value, str) and _names_a_zone(declared) and value not in _zones():
        close = next(iter(get_close_matches(value, sorted(_zones()), n=1)), "")
        yield Found(path, "unknown_zone", {"value": value, "nearest": close})


def _names_a_zone(declared: inspect.Type) -> bool:
    here = place(declared)
    if isinstance(here.type, inspect.UnionType):
        return any(_names_a_zone(one) for one in here.type.types)
    return here.form == "zone"


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def located(document: Document, found: Iterable[Found]) -> tuple[Problem, ...]:
    """Findings with their lines, in the order of lines."""
    made = (
        Problem(document.line(path), path, one.code, one.params)
        for one in found
        for path in (_as_written(document, one.path),)
    )
    return tuple(sorted(made, key=lambda one: (one.line, one.path, one.code)))


def _as_written(document: Document, path: str) -> str:
    """`path` without the `[0]` of a single value that stands for a list of one."""
    at = ""
    for step in segments(path):
        further = joined(at, step)
        single = step == "[0]" and further not in document.lines and at in document.lines
        at = at if single else further
    return at
