"""The names that a case may use, taken from the file of its edition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from regulars.engine.compiling import rules_of, with_ids
from regulars.engine.conditions import Condition
from regulars.engine.edition import Edition
from regulars.engine.kinds.rewards.period import Period
from regulars.programmes.cases.names import Names
from regulars.programmes.cases.settings import setting_names


def names_of(edition: Edition) -> Names:
    """The names that an edition declares. What its rules only compare with (kinds of trade, means
    of payment, steps, partners …) is open: a case may show what no rule names."""
    whole = with_ids(edition)
    rules = frozenset(rule.name_in_state for rule in rules_of(whole))
    ids = frozenset(_ids(whole))
    return Names(
        assets=frozenset(asset.id for asset in edition.assets),
        counts=frozenset({*edition.counts, *_counted(whole)}),
        metrics={rule.name_in_state: frozenset() for rule in whole.metrics},
        settings=frozenset(setting_names(whole)),
        rewards=frozenset(_ids(whole.rewards)) | frozenset(_words(whole.rewards)),
        activities=frozenset({*edition.activities, *_said(whole)}),
        jobs=rules | frozenset(_words(whole.rewards)),
        limits=ids | rules,
        campaigns=frozenset(edition.campaigns),
        tiers=frozenset(tier.id for tier in edition.tiers),
        channels=frozenset(_channels(whole)),
        periods=frozenset(_periods(whole)),
        refusals=frozenset(),
    )


def _said(edition: Edition) -> Iterator[str]:
    """Words of the rules that may be acts: what earns, counts, qualifies a friend or keeps points
    alive names acts without their being declared."""
    for section in ("assets", "metrics", "earn", "limit", "rewards", "referrals"):
        yield from _words(getattr(edition, section))


def _counted(edition: Edition) -> Iterator[str]:
    """Counts that rules name without their being declared."""
    assets = {asset.id for asset in edition.assets}
    metrics = {rule.name_in_state for rule in edition.metrics}
    for rule in (*edition.earn, *edition.metrics):
        of = getattr(rule, "of", None)
        if isinstance(of, str) and of not in assets | metrics:
            yield of


def _channels(part: Any) -> Iterator[str]:
    """Every channel that a condition names."""
    if isinstance(part, Condition):
        yield from part.channel
    for one in _within(part):
        yield from _channels(one)


def _periods(edition: Edition) -> Iterator[str]:
    """Rights for a time: each tells its last day."""
    return (rule.name_in_state for rule in edition.rewards if isinstance(rule, Period))


def _ids(part: Any) -> Iterator[str]:
    """Every id in a part of the file and in what it holds."""
    if isinstance(part, Struct):
        own = getattr(part, "id", None)
        if isinstance(own, str):
            yield own
    for one in _within(part):
        yield from _ids(one)


def _words(part: Any) -> Iterator[str]:
    """Every single word that a part of the file says, names of options included."""
    body = msgspec.to_builtins(part)
    waiting: list[Any] = [body]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and one.isidentifier():
            yield one
        elif isinstance(one, dict):
            waiting.extend(one.values())
            yield from (key for key in one if key.isidentifier())
        elif isinstance(one, list | tuple):
            waiting.extend(one)


def _within(part: Any) -> Iterable[Any]:
    if isinstance(part, Struct):
        return [getattr(part, field) for field in part.__struct_fields__]
    if isinstance(part, dict):
        return part.values()
    return part if isinstance(part, list | tuple) else ()
