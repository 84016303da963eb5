"""What a programme's parts say of each other: names that must exist, ids that must not repeat."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct, inspect

from regulars.engine.conditions import Condition
from regulars.engine.money import decimals
from regulars.engine.rules import Rule
from regulars.engine.texts import (
    ITS_KEY,
    OF_ASSET,
    Finding,
    parse_number,
    repeated,
    unknown,
    without_underscore,
)

if TYPE_CHECKING:
    from regulars.engine.edition import Asset, Edition, Tier

COUNTING = ("per_count", "counted")
"""Kinds whose `of` is one of the file's `counts`."""
SECTIONS = ("metrics", "earn", "change", "limit", "rewards", "referrals")


def problems(edition: Edition) -> Iterator[Finding]:
    """Everything in an edition that does not hold together."""
    yield from repeated([one.id for one in edition.assets], "assets", "id")
    yield from _money(edition.assets)
    yield from repeated([one.id for one in edition.tiers], "tiers", "id")
    yield from _rule_ids(edition)
    yield from _tiers(edition.tiers)
    if edition.standing is not None and not edition.tiers:
        yield Finding("tiers", "standing_without_tiers", {})
    if edition.tiers and edition.standing is None:
        yield Finding("standing", "tiers_without_standing", {})
    names = _names(edition)
    for path, rule in _rules(edition):
        yield from _references(rule, path, names)
        yield from _too_fine(rule, path, _Fineness(edition.assets, edition.assets[0].id))
    for index, tier in enumerate(edition.tiers):
        yield from _references(tier, f"tiers[{index}]", names)
    yield from _counts(edition)


def _money(assets: list[Asset]) -> Iterator[Finding]:
    """Money that would be cut to whole euros because nobody said how many decimals it has."""
    for index, asset in enumerate(assets):
        own = decimals(asset.currency) if asset.currency else 0
        if asset.decimals < own:
            params: dict[str, Any] = {"currency": str(asset.currency), "limit": own}
            yield Finding(f"assets[{index}].decimals", "money_decimals", params)


def _counts(edition: Edition) -> Iterator[Finding]:
    """What is counted under a name that no order will ever tell."""
    for path, rule in _rules(edition):
        if rule.kind in COUNTING:
            yield from unknown(getattr(rule, "of", ""), tuple(edition.counts), f"{path}.of")


def _rules(edition: Edition) -> Iterator[tuple[str, Rule]]:
    for section in SECTIONS:
        for index, rule in enumerate(getattr(edition, section)):
            yield f"{section}[{index}]", rule
    if edition.standing is not None:
        yield "standing", edition.standing
    for index, asset in enumerate(edition.assets):
        if asset.expire is not None:
            yield f"assets[{index}].expire", asset.expire


def _rule_ids(edition: Edition) -> Iterator[Finding]:
    """Ids are one name-space: a rule, a reward and an asset cannot be told apart otherwise."""
    first: dict[str, str] = {}
    for path, rule in _rules(edition):
        if path.endswith("expire") or path == "standing":
            continue
        name = rule.name_in_state
        if name in first:
            own = Finding(f"{path}.id", "repeated", {"value": name, "first": first[name]})
            missing = Finding(path, "id_needed", {"kind": rule.kind, "first": first[name]})
            yield own if rule.id else missing
        first.setdefault(name, path)


def _tiers(tiers: list[Tier]) -> Iterator[Finding]:
    before: Fraction | None = None
    limit = ""
    first = tiers[0].from_ if tiers else "0"
    if (first is None and len(tiers) == 1) or (first and parse_number(first).value > 0):
        yield Finding("tiers[0]", "first_tier_not_for_all", {})
    for index, tier in enumerate(tiers):
        if tier.from_ is None:
            continue
        value, scale = parse_number(tier.from_)
        reached = Fraction(value, 10**scale)
        if before is not None and reached <= before:
            params: dict[str, Any] = {"limit": limit, "got": tier.from_}
            yield Finding(f"tiers[{index}].from", "tier_not_above", params)
        before, limit = reached, tier.from_


