"""Documents against struct types: every problem at once, each with its line, or the value."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from msgspec import Struct, inspect

from regulars.engine.texts import Param, compiled
from regulars.programmes.documents import (
    Data,
    Document,
    Problem,
    field_path,
    item_path,
)
from regulars.programmes.findings import Found, findings, located
from regulars.programmes.kinds import Choice, Families, choice, fields_of
from regulars.programmes.places import (
    LISTS,
    ListLike,
    Place,
    accepted,
    as_asked,
    candidates,
    kind_of,
    literals,
    place,
    same,
    shown,
    whole,
)

T = TypeVar("T", bound=Struct)
BAD: Any = object()
"""In place of a value that a problem was told about."""


def check(
    document: Document, root: type[T], families: Families
) -> tuple[T | None, tuple[Problem, ...]]:
    """The document as a value of `root`, or None and everything that is wrong with it.

    First the shape: fields, types, forms, kinds. Where that holds, what the parts themselves find
    wrong (`problems()`) and whether zones exist. Problems come in the order of lines.
    """
    if document.problems:
        return None, document.problems
    value, problems = structure(document, root, families)
    if value is None:
        return None, problems
    problems = located(document, findings(value))
    return (None, problems) if problems else (value, ())


def structure(
    document: Document, root: type[T], families: Families
) -> tuple[T | None, tuple[Problem, ...]]:
    """Only the shape of the document: what its JSON Schema says too."""
    walk = _Walk(families)
    value = walk.value(inspect.type_info(root), document.data, "")
    if walk.found:
        return None, located(document, walk.found)
    return value, ()


class _Walk:
    """Makes values from data, bottom up, and gathers what is wrong."""

    def __init__(self, families: Families) -> None:
        self.families = families
        self.found: list[Found] = []

    def wrong(self, path: str, code: str, **params: Param) -> Any:
        self.found.append(Found(path, code, params))
        return BAD

    def value(self, declared: inspect.Type, data: Data, path: str) -> Any:
        here = place(declared)
        of = here.type
        data = as_asked(declared, data)
        if kind_of(data) not in accepted(declared):
            return self.mistyped(declared, data, path)
        if isinstance(of, inspect.UnionType):
            return self.union(of, data, path)
        if isinstance(of, LISTS) and here.single and not isinstance(data, list):
            one = self.value(of.item_type, data, path)
            return BAD if one is BAD else (one,)
        return self.expected(here, data, path)

    def mistyped(self, declared: inspect.Type, data: Data, path: str) -> Any:
        said = {"got": kind_of(data), "value": shown(data)}
        of = _branches(declared)
        structs = [one.type for one in of if isinstance(one.type, inspect.StructType)]
        options = choice(structs, self.families) if len(structs) == len(of) > 0 else None
        if options is not None:
            known = options.words
            return self.wrong(path, "wants_kind", first=known[0], known=known, **said)
        wanted: dict[str, Param] = {"expected": accepted(declared)}
        if len(of) == 1 and of[0].form:
            wanted["form"] = of[0].form
        return self.wrong(path, "wrong_type", **wanted, **said)

    def expected(self, here: Place, data: Data, path: str) -> Any:
        of = here.type
        if isinstance(of, inspect.StructType):
            return self.struct([of], data, path)
        if isinstance(of, inspect.DictType):
            return self.entries(of, data, path)
        if isinstance(of, LISTS):
            return self.items(here, of, data, path)
        if isinstance(of, inspect.LiteralType | inspect.EnumType):
            return self.literal(of, data, path)
        if isinstance(of, inspect.IntType):
            return self.number(of, data, path)
        if isinstance(of, inspect.StrType):
            return self.text(here, of, data, path)
        return data

    def union(self, of: inspect.UnionType, data: Data, path: str) -> Any:
        able = candidates(of, data)
        structs = [one for one in map(_bare, able) if isinstance(one, inspect.StructType)]
        if structs and len(structs) == len(able):
            return self.struct(structs, data, path)
        before = list(self.found)
        first: list[Found] = []
        for one in able:
            value = self.value(one, data, path)
            if len(self.found) == len(before):
                return value
            first, self.found = first or self.found, list(before)
        self.found = first
        return BAD

    def struct(self, structs: list[inspect.StructType], data: Any, path: str) -> Any:
        options = choice(structs, self.families)
        if options is None:
            return self.fields(structs[0].cls, data, path, "")
        cls = self.kind(options, data, path)
        return BAD if cls is None else self.fields(cls, data, path, options.tag_field)

    def kind(self, options: Choice, data: dict[str, Data], path: str) -> type[Struct] | None:
        field, known = options.tag_field, options.words
        at = field_path(path, field)
        if field not in data:
            self.wrong(at, "missing_kind", field=field, known=known)
            return None
        word = data[field]
        if type(word) is str and word in options.classes:
            return options.classes[word]
        close = nearest(shown(word), known)
        said = {"field": field, "value": shown(word), "nearest": close}
        self.wrong(at, "unknown_kind", known=known, **said)
        return None

    def fields(self, cls: type[Struct], data: dict[str, Data], path: str, tag: str) -> Any:
        declared = {one.encode_name: one for one in fields_of(cls)}
        self.unknown_fields(data, [*declared, *([tag] if tag else [])], path)
        values: dict[str, Any] = {}
        for name, one in declared.items():
            at = field_path(path, name)
            if name in data:
                values[one.name] = self.value(one.type, data[name], at)
            elif one.required:
                values[one.name] = self.wrong(at, "missing_field", field=name)
        if any(one is BAD for one in values.values()):
            return BAD
        return cls(**values)

    def unknown_fields(self, data: Mapping[str, Data], known: list[str], path: str) -> None:
        absent = [name for name in known if name not in data]
        for name in data:
            if name not in known:
                close = nearest(name, absent) or nearest(name, known)
                at = field_path(path, name)
                self.wrong(
                    at, "unknown_field", field=name, nearest=close, known=tuple(sorted(known))
                )

    def entries(self, of: inspect.DictType, data: Any, path: str) -> Any:
        self.length(of, len(data), path, ("too_few", "too_many"))
        values: dict[str, Any] = {}
        for name, one in data.items():
            at = field_path(path, name)
            key = self.value(of.key_type, name, at)
            value = self.value(of.value_type, one, at)
            if key is not BAD:
                values[key] = value
        return BAD if any(one is BAD for one in values.values()) else values

    def items(self, here: Place, of: ListLike, data: Any, path: str) -> Any:
        self.length(of, len(data), path, ("too_few", "too_many"))
        if here.unique:
            self.twice(data, path)
        values = [
            self.value(of.item_type, one, item_path(path, index)) for index, one in enumerate(data)
        ]
        if any(one is BAD for one in values):
            return BAD
        return _AS[type(of)](values)

    def twice(self, data: list[Data], path: str) -> None:
        first: dict[object, str] = {}
        for index, one in enumerate(data):
            at = item_path(path, index)
            before = first.setdefault(same(one), at)
            if before != at:
                self.wrong(at, "duplicate_item", value=shown(one), first=before)

    def literal(self, of: Any, data: Data, path: str) -> Any:
        for one in literals(of):
            if type(one) is type(data) and one == data:
                return one if isinstance(of, inspect.LiteralType) else of.cls(one)
        known = tuple(shown(one) for one in literals(of))
        close = nearest(shown(data), known)
        return self.wrong(path, "unknown_value", value=shown(data), nearest=close, known=known)

    def number(self, of: inspect.IntType, data: Data, path: str) -> Any:
        got = whole(data) or 0
        for code, limit, broken in (
            ("too_small", of.ge, of.ge is not None and got < of.ge),
            ("too_large", of.le, of.le is not None and got > of.le),
            ("not_above", of.gt, of.gt is not None and got <= of.gt),
            ("not_below", of.lt, of.lt is not None and got >= of.lt),
            ("not_multiple", of.multiple_of, of.multiple_of and got % of.multiple_of != 0),
        ):
            if broken:
                return self.wrong(path, code, limit=int(limit or 0), got=got)
        return got

    def text(self, here: Place, of: inspect.StrType, data: Data, path: str) -> Any:
        text = str(data)
        if of.pattern and not compiled(of.pattern).search(text):
            if here.form:
                return self.wrong(path, "bad_form", form=here.form, value=shown(data))
            return self.wrong(path, "bad_pattern", pattern=of.pattern, value=shown(data))
        if not self.length(of, len(text), path, ("too_short", "too_long")):
            return BAD
        return text

    def length(self, of: Any, got: int, path: str, codes: tuple[str, str]) -> bool:
        if of.min_length is not None and got < of.min_length:
            self.wrong(path, codes[0], limit=of.min_length, got=got)
        elif of.max_length is not None and got > of.max_length:
            self.wrong(path, codes[1], limit=of.max_length, got=got)
        else:
            return True
        return False


_AS: dict[type, type] = {
    inspect.ListType: list,
    inspect.VarTupleType: tuple,
    inspect.SetType: set,
    inspect.FrozenSetType: frozenset,
}


def _branches(declared: inspect.Type) -> list[Place]:
    """What may stand there beside nothing."""
    here = place(declared)
    several = here.type.types if isinstance(here.type, inspect.UnionType) else ()
    within = [place(one) for one in several if not isinstance(one, inspect.NoneType)]
    return within or [here]


def _bare(declared: inspect.Type) -> inspect.Type:
    return place(declared).type


def nearest(word: str, known: Any) -> str:
    """The word of `known` that `word` was meant to be, or ""."""
    return next(iter(get_close_matches(word.lower(), sorted(known), n=1)), "")
