"""What is wrong with a request, where, and with what code: readers raise it, answers tell it."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

UNKNOWN, MISSING = "Object contains unknown field `", "Object missing required field `"
LIKE = 0.65
"""How much alike two names are of which one may be meant by the other."""
T = TypeVar("T")


class Problem(Exception):
    """A request that is refused. `code` is from the closed list of `words.reasons`, `place` the
    path of the field (`lines[0].amount`), `params` complete the sentence."""

    def __init__(self, code: str, place: str = "", **params: object) -> None:
        super().__init__(code)
        self.code, self.place, self.params = code, place, params

    def within(self, place: str) -> Problem:
        """The same, seen from around `place`."""
        return Problem(self.code, joined(place, self.place), **self.params)


def joined(before: str, after: str) -> str:
    """A path of two parts."""
    return f"{before}.{after}" if before and after and not after.startswith("[") else before + after


def decoded(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """A body as its shape. Raises Problem."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise told(str(error), decoder.type) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem("body_unreadable") from error


def converted(data: object, shape: type[T]) -> T:
    """Texts of an address (a query, a path) as a shape. Raises Problem."""
    try:
        return msgspec.convert(data, shape, strict=False)
    except msgspec.ValidationError as error:
        raise told(str(error), shape) from error


def parted(message: str) -> tuple[str, str]:
    """What msgspec says, and the path of the field of which it says it."""
    wanted, sign, where = message.rpartition(" - at `")
    if not sign:
        return message, ""
    where = where.removesuffix("`").removeprefix("key` in `").removeprefix("key in ")
    return wanted, path(where.removeprefix("$"))


def told(message: str, shape: Any) -> Problem:
    """What msgspec says, as one of our codes with its place."""
    wanted, place = parted(message)
    if wanted.startswith(UNKNOWN):
        name = wanted[len(UNKNOWN) : -1][:60]
        near = difflib.get_close_matches(name, names(shape), 1, LIKE)
        if near:
            return Problem("field_unknown_near", joined(place, name), name=name, near=near[0])
        return Problem("field_unknown", joined(place, name), name=name)
    if wanted.startswith(MISSING):
        name = wanted[len(MISSING) : -1]
        return Problem("field_missing", joined(place, name), name=name)
    if wanted.startswith(("Invalid value ", "Invalid enum value ")):
        return Problem("value_unknown", place, known=", ".join(choices(shape, place)))
    if "datetime" in wanted or "RFC3339" in wanted:
        return Problem("time_wrong", place)
    if "matching regex" in wanted and "[0-9]{1,12}" in wanted:
        return Problem("amount_wrong", place)
    return Problem("value_wrong", place, **_wanted(wanted))


def path(text: str | None) -> str:
    """A path of msgspec as ours: without the dot it begins with."""
    return (text or "").removeprefix(".")[:200]


def _wanted(message: str) -> dict[str, str]:
    """What was expected and what came, in the words of JSON."""
    expected, _, got = message.removeprefix("Expected ").replace("`", "").partition(", got ")
    return {"wanted": expected[:120], "got": got[:40]}


def choices(shape: Any, place: str) -> tuple[str, ...]:
    """What may stand at a place of a shape, where that is a closed list."""
    here: list[inspect.Type] = [inspect.type_info(shape)]
    for name in PART.findall(place):
        here = [one for of in here for one in _within(of, name)]
    found = {str(value): None for of in here for value in _values(of)}
    return tuple(found)


PART = re.compile(r"[^.\[\]]+")


def _plain(of: inspect.Type) -> list[inspect.Type]:
    """A type without what is written of it; each of several that may be."""
    if isinstance(of, inspect.Metadata):
        return _plain(of.type)
    if isinstance(of, inspect.UnionType):
        return [plain for one in of.types for plain in _plain(one)]
    return [of]


def _within(of: inspect.Type, name: str) -> list[inspect.Type]:
    """What stands under a name, or at a number, in what is of a type."""
    found: list[inspect.Type] = []
    for one in _plain(of):
        if isinstance(one, inspect.StructType):
            found += [field.type for field in one.fields if field.encode_name == name]
            if one.tag_field == name:
                found.append(inspect.LiteralType((str(one.tag),)))
        elif isinstance(one, inspect.VarTupleType | inspect.ListType):
            found.append(one.item_type)
        elif isinstance(one, inspect.DictType):
            found.append(one.value_type)
    return found


def _values(of: inspect.Type) -> list[object]:
    """The values of a closed list, or the names of one by which others stand."""
    values: list[object] = []
    for one in _plain(of):
        if isinstance(one, inspect.LiteralType):
            values += one.values
        elif isinstance(one, inspect.DictType):
            values += _values(one.key_type)
    return values


@lru_cache(maxsize=64)
def names(shape: Any) -> tuple[str, ...]:
    """Every field name of a shape and of what stands in it."""
    found: dict[str, None] = {}
    _collect(inspect.type_info(shape), found)
    return tuple(found)


def _collect(of: inspect.Type, found: dict[str, None]) -> None:
    if isinstance(of, inspect.StructType):
        for field in of.fields:
            found[field.encode_name] = None
            _collect(field.type, found)
    elif isinstance(of, inspect.UnionType):
        for one in of.types:
            _collect(one, found)
    elif isinstance(of, inspect.Metadata):
        _collect(of.type, found)
    elif isinstance(of, inspect.VarTupleType | inspect.ListType):
        _collect(of.item_type, found)
