"""JSON text to tokens, with lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from regulars.programmes.documents.scalars import number
from regulars.programmes.documents.shapes import Broken
from regulars.programmes.documents.tokens import Token

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(
    r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"',
)
_WORD = re.compile(r"[-+.\w]+")
_WORDS = {"null": None, "true": True, "false": False}


def tokens(text: str) -> Iterator[Token]:
    """The tokens of one JSON value. Raises Broken."""
    reader = _Reader(text)
    yield from reader.value()
    reader.skip()
    if reader.at < len(text):
        raise Broken(reader.line, "several_documents")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.line = text, 0, 1

    def value(self) -> Iterator[Token]:
        sign = self.skip()
        if sign in ("{", "["):
            yield from self._open(sign)
        elif sign == '"':
            yield self._string()
        else:
            yield self._word()

    def skip(self) -> str:
        found = _SPACE.match(self.text, self.at)
        end = found.end() if found else self.at
        self.line += self.text.count("\n", self.at, end)
        self.at = end
        return self.text[end : end + 1]

    def _open(self, sign: str) -> Iterator[Token]:
        close, began = ("}", self.line) if sign == "{" else ("]", self.line)
        self.at += 1
        yield Token("map" if sign == "{" else "list", began)
        if self.skip() != close:
            yield from self._inside(sign, close, began)
        self.at += 1
        yield Token("end", self.line)

    def _inside(self, sign: str, close: str, began: int) -> Iterator[Token]:
        while True:
            if sign == "{":
                yield self._key()
            yield from self.value()
            follows = self.skip()
            if follows == close:
                return
            if follows != ",":
                raise self._wrong(began)
            self.at += 1

    def _key(self) -> Token:
        if self.skip() != '"':
            raise self._wrong(self.line)
        key = self._string()
        if self.skip() != ":":
            raise self._wrong(self.line)
        self.at += 1
        return key

    def _string(self) -> Token:
        found = _STRING.match(self.text, self.at)
        if not found:
            raise Broken(self.line, "syntax")
        self.at = found.end()
        value = str(json.loads(found[0]))
        return Token("value", self.line, value, value)

    def _word(self) -> Token:
        found = _WORD.match(self.text, self.at)
        if not found:
            raise self._wrong(self.line)
        word, self.at = found[0], found.end()
        if word in _WORDS:
            return Token("value", self.line, _WORDS[word], word)
        if word[0] not in "-0123456789":
            raise Broken(self.line, "syntax")
        return Token("value", self.line, number(word), word)

    def _wrong(self, began: int) -> Broken:
        if self.at >= len(self.text):
            return Broken(began, "unclosed")
        return Broken(self.line, "syntax")