def _names(edition: Edition) -> dict[str, tuple[str, ...]]:
    rules = tuple(rule.name_in_state for _, rule in _rules(edition))
    return {
        "asset": tuple(asset.id for asset in edition.assets),
        "metric": tuple(metric.name_in_state for metric in edition.metrics),
        "tier": tuple(tier.id for tier in edition.tiers),
        "campaign": tuple(edition.campaigns),
        "of": rules,
    }


def _references(part: Struct, path: str, names: dict[str, tuple[str, ...]]) -> Iterator[Finding]:
    """Names of assets, metrics, tiers, campaigns and rules, in a part and in what it holds."""
    for field in part.__struct_fields__:
        value = getattr(part, field)
        at = f"{path}.{without_underscore(field)}"
        if isinstance(value, Struct):
            yield from _references(value, at, names)
        elif isinstance(value, list | tuple):
            for index, one in enumerate(value):
                if isinstance(one, Struct):
                    yield from _references(one, f"{at}[{index}]", names)
        if _refers(part, field):
            for one in (value,) if isinstance(value, str) else tuple(value or ()):
                yield from unknown(str(one), names[field], at)


def _refers(part: Struct, field: str) -> bool:
    if field in ("asset", "metric"):
        return True
    if field in ("tier", "campaign"):
        return isinstance(part, Condition)
    return field == "of" and isinstance(part, Rule) and part.family in ("change", "limit")


class _Fineness(Struct, frozen=True):
    """The assets of a file, and the one that an amount is of if nothing nearer names one."""

    assets: list[Asset]
    asset: str

    def of(self, part: Struct, field: str = "asset") -> _Fineness:
        """The same inside a part that may name an asset of its own."""
        if field not in part.__struct_fields__:
            return self
        return _Fineness(self.assets, getattr(part, field) or self.assets[0].id)

    def against(self, number: str, path: str) -> Iterator[Finding]:
        """A finding where a number has parts that the asset does not have."""
        for one in self.assets:
            if one.id == self.asset and parse_number(number).scale > one.decimals:
                params: dict[str, Any] = {"asset": one.id, "got": number}
                limit = f"0.{'1':0>{one.decimals}}" if one.decimals else "1"
                yield Finding(path, "finer_than_asset", {"limit": limit, **params})


def _too_fine(part: Struct, path: str, outside: _Fineness) -> Iterator[Finding]:
    """Amounts of assets that would be cut to nothing, or to less than the file says."""
    here = outside.of(part)
    for field, mark in _amounts(type(part)):
        at, value = f"{path}.{without_underscore(field)}", getattr(part, field)
        if mark == ITS_KEY:
            for name, number in value.items():
                yield from _Fineness(here.assets, name).against(number, f"{at}.{name}")
        elif isinstance(value, str):
            yield from outside.of(part, mark).against(value, at)
        for index, number in enumerate(value) if isinstance(value, tuple) else ():
            yield from outside.of(part, mark).against(number, f"{at}[{index}]")
    for field in part.__struct_fields__:
        at, value = f"{path}.{without_underscore(field)}", getattr(part, field)
        if isinstance(value, Struct):
            yield from _too_fine(value, at, here)
        for index, one in enumerate(value) if isinstance(value, list | tuple) else ():
            if isinstance(one, Struct):
                yield from _too_fine(one, f"{at}[{index}]", here)


@cache
def _amounts(cls: type[Struct]) -> tuple[tuple[str, str], ...]:
    """The fields of a part that are amounts of an asset, each with the field that names it."""
    shape = inspect.type_info(cls)
    fields = shape.fields if isinstance(shape, inspect.StructType) else ()
    marked = ((one.name, _mark(one.type)) for one in fields)
    return tuple((name, mark) for name, mark in marked if mark)


def _mark(declared: inspect.Type) -> str:
    if isinstance(declared, inspect.Metadata):
        return str((declared.extra or {}).get(OF_ASSET, "")) or _mark(declared.type)
    if isinstance(declared, inspect.UnionType):
        return next(filter(None, map(_mark, declared.types)), "")
    if isinstance(declared, inspect.VarTupleType | inspect.ListType):
        return _mark(declared.item_type)
    return ITS_KEY if isinstance(declared, inspect.DictType) and _mark(declared.value_type) else ""
