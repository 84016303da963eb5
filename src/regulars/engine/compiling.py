"""From editions to a programme that can be folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from regulars.engine.build import Build
from regulars.engine.calendar import zone
from regulars.engine.compiled import Compiled, CompiledEdition
from regulars.engine.core import closing_handlers, core_handlers
from regulars.engine.edition import Edition
from regulars.engine.rules import Handlers, Rule
from regulars.engine.state import BEGINNING
from regulars.engine.texts import parse_instant
from regulars.ledger.lots import FOREVER


def compiled(editions: Iterable[Edition], begins: dict[str, int] | None = None) -> Compiled:
    """The programme of these editions, in the order in which they come into force.

    `begins` says when by edition id; else the file's `from`, and always for the first.
    """
    ordered = sorted(map(with_ids, editions), key=lambda one: _begins(one, begins))
    starts = [_begins(one, begins) for one in ordered]
    starts[0] = BEGINNING
    slots, memories = _slots(ordered)
    assets = _assets(ordered)
    made = [
        _edition(one, start, until, (assets, slots))
        for one, start, until in zip(ordered, starts, [*starts[1:], FOREVER], strict=True)
    ]
    programme = Compiled(
        id=ordered[0].programme_id,
        editions=made,
        assets=assets,
        asset_names=tuple(assets),
        slots=slots,
        memories=memories,
    )
    for one in reversed(made):
        programme.promised.update(one.promised)
    return programme


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


def _slots(editions: list[Edition]) -> tuple[dict[str, int], list[type | None]]:
    memories: dict[str, type | None] = {}
    for edition in editions:
        for rule in rules_of(edition):
            memories.setdefault(rule.name_in_state, rule.memory)
    return {name: index for index, name in enumerate(memories)}, list(memories.values())


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
    ordered = {rule.name_in_state: handlers[rule.name_in_state] for rule in rules_of(edition)}
    all_handlers = [core_handlers(build), *ordered.values(), closing_handlers()]
    return CompiledEdition(
        edition=edition,
        zone=build.zone,
        begins=begins,
        until=until,
        on=_listeners(all_handlers),
        settle=tuple(one.settle for one in all_handlers if one.settle is not None),
        handlers=ordered,
        promised={name: one.promised for name, one in ordered.items() if one.promised},
        timers=tuple((one.next_due, one.due) for one in all_handlers if one.next_due and one.due),
        lives=tuple(build.lives),
    )


def _compiled_first(edition: Edition) -> Iterator[Rule]:
    """What others stand on comes first: lives, metrics, the ladder, modifiers, limits."""
    yield from (asset.expire for asset in edition.assets if asset.expire is not None)
    yield from edition.metrics
    if edition.standing is not None:
        yield edition.standing
    yield from edition.change
    yield from edition.limit
    yield from edition.earn
    yield from edition.rewards
    yield from edition.referrals


def _listeners(handlers: list[Handlers]) -> dict[type, tuple[Any, ...]]:
    types = dict.fromkeys(kind for one in handlers for kind in one.on)
    return {kind: tuple(one.on[kind] for one in handlers if kind in one.on) for kind in types}
