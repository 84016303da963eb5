"""What a new edition makes dearer, shorter or harder for members than the one before.

A closed list of what can be told from the files alone: prices and thresholds that rise, earnings,
values and lives that fall, rules that are gone or replaced, limits and conditions that are new.
Where it cannot be told, the answer is that it is harsher: members are told in good time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from msgspec import Struct

from regulars.engine.compiling import with_ids
from regulars.engine.edition import Edition
from regulars.engine.texts import BadText, parse_duration

RISING = frozenset(
    {"price", "each", "step", "from", "least", "at_least", "basket", "balance", "cooldown", "at"}
)
"""Fields that are worse for members when they are more."""
FALLING = frozenset(
    {"points", "amount", "value", "percent", "by", "factor", "life", "months", "days", "valid"}
    | {"more", "extra_months", "kept"}
)
"""Fields that are worse for members when they are less."""
CAPS = frozenset({"most", "times", "up_to"})
"""Fields that are worse when they are less, and best when nothing is said."""
GUARDS = frozenset({"only", "when", "who", "until", "kind", "membership"})
"""Fields of which any change may be worse."""
KINDLY = ("earn", "change", "rewards", "referrals")
"""Sections in which a rule that is gone is missed."""


class Harsher(Struct, frozen=True, kw_only=True):
    """Something that is worse for members: where it stands in the file, what it was and is. An
    empty `now` where it is gone, an empty `was` where it is new."""

    place: str
    was: str = ""
    now: str = ""


class Dearer(Struct, frozen=True, kw_only=True):
    """A reward whose price rises: of which asset, and from what to what in its smallest units."""

    reward: str
    asset: str
    was: int
    becomes: int


def dearer(before: Edition, after: Edition) -> list[Dearer]:
    """The rewards that have one price before and after, a higher one after, in the same asset."""
    old, new = (_prices(with_ids(one)) for one in (before, after))
    pairs = [(one, old[name]) for name, one in new.items() if name in old]
    return [
        Dearer(reward=one.reward, asset=one.asset, was=was.becomes, becomes=one.becomes)
        for one, was in pairs
        if one.asset == was.asset and one.becomes > was.becomes
    ]


def _prices(edition: Edition) -> dict[str, Dearer]:
    """What each reward costs, as what it `becomes`."""
    parts = {one.id: one.decimals for one in edition.assets}
    found = {}
    for one in edition.rewards:
        price = getattr(one, "price", None)
        asset = getattr(one, "asset", None) or edition.assets[0].id
        if price is not None and asset in parts:
            units = int(Decimal(str(price)).scaleb(parts[asset]))
            name = one.name_in_state
            found[name] = Dearer(reward=name, asset=asset, was=0, becomes=units)
    return found


def harsher(before: Edition, after: Edition) -> list[Harsher]:
    """What `after` makes dearer, shorter or harder than `before`."""
    old, new = _plain(with_ids(before)), _plain(with_ids(after))
    found: list[Harsher] = []
    for section in KINDLY:
        found += _rules(section, _by_id(old, section), _by_id(new, section))
    found += _assets(_by_id(old, "assets"), _by_id(new, "assets"))
    found += _rules("tiers", _by_id(old, "tiers"), _by_id(new, "tiers"))
    found += _limits(_by_id(old, "limit"), _by_id(new, "limit"))
    found += _within("standing", old.get("standing"), new.get("standing"))
    return found


def _plain(value: Any) -> Any:
    """A part of a file by names, with what it leaves unsaid."""
    if isinstance(value, Struct):
        fields = msgspec.structs.fields(value)
        told = {one.encode_name: _plain(getattr(value, one.name)) for one in fields}
        tag = value.__struct_config__.tag
        return told if tag is None else {**told, "kind": tag}
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _by_id(edition: Mapping[str, Any], section: str) -> dict[str, dict[str, Any]]:
    return {str(one["id"]): one for one in edition.get(section) or ()}


def _rules(
    section: str, old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]
) -> Iterator[Harsher]:
    for name, one in old.items():
        place = f"{section}.{name}"
        if name not in new:
            yield Harsher(place=place, was=str(one.get("kind", name)))
        else:
            yield from _within(place, one, new[name])


def _assets(
    old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]
) -> Iterator[Harsher]:
    """Value that lives for ever and then does not is worse, too."""
    for name, one in old.items():
        place, other = f"assets.{name}.expire", new.get(name, {})
        if one.get("expire") is None and other.get("expire") is not None:
            yield Harsher(place=place, now=str(other["expire"].get("kind", "")))
        elif one.get("expire") is not None and other.get("expire") is not None:
            yield from _within(place, one["expire"], other["expire"])


def _limits(
    old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]
) -> Iterator[Harsher]:
    for name, one in new.items():
        place = f"limit.{name}"
        if name not in old:
            yield Harsher(place=place, now=str(one.get("kind", name)))
        else:
            yield from _within(place, old[name], one)


def _within(place: str, old: Any, new: Any) -> Iterator[Harsher]:
    """What is worse in one part of the file than in the same part before."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            yield from _field(f"{place}.{name}", name, (old, new))
    elif isinstance(old, list) and isinstance(new, list):
        for index, (one, other) in enumerate(zip(old, new, strict=False)):
            yield from _within(f"{place}.{index + 1}", one, other)
        if len(new) < len(old):
            yield Harsher(place=place, was=str(len(old)), now=str(len(new)))


def _field(
    place: str, name: str, pair: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> Iterator[Harsher]:
    old, new = pair
    was, now = old.get(name), new.get(name)
    rates = _rate(old), _rate(new)
    if name in ("points", "step") and rates[0] is not None and rates[1] is not None:
        if name == "points" and rates[1] < rates[0]:
            yield Harsher(place=place, was=_rated(old), now=_rated(new))
    elif was == now:
        return
    elif name in GUARDS:
        yield Harsher(place=place, was=_told(was), now=_told(now))
    elif isinstance(was, dict | list) or isinstance(now, dict | list):
        yield from _within(place, was, now)
    elif _is_worse(name, _size(was), _size(now)):
        yield Harsher(place=place, was=_told(was), now=_told(now))


def _is_worse(name: str, was: Decimal | None, now: Decimal | None) -> bool:
    if name in RISING:
        return now is not None and now > (was or 0)
    if name in CAPS:
        return now is not None and (was is None or now < was)
    return name in FALLING and was is not None and (now is None or now < was)


def _rate(rule: Mapping[str, Any]) -> Decimal | None:
    """Points for one unit of what is counted."""
    points, step = _size(rule.get("points")), _size(rule.get("step"))
    return None if points is None or not step else points / step


def _rated(rule: Mapping[str, Any]) -> str:
    return f"{rule['points']} / {rule['step']}"


def _told(value: Any) -> str:
    """A value as the file says it; parts of it by their kind alone."""
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return "" if value is None else str(value)


def _size(value: Any) -> Decimal | None:
    """A number, an amount of money or a span of time (in days) as something to compare."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value)
    try:
        span = parse_duration(text)
    except BadText:
        try:
            return Decimal(text.split(" ")[0].removesuffix("%"))
        except InvalidOperation:
            return None
    days = Decimal(span.months) * Decimal("30.44") + span.days
    return days + Decimal(span.hours) / 24
