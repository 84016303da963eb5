"""What a type declares at a place of a file, told apart: the type itself, its form, its marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, inspect

from regulars.engine.texts import NUMBER_FORMS
from regulars.programmes.documents import Data, DecimalText

KIND_OF_DATA: dict[type, str] = {
    type(None): "nothing",
    bool: "truth",
    int: "whole_number",
    DecimalText: "number",
    str: "text",
    list: "list",
    dict: "map",
}
LISTS = (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)
ListLike = inspect.ListType | inspect.VarTupleType | inspect.SetType | inspect.FrozenSetType


class Place(Struct, frozen=True):
    """A declared type without its wrapping. `form` names a text of `engine.texts`, `told` says what
    it is; `single`: one value may stand for a list of one; `unique`: nothing may stand twice in the
    list; `words`: what JSON Schema is told beside (description, examples …)."""

    type: inspect.Type
    form: str = ""
    told: str = ""
    single: bool = False
    unique: bool = False
    words: dict[str, Any] = {}


def place(declared: inspect.Type) -> Place:
    """What stands at a place that is declared so."""
    extra: dict[str, Any] = {}
    words: dict[str, Any] = {}
    while isinstance(declared, inspect.Metadata):
        extra = {**(declared.extra or {}), **extra}
        words = {**(declared.extra_json_schema or {}), **words}
        declared = declared.type
    unique = bool(words.pop("uniqueItems", False))
    unique = unique or isinstance(declared, inspect.SetType | inspect.FrozenSetType)
    return Place(
        declared,
        str(extra.get("form", "")),
        str(extra.get("told", "")),
        bool(extra.get("one_or_many")),
        unique,
        words,
    )


def accepted(declared: inspect.Type) -> tuple[str, ...]:
    """The kinds of data that can stand where `declared` is asked for. Raises TypeError for a
    type that files have no place for, such as a float."""
    here = place(declared)
    of = here.type
    if isinstance(of, inspect.UnionType):
        return tuple(dict.fromkeys(kind for one in of.types for kind in accepted(one)))
    if isinstance(of, inspect.StrType):
        return ("number", "whole_number", "text") if here.form in NUMBER_FORMS else ("text",)
    if isinstance(of, LISTS):
        return ("list", *(accepted(of.item_type) if here.single else ()))
    if isinstance(of, inspect.LiteralType | inspect.EnumType):
        return tuple(dict.fromkeys(KIND_OF_DATA[type(one)] for one in literals(of)))
    for kind, types in _PLAIN.items():
        if isinstance(of, types):
            return kind
    raise TypeError(f"{of!r} cannot stand in a file")


_PLAIN: dict[tuple[str, ...], tuple[type, ...]] = {
    ("whole_number",): (inspect.IntType,),
    ("truth",): (inspect.BoolType,),
    ("nothing",): (inspect.NoneType,),
    ("map",): (inspect.StructType, inspect.DictType),
    tuple(KIND_OF_DATA.values()): (inspect.AnyType,),
}


def literals(of: inspect.LiteralType | inspect.EnumType) -> Sequence[Any]:
    """The values of a closed list, sorted: msgspec does not keep the order of a Literal."""
    if isinstance(of, inspect.LiteralType):
        return sorted(of.values, key=lambda one: (isinstance(one, str), one))
    return tuple(one.value for one in of.cls)


def candidates(union: inspect.UnionType, data: Data) -> list[inspect.Type]:
    """The branches of `union` in which `data` could stand; a whole number stands before a text
    that may be written as a number."""
    able = [one for one in union.types if kind_of(data) in accepted(one)]
    return sorted(able, key=lambda one: not isinstance(place(one).type, inspect.IntType))


def as_asked(declared: inspect.Type, data: Data) -> Data:
    """`5.0` as the whole number 5 where only whole numbers are asked for; else as it is."""
    if kind_of(data) != "number" or "number" in accepted(declared):
        return data
    found = whole(data)
    return data if found is None or "whole_number" not in accepted(declared) else found


def kind_of(data: Data) -> str:
    """The word for what stands there: `text`, `list`, `nothing` …"""
    return KIND_OF_DATA[type(data)]


def whole(data: Data) -> int | None:
    """The whole number that stands there (`5`, `5.0`), else None."""
    if isinstance(data, DecimalText):
        before, _, after = data.partition(".")
        return int(before) if not after.strip("0") else None
    return data if isinstance(data, int) and not isinstance(data, bool) else None


def shown(data: Data) -> str:
    """A value as a sentence can show it; "" for a list, a map and nothing."""
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, int | str):
        text = str(data)
        return text if len(text) <= 60 else text[:59] + "…"
    return ""


def same(data: Data) -> object:
    """A key that two pieces of data share if they say the same, as JSON Schema counts it."""
    if isinstance(data, list):
        return ("list", *(same(one) for one in data))
    if isinstance(data, dict):
        return ("map", frozenset((key, same(one)) for key, one in data.items()))
    if isinstance(data, DecimalText):
        return ("number", data.rstrip("0").rstrip("."))
    if isinstance(data, int) and not isinstance(data, bool):
        return ("number", str(data))
    return (type(data).__name__, data)
