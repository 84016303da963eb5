"""An edition with one setting changed: what a case fixes, varies, or changes on its way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from regulars.engine.compiling import with_ids
from regulars.engine.edition import Edition, Policy
from regulars.programmes.cases.problems import Reason
from regulars.programmes.cases.values import Fields, Value
from regulars.programmes.cases.vocabulary import Setting, vocabulary

THRESHOLDS = "thresholds"
Change = Callable[[Struct], Struct]
_MONEY = re.compile(r"\d+(?:\.\d+)? ([A-Z]{3})")
_DAYS = re.compile(r"P\d+D")


class NoSetting(Exception):
    """The edition has no such setting; `reason` says so."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.reason = Reason("case_no_setting", {"word": name})


def with_settings(edition: Edition, settings: dict[str, Value]) -> Edition:
    """The edition with each of these settings changed. Raises NoSetting."""
    for name, value in settings.items():
        edition = with_setting(edition, name, value)
    return edition


def with_setting(edition: Edition, name: str, value: Value) -> Edition:
    """The edition with one setting changed: a word that every edition knows, a field of its policy,
    `thresholds` of its tiers, `RULE.FIELD`, or a field that one rule alone has. Raises NoSetting.
    """
    common = vocabulary().settings.get(name)
    if common is not None:
        return _common(edition, common, str(value), name)
    if name in Policy.__struct_fields__:
        policy = msgspec.structs.replace(edition.policy, **{name: value})
        return msgspec.structs.replace(edition, policy=policy)
    if name == THRESHOLDS and isinstance(value, dict | Fields):
        return _thresholds(edition, value if isinstance(value, dict) else value.words)
    return _field(edition, name, value)


def setting_names(edition: Edition) -> Iterator[str]:
    """Every name that `with_setting` may know beside the common words."""
    yield THRESHOLDS
    yield from Policy.__struct_fields__
    waiting: list[Any] = [getattr(edition, name) for name in edition.__struct_fields__]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list | tuple):
            waiting.extend(part)
        elif isinstance(part, Struct):
            waiting.extend(getattr(part, name) for name in part.__struct_fields__)
            fields = [name.removesuffix("_") for name in part.__struct_fields__]
            yield from fields
            yield from (f"{getattr(part, 'id', '')}.{field}" for field in fields)


def _common(edition: Edition, setting: Setting, value: str, name: str) -> Edition:
    """Set it for the whole edition, and let no rule decide it for itself."""
    whole = setting.policy in Policy.__struct_fields__
    if whole:
        policy = msgspec.structs.replace(edition.policy, **{setting.policy: value})
        edition = msgspec.structs.replace(edition, policy=policy)
    found: list[Struct] = []

    def change(part: Struct) -> Struct:
        own = {field for field in setting.overrides if field in part.__struct_fields__}
        if not own or isinstance(part, Policy):
            return part
        found.append(part)
        default = None if whole else value
        return msgspec.structs.replace(part, **dict.fromkeys(own, default))

    changed = _everywhere(edition, change)
    if not whole and not found:
        raise NoSetting(name)
    return changed


def _thresholds(edition: Edition, told: dict[str, Value]) -> Edition:
    tiers = [
        msgspec.structs.replace(tier, from_=str(told[tier.id])) if tier.id in told else tier
        for tier in edition.tiers
    ]
    return msgspec.structs.replace(edition, tiers=tiers)


def _field(edition: Edition, name: str, value: Value) -> Edition:
    rule, _, field = name.rpartition(".")
    found: list[Struct] = []

    def change(part: Struct) -> Struct:
        own = f"{field}_" if f"{field}_" in part.__struct_fields__ else field
        if own not in part.__struct_fields__ or (rule and getattr(part, "id", None) != rule):
            return part
        if isinstance(part, Edition):
            return part
        found.append(part)
        return msgspec.structs.replace(part, **{own: _like(getattr(part, own), value)})

    changed = _everywhere(with_ids(edition), change)
    if len(found) != 1:
        raise NoSetting(name)
    return changed


def _like(before: Any, value: Value) -> Any:
    """A value in the form that the file uses there."""
    if isinstance(value, int | Decimal) and isinstance(before, str):
        money = _MONEY.fullmatch(before)
        if money:
            return f"{value} {money[1]}"
        return f"P{value}D" if _DAYS.fullmatch(before) else str(value)
    return int(value) if isinstance(value, Decimal) and isinstance(before, int) else value


def _everywhere(edition: Edition, change: Change) -> Edition:
    """The edition with a change made to every part of it, from the inside out."""
    changed: Edition = _changed(edition, change)
    return changed


def _changed(part: Any, change: Change) -> Any:
    if isinstance(part, Struct):
        fields = {name: getattr(part, name) for name in part.__struct_fields__}
        new = {name: _changed(one, change) for name, one in fields.items()}
        moved = {name: one for name, one in new.items() if one is not fields[name]}
        return change(msgspec.structs.replace(part, **moved) if moved else part)
    if isinstance(part, list | tuple):
        items = [_changed(one, change) for one in part]
        if all(one is other for one, other in zip(items, part, strict=True)):
            return part
        return type(part)(items)
    return part


__all__ = ["NoSetting", "setting_names", "with_setting", "with_settings"]
