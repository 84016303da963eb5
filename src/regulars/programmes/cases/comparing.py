"""What a case expects, held against what is so: the first difference, or none."""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Protocol, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct

from regulars.programmes.cases.problems import Reason
from regulars.programmes.cases.shapes import Assertion, Check, Run, Subject
from regulars.programmes.cases.values import Duration, Fields, Key, Value

Answer: TypeAlias = Value | Fraction
NOTHING = "none"
NOWHERE = ZoneInfo("UTC")
"""Answers that are compared with answers are no civil days of anywhere."""
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?", re.ASCII)


class CannotRead(Exception):
    """There is no such thing to read; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class Reader(Protocol):
    """Looks up the state that a case ended in."""

    def read(self, subject: Subject, key: Key, at: datetime | None) -> Answer:
        """`key` of `subject` as known at `at` (None: after the last event).

        "none" where there is nothing, None where it is undefined; None serves for both.
        Numbers exact (ratios unrounded), lists as tuples. Raises CannotRead.
        """

    def because(self, subject: Subject, key: Key, at: datetime | None) -> Reason | None:
        """Why it is as it is, if that can be said."""


class Difference(Struct, frozen=True):
    """The first thing that is not as expected, and the line of the file that expects it."""

    reason: Reason
    line: int
    because: Reason | None = None


def first_difference(run: Run, reader: Reader, zone: ZoneInfo) -> Difference | None:
    """The first check of `run` that fails, in the order of the file; None if none does.

    `zone` is the programme's: days are civil days there.
    """
    for assertion in run.assertions:
        for check in assertion.checks:
            found = _difference(check, assertion, reader, zone)
            if found:
                return found
    return None


def _difference(
    check: Check, assertion: Assertion, reader: Reader, zone: ZoneInfo
) -> Difference | None:
    try:
        got = reader.read(check.subject, check.key, assertion.at)
    except CannotRead as cannot:
        unread = Reason("case_cannot_read", place_of(check, assertion.at))
        return Difference(unread, check.line, cannot.reason)
    if same(check.expected, got, check.how, zone):
        return None
    because = reader.because(check.subject, check.key, assertion.at)
    return Difference(_reason(check, got, assertion.at), check.line, because)


def same(expected: Value, got: Answer, how: str, zone: ZoneInfo) -> bool:
    """Whether `got` is what `expected` says, compared as `how` (see `Check`) says."""
    if expected is None or expected == NOTHING:
        return _is_nothing(expected, got)
    if how == "ratio" and isinstance(expected, Decimal) and _is_number(got):
        return rounded(got, _places(expected)) == Fraction(expected)
    if isinstance(expected, tuple):
        return _same_lists(expected, got, how, zone)
    if isinstance(got, tuple):
        if _is_number(expected):
            return len(got) == expected
        return len(got) == 1 and same(expected, got[0], how, zone)
    return _comparable(expected, zone) == _comparable(_like(expected, got, zone), zone)


def alike(one: Answer | CannotRead, other: Answer | CannotRead) -> bool:
    """Whether two answers say the same; two that cannot be told do if it is for one reason."""
    if isinstance(one, CannotRead):
        return isinstance(other, CannotRead) and one.reason == other.reason
    if isinstance(other, CannotRead):
        return False
    return _comparable(one, NOWHERE) == _comparable(other, NOWHERE)


def rounded(number: Answer, places: int) -> Fraction:
    """`number` rounded half up (a half goes away from zero) to `places` decimals."""
    if not isinstance(number, int | Decimal | Fraction):
        raise TypeError(type(number).__name__)
    scaled = Fraction(number) * 10**places
    whole = (abs(scaled) + Fraction(1, 2)).__floor__()
    return Fraction(whole if scaled >= 0 else -whole, 10**places)


def _is_nothing(expected: Value, got: Answer) -> bool:
    if got is None:
        return True
    zero = _is_number(got) and got == 0
    return expected == NOTHING and (zero or got in (NOTHING, (), ""))


def _same_lists(expected: tuple[Value, ...], got: Answer, how: str, zone: ZoneInfo) -> bool:
    if got is None or got == NOTHING:
        return not expected
    if not isinstance(got, tuple):
        return len(expected) == 1 and same(expected[0], got, "exact", zone)
    if how == "set":
        return {_comparable(one, zone) for one in expected} == {
            _comparable(one, zone) for one in got
        }
    if how == "first":
        got = got[: len(expected)]
    return len(expected) == len(got) and all(
        same(one, other, "exact", zone) for one, other in zip(expected, got, strict=True)
    )


def _like(expected: Value, got: Answer, zone: ZoneInfo) -> Answer:
    """`got` in the form of `expected`: days and instants, numbers and their digits."""
    if isinstance(expected, datetime) and isinstance(got, date) and _is_day(got):
        return datetime.combine(got, time(), zone)
    if _is_day(expected) and isinstance(got, datetime):
        return got.astimezone(zone).date()
    return got


def _comparable(value: Answer, zone: ZoneInfo) -> Hashable:
    if isinstance(value, bool):
        return ("flag", value)
    if isinstance(value, int | Decimal | Fraction):
        return ("number", Fraction(value))
    if isinstance(value, str):
        return ("number", Fraction(value)) if _NUMBER.fullmatch(value) else ("word", value)
    if isinstance(value, datetime):
        return ("instant", value.astimezone(UTC))
    if isinstance(value, tuple):
        return tuple(_comparable(one, zone) for one in value)
    if isinstance(value, Fields):
        named = {one.word: other for one, other in value.names.items()}
        return _comparable({**value.words, **named}, zone)
    if isinstance(value, dict):
        return frozenset((key, _comparable(one, zone)) for key, one in value.items())
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal | Fraction) and not isinstance(value, bool)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _reason(check: Check, got: Answer, at: datetime | None) -> Reason:
    told = place_of(check, at)
    places = _places(check.expected) if isinstance(check.expected, Decimal) else 0
    shown = {**told, "got": written(got, places), "expected": written(check.expected, places)}
    if check.subject.kind == "event" and check.key.word == "accepted":
        return Reason("case_event_refused" if check.expected else "case_event_accepted", told)
    if _is_number(check.expected) and (got is None or _is_number(got)):
        return Reason(ending("case_other_amount", at), shown)
    return Reason(ending("case_other_value", at), shown)


def ending(code: str, at: datetime | None) -> str:
    """The code of a difference at an instant, or of the same after the last event."""
    return code if at else f"{code}_at_end"


def place_of(check: Check, at: datetime | None) -> dict[str, int | str | tuple[str, ...]]:
    """Of what a difference speaks: when, whose, and which word."""
    subject = check.subject
    return {
        "at": at.isoformat() if at else "",
        "subject": (subject.kind, subject.id, *subject.beside.values()),
        "key": spelt(check.key),
    }


def spelt(key: Key) -> str:
    """A key as a case writes it."""
    about = key.about if key.word.startswith("for") else ""
    word, _, end = key.word.partition("_") if about else (key.word, "", "")
    return "_".join(part for part in (word, about, end, key.window) if part)


def written(value: Answer, places: int = 0) -> str:
    """A value as a person reads it: numbers with at least `places` decimals."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal | Fraction):
        return _figure(value, places)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "[" + ", ".join(written(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Fields):
        named = {one.word: other for one, other in value.names.items()}
        return written({**value.words, **named})
    return str(value) if isinstance(value, str) else _duration(value)


def _figure(number: int | Decimal | Fraction, places: int) -> str:
    exact = Fraction(number)
    shown = next((more for more in range(places, 13) if rounded(exact, more) == exact), 12)
    scaled = rounded(exact, shown) * 10**shown
    return format(Decimal(int(scaled)).scaleb(-shown), "f")


def _duration(value: Duration) -> str:
    parts = [
        f"{one} {unit}" for unit in Duration.__struct_fields__ if (one := getattr(value, unit))
    ]
    return " ".join(parts) or "0"
