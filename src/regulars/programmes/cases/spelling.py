"""Keys of cases as rules are asked for them, and the answers of rules as cases write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from regulars.ledger.lots import FOREVER
from regulars.programmes.cases.comparing import Answer
from regulars.programmes.cases.values import Key
from regulars.programmes.cases.vocabulary import vocabulary

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def spelt(key: Key) -> str:
    """A key as rules are asked for it."""
    word, _, end = key.word.partition("_") if key.about else (key.word, "", "")
    return "_".join(part for part in (word, key.about, end, key.window) if part)


def told(value: Any, key: Key) -> Answer:
    """An answer of a rule: an integer where an instant belongs is one."""
    word = vocabulary().expect.keys.get(key.word)
    dated = key.word.endswith("_at") or (word is not None and word.shape.kind == "moment")
    if dated and isinstance(value, int) and not isinstance(value, bool):
        return moment_of(value)
    if isinstance(value, float):
        return Fraction(value)
    if isinstance(value, list | set | frozenset):
        return tuple(value)
    return value  # type: ignore[no-any-return]


def moment_of(at: int) -> Answer:
    """An instant; nothing where nothing ends."""
    if abs(at) >= FOREVER:
        return None
    return _EPOCH + timedelta(microseconds=at)
