"""What of a programme a form changes: a rule, an asset, standing with tiers, names, settings."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from msgspec import Struct

from regulars.engine.compiling import with_ids
from regulars.engine.edition import Edition, Policy
from regulars.engine.kinds import families
from regulars.programmes.editing.answering import Answering
from regulars.programmes.editing.asking import Asking, Knowing, Question, class_at
from regulars.programmes.editing.spelling import NOTHING, Posted, Reader
from regulars.programmes.kinds import fields_of
from regulars.words.amounts import capital, said
from regulars.words.programme.asking import wish, wish_help

ENTRY = re.compile(r"(assets|metrics|earn|change|limit|rewards|referrals)\[([0-9]{1,4})\]")
WHOLE = {"standing": ("standing", "tiers"), "policy": ("policy",)}
ABOUT = ("name", "zone", "names", "activities", "campaigns", "counts")
RULES = ("earn", "change", "limit", "rewards", "referrals", "metrics")


class Target(Struct, frozen=True, kw_only=True):
    """A place of the file that a form changes: an entry of a section, or some of its fields."""

    at: str
    section: str = ""
    index: int = 0
    fields: tuple[str, ...] = ()

    @property
    def may_go(self) -> bool:
        """Whether it can be removed or rest."""
        return self.section in RULES


def target(at: str, data: Any) -> Target | None:
    """What an address names, if the file has it."""
    if at in WHOLE:
        return Target(at=at, fields=WHOLE[at])
    if at == "about":
        return Target(at=at, fields=ABOUT)
    found = ENTRY.fullmatch(at)
    if found is None or int(found[2]) >= len(data.get(found[1]) or []):
        return None
    return Target(at=at, section=found[1], index=int(found[2]))


class Form(Struct, frozen=True):
    """The questions of a target, and what is made of the answers."""

    target: Target
    data: Any
    knowing: Knowing

    @property
    def asking(self) -> Asking:
        """What makes the questions."""
        return Asking(families(), self.knowing)

    def questions(self) -> list[Question]:
        """The questions, as the file answers them now."""
        one = self.target
        if one.section:
            entry = self.data[one.section][one.index]
            cls = class_at(families(), one.section, entry)
            return list(self.asking.part(cls, entry, one.at)) if cls is not None else []
        if one.at == "policy":
            return list(self.asking.part(Policy, self.data.get("policy"), "policy"))
        known = {each.encode_name: each for each in fields_of(Edition)}
        return [
            self.asking.field(known[name], Edition, self.data.get(name), (name, 0))
            for name in one.fields
        ]

    def answered(self, sent: Posted) -> Any:
        """The whole file's data with the answers."""
        one, new = self.target, copy.deepcopy(self.data)
        reader = Reader(sent, self.knowing.sign, self.knowing.currency)
        makes = Answering(self.asking, reader)
        if one.section:
            entry = self.data[one.section][one.index]
            cls = class_at(families(), one.section, entry)
            if cls is not None:
                new[one.section][one.index] = makes.part(cls, entry, one.at)
            return new
        if one.at == "policy":
            found = makes.part(Policy, self.data.get("policy"), "policy")
            return _with(new, "policy", found or NOTHING)
        known = {each.encode_name: each for each in fields_of(Edition)}
        for question in self.questions():
            old = self.data.get(question.name, NOTHING)
            found = makes.field(question, (known[question.name], Edition), old, 0)
            new = _with(new, question.name, found)
        return new


def _with(data: Any, name: str, found: Any) -> Any:
    if found is NOTHING:
        return {key: one for key, one in data.items() if key != name}
    return {**data, name: found}


class Heading(Struct, frozen=True, kw_only=True):
    """What a form is about."""

    title: str
    help: str = ""


def heading(target: Target, data: Any) -> Heading:
    """The title of a form: what the kind is for, and what it is called."""
    if target.at == "standing":
        kind = str((data.get("standing") or {}).get("kind", ""))
        return Heading(title=_("Standing and its tiers"), help=wish_help("standing", kind))
    if target.at == "policy":
        return Heading(title=_("When several things meet"))
    if target.at == "about":
        return Heading(title=_("Names"), help=_("What the programme and its goods are called."))
    entry = data[target.section][target.index]
    if target.section == "assets":
        return Heading(title=capital(said(entry.get("many") or entry.get("name", ""))))
    kind = str(entry.get("kind", ""))
    own = said(entry["name"]) if entry.get("name") else ""
    title = wish(target.section, kind)
    return Heading(title=f"{title}: {own}" if own else title, help=wish_help(target.section, kind))


def place_of(edition: Edition, section: str, name: str) -> int | None:
    """Where a rule of this name stands in its section."""
    rules: Iterable[Any] = getattr(with_ids(edition), section)
    found = [index for index, one in enumerate(rules) if one.name_in_state == name]
    return found[0] if found else None
