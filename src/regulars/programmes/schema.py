"""The JSON Schema (2020-12) of a struct type, so that editors complete and check its files."""

from __future__ import annotations

import inspect as python
import json
from typing import Any

from msgspec import NODEFAULT, Struct, inspect

from regulars.engine.texts import NUMBER_FORMS
from regulars.programmes.kinds import Choice, Families, choice, fields_of, tag_of
from regulars.programmes.places import LISTS, ListLike, Place, literals, place

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
BOUNDS = {
    "ge": "minimum",
    "le": "maximum",
    "gt": "exclusiveMinimum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
}
_NUMBERS: dict[str, Schema] = {
    "number": {"type": "number"},
    "not_negative": {"type": "number", "minimum": 0},
    "positive": {"type": "number", "exclusiveMinimum": 0},
}


def schema(root: type[Struct], families: Families) -> Schema:
    """What files of `root` may say: the same files that `checking.structure` accepts.

    Titles and descriptions come from docstrings and `Meta(description=…)`. Raises TypeError for a
    type that files have no place for, SameKind for two classes of one kind.
    """
    making = _Making(families)
    here = making.struct(root)
    return {"$schema": DIALECT, "title": root.__name__, **here, "$defs": making.defs}


class _Making:
    """Gathers the definitions that the root needs, each struct and each family once."""

    def __init__(self, families: Families) -> None:
        self.families = families
        self.defs: dict[str, Schema] = {}
        self.names: dict[object, str] = {}

    def of(self, declared: inspect.Type) -> Schema:
        """The schema of a declared type, with its own words (description, examples …)."""
        here = place(declared)
        if here.form:
            return self.form(here)
        made = self.bare(here)
        if here.single and isinstance(here.type, LISTS):
            made = {"anyOf": [self.of(here.type.item_type), made]}
        return {**made, **here.words}

    def form(self, here: Place) -> Schema:
        """A reference to a form of text, with the field's own words where it has some."""
        made = {**self.bare(here), "description": here.told}
        own = {name: one for name, one in here.words.items() if one != made.get(name)}
        return {**self.defined(json.dumps(made), here.form, lambda: made), **own}

    def bare(self, here: Place) -> Schema:
        of = here.type
        if isinstance(of, inspect.UnionType):
            return self.union(of)
        if isinstance(of, inspect.StructType):
            return self.structs([of])
        if isinstance(of, LISTS):
            return self.list(of, here.unique)
        if isinstance(of, inspect.DictType):
            return self.map(of)
        if isinstance(of, inspect.StrType):
            return _text(of, here.form)
        return _plain(of)

    def union(self, of: inspect.UnionType) -> Schema:
        bare = [place(one).type for one in of.types]
        structs = [one for one in bare if isinstance(one, inspect.StructType)]
        others = [self.of(one) for one in of.types if place(one).type not in structs]
        made = [*([self.structs(structs)] if structs else []), *others]
        return made[0] if len(made) == 1 else {"anyOf": made}

    def structs(self, structs: list[inspect.StructType]) -> Schema:
        options = choice(structs, self.families)
        if options is None:
            return self.struct(structs[0].cls)
        if not options.family:
            return self.options(options)
        return self.defined(options.family, options.family, lambda: self.options(options))

    def options(self, options: Choice) -> Schema:
        field = options.tag_field
        if not options.words:
            return {"not": {}}
        return {
            "type": "object",
            "required": [field],
            "properties": {field: {"enum": list(options.words)}},
            "oneOf": [self.kind(options, word) for word in options.words],
        }

    def kind(self, options: Choice, word: str) -> Schema:
        cls = options.classes[word]
        name = f"{options.family}.{word}" if options.family else cls.__name__
        return self.defined(cls, name, lambda: self.fields(cls, options.tag_field))

    def struct(self, cls: type[Struct]) -> Schema:
        return self.defined(cls, cls.__name__, lambda: self.fields(cls, ""))

    def defined(self, what: object, name: str, make: Any) -> Schema:
        """A reference to the definition of `what`, made once, also where it refers to itself."""
        if what not in self.names:
            free = (name, *(f"{name}_{number}" for number in range(2, len(self.defs) + 3)))
            self.names[what] = next(one for one in free if one not in self.defs)
            self.defs[self.names[what]] = {}
            self.defs[self.names[what]] = make()
        return {"$ref": "#/$defs/" + self.names[what]}

    def fields(self, cls: type[Struct], tag_field: str) -> Schema:
        tag = {tag_field: {"const": tag_of(cls)}} if tag_field else {}
        own = {one.encode_name: self.field(one) for one in fields_of(cls)}
        needed = [*tag, *(one.encode_name for one in fields_of(cls) if one.required)]
        return {
            "title": tag_of(cls) if tag_field else cls.__name__,
            **_told(cls),
            "type": "object",
            "properties": {**tag, **own},
            **({"required": needed} if needed else {}),
            "additionalProperties": False,
        }

    def field(self, one: inspect.Field) -> Schema:
        made = self.of(one.type)
        simple = isinstance(one.default, bool | int | str) and one.default != ""
        if one.default is not NODEFAULT and simple:
            return {**made, "default": one.default}
        return made

    def list(self, of: ListLike, unique: bool) -> Schema:
        made: Schema = {"type": "array", "items": self.of(of.item_type)}
        if unique:
            made["uniqueItems"] = True
        return {**made, **_lengths(of, "minItems", "maxItems")}

    def map(self, of: inspect.DictType) -> Schema:
        made: Schema = {"type": "object", **_lengths(of, "minProperties", "maxProperties")}
        keys = place(of.key_type)
        if isinstance(keys.type, inspect.LiteralType):
            each = {str(key): self.of(of.value_type) for key in literals(keys.type)}
            return {**made, "properties": each, "additionalProperties": False}
        return {
            **made,
            "propertyNames": self.of(of.key_type),
            "additionalProperties": self.of(of.value_type),
        }


def _text(of: inspect.StrType, form: str) -> Schema:
    made: Schema = {"type": "string", **_lengths(of, "minLength", "maxLength")}
    if of.pattern is not None:
        made["pattern"] = of.pattern
    return {"anyOf": [_NUMBERS[form], made]} if form in NUMBER_FORMS else made


def _plain(of: inspect.Type) -> Schema:
    if isinstance(of, inspect.LiteralType | inspect.EnumType):
        values = list(literals(of))
        return {"const": values[0]} if len(values) == 1 else {"enum": values}
    if isinstance(of, inspect.IntType):
        limits = {own: getattr(of, name) for name, own in BOUNDS.items()}
        return {"type": "integer", **{k: v for k, v in limits.items() if v is not None}}
    if isinstance(of, inspect.BoolType):
        return {"type": "boolean"}
    if isinstance(of, inspect.NoneType):
        return {"type": "null"}
    if isinstance(of, inspect.AnyType):
        return {}
    raise TypeError(f"{of!r} cannot stand in a file")


def _lengths(of: Any, least: str, most: str) -> Schema:
    limits = {least: of.min_length, most: of.max_length}
    return {name: limit for name, limit in limits.items() if limit is not None}


def _told(cls: type[Struct]) -> Schema:
    own = vars(cls).get("__doc__")
    return {"description": " ".join(python.cleandoc(own).split())} if own else {}
