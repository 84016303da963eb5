"""What one of an asset is worth, by what the rewards of its programme make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from msgspec import Struct

from regulars.db.models import RewardShelf
from regulars.engine.edition import Asset, Edition
from regulars.engine.kinds.rewards.every import Every
from regulars.engine.kinds.rewards.price import Price
from regulars.engine.kinds.rewards.spend import Spend
from regulars.engine.money import from_minor
from regulars.engine.texts import parse_money


class Worth(Struct, frozen=True, kw_only=True):
    """A way in which an asset is turned into something: so much of it (`price`, in whole units)
    for something that is worth so much money, of which the business pays `cost` (None: unknown).
    Money assets are worth what they say, by no reward."""

    asset: str
    reward: str
    name: Any
    price: Decimal
    worth: Decimal
    cost: Decimal | None

    @property
    def of_one(self) -> Decimal:
        """What one unit of the asset is worth this way."""
        return self.worth / self.price


def worths(edition: Edition) -> list[Worth]:
    """All ways of a programme whose worth in its currency is known, the dearest of each asset
    first."""
    found = [*_money(edition), *_rewards(edition)]
    return sorted(found, key=lambda one: (one.asset, -one.of_one, one.reward))


def worth_by_asset(editions: Iterable[Edition], currency: str) -> dict[str, Decimal]:
    """By programme and asset what one of it is worth at most, where that is known in a currency."""
    found: dict[str, Decimal] = {}
    for edition in editions:
        if edition.currency != currency:
            continue
        for one in worths(edition):
            found.setdefault(f"{edition.programme_id}/{one.asset}", one.of_one)
    return found


def _money(edition: Edition) -> Iterator[Worth]:
    """Store credit and gift cards: one to one."""
    for asset in edition.assets:
        if asset.currency == edition.currency:
            one = Decimal(1)
            yield Worth(asset=asset.id, reward="", name="", price=one, worth=one, cost=one)


def _rewards(edition: Edition) -> Iterator[Worth]:
    rows = {one.reward: one for one in RewardShelf.objects.filter(programme=edition.programme_id)}
    main = edition.assets[0]
    assets: dict[str, Asset] = {one.id: one for one in edition.assets}
    for rule in edition.rewards:
        price = price_of(rule)
        asset = assets.get(str(getattr(rule, "asset", "") or main.id), main)
        if not price or asset.currency:
            continue
        row = rows.get(rule.name_in_state)
        worth = _minor(row.worth_minor if row else None, edition)
        worth = _value(rule, edition) if worth is None else worth
        if worth:
            yield Worth(
                asset=asset.id,
                reward=rule.name_in_state,
                name=getattr(rule, "name", rule.name_in_state),
                price=price,
                worth=worth,
                cost=_minor(row.cost_minor if row else None, edition),
            )


def price_of(rule: object) -> Decimal | None:
    """How much of its asset a reward takes, where that is one amount."""
    if isinstance(rule, Every):
        return Decimal(rule.each)
    if isinstance(rule, Price | Spend) and rule.price and not getattr(rule, "and_", None):
        return Decimal(str(rule.price))
    return None


def _value(rule: object, edition: Edition) -> Decimal | None:
    """What the programme itself says that a reward is worth."""
    told = getattr(rule, "value", None)
    if isinstance(rule, Every) and rule.voucher is not None:
        told = rule.voucher.value
    if not told:
        return None
    money = parse_money(told)
    return from_minor(money.minor, money.currency) if money.currency == edition.currency else None


def _minor(amount: int | None, edition: Edition) -> Decimal | None:
    return None if amount is None else from_minor(amount, edition.currency)
