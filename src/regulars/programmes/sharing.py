"""Stamp cards and rules that feed on one pot without saying so: a remark, never a mistake.

Rewards that come by themselves whenever so many of an asset have come together take them from the
asset, and stand in line for the same ones; rules that give such an asset all fill the same card.
"""

from __future__ import annotations

from msgspec import Struct

from regulars.engine.compiling import with_ids
from regulars.engine.edition import Edition
from regulars.engine.rules import Rule

CARD = "every"
"""The kind of a reward that is a stamp card."""


class Shared(Struct, frozen=True, kw_only=True):
    """An asset that several stamp cards take from (`rewards`), or that several rules give (`rules`)
    while one card takes it; each by its id."""

    asset: str
    rewards: tuple[str, ...]
    rules: tuple[str, ...] = ()


def shared(edition: Edition) -> list[Shared]:
    """The assets that several feed on, in the order of the file. A gift for joining, or for an act,
    fills no card of its own."""
    found = []
    edition = with_ids(edition)
    main = edition.assets[0].id
    for asset in edition.assets:
        cards = [one for one in edition.rewards if one.kind == CARD and _of(one, main) == asset.id]
        giving = [one for one in edition.earn if _of(one, main) == asset.id and one.of_goods]
        several = giving if len(giving) > 1 else []
        if len(cards) > 1 or (cards and several):
            rewards = tuple(one.name_in_state for one in cards)
            rules = tuple(one.name_in_state for one in several)
            found.append(Shared(asset=asset.id, rewards=rewards, rules=rules))
    return found


def _of(rule: Rule, main: str) -> str:
    return str(getattr(rule, "asset", None) or main)
