"""From editions to a programme that can be folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from regulars.engine import vouchers
from regulars.engine.build import Build
from regulars.engine.calendar import zone
from regulars.engine.compiled import Compiled, CompiledEdition
from regulars.engine.conditions import count_order
from regulars.engine.core import core_handlers, selling
from regulars.engine.edition import Edition
from regulars.engine.facts import Order
from regulars.engine.happenings import Activity, SignUp
from regulars.engine.limiting import gated
from regulars.engine.linking import linked
from regulars.engine.rules import Handlers, Lives, Rule
from regulars.engine.state import BEGINNING
from regulars.engine.storing import Form
from regulars.engine.texts import parse_instant
from regulars.ledger.lots import FOREVER

FOLDS = (1,)
"""The versions of the fold that are known here: changed behaviour is a new one (1a.10)."""


def compiled(editions: Iterable[Edition], begins: dict[str, int] | None = None) -> Compiled:
    """The programme of these editions, in the order in which they come into force. ValueError for
    one that names a version of the fold that is not known here.

    `begins` says when by edition id; else the file's `from`, and always for the first.
    """
    ordered = sorted(map(with_ids, editions), key=lambda one: _begins(one, begins))
    starts = [_begins(one, begins) for one in ordered]
    starts[0] = BEGINNING
    _check_folds(ordered)
    slots = _slots(ordered)
    assets = _assets(ordered)
    made = [
        _edition(one, start, until, (assets, _places(one, slots)))
        for one, start, until in zip(ordered, starts, [*starts[1:], FOREVER], strict=True)
    ]
    _keep_lives(made, assets)
    _count_orders(made)
    _gate(made)
    windows = linked(made)
    programme = Compiled(
        id=ordered[0].programme_id,
        editions=made,
        assets=assets,
        asset_names=tuple(assets),
        slots={name: index for index, name in enumerate(slots)},
        memories=list(slots.values()),
        form=Form(assets, slots),
        windows=windows,
    )
    for one in reversed(made):
        programme.promised.update(one.promised)
    return programme


def _check_folds(editions: list[Edition]) -> None:
    for one in editions:
        if one.fold not in FOLDS:
            raise ValueError(
                f"edition '{one.edition}' names fold {one.fold}, which is not known here: "
                f"use {', '.join(map(str, FOLDS))}, or the version of Regulars that knows it"
            )


def with_ids(edition: Edition) -> Edition:
    """The edition with an id for every rule: its kind where the file gives none, the asset's for a
    life."""
    replace = msgspec.structs.replace
    changed: dict[str, Any] = {}
    for section in ("metrics", "earn", "change", "limit", "rewards", "referrals"):
        rules = getattr(edition, section)
        changed[section] = [replace(rule, id=rule.id or rule.kind) for rule in rules]
    if edition.standing is not None:
        changed["standing"] = replace(edition.standing, id=edition.standing.id or "standing")
    changed["assets"] = [
        replace(asset, expire=replace(asset.expire, id=f"expire_{asset.id}"))
        if asset.expire
        else asset
        for asset in edition.assets
    ]
    return replace(edition, **changed)


def _begins(edition: Edition, begins: dict[str, int] | None) -> int:
    if begins and edition.edition in begins:
        return begins[edition.edition]
    return parse_instant(edition.from_) if edition.from_ else BEGINNING


def _assets(editions: list[Edition]) -> dict[str, int]:
    names = dict.fromkeys(asset.id for one in editions for asset in one.assets)
    return {name: index for index, name in enumerate(names)}


def _slots(editions: list[Edition]) -> dict[str, type | None]:
    """The memory of every rule by its name in stored states: its id; a rule that keeps its id and
    becomes another kind with another memory starts with an empty one."""
    memories: dict[str, type | None] = {}
    for edition in editions:
        for rule in rules_of(edition):
            memories.setdefault(_slot_name(rule, memories), rule.memory)
    return memories


def _slot_name(rule: Rule, memories: dict[str, type | None]) -> str:
    name = rule.name_in_state
    if memories.get(name, rule.memory) is rule.memory:
        return name
    return f"{name}/{rule.memory.__name__ if rule.memory else ''}"


def _places(edition: Edition, slots: dict[str, type | None]) -> dict[str, int]:
    """The place of each rule's memory in the state, by the rule's id."""
    names = list(slots)
    return {rule.name_in_state: names.index(_slot_name(rule, slots)) for rule in rules_of(edition)}


def _keep_lives(editions: list[CompiledEdition], assets: dict[str, int]) -> None:
    """What is pending of an asset that an edition no longer has lives by the last one that had."""
    last: dict[int, Lives] = {}
    for edition in editions:
        for asset in edition.edition.assets:
            last[assets[asset.id]] = edition.lives[assets[asset.id]]
        edition.lives = tuple(last.get(i, one) for i, one in enumerate(edition.lives))


def _count_orders(editions: list[CompiledEdition]) -> None:
    """Where an edition asks whether an order is the first, the others count orders too."""
    if any(one.counts_orders for one in editions):
        for edition in editions:
            edition.on[Order] = (*edition.on.get(Order, ()), count_order)


def rules_of(edition: Edition) -> Iterator[Rule]:
    """Every rule of an edition, in the order in which they act."""
    yield from (asset.expire for asset in edition.assets if asset.expire is not None)
    yield from edition.metrics
    yield from edition.limit
    yield from edition.change
    yield from edition.earn
    yield from edition.rewards
    yield from edition.referrals
    if edition.standing is not None:
        yield edition.standing


def _edition(
    edition: Edition, begins: int, until: int, places: tuple[dict[str, int], dict[str, int]]
) -> CompiledEdition:
    build = Build(edition, zone(edition.zone), *places)
    handlers = {rule.name_in_state: rule.compile(build) for rule in _compiled_first(edition)}
    ordered = {vouchers.VOUCHERS: vouchers.handlers(build)}
    ordered |= {rule.name_in_state: handlers[rule.name_in_state] for rule in rules_of(edition)}
    all_handlers = [core_handlers(build), *ordered.values()]
    on = _listeners(all_handlers)
    on[Order] = (selling(all_handlers),)
    return CompiledEdition(
        edition=edition,
        zone=build.zone,
        begins=begins,
        until=until,
        on=on,
        settle=tuple(one.settle for one in all_handlers if one.settle is not None),
        handlers=ordered,
        promised={name: one.promised for name, one in ordered.items() if one.promised},
        timers=tuple((one.next_due, one.due) for one in all_handlers if one.next_due and one.due),
        lives=tuple(build.lives),
        asking=_asking(ordered.values()),
        vouchers=build.vouchers,
        metering=build.metering,
        counts_orders=build.counts_orders,
        refuses=any(one.overflow == "refuse" for one in build.limiters)
        or any(one.refuses for one in all_handlers),
    )


def _asking(handlers: Iterable[Handlers]) -> tuple[Handlers, ...]:
    """Who decides something before a fact acts, in the order in which they ask."""
    asking = [one for one in handlers if one.asks is not None]
    return tuple(sorted(asking, key=lambda one: one.asks_rank))


def _compiled_first(edition: Edition) -> Iterator[Rule]:
    """What others stand on comes first: lives, metrics, the ladder, limits, modifiers."""
    yield from (asset.expire for asset in edition.assets if asset.expire is not None)
    yield from edition.metrics
    if edition.standing is not None:
        yield edition.standing
    yield from edition.limit
    yield from edition.change
    yield from edition.earn
    yield from edition.rewards
    yield from edition.referrals


def _gate(editions: list[CompiledEdition]) -> None:
    """Acts that a limit or another rule may refuse are tried first."""
    for edition in editions:
        for kind in (Order, Activity, SignUp) if edition.refuses else ():
            if kind in edition.on:
                edition.on[kind] = (gated(edition.on[kind]),)


def _listeners(handlers: list[Handlers]) -> dict[type, tuple[Any, ...]]:
    types = dict.fromkeys(kind for one in handlers for kind in one.on)
    return {kind: tuple(one.on[kind] for one in handlers if kind in one.on) for kind in types}
