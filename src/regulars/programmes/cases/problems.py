"""What is wrong with a case file, with its place; and words that were perhaps meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from msgspec import Struct

from regulars.engine.texts import Param
from regulars.programmes.documents import Data, Document, field_path, item_path


class Reason(Struct, frozen=True):
    """A code and its parameters; `words/` makes a sentence of them."""

    code: str
    params: dict[str, Param] = {}


class Located(Struct, frozen=True):
    """What is wrong in `file` at `line` (from 1), under `path` inside the document."""

    file: str
    line: int
    path: str
    reason: Reason


class Node(Struct, frozen=True):
    """A place in a document and what stands there."""

    document: Document
    path: str
    data: Data

    @property
    def line(self) -> int:
        """The line of the file, from 1."""
        return self.document.line(self.path)

    def entries(self) -> list[Entry]:
        """The keys of a map with what stands under them; none of anything else."""
        if not isinstance(self.data, dict):
            return []
        return [Entry(key, self._at(key, one)) for key, one in self.data.items()]

    def items(self) -> list[Node]:
        """The items of a list; none of anything else."""
        if not isinstance(self.data, list):
            return []
        return [
            Node(self.document, item_path(self.path, at), one) for at, one in enumerate(self.data)
        ]

    def child(self, key: str) -> Node | None:
        """What stands under `key`, or None."""
        if not isinstance(self.data, dict) or key not in self.data:
            return None
        return self._at(key, self.data[key])

    def wrong(self, code: str, **params: Param) -> Located:
        """That something is wrong here."""
        return Located(self.document.name, self.line, self.path, Reason(code, params))

    def _at(self, key: str, data: Data) -> Node:
        return Node(self.document, field_path(self.path, key), data)


class Entry(Struct, frozen=True):
    """A key of a map and what stands under it."""

    key: str
    node: Node


def unknown(node: Node, code: str, word: str, known: Iterable[str], **params: Param) -> Located:
    """`code` with the nearest known word, or `code` and `_alone` where none is near."""
    reason = nearest(code, word, known, **params)
    return node.wrong(reason.code, **reason.params)


def nearest(code: str, word: str, known: Iterable[str], **params: Param) -> Reason:
    """The same reason without a place."""
    near = get_close_matches(word, sorted(set(known)), n=1)
    if near:
        return Reason(code, {"word": word, "nearest": near[0], **params})
    return Reason(f"{code}_alone", {"word": word, **params})
