"""Assertions about events: what was accepted, refused, parked, and what one event brought."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from regulars.programmes.cases.shapes import Check, Subject
from regulars.programmes.cases.values import Fields, Key, Value

EVENT = "event"


def decided(word: str, expected: Value, line: int) -> Iterator[Check]:
    """The checks that a word about events stands for; the subject of each is an event.

    `accepted` is true or false, `parked` true; `accepted_count` counts over several events.
    """
    for subject, key, value in _SAYS[word](expected):
        yield Check(subject=subject, key=key, expected=value, line=line)


Said = Iterator[tuple[Subject, Key, Value]]


def _event(one: Value) -> Subject:
    return Subject(EVENT, str(one))


def _accepted(expected: Value) -> Said:
    yield _event(expected), Key("accepted"), True


def _parked(expected: Value) -> Said:
    yield _event(expected), Key("parked"), True


def _refused(expected: Value) -> Said:
    if not isinstance(expected, Fields):
        return
    event = _event(expected.words.get("id"))
    yield event, Key("accepted"), False
    for word, value in expected.words.items():
        if word != "id":
            yield event, Key(word), value


def _granted(expected: Value) -> Said:
    if not isinstance(expected, Fields):
        return
    event = _event(expected.words.get("id"))
    for word, value in expected.words.items():
        if word != "id":
            yield event, Key(word), value
    for key, value in expected.names.items():
        yield event, key, value


def _one_of(expected: Value) -> Said:
    if isinstance(expected, tuple):
        ids = tuple(str(one) for one in expected)
        yield Subject(EVENT, ", ".join(ids), ids), Key("accepted_count"), 1


_SAYS: dict[str, Callable[[Value], Said]] = {
    "accepted": _accepted,
    "parked": _parked,
    "refused": _refused,
    "granted": _granted,
    "exactly_one_accepted": _one_of,
}
