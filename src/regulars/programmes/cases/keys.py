"""How a key of a case is read: a word, a word with a window or a friend in it, or a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from regulars.programmes.cases.names import Names
from regulars.programmes.cases.values import Key
from regulars.programmes.cases.vocabulary import Takes, Word, vocabulary

AMOUNT = Takes("number")
ENDS, LAST_DAY = "_until", "return_until"
"""How the last day of a period of the programme is asked for, and the word that it is like."""


class Template(Struct, frozen=True):
    """A word of the vocabulary with something in braces, as a pattern."""

    word: str
    pattern: re.Pattern[str]
    key: str


class Found(Struct, frozen=True):
    """A key that was understood; `word` is None for a name of the edition."""

    key: Key
    word: Word | None = None

    @property
    def takes(self) -> Takes:
        """The shape of its value."""
        return self.word.shape if self.word else AMOUNT


def asserted(text: str, names: Names) -> Found | None:
    """What `text` means in an assertion, beside a prefix; None if nothing."""
    words = vocabulary().expect.keys
    if text in words and "{" not in text:
        return Found(Key(text), words[text])
    found = amount(text, names)
    if found:
        return Found(found)
    period = text.removesuffix(ENDS)
    if period != text and period in (names.periods or ()):
        return Found(Key(text), words[LAST_DAY])
    return _templated(text)


def amount(text: str, names: Names) -> Key | None:
    """The asset, count or metric that `text` names, with its window; None if none is known."""
    main = vocabulary().shorthand.bare_number
    known = names.amounts | {main}
    if text in known:
        return Key(text)
    for key, kind in _windowed(text):
        if key.word in known and names.has_window(key.word, key.window, kind):
            return key
    return None


def any_amount(text: str) -> Key:
    """`text` as the name of an amount that nobody declared, its window taken off."""
    return next((key for key, _ in _windowed(text)), Key(text))


@lru_cache(maxsize=1)
def _windows() -> dict[str, re.Pattern[str]]:
    windows = vocabulary().shorthand.windows
    return {kind: re.compile(pattern, re.ASCII) for kind, pattern in windows.items()}


def _windowed(text: str) -> Iterator[tuple[Key, str]]:
    for cut in re.finditer("_", text):
        stem, window = text[: cut.start()], text[cut.end() :]
        for kind, pattern in _windows().items():
            if stem and pattern.fullmatch(window):
                yield Key(stem, window), kind


@lru_cache(maxsize=1)
def _templates() -> tuple[Template, ...]:
    words = [word for word in vocabulary().expect.keys if "{" in word]
    return tuple(_template(word) for word in sorted(words, key=_literal, reverse=True))


def _literal(word: str) -> int:
    return len(re.sub(r"\{[^{}]*\}", "", word))


def _template(word: str) -> Template:
    pattern = re.escape(word)
    for name, one in vocabulary().shorthand.placeholders.items():
        pattern = pattern.replace(re.escape(f"{{{name}}}"), f"(?P<{one.fills}>{one.pattern})")
    return Template(word, re.compile(pattern, re.ASCII), re.sub(r"_?\{[^{}]*\}", "", word))


def _templated(text: str) -> Found | None:
    for one in _templates():
        found = one.pattern.fullmatch(text)
        if found:
            return Found(Key(one.key, **found.groupdict()), vocabulary().expect.keys[one.word])
    return None
