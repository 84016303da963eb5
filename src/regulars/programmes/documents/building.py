"""Tokens to data, with the line of each path; what stands twice or is no plain number is told."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.engine.texts import Param
from regulars.programmes.documents.scalars import Unreadable
from regulars.programmes.documents.shapes import (
    MOST_DEPTH,
    MOST_VALUES,
    Broken,
    Data,
    Problem,
    field_path,
    item_path,
)
from regulars.programmes.documents.tokens import Token


class Builder:
    """Builds the one value that `tokens` spell; lines and problems gather on the way."""

    def __init__(self, tokens: Iterator[Token]) -> None:
        self.tokens = tokens
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.values = 0

    def build(self) -> Data:
        """The data. Raises Broken where it cannot go on."""
        first = next(self.tokens, None)
        if first is None:
            raise Broken(1, "empty")
        data = self._value(first, "", 0)
        for more in self.tokens:
            raise Broken(more.line, "several_documents")
        return data

    def _value(self, token: Token, path: str, depth: int) -> Data:
        self.values += 1
        if self.values > MOST_VALUES:
            raise Broken(token.line, "too_big", most=MOST_VALUES)
        if depth > MOST_DEPTH:
            raise Broken(token.line, "too_deep", most=MOST_DEPTH)
        self.lines.setdefault(path, token.line)
        if token.step == "map":
            return self._map(path, depth)
        if token.step == "list":
            return self._list(path, depth)
        return self._scalar(token, path)

    def _map(self, path: str, depth: int) -> dict[str, Data]:
        data: dict[str, Data] = {}
        for token in self.tokens:
            if token.step == "end":
                break
            key, at = self._key(token, path, data)
            value = self._value(next(self.tokens), at, depth + 1)
            data.setdefault(key, value)
        return data

    def _key(self, token: Token, path: str, before: dict[str, Data]) -> tuple[str, str]:
        if token.step != "value":
            raise Broken(token.line, "bad_key")
        key, at = token.text, field_path(path, token.text)
        _whole(token)
        if token.plain and key == "<<":
            self.problems.append(Problem(token.line, path, "merge_key"))
        if key in before:
            params: dict[str, Param] = {"key": key, "first": self.lines[at]}
            self.problems.append(Problem(token.line, at, "duplicate_key", params))
        self.lines.setdefault(at, token.line)
        return key, at

    def _list(self, path: str, depth: int) -> list[Data]:
        data: list[Data] = []
        for token in self.tokens:
            if token.step == "end":
                break
            data.append(self._value(token, item_path(path, len(data)), depth + 1))
        return data

    def _scalar(self, token: Token, path: str) -> Data:
        value = token.value
        if isinstance(value, Unreadable):
            shown = value.text[:60]
            self.problems.append(Problem(token.line, path, "bad_number", {"value": shown}))
            return None
        _whole(token)
        return value


def _whole(token: Token) -> None:
    if any("\ud800" <= sign <= "\udfff" for sign in token.text):
        raise Broken(token.line, "bad_sign")
