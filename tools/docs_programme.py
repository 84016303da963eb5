"""The reference of programme files: every section, every kind and part, with its fields, and how
the ready programmes use them."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import msgspec
from docs_text import MADE, table
from msgspec import inspect as shapes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")

from regulars.blueprints import PROGRAMME, blueprints
from regulars.engine.edition import Edition
from regulars.engine.kinds import families
from regulars.engine.rules import FAMILIES, Rule
from regulars.programmes.documents import Document, read
from regulars.words.programme_files import FORMS, KINDS

SECTIONS = {
    "earn": "what a fact gives",
    "change": "what changes how much is earned: modifiers",
    "limit": "how much at most",
    "life": "how long what was earned lives: the field `expire` of an asset",
    "metrics": "numbers that ladders and people count by",
    "standing": "how members stand on the tiers",
    "rewards": "what value can be turned into, or what is given by itself",
    "referrals": "who brought whom, and what both get",
}


def programme_files() -> str:
    """The page: the file, its sections with their kinds, the parts that several share."""
    parts: list[type] = []
    chapters = ["# Programme files", MADE, BEGIN, _forms(), "## The file"]
    chapters += _struct(Edition, parts)
    for family in FAMILIES:
        section = family.family
        chapters += [f"## {section}: {SECTIONS[section]}", *_shared(family, families()[section])]
        for kind in families()[section]:
            tag = str(kind.__struct_config__.tag)
            chapters += [f"### {section}: {tag}", *_struct(kind, parts), *_example(section, tag)]
    chapters += ["## Parts", "What stands inside the file and inside several kinds."]
    done: set[type] = set()
    while waiting := [part for part in parts if part not in done]:
        done.update(waiting)
        for part in waiting:
            chapters += [f"### {_name(part)}", *_struct(part, parts)]
    return "\n\n".join(chapters) + "\n"


def _shared(family: type[Rule], kinds: Iterable[type[Rule]]) -> Iterator[str]:
    """What several kinds of a section say alike, once for all of them."""
    between = dict.fromkeys(
        base for kind in kinds for base in kind.__mro__[1:] if issubclass(base, family)
    )
    for base in between:
        own = [f"`{kind.__struct_config__.tag}`" for kind in kinds if issubclass(kind, base)]
        if base is not family and base.__doc__ and len(own) > 1:
            yield f"**{', '.join(own)}.** {inspect.cleandoc(base.__doc__)}"


BEGIN = """\
One file is one edition of a programme: YAML 1.2 or JSON. `regulars programme show FILE` tells it
as members would read it, `regulars programme schema` prints its JSON Schema, so that editors
complete it (`# yaml-language-server: $schema=FILE`), and `regulars check` runs its worked cases.
Names (`id`) are yours and stay from edition to edition: what a member has in a rule goes by
them. Every rule takes an `id`; without one its kind is its id. Rules act in the order in which the
file has them."""


def _forms() -> str:
    rows = [(SHORT[form], said) for form, said in FORMS.items() if form in SHORT]
    words = ("words", "a text, or one for each language: {en: Coffee, de: Kaffee}")
    return table(("the tables say", "which is written as"), [*rows, words])


def _struct(cls: type, parts: list[type]) -> Iterator[str]:
    yield inspect.cleandoc(cls.__doc__ or "")
    rows = []
    for field in _fields(cls):
        if field.name == "id" and issubclass(cls, Rule):
            continue
        rows.append((f"`{field.encode_name}`", _form(field.type, parts), _default(field)))
    if rows:
        yield table(("field", "takes", "if left out"), rows)


def _fields(cls: type) -> tuple[Any, ...]:
    found = shapes.type_info(cls)
    return found.fields if isinstance(found, shapes.StructType) else ()


def _default(field: Any) -> str:
    if field.required:
        return "**must be there**"
    value = field.default
    if value is msgspec.NODEFAULT:
        value = field.default_factory()
    if value is None or value in ((), [], {}) or isinstance(value, msgspec.Struct):
        return "–"
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


def _form(of: Any, parts: list[type]) -> str:
    extra: dict[str, Any] = {}
    while isinstance(of, shapes.Metadata):
        extra |= of.extra or {}
        of = of.type
    if "form" in extra:
        return SHORT.get(str(extra["form"]), str(extra["form"]))
    if isinstance(of, shapes.UnionType):
        kinds = [one for one in of.types if not isinstance(one, shapes.NoneType)]
        return " or ".join(dict.fromkeys(_form(one, parts) for one in kinds))
    if isinstance(of, shapes.ListType | shapes.VarTupleType):
        inner = _form(of.item_type, parts)
        return f"{inner}; or a list" if extra.get("one_or_many") else f"list of: {inner}"
    if isinstance(of, shapes.DictType):
        return f"map: {_form(of.key_type, parts)} → {_form(of.value_type, parts)}"
    if isinstance(of, shapes.LiteralType):
        return ", ".join(f"`{value}`" for value in of.values)
    if isinstance(of, shapes.StructType):
        return _struct_link(of.cls, parts)
    return KINDS.get(PLAIN.get(type(of), ""), type(of).__name__)


SHORT = {
    "id": "id",
    "money": "money",
    "number": "number",
    "not_negative": "number, 0 or more",
    "positive": "number above 0",
    "duration": "length of time",
    "day": "day",
    "instant": "moment",
    "zone": "time zone",
    "text": "words",
    "window": "stretch of time",
    "year_day": "day of the year",
    "clock": "hours",
    "currency": "currency",
}
"""Forms of text as the tables call them; the words say how each is written."""
PLAIN = {
    shapes.StrType: "text",
    shapes.IntType: "whole_number",
    shapes.BoolType: "truth",
    shapes.DecimalType: "number",
}


def _struct_link(cls: type, parts: list[type]) -> str:
    family = vars(cls).get("family")
    if family:
        return f"a kind of [{family}](#{_anchor(f'{family}: {SECTIONS[family]}')})"
    if cls not in parts:
        parts.append(cls)
    return f"[{_name(cls)}](#{_anchor(_name(cls))})"


def _name(cls: type) -> str:
    return cls.__name__


def _anchor(title: str) -> str:
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def _example(section: str, tag: str) -> Iterator[str]:
    for name, document in _documents().items():
        found = _used(document, section, tag)
        if found:
            yield f"As in *{name}*:\n\n```yaml\n{found}\n```"
            return


@cache
def _documents() -> dict[str, Document]:
    return {
        name: read(folder.joinpath(PROGRAMME).read_bytes(), name)
        for name, folder in blueprints().items()
    }


@cache
def _text(name: str) -> list[str]:
    return blueprints()[name].joinpath(PROGRAMME).read_text(encoding="utf-8").splitlines()


def _used(document: Document, section: str, tag: str) -> str:
    data: Any = document.data
    if section == "life":
        paths = [
            f"assets[{i}].expire"
            for i, asset in enumerate(data.get("assets", ()))
            if asset.get("expire", {}).get("kind") == tag
        ]
    elif section == "standing":
        paths = ["standing"] if data.get("standing", {}).get("kind") == tag else []
    else:
        rules = data.get(section, ())
        paths = [f"{section}[{i}]" for i, rule in enumerate(rules) if rule.get("kind") == tag]
    return _snippet(document, paths[0]) if paths else ""


def _snippet(document: Document, path: str) -> str:
    """The lines of a part: from its first to the line before what stands beside it."""
    lines = _text(document.name)
    first = document.lines[path] - 1
    depth = len(lines[first]) - len(lines[first].lstrip(" "))
    last = first + 1
    while last < len(lines) and _inside(lines[last], depth):
        last += 1
    cut = [line[depth:] for line in lines[first:last]]
    while cut and not cut[-1].strip():
        cut.pop()
    return "\n".join(cut)


def _inside(line: str, depth: int) -> bool:
    return not line.strip() or len(line) - len(line.lstrip(" ")) > depth
