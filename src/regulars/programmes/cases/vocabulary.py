"""The closed vocabulary of cases: words as data (`language/*.toml`), each with its meaning."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from importlib import resources
from typing import Final

import msgspec
from msgspec import Struct


class Takes(Struct, frozen=True):
    """A shape of values: `kind` is a simple shape, `id`, `name`, `one`, `shape`, `list`, `map`,
    `pair`, `triple` or `any`; `of` what follows the colon; `parts` what stands in brackets."""

    kind: str
    of: str = ""
    parts: tuple[Takes, ...] = ()


class Word(Struct, frozen=True, rename={"with_": "with"}, dict=True, forbid_unknown_fields=True):
    """A key: the shape of its value and its meaning. Beside `told_by`, which tells what is meant as
    well, any name will do. The rest belongs to assertions."""

    takes: str
    means: str
    needed: bool = False
    told_by: str = ""
    of: tuple[str, ...] = ()
    with_: tuple[str, ...] = ()
    ratio: bool = False
    set: bool = False
    first: bool = False
    beside: tuple[str, ...] = ()
    only_beside: bool = False
    implies: str = ""
    same_as: str = ""
    event: str = ""

    @cached_property
    def shape(self) -> Takes:
        """`takes`, read."""
        return takes(self.takes)


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    """Keys that stand together: an event type, a kind of activity, a shape."""

    means: str = ""
    keys: dict[str, Word] = {}
    amounts: bool = False
    bases: tuple[str, ...] = ()
    like: str = ""


class Codes(Struct, frozen=True, forbid_unknown_fields=True):
    """A closed list of words with meanings; `open_to` names of the edition may join it."""

    words: dict[str, str] = {}
    includes: tuple[str, ...] = ()
    open_to: str = ""


class Setting(Struct, frozen=True, forbid_unknown_fields=True):
    """A setting that a case can vary, with its values. `policy` is what a programme file calls it;
    `overrides` are the fields of rules that decide it for themselves."""

    means: str
    values: dict[str, str]
    policy: str = ""
    overrides: tuple[str, ...] = ()


class Expect(Struct, frozen=True, forbid_unknown_fields=True):
    """Words of assertions: what they are about, and what they say of it."""

    amounts_of: tuple[str, ...]
    at: Word
    subjects: dict[str, Word]
    keys: dict[str, Word]


class Placeholder(Struct, frozen=True, forbid_unknown_fields=True):
    """What may stand in braces in a key, and which part of the key it fills."""

    pattern: str
    fills: str


class Shorthand(Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns of short forms."""

    prefixes: tuple[str, ...]
    code_suffix: str
    bare_number: str
    placeholders: dict[str, Placeholder]
    windows: dict[str, str]


class Product(Struct, frozen=True, forbid_unknown_fields=True):
    """The product's words for those of cases, by event type and by key, and the places of keys in
    stored facts. `reasons` are the words of cases for reasons of the product that have others."""

    events: dict[str, str]
    keys: dict[str, str]
    categories: dict[str, str]
    reasons: dict[str, str]
    places: dict[str, tuple[str, ...]]


class Vocabulary(Struct, frozen=True):
    """Every word that a case may use, beside the names of an edition."""

    case: dict[str, Word]
    events: dict[str, Group]
    activities: dict[str, Group]
    given: Group
    shapes: dict[str, Group]
    expect: Expect
    codes: dict[str, Codes]
    settings: dict[str, Setting]
    shorthand: Shorthand
    product: Product
    names: dict[str, str]

    def code_words(self, name: str) -> dict[str, str]:
        """The words of a closed list with those that it takes in."""
        codes = self.codes[name]
        words = dict(codes.words)
        for other in codes.includes:
            words.update(self.code_words(other))
        return words

    def setting_of(self, value: str) -> str:
        """The setting that has `value`, or the empty text."""
        return next((name for name, one in self.settings.items() if value in one.values), "")


class Listed(Struct, frozen=True):
    """One word of the vocabulary, for documents and screens."""

    section: str
    word: str
    takes: str
    means: str


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary, read once from the data of this package."""
    parts = {part: _data(part) for part in Vocabulary.__struct_fields__}
    return msgspec.convert(parts, Vocabulary)


def _data(part: str) -> dict[str, object]:
    folder = resources.files(__package__) / "language"
    return tomllib.loads((folder / f"{part}.toml").read_text("utf-8"))


def listing() -> Iterator[Listed]:
    """Every word with its section, in the order of the data."""
    words = vocabulary()
    yield from _words("case", words.case)
    for name, event in words.events.items():
        yield Listed("events", name, "", event.means)
        yield from _words(f"events.{name}", event.keys)
    for name, kind in words.activities.items():
        yield Listed("activities", name, "", kind.means)
        yield from _words(f"activities.{name}", kind.keys)
    yield from _words("given", words.given.keys)
    for name, shape in words.shapes.items():
        yield from _words(f"shapes.{name}", shape.keys)
    yield from _words("expect", {"at": words.expect.at})
    yield from _words("expect.subjects", words.expect.subjects)
    yield from _words("expect", words.expect.keys)
    yield from _listed_codes(words)


def _listed_codes(words: Vocabulary) -> Iterator[Listed]:
    for name, codes in words.codes.items():
        yield from (Listed(f"codes.{name}", *one) for one in _meanings(codes.words))
    for name, setting in words.settings.items():
        yield Listed("settings", name, "", setting.means)
        yield from (Listed(f"settings.{name}", *one) for one in _meanings(setting.values))
    yield from (Listed("names", *one) for one in _meanings(words.names))


def _words(section: str, words: Mapping[str, Word]) -> Iterator[Listed]:
    for name, word in words.items():
        yield Listed(section, name, word.takes, word.means)


def _meanings(meanings: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    return ((word, "", means) for word, means in meanings.items())


def reserved() -> frozenset[str]:
    """The words that an edition cannot use as the name of an asset, count or metric: those that
    stand where amounts may stand too. A kind of activity may have a key by the name of an asset."""
    words = vocabulary()
    groups = [words.given, words.events["every"]]
    groups += [one for one in (*words.events.values(), *words.shapes.values()) if one.amounts]
    keys = {key for group in groups for key in group.keys}
    asserted = {*words.expect.keys, *words.expect.subjects, "at"}
    return frozenset(keys | asserted) - {words.shorthand.bare_number}


_TOKEN: Final = re.compile(r"[a-z_]+(?::[a-z_]+)?|[(),|]")


@lru_cache(maxsize=512)
def takes(written: str) -> Takes:
    """A shape as the data writes it: `list(id:member)`, `map(text, number)`, `flag|text`."""
    tokens = _TOKEN.findall(written)
    found = _either(tokens)
    if tokens or _TOKEN.sub("", written).strip():
        raise ValueError(written)
    return found


def _either(tokens: list[str]) -> Takes:
    options = [_one(tokens)]
    while tokens[:1] == ["|"]:
        tokens.pop(0)
        options.append(_one(tokens))
    return options[0] if len(options) == 1 else Takes("any", parts=tuple(options))


def _one(tokens: list[str]) -> Takes:
    kind, _, of = tokens.pop(0).partition(":")
    parts: list[Takes] = []
    if tokens[:1] == ["("]:
        while tokens.pop(0) != ")":
            parts.append(_either(tokens))
    return Takes(kind, of, tuple(parts))
