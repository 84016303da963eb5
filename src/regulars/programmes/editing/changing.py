"""New data into the text of a file: what differs is replaced, everything else stays as it stands.

The text is composed by ruamel.yaml, whose nodes know where they begin and end; the places where
old and new data differ become cuts in the text. What comes out is read again: where it does not
say exactly what was wanted (aliases, unusual spelling), nothing is changed and NotHere is raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from regulars.engine.edition import Edition
from regulars.programmes.documents import Data, read
from regulars.programmes.editing.writing import entry, flow, pair, section
from regulars.programmes.kinds import fields_of
from regulars.programmes.places import same


class NotHere(Exception):
    """The file is written in a way that this change cannot be made in: it is to be made by hand."""


class Cut(Struct, frozen=True, order=True):
    """Text from `start` up to `end` becomes `put`."""

    start: int
    end: int
    put: str


def edited(text: str, wanted: Data) -> str:
    """The file with these data: unchanged where it says them already. Raises NotHere."""
    text = text.replace("\r\n", "\n")
    old = read(text, "file").data
    if same(old) == same(wanted):
        return text
    if not text.endswith("\n"):
        text += "\n"
    as_json = text.lstrip()[:1] in ("{", "[")
    cuts = list(_Differing(text, as_json).of(composed(text), old, wanted))
    return checked(apply(text, cuts), wanted)


def checked(text: str, wanted: Data) -> str:
    """The text, if it says what is wanted. Raises NotHere."""
    found = read(text, "file")
    if found.problems or same(found.data) != same(wanted):
        raise NotHere
    return text


def composed(text: str) -> Any:
    """The node of the whole file. Raises NotHere."""
    try:
        return YAML(pure=True).compose(text)
    except YAMLError as error:
        raise NotHere from error


def apply(text: str, cuts: Sequence[Cut]) -> str:
    """The text with every cut made; they do not overlap. Raises NotHere where they do."""
    before = len(text) + 1
    for cut in sorted(cuts, reverse=True):
        if cut.end > before:
            raise NotHere
        text = text[: cut.start] + cut.put + text[cut.end :]
        before = cut.start
    return text


def ends(node: Any) -> int:
    """Where a node ends; what follows a list or fields on lines of their own does not belong."""
    if node.id == "scalar" or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return ends(last[1] if node.id == "mapping" else last)


def line_begin(text: str, at: int) -> int:
    """Where the line of a place begins."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Where the line after a place begins."""
    found = text.find("\n", max(at - 1, 0) if text[at - 1 : at] == "\n" else at)
    return len(text) if found < 0 else found + 1


def item_lines(text: str, item: Any) -> tuple[int, int]:
    """The lines of an entry of a list, from its dash on; with the blank line after it where one
    stands before it too."""
    start = line_begin(text, item.start_mark.index)
    end = line_end(text, ends(item))
    blank_before = start == 0 or text[:start].endswith("\n\n")
    if blank_before and text[end : end + 1] == "\n":
        end += 1
    return start, end


