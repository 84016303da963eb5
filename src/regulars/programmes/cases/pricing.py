"""Which reward a redemption means that names none, or one that the programme does not have."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.engine.compiling import with_ids
from regulars.engine.edition import Edition
from regulars.engine.happenings import Redemption
from regulars.engine.kinds.rewards.price import Price
from regulars.engine.rules import Reward
from regulars.programmes.cases.units import Units


def meant(attempt: Redemption, editions: Iterable[Edition]) -> str:
    """The name under which a reward is asked for: its own, where a reward is called so; none, where
    the price alone tells; else the first that is to be had at a price, which then says why not."""
    known = [with_ids(one) for one in editions]
    rewards = [one for edition in known for one in edition.rewards]
    if attempt.voucher or any(_called(one, attempt.reward) for one in rewards):
        return attempt.reward
    if attempt.price is not None and any(_sold(one, attempt.price) for one in known):
        return ""
    priced = [one.name_in_state for one in rewards if hasattr(one, "price")]
    return attempt.reward or next(iter(priced), "")


def _called(reward: Reward, name: str) -> bool:
    return name in (reward.name_in_state, *getattr(reward, "items", ()))


def _sold(edition: Edition, price: int) -> bool:
    """Whether some reward of an edition is to be had at a price, in the asset's smallest unit."""
    units = Units(edition)
    for one in edition.rewards:
        if not isinstance(one, Price):
            continue
        asset = one.asset or units.main
        prices = [units.of_text(text, asset) for text in one.levels or (one.price or "0",)]
        blocks = one.multiples and price > 0 and price % prices[0] == 0
        if one.any_price or blocks or price in prices:
            return True
    return False
