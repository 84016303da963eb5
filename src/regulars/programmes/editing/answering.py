"""What a form sent, as data of the file: what was not touched stays as the file spells it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from msgspec import NODEFAULT, Struct, inspect

from regulars.engine.texts import in_language
from regulars.programmes.documents import item_path
from regulars.programmes.editing.asking import Asking, Question
from regulars.programmes.editing.controls import owner_of, structs_in
from regulars.programmes.editing.spelling import NOTHING, Reader, Told
from regulars.programmes.kinds import choice, fields_of
from regulars.programmes.places import same

DROP, HERE = "!drop", "!here"
"""After the path of a row: it goes; after that of a part: it is there."""
_SIGNS = re.compile("[^a-z0-9]+")


class Answering(Struct, frozen=True):
    """Makes data of answers: `asking` made the questions."""

    asking: Asking
    reader: Reader

    def part(self, cls: type[Struct], old: Any, path: str = "", deep: int = 0) -> dict[str, Any]:
        """The part with its answers; fields that no question asked about stay."""
        before = old if isinstance(old, dict) else {}
        made = dict(before)
        known = {one.encode_name: one for one in fields_of(cls)}
        for question in self.asking.part(cls, before, path, deep):
            one = known[question.name]
            found = self.field(question, (one, cls), before.get(question.name, NOTHING), deep)
            if found is NOTHING or (question.name not in before and _usual(one, found)):
                made.pop(question.name, None)
            else:
                made[question.name] = found
        return made

    def field(
        self, question: Question, of: tuple[inspect.Field, type[Struct]], old: Any, deep: int
    ) -> Any:
        """What one field says."""
        one, _cls = of
        if question.shape == "leaf":
            found = self.leaf(question, old)
            usual = found is not old and _usual(one, found) and not one.required
            return NOTHING if usual else found
        if question.shape == "box":
            return self.box(question, structs_in(one.type)[0].cls, old, deep)
        if question.shape == "kinds":
            return self.kinds(question, structs_in(one.type), old, deep)
        if question.shape == "pairs":
            return self.pairs(question, old)
        return self.rows(question, one, old, deep)

    def leaf(self, question: Question, old: Any) -> Any:
        """The answer of one control; the file's own spelling where it says the same."""
        told = self.reader.told(question.leaf, question.path)
        if _as_before(told, question):
            return old
        found = self.reader.data(question.leaf, told, None if old is NOTHING else old)
        if found is not NOTHING and old is not NOTHING and same(found) == same(old):
            return old
        return found

    def box(self, question: Question, cls: type[Struct], old: Any, deep: int) -> Any:
        """A part with fields of its own, or none of them."""
        found = self.part(cls, {} if old is NOTHING else old, question.path, deep + 1)
        here = question.path + HERE in self.reader.posted
        if question.marks and old is not NOTHING and not here:
            return NOTHING
        if found or (question.marks and here):
            return found
        return old if old is not NOTHING and not old else NOTHING

    def kinds(
        self, question: Question, structs: list[inspect.StructType], old: Any, deep: int
    ) -> Any:
        """A part of one of several kinds. Where another one was chosen, what both can say stays."""
        kind = self.reader.one(f"{question.path}.kind")
        if not kind:
            return NOTHING
        options = choice(structs, self.asking.families)
        classes = options.classes if options is not None else {}
        before = old.get("kind") if isinstance(old, dict) else None
        said: dict[str, Any] = dict(old) if isinstance(old, dict) else {}
        if before in classes:
            said = self.part(classes[str(before)], said, question.path, deep)
        if kind == before:
            return said
        if kind in classes:
            names = {one.encode_name for one in fields_of(classes[kind])}
            said = {name: one for name, one in said.items() if name in names}
        return {"kind": kind, **{name: one for name, one in said.items() if name != "kind"}}

    def pairs(self, question: Question, old: Any) -> Any:
        """Names with values."""
        before = dict(old) if isinstance(old, dict) else {}
        made: dict[str, Any] = {}
        for index, (key, value) in enumerate(question.rows):
            name = self.reader.one(key.path)
            if not name or item_path(question.path, index) + DROP in self.reader.posted:
                continue
            found = self.leaf(value, before.get(name, NOTHING))
            made[name] = "" if found is NOTHING else found
        return made or (old if old is not NOTHING and not old else NOTHING)

    def rows(self, question: Question, one: inspect.Field, old: Any, deep: int) -> Any:
        """A list: rows that go are left out, and the last one where it is empty."""
        several = old if isinstance(old, list) else ([] if old is NOTHING else [old])
        made: list[Any] = []
        for index, row in enumerate(question.rows):
            at = item_path(question.path, index)
            before = several[index] if index < len(several) else NOTHING
            if at + DROP in self.reader.posted:
                continue
            found = self.row(row, (one, at), before, deep)
            if found is not NOTHING and (index < len(several) or found not in ({}, "", False)):
                made.append(found)
        if same(made) == same(several):
            return old
        return made if made else NOTHING

    def row(
        self, row: tuple[Question, ...], where: tuple[inspect.Field, str], old: Any, deep: int
    ) -> Any:
        one, at = where
        structs = _structs_of_items(one)
        if not structs:
            return self.leaf(row[0], old)
        cls = structs[0].cls
        found = self.part(cls, {} if old is NOTHING else old, at, deep + 1)
        needs_id = any(each.encode_name == "id" and each.required for each in fields_of(cls))
        if found and needs_id and "id" not in found:
            named = slug(in_language(found.get("name", ""), "en"))
            return {"id": free_id(named or owner_of(cls).lower(), self.taken()), **found}
        return found

    def taken(self) -> set[str]:
        """Ids that are given already."""
        parts = self.asking.knowing.parts.values()
        return {one for several in parts for one in several}


def _structs_of_items(one: inspect.Field) -> list[inspect.StructType]:
    from_list = getattr(one.type, "item_type", None)
    while from_list is None and hasattr(one.type, "type"):
        one = _Unwrapped(one.type.type)  # type: ignore[assignment]
        from_list = getattr(one.type, "item_type", None)
    return structs_in(from_list) if from_list is not None else []


class _Unwrapped(Struct):
    type: Any


def _as_before(told: Told, question: Question) -> bool:
    if question.leaf.control == "choices":
        return set(told.chosen) == set(question.chosen)
    before = {name: one for name, one in question.values.items() if one}
    return {name: one for name, one in told.values.items() if one} == before or (
        question.leaf.control == "duration"
        and not told.values[""]
        and not question.values[""]
        and told.values["unit"] != "session"
        and question.values["unit"] != "session"
    )


def _usual(one: inspect.Field, found: Any) -> bool:
    """Whether this goes without saying."""
    if one.default is NODEFAULT or one.required:
        return found is False and not one.required
    default = list(one.default) if isinstance(one.default, tuple) else one.default
    if isinstance(default, Struct):
        return bool(found == {})
    if isinstance(default, list) and isinstance(found, str):
        found = [found]
    return bool(same(default) == same(found))


def slug(text: str) -> str:
    """A name as an id: "Stück Kuchen" is "stuck_kuchen"."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    found = _SIGNS.sub("_", "".join(one for one in plain if not unicodedata.combining(one)))
    return found.strip("_").lstrip("0123456789_")[:40]


def free_id(wanted: str, taken: Iterable[str]) -> str:
    """The id, or the first one after it with a number that is free."""
    known = set(taken)
    numbers = (f"{wanted}_{number}" for number in range(2, len(known) + 3))
    return next(one for one in (wanted, *numbers) if one not in known)