class _Differing:
    """The cuts that make new data of old."""

    def __init__(self, text: str, as_json: bool) -> None:
        self.text = text
        self.as_json = as_json

    def of(self, node: Any, old: Data, new: Data) -> Iterator[Cut]:
        if same(old) == same(new):
            return
        if isinstance(old, dict) and isinstance(new, dict) and node.id == "mapping" and old:
            yield from self.fields(node, old, new)
        elif isinstance(old, list) and isinstance(new, list) and node.id == "sequence" and old:
            yield from self.items(node, old, new)
        else:
            yield self.instead(node, new)

    def instead(self, node: Any, new: Data) -> Cut:
        start, end = int(node.start_mark.index), ends(node)
        if start == end or (node.id != "scalar" and not node.flow_style):
            return self.whole(node, new)
        if isinstance(new, list) and new and node.start_mark.column and not self.as_json:
            return self.first_entries(node, new)
        return Cut(start, end, flow(new, self.as_json))

    def whole(self, node: Any, new: Data) -> Cut:
        """A block, or nothing after a colon, replaced by one line."""
        before = self.text[: node.start_mark.index].rstrip()
        if "#" in before[line_begin(before, len(before)) :]:
            start = line_begin(self.text, node.start_mark.index)
            return Cut(start, ends(node), f"  {flow(new, self.as_json)}")
        gap = " " if before.endswith((":", "-")) else ""
        return Cut(len(before), max(ends(node), len(before)), gap + flow(new, self.as_json))

    def first_entries(self, node: Any, new: list[Data]) -> Cut:
        """Entries on lines of their own in place of `[]` after the key of a section."""
        start = int(node.start_mark.index)
        begin = line_begin(self.text, start)
        if self.text[begin : begin + 1] in (" ", "-", "\n"):
            return Cut(start, ends(node), flow(new, self.as_json))
        put = "\n" + "".join(entry(one, 2) for one in new).rstrip("\n")
        return Cut(len(self.text[:start].rstrip()), ends(node), put)

    def fields(self, node: Any, old: dict[str, Data], new: dict[str, Data]) -> Iterator[Cut]:
        known = {str(key.value): (key, value) for key, value in node.value}
        added = {name: one for name, one in new.items() if name not in old}
        gone = [index for index, (key, _) in enumerate(node.value) if str(key.value) not in new]
        if not new or len(gone) == len(node.value):
            yield self.instead(node, new)
            return
        for name, one in new.items():
            if name in known:
                yield from self.of(known[name][1], old[name], one)
        yield from self.without(node, [(key, value) for key, value in node.value], gone)
        if added:
            yield from self.more(node, added)

    def without(
        self, node: Any, parts: Sequence[tuple[Any, Any]], gone: list[int]
    ) -> Iterator[Cut]:
        """Parts of a list or of fields, each from its first to its last node, taken out."""
        for first, last in _runs(gone):
            if not node.flow_style:
                yield self.lines_out(parts, first, last)
            elif last + 1 < len(parts):
                yield Cut(parts[first][0].start_mark.index, parts[last + 1][0].start_mark.index, "")
            else:
                yield Cut(ends(parts[first - 1][1]), ends(parts[last][1]), "")

    def lines_out(self, parts: Sequence[tuple[Any, Any]], first: int, last: int) -> Cut:
        start, end = parts[first][0].start_mark.index, ends(parts[last][1])
        begin = line_begin(self.text, start)
        if self.text[begin:start].strip(" ") == "-" and parts[first][0] is not parts[first][1]:
            return Cut(start, parts[last + 1][0].start_mark.index, "")
        if parts[first][0] is parts[first][1]:
            return Cut(begin, item_lines(self.text, parts[last][1])[1], "")
        return Cut(begin, line_end(self.text, end), "")

    def more(self, node: Any, added: dict[str, Data]) -> Iterator[Cut]:
        last = node.value[-1][1]
        if node.flow_style:
            put = "".join(f", {pair(name, one, self.as_json)}" for name, one in added.items())
            yield Cut(ends(last), ends(last), put)
            return
        column = node.start_mark.column
        if column == 0:
            for name, one in added.items():
                yield self.new_section(node, name, one)
            return
        at = line_end(self.text, ends(last))
        yield Cut(at, at, "".join(f"{' ' * column}{pair(k, one)}\n" for k, one in added.items()))

    def new_section(self, node: Any, name: str, data: Data) -> Cut:
        """A section where the file would have it: after the last of those that come before it."""
        order = [one.encode_name for one in fields_of(Edition)]
        rank = {key: number for number, key in enumerate(order)}
        before = [value for key, value in node.value if rank.get(str(key.value), 0) < rank[name]]
        at = line_end(self.text, ends((before or [node.value[-1][1]])[-1]))
        return Cut(at, at, f"\n{section(name, data)}")

    def items(self, node: Any, old: list[Data], new: list[Data]) -> Iterator[Cut]:
        if not new:
            yield self.instead(node, new)
            return
        match = SequenceMatcher(None, [repr(same(one)) for one in old], _keys(new), autojunk=False)
        steps = [step for step in match.get_opcodes() if step[0] != "equal"]
        if not all(_simple(step, len(old)) for step in steps):
            yield self.instead(node, new)
            return
        gone: list[int] = []
        for _what, first, last, begin, end in steps:
            both = min(last - first, end - begin)
            for index in range(both):
                yield from self.of(
                    node.value[first + index], old[first + index], new[begin + index]
                )
            gone += range(first + both, last)
            if end - begin > both:
                yield self.further(node, new[begin + both : end])
        yield from self.without(node, [(one, one) for one in node.value], gone)

    def further(self, node: Any, added: list[Data]) -> Cut:
        """More entries at the end."""
        last = node.value[-1]
        if node.flow_style:
            put = "".join(f", {flow(one, self.as_json)}" for one in added)
            return Cut(ends(last), ends(last), put)
        at = line_end(self.text, ends(last))
        begin = line_begin(self.text, last.start_mark.index)
        column = self.text.index("-", begin) - begin
        return Cut(at, at, "".join(entry(one, column) for one in added))


def _keys(data: Sequence[Data]) -> list[str]:
    return [repr(same(one)) for one in data]


def _simple(step: tuple[str, int, int, int, int], length: int) -> bool:
    """Whether entries change in place, go, or are added at the end."""
    _what, first, last, begin, end = step
    return end - begin <= last - first or last == length


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbours together: 1, 2, 5 are (1, 2) and (5, 5)."""
    first = last = -2
    for number in sorted(numbers):
        if number != last + 1:
            if first >= 0:
                yield first, last
            first = number
        last = number
    if first >= 0:
        yield first, last
