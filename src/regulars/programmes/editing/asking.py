"""The questions of a form: what a part of a programme file may say, and what it says now.

A question has the path of its field relative to the part (`only.times`), so that what is wrong
with the file finds its place in the form. No prose: `words` has a label for every field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import NODEFAULT, Struct, inspect
from msgspec.structs import replace

from regulars.engine.edition import Edition
from regulars.engine.rules import Rule
from regulars.programmes.documents import Data, field_path, item_path
from regulars.programmes.editing.controls import (
    Leaf,
    branches,
    is_family,
    leaf,
    owner_of,
    structs_in,
)
from regulars.programmes.editing.spelling import shown
from regulars.programmes.kinds import Families, choice, fields_of
from regulars.programmes.places import LISTS, place

Shape = Literal["leaf", "box", "rows", "pairs", "kinds"]
HIDDEN = frozenset({"id", "format", "programme", "edition", "fold"})
RARE = frozenset(
    {
        "asset",
        "after",
        "waits_for",
        "deadline",
        "if_silent",
        "other_currencies",
        "overflow",
        "group",
    }
    | {"labels", "attribute", "segment", "trade", "tender", "brand", "product", "channel"}
    | {"zone", "age_from", "age_below", "at_least", "campaign", "all", "any", "not", "labels"}
    | {"windows", "head_start", "clicks", "newness", "risk", "milestones", "every", "open"}
    | {"returned", "once", "days_by_tier", "member_zone", "levels", "any_price", "and"}
    | {"gives", "gives_asset", "most_held", "must_cover_total", "multiples", "stay_year"}
    | {"told_by", "fresh_device", "completed", "first_only", "in_order", "steps_", "dated"}
    | {"until", "from_day", "membership", "unless_told", "opens", "balance", "stock", "items"}
    | {"runs_down", "together", "burns", "month_end", "carry_surplus", "extra_months", "first"}
    | {"falls", "decimals", "currency", "needs", "or", "rights", "minimum_", "only", "voucher"}
)
"""Fields that most shops leave alone: behind "More" until they say something."""
COMMON = {"Level": frozenset({"count"}), "Gift": frozenset({"asset"}), "Offer": frozenset({"from"})}
ALSO_RARE = {
    "Gift": frozenset({"percent", "value", "valid", "who", "voucher"}),
    "Offer": frozenset({"valid", "claim", "cancelled"}),
    "Pay": frozenset({"steps", "when", "of", "after"}),
    "Review": frozenset({"then", "approved"}),
    "per_amount": frozenset({"of"}),
    "per_activity": frozenset({"of", "step", "each", "full_steps"}),
    "two_sided": frozenset({"within"}),
    "birthday": frozenset({"days", "by_itself", "points"}),
    "gift": frozenset({"again", "when"}),
    "multiply": frozenset({"of"}),
    "price": frozenset({"most"}),
}
"""Fields that are left alone in these parts alone."""
OF_MEMBERS = frozenset({"tier", "first_order", "birthday"})
"""What is asked first where a condition says for whom."""
PRESENT = frozenset({"Issue"})
"""Parts that say something by being there, also without a field."""


class Knowing(Struct, frozen=True, kw_only=True):
    """What a form may offer: `parts` of the file by what they are (asset, tier, metric, rule,
    count, activity, campaign, reward), `codes` by field, the currency of the programme, the sign
    before decimals."""

    parts: Mapping[str, tuple[str, ...]] = {}
    codes: Mapping[str, tuple[str, ...]] = {}
    currency: str = "EUR"
    sign: str = "."


class Question(Struct, frozen=True, kw_only=True):
    """A question of a form, or a group of them. `values` is what a leaf shows, by its inputs;
    `chosen` what is chosen of its `options`; `inner` the questions of a box, `rows` those of a
    list, of which the last one is empty; `given`: the file says something there; `marks`: a part
    that says something by being there."""

    shape: Shape
    path: str
    name: str
    owner: str
    leaf: Leaf = Leaf(control="")
    values: Mapping[str, str] = {}
    chosen: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    required: bool = False
    rare: bool = False
    given: bool = False
    marks: bool = False
    family: str = ""
    inner: tuple[Question, ...] = ()
    rows: tuple[tuple[Question, ...], ...] = ()


class Asking(Struct, frozen=True):
    """Makes questions; `families` are the kinds that are installed."""

    families: Families
    knowing: Knowing

    def part(
        self, cls: type[Struct], data: Any, path: str = "", deep: int = 0
    ) -> tuple[Question, ...]:
        """The questions of a part of the file."""
        said = data if isinstance(data, dict) else {}
        return tuple(self._fields(cls, said, path, deep))

    def _fields(
        self, cls: type[Struct], said: dict[str, Any], path: str, deep: int
    ) -> Iterator[Question]:
        for one in fields_of(cls):
            name = one.encode_name
            if name in HIDDEN or (deep > 1 and name in ("all", "any", "not") and name not in said):
                continue
            if name in ("all", "any") and name not in said:
                continue
            yield self.field(one, cls, said.get(name), (field_path(path, name), deep))

    def field(
        self, one: inspect.Field, cls: type[Struct], data: Any, where: tuple[str, int]
    ) -> Question:
        """The question of one field."""
        path, deep = where
        name, owner = one.encode_name, owner_of(cls)
        known = name in RARE and name not in COMMON.get(owner, ())
        rare = (known or name in ALSO_RARE.get(owner, ())) and not one.required
        about: dict[str, Any] = {"path": path, "name": name, "owner": owner, "rare": rare}
        about |= {"required": one.required, "given": data is not None}
        structs = structs_in(one.type)
        if structs and is_family(structs[0]):
            return self.kinds(structs, data, about, deep)
        if structs:
            inner = self.part(structs[0].cls, data, path, deep + 1)
            if name == "who":
                inner = tuple(replace(q, rare=q.rare or q.name not in OF_MEMBERS) for q in inner)
            marks = structs[0].cls.__name__ in PRESENT
            return Question(shape="box", inner=inner, marks=marks, **about)
        return self.plain(one, cls, data, (about, deep))

    def kinds(
        self, structs: list[inspect.StructType], data: Any, about: dict[str, Any], deep: int
    ) -> Question:
        """The choice of a kind, with the questions of the one that is chosen."""
        options = choice(structs, self.families)
        classes = options.classes if options is not None else {}
        kind = str(data.get("kind", "")) if isinstance(data, dict) else ""
        inner = self.part(classes[kind], data, about["path"], deep) if kind in classes else ()
        return Question(
            shape="kinds",
            leaf=Leaf(control="choice", about="kind"),
            values={"": kind},
            options=tuple(classes),
            family=options.family if options is not None else "",
            inner=inner,
            **about,
        )

    def plain(
        self, one: inspect.Field, cls: type[Struct], data: Any, where: tuple[dict[str, Any], int]
    ) -> Question:
        """A control, a list of parts, or names with values."""
        about, deep = where
        own = branches(one.type)
        of = place(own[0]).type
        if isinstance(of, LISTS) and structs_in(of.item_type):
            return self.several(of.item_type, data, about, deep)
        found = leaf(one.type, cls, one.encode_name)
        if isinstance(of, inspect.DictType) and found.control != "texts":
            return self.pairs(of, cls, data, about)
        if found.many and found.control in ("duration", "texts", "day"):
            return self.lines(found, data, about)
        default = one.default if one.default is not NODEFAULT else None
        now = data if data is not None else _usual(default)
        return self.control(found, now, about)

    def control(self, found: Leaf, data: Data, about: dict[str, Any]) -> Question:
        """A question that one control answers."""
        told = shown(found, data, self.knowing.sign)
        options = found.options
        if found.about not in ("option", "window", "unit"):
            known = self.knowing.parts.get(found.about, ()) or self.knowing.codes.get(
                found.about, ()
            )
            options = tuple(dict.fromkeys((*options, *known)))
        if found.control == "choices":
            options = tuple(dict.fromkeys((*options, *told.chosen)))
        elif found.control == "choice" and told.values.get("", "") not in ("", *options):
            options = (*options, told.values[""])
        return Question(
            shape="leaf",
            leaf=found,
            values=told.values,
            chosen=told.chosen,
            options=options,
            **about,
        )

    def several(self, item: inspect.Type, data: Any, about: dict[str, Any], deep: int) -> Question:
        """A list of parts, with an empty one at its end."""
        cls = structs_in(item)[0].cls
        said = data if isinstance(data, list) else []
        rows = tuple(
            self.part(cls, one, item_path(about["path"], index), deep + 1)
            for index, one in enumerate([*said, None])
        )
        return Question(shape="rows", rows=rows, family=cls.__name__, **about)

    def lines(self, found: Leaf, data: Any, about: dict[str, Any]) -> Question:
        """A list of single answers, with an empty one at its end."""
        said = data if isinstance(data, list) else ([] if data is None else [data])
        one = Leaf(control=found.control, about=found.about, options=found.options)
        rows = tuple(
            (self.control(one, each, {**about, "path": item_path(about["path"], index)}),)
            for index, each in enumerate([*said, None])
        )
        return Question(shape="rows", rows=rows, leaf=found, **about)

    def pairs(
        self, of: inspect.DictType, cls: type[Struct], data: Any, about: dict[str, Any]
    ) -> Question:
        """Names with values, with an empty pair at the end."""
        said = data if isinstance(data, dict) else {}
        keys = {"days_by_tier": "tier", "opens": "tier", "and": "asset"}
        refers = keys.get(about["name"], "")
        key = Leaf(control="choice" if refers else "text", about=refers)
        value = leaf(of.value_type, cls, "")
        names = ("code", "name_of") if value.control == "texts" else ("key", "value_of")
        rows = []
        for index, (name, one) in enumerate([*said.items(), ("", None)]):
            at = item_path(about["path"], index)
            rows.append(
                (
                    self.control(key, name, {**about, "path": f"{at}.key", "name": names[0]}),
                    self.control(value, one, {**about, "path": f"{at}.value", "name": names[1]}),
                )
            )
        return Question(shape="pairs", rows=tuple(rows), **about)


def _usual(default: Any) -> Any:
    """What goes without saying, as a file would say it."""
    if isinstance(default, tuple):
        return list(default)
    return default if isinstance(default, bool | int | str) else None


def class_at(families: Families, section: str, data: Any) -> type[Struct] | None:
    """The class of an entry of a section: its kind's, or that of the section's parts."""
    one = next(one for one in fields_of(Edition) if one.encode_name == section)
    own = branches(one.type)
    of = place(own[0]).type
    structs = structs_in(of.item_type if isinstance(of, LISTS) else one.type)
    if not structs:
        return None
    if not issubclass(structs[0].cls, Rule):
        return structs[0].cls
    options = choice(structs, families)
    kind = data.get("kind") if isinstance(data, dict) else None
    return options.classes.get(str(kind)) if options is not None else None
