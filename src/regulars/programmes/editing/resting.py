"""A rule put aside for a while: it stays in the file as a comment that can be brought back.

Each line of it begins with `#~`. The section keeps its place, as `[]` where nothing else is in it.
"""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

from msgspec import Struct

from regulars.programmes.documents import Data, read
from regulars.programmes.editing.changing import (
    Cut,
    apply,
    checked,
    composed,
    edited,
    item_lines,
    line_end,
)
from regulars.programmes.editing.writing import entry

MARK = "#~ "
_ASIDE = re.compile(r"^ *#~ ", re.MULTILINE)
_LINE = re.compile(r"^( *)#~ (.*)$")
_SECTION = re.compile(r"^([a-z_]+):")


class Resting(Struct, frozen=True):
    """A rule that is put aside: the section it belongs to, what it says, and its lines in the file
    (from 0, the end not included)."""

    section: str
    data: dict[str, Data]
    first: int
    end: int


def resting(text: str) -> list[Resting]:
    """The rules that a file puts aside, in their order."""
    found: list[Resting] = []
    lines, section, at = text.split("\n"), "", 0
    while at < len(lines):
        named = _SECTION.match(lines[at])
        section = named[1] if named else section
        if not _LINE.match(lines[at]):
            at += 1
            continue
        end = _end(lines, at)
        said = _said(lines[at:end])
        if section and isinstance(said, dict):
            found.append(Resting(section, said, at, end))
        at = end
    return found


def _end(lines: list[str], first: int) -> int:
    """The line after an entry: the next one that is not put aside, or begins another entry."""
    at = first + 1
    while at < len(lines) and (more := _LINE.match(lines[at])) and not more[2].startswith("- "):
        at += 1
    return at


def _said(lines: list[str]) -> Data:
    plain = "\n".join(found[2] for line in lines if (found := _LINE.match(line)))
    data = read(dedent(plain), "file").data
    return data[0] if isinstance(data, list) and len(data) == 1 else None


def put_aside(text: str, section: str, index: int) -> str:
    """The file with an entry of a section as a comment. Raises NotHere."""
    if not text.endswith("\n"):
        text += "\n"
    data: Any = read(text, "file").data
    one = data[section][index]
    wanted = {**data, section: [each for at, each in enumerate(data[section]) if at != index]}
    items = _node(text, section)
    if items.flow_style:
        return checked(_after_section(edited(text, wanted), section, one), wanted)
    start, end = item_lines(text, items.value[index])
    column = items.start_mark.column
    lines = text[start:end].rstrip("\n").split("\n")
    aside = "".join(f"{' ' * column}{MARK}{line[column:]}\n" for line in lines)
    kept = text[start:end][len(text[start:end].rstrip("\n")) + 1 :]
    cuts = [Cut(start, end, aside + kept)]
    if len(items.value) == 1:
        colon = text.index(":", text.index(section, _section_begin(text, section)))
        cuts.append(Cut(colon + 1, colon + 1, " []"))
    return checked(apply(text, cuts), wanted)


def _section_begin(text: str, section: str) -> int:
    keys = (key for key, _ in composed(text).value if key.value == section)
    return int(next(keys).start_mark.index)


def _after_section(text: str, section: str, data: Data) -> str:
    """A list on one line cannot hold a comment: it stands below."""
    node = _node(text, section)
    at = line_end(text, node.end_mark.index)
    lines = entry(data, 0).rstrip("\n").split("\n")
    return text[:at] + "".join(f"  {MARK}{line}\n" for line in lines) + text[at:]


def _node(text: str, section: str) -> Any:
    root = composed(text)
    return next(value for key, value in root.value if key.value == section)


def brought_back(text: str, number: int) -> str:
    """The file with one of the rules that are put aside in force again, at the end of its section
    or where it stands in its list. Raises NotHere, and IndexError for a number that is none."""
    one = resting(text)[number]
    data: Any = read(text, "file").data
    lines = text.split("\n")
    column = len(lines[one.first]) - len(lines[one.first].lstrip(" "))
    before, own, after = lines[: one.first], lines[one.first : one.end], lines[one.end :]
    wanted_list = [*(data.get(one.section) or []), one.data]
    items = _node(text, one.section) if data.get(one.section) else None
    if items is not None and not items.flow_style and items.start_mark.column == column:
        place = sum(node.start_mark.line < one.first for node in items.value)
        own = [_ASIDE.sub(" " * column, line) for line in own]
        wanted_list = [*data[one.section][:place], one.data, *data[one.section][place:]]
        text = "\n".join([*before, *own, *after])
        return checked(text, {**data, one.section: wanted_list})
    wanted = {**data, one.section: wanted_list}
    if data.get(one.section) == []:
        colon = text.index("[]", _section_begin(text, one.section))
        own = [_ASIDE.sub(" " * column, line) for line in own]
        opened = "\n".join([*before, *own, *after])
        opened = opened[:colon].rstrip(" ") + opened[colon + 2 :]
        return checked(opened, wanted)
    return edited("\n".join([*before, *after]), wanted)
