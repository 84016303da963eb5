"""Which control of a form a field asks for: money, a length of time, a choice of tiers …"""

from __future__ import annotations

from msgspec import Struct, inspect

from regulars.engine.conditions import WEEKDAYS
from regulars.engine.texts import NUMBER_FORMS
from regulars.programmes.kinds import family_of, tag_of
from regulars.programmes.places import LISTS, literals, place

REFERS = {
    "asset": "asset",
    "gives_asset": "asset",
    "metric": "metric",
    "tier": "tier",
    "campaign": "campaign",
    "voucher": "reward",
}
"""Fields that name another part of the file, and which."""
OF = {
    "per_count": "count",
    "counted": "count",
    "milestone": "metric",
    "partner": "reward",
}
"""What the field `of` names, by kind; in modifiers and limits it names rules."""
ACTS = frozenset({"activity", "steps", "waits_for", "told_by", "completed", "offer", "claim"})
CODES = frozenset(
    {"category", "product", "brand", "except", "channel", "trade", "place", "tender", "segment"}
    | {"event", "partners"}
)
PERCENT = frozenset({"percent", "share"})
WINDOWS = ("day", "week", "month", "quarter", "year", "12m", "ever")
UNITS = ("Y", "M", "W", "D", "H")
HAPPENINGS = ("order", "redemption")
ORDERED: dict[str, tuple[str, ...]] = {"weekday": WEEKDAYS}
"""Lists whose order says something."""


class Leaf(Struct, frozen=True, kw_only=True):
    """One control. `about` says what its `options` are: parts of the file (asset, tier, metric …),
    codes, or words of the kind itself (option); `free`: others may be written too; `many`: several
    may be chosen."""

    control: str
    about: str = ""
    options: tuple[str, ...] = ()
    free: bool = False
    many: bool = False


def owner_of(cls: type[Struct]) -> str:
    """What a field belongs to: the kind, or the part of the file by the name of its class."""
    tag = cls.__struct_config__.tag
    return tag_of(cls) if tag is not None else cls.__name__


def branches(declared: inspect.Type) -> list[inspect.Type]:
    """What may stand there beside nothing."""
    of = place(declared).type
    several = of.types if isinstance(of, inspect.UnionType) else (declared,)
    return [one for one in several if not isinstance(one, inspect.NoneType)]


def structs_in(declared: inspect.Type) -> list[inspect.StructType]:
    """The struct types that may stand there."""
    found = [place(one).type for one in branches(declared)]
    return [one for one in found if isinstance(one, inspect.StructType)]


def is_family(struct: inspect.StructType) -> bool:
    """Whether a kind has to be chosen there."""
    return bool(family_of(struct.cls))


def leaf(declared: inspect.Type, cls: type[Struct], name: str) -> Leaf:
    """The control of a field that is no part with fields of its own."""
    own = branches(declared)
    if place(declared).form == "text" or any(map(_by_language, own)):
        return Leaf(control="texts")
    here = place(own[0])
    if isinstance(here.type, LISTS):
        return _several(here.type.item_type, cls, name)
    return _one(own, cls, name)


def _by_language(declared: inspect.Type) -> bool:
    """Whether it is a text that may stand there once for each language."""
    here = place(declared)
    of = here.type
    return here.form == "text" or (
        isinstance(of, inspect.DictType)
        and isinstance(place(of.key_type).type, inspect.LiteralType)
    )


def _several(item: inspect.Type, cls: type[Struct], name: str) -> Leaf:
    one = _one(branches(item), cls, name)
    if one.control in ("number", "whole", "percent", "money"):
        return Leaf(control="list", about=one.control, many=True)
    if one.control in ("duration", "texts", "day"):
        return Leaf(control=one.control, about=one.about, options=one.options, many=True)
    free = one.free or one.control == "text"
    return Leaf(control="choices", about=one.about, options=one.options, free=free, many=True)


def _one(own: list[inspect.Type], cls: type[Struct], name: str) -> Leaf:
    found = [place(one) for one in own]
    form = found[0].form
    if form in ("id", "") and isinstance(found[0].type, inspect.StrType):
        return _named(cls, name)
    if form in NUMBER_FORMS:
        return Leaf(control="number")
    if form == "duration":
        extra = [one.type for one in found if isinstance(one.type, inspect.LiteralType)]
        words = tuple(str(one) for each in extra for one in literals(each))
        return Leaf(control="duration", about="unit", options=(*UNITS, *words))
    if form == "window":
        return Leaf(control="choice", about="window", options=WINDOWS)
    if form:
        return Leaf(control={"instant": "day", "zone": "text", "currency": "text"}.get(form, form))
    return _plain(found[0].type, name)


def _plain(of: inspect.Type, name: str) -> Leaf:
    if isinstance(of, inspect.BoolType):
        return Leaf(control="tick")
    if isinstance(of, inspect.IntType):
        return Leaf(control="percent" if name in PERCENT else "whole")
    if isinstance(of, inspect.LiteralType):
        words = ORDERED.get(name, ()) or tuple(str(one) for one in literals(of))
        return Leaf(control="choice", about="option", options=words)
    return Leaf(control="text")


def _named(cls: type[Struct], name: str) -> Leaf:
    owner, family = owner_of(cls), getattr(cls, "family", "")
    if name == "of" and family in ("change", "limit"):
        return Leaf(control="choice", about="rule")
    if name == "of" and owner in OF:
        return Leaf(control="choice", about=OF[owner])
    if name in REFERS and not (name == "asset" and owner == "told"):
        return Leaf(control="choice", about=REFERS[name])
    if name == "by" and family == "life":
        return Leaf(control="text", about="activity", options=HAPPENINGS, free=True)
    if name in ACTS:
        return Leaf(control="text", about="activity", free=True)
    if name in CODES:
        return Leaf(control="text", about=name, free=True)
    return Leaf(control="text", free=True)
