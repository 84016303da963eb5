"""Problems, documents, and the paths that name places in them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from regulars.engine.texts import Param

MOST_CHARACTERS: Final = 2_000_000
MOST_VALUES: Final = 200_000
MOST_DEPTH: Final = 40


class DecimalText(str):
    """A number with decimals, as the file writes it: text, never a float."""

    __slots__ = ()


Data = None | bool | int | str | list["Data"] | dict[str, "Data"]
"""What a document holds; numbers are `int` or `DecimalText`, everything else in quotes or not
is plain text."""


class Problem(Struct, frozen=True, order=True):
    """What is wrong: line (from 1), path ("" is the whole file), code and its parameters."""

    line: int
    path: str
    code: str
    params: dict[str, Param] = {}


class Document(Struct, frozen=True):
    """A file that was read: its data, or the problems that kept it from being read.

    `lines` tells for each path the line of its key or, in a list, of its beginning.
    """

    name: str
    data: Data = None
    lines: Mapping[str, int] = {}
    problems: tuple[Problem, ...] = ()

    def line(self, path: str) -> int:
        """The line of `path`, or of the nearest place around it that the file has."""
        while path and path not in self.lines:
            path = parent(path)
        return self.lines.get(path, 1)


class Broken(Exception):
    """The file cannot be read on from `line`."""

    def __init__(self, line: int, code: str, **params: Param) -> None:
        super().__init__(code)
        self.problem = Problem(line, "", code, params)


_SEGMENT = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[[0-9]+\]|[^.\[\]]+')
_SIMPLE = re.compile(r'[^.\[\]"\s]+')


def field_path(path: str, key: str) -> str:
    """`tiers[1]` and `from` make `tiers[1].from`; an unusual key stands in `["…"]`."""
    if not _SIMPLE.fullmatch(key):
        return f"{path}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{path}.{key}" if path else key


def item_path(path: str, index: int) -> str:
    """`tiers` and 1 make `tiers[1]`; the first item is 0."""
    return f"{path}[{index}]"


def segments(path: str) -> list[str]:
    """The steps of a path: `tiers`, `[1]`, `from`."""
    return _SEGMENT.findall(path)


def joined(path: str, step: str) -> str:
    """`path` with one more step, or with a whole path relative to it."""
    if not path or not step or step.startswith("["):
        return path + step
    return f"{path}.{step}"


def parent(path: str) -> str:
    """The place around `path`; that of a first step is the whole file."""
    steps = segments(path)
    around = ""
    for step in steps[:-1]:
        around = joined(around, step)
    return around
