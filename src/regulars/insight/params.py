"""The parameters of a measure, from values or texts, and what is wrong with one in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from regulars.insight.errors import InsightError

P = TypeVar("P")
UNKNOWN = re.compile(r"unknown field `(.*)`")
PLACE = re.compile(r" - at `\$\.(\w+)")
LEAST = re.compile(r">= ([0-9.]+)")
MOST = re.compile(r"<= ([0-9.]+)")


def taken(kind: str, options: Mapping[str, Any], shape: type[P]) -> P:
    """The parameters of the measure `kind`. Raises InsightError that names the wrong one."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        names = {field.encode_name: field.type for field in _fields(shape)}
        known = ", ".join(names)
        wrong = _wrong(str(error), given, names)
        raise InsightError(f"{kind}: {wrong}; its parameters are {known}.") from None


def _fields(shape: type) -> tuple[inspect.Field, ...]:
    of = inspect.type_info(shape)
    return of.fields if isinstance(of, inspect.StructType) else ()


def _wrong(message: str, given: Mapping[str, Any], names: Mapping[str, inspect.Type]) -> str:
    unknown, place = UNKNOWN.search(message), PLACE.search(message)
    if unknown is not None:
        return f"there is no parameter '{unknown[1]}'"
    if place is None or place[1] not in names:
        return message
    name = place[1]
    return f"{name} is '{given.get(name)}' and should be {_wanted(message, names[name])}"


def _plain(of: inspect.Type) -> list[inspect.Type]:
    """A type without what is written of it; each of several that may be."""
    if isinstance(of, inspect.Metadata):
        return _plain(of.type)
    return list(of.types) if isinstance(of, inspect.UnionType) else [of]


def _wanted(message: str, of: inspect.Type) -> str:
    """What belongs there, in words."""
    for one in _plain(of):
        if isinstance(one, inspect.LiteralType):
            return " or ".join(str(value) for value in one.values)
        if isinstance(one, inspect.DateType):
            return "a day, such as 2026-03-15"
    word = "a whole number" if "int" in message else "a number"
    least, most = LEAST.search(message), MOST.search(message)
    if least is not None:
        return f"{word} of at least {least[1]}"
    if most is not None:
        return f"{word} of at most {most[1]}"
    return "text" if "`str`" in message.partition(", got")[0] else word
