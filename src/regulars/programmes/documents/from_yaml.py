"""YAML 1.2 text to tokens, with lines. Nothing is constructed: tags are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from msgspec import Struct
from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from regulars.programmes.documents.scalars import plain
from regulars.programmes.documents.shapes import Broken
from regulars.programmes.documents.tokens import Token


def tokens(text: str) -> Iterator[Token]:
    """The tokens of one YAML document, aliases written out. Raises Broken."""
    try:
        yield from _Aliases().written_out(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        raise _broken(error, text) from None
    except ReaderError as error:
        raise Broken(text.count("\n", 0, error.position) + 1, "bad_sign") from None
    except (YAMLError, ValueError, RecursionError):
        raise Broken(1, "syntax") from None


def _broken(error: MarkedYAMLError, text: str) -> Broken:
    said = error.problem or ""
    at = error.problem_mark or error.context_mark
    line = at.line + 1 if at else 1
    if r"'\t'" in said:
        return Broken(line, "tab")
    if "end of stream" in said or "<stream end>" in said:
        return Broken(error.context_mark.line + 1 if error.context_mark else line, "unclosed")
    if "cannot start any token" in said and at:
        return Broken(line, "needs_quotes", sign=text[at.index : at.index + 1])
    if "mapping values are not allowed" in said:
        return Broken(line, "stray_colon")
    if "<block end>" in said:
        return Broken(line, "indentation")
    return Broken(line, "syntax")


class _Recording(Struct):
    name: str
    depth: int
    tokens: list[Token]


class _Aliases:
    """Remembers what each anchor names, and writes it out where an alias stands."""

    def __init__(self) -> None:
        self.known: dict[str, list[Token]] = {}
        self.open: list[_Recording] = []
        self.depth = 0
        self.documents = 0

    def written_out(self, stream: Iterator[events.Event]) -> Iterator[Token]:
        for event in stream:
            if isinstance(event, events.DocumentStartEvent):
                self._begin(event)
            elif isinstance(event, events.AliasEvent):
                for token in self._named(event):
                    yield self._recorded(token)
            elif isinstance(event, events.NodeEvent | events.CollectionEndEvent):
                self._anchor(event)
                yield self._recorded(_token(event))

    def _begin(self, event: events.DocumentStartEvent) -> None:
        line = event.start_mark.line + 1
        self.documents += 1
        if self.documents > 1:
            raise Broken(line, "several_documents")
        if event.version not in (None, (1, 2)):
            raise Broken(1, "yaml_version")

    def _named(self, event: events.AliasEvent) -> list[Token]:
        if event.anchor not in self.known:
            raise Broken(event.start_mark.line + 1, "unknown_alias", name=event.anchor)
        return self.known[event.anchor]

    def _anchor(self, event: events.Event) -> None:
        name = getattr(event, "anchor", None)
        if name:
            self.open.append(_Recording(name, self.depth, []))

    def _recorded(self, token: Token) -> Token:
        self.depth += {"map": 1, "list": 1, "end": -1, "value": 0}[token.step]
        for one in self.open:
            one.tokens.append(token)
        while self.open and self.open[-1].depth == self.depth:
            one = self.open.pop()
            self.known[one.name] = one.tokens
        return token


def _token(event: events.NodeEvent | events.CollectionEndEvent) -> Token:
    line = event.start_mark.line + 1
    if isinstance(event, events.CollectionEndEvent):
        return Token("end", line)
    tag = getattr(event, "tag", None)
    if tag is not None:
        raise Broken(line, "tag", tag=str(tag))
    if isinstance(event, events.MappingStartEvent):
        return Token("map", line)
    if isinstance(event, events.SequenceStartEvent):
        return Token("list", line)
    scalar = cast(events.ScalarEvent, event)
    bare, text = bool(scalar.implicit[0]), str(scalar.value)
    return Token("value", line, plain(text) if bare else text, text, bare)
