"""Rewards as their page tells them: what they take, how many are left, what one is worth."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from regulars.db.models import RewardShelf
from regulars.db.queries import rewards
from regulars.db.worths import price_of
from regulars.engine.edition import Edition
from regulars.engine.kinds.rewards.birthday import Birthday
from regulars.engine.kinds.rewards.price import Price
from regulars.engine.kinds.rewards.spend import Spend
from regulars.engine.rules import Reward
from regulars.words.amounts import asset_of, language, much, reward_name
from regulars.words.programme import terms


class Shown(Struct, frozen=True, kw_only=True):
    """A reward of a programme with what staff said about it. `left` is None where nobody counts;
    `asked` says whether people ask for it, so that it can be off for a while, `costs` whether its
    price is in points or stamps. `sentence` is the
    programme's own, with its limits. Money in smallest units."""

    programme: str
    id: str
    name: str
    price: str
    sentence: str
    taken: int
    left: int | None
    asked: bool
    costs: bool = False
    offered: bool = True
    worth_minor: int | None = None
    cost_minor: int | None = None
    currency: str = ""
    picture: str = ""

    @property
    def counted(self) -> bool:
        return self.left is not None

    @property
    def url(self) -> str:
        return reverse("console:reward", args=[self.programme, self.id])


def shown(edition: Edition) -> list[Shown]:
    """Every reward of an edition, in the order of its file."""
    programme = edition.programme_id
    names = [rule.name_in_state for rule in edition.rewards]
    taken, used = rewards.taken(programme, names), rewards.used_of_stock(programme)
    rows, said = rewards.shelves(programme), _sentences(edition)
    found = []
    for rule in edition.rewards:
        name = rule.name_in_state
        one = Shown(
            programme=programme,
            id=name,
            name=reward_name(edition, name),
            price=_price(rule, edition),
            sentence=said.get(name, ""),
            taken=taken.get(name, 0),
            left=_left(rule, rows.get(name), used.get(name, 0)),
            asked=isinstance(rule, Price | Spend | Birthday),
            costs=price_of(rule) is not None,
            currency=edition.currency,
            **_said(rows.get(name)),
        )
        found.append(one)
    return found


def _said(row: RewardShelf | None) -> dict[str, Any]:
    """What staff said about a reward."""
    if row is None:
        return {}
    told = {"offered": row.offered, "worth_minor": row.worth_minor, "cost_minor": row.cost_minor}
    return {**told, "picture": address(row.picture) if row.picture else ""}


def _left(rule: Reward, row: RewardShelf | None, used: int) -> int | None:
    """How many there are, where the programme counts them."""
    stock: int | None = getattr(rule, "stock", None)
    if stock is None:
        return None
    most = stock if row is None or row.stock is None else row.stock
    return max(most - used, 0)


def address(mark: str) -> str:
    """Where a picture is served, for members too."""
    return reverse("portal:picture", args=[mark])


def _price(rule: Reward, edition: Edition) -> str:
    """What it takes: points, a full card, or nothing."""
    asset = asset_of(edition, str(getattr(rule, "asset", "") or ""))
    price = price_of(rule)
    if price is not None:
        return much(int(price.scaleb(asset.decimals)), asset)
    return _("free") if isinstance(rule, Price | Birthday) else _("by itself")


def _sentences(edition: Edition) -> dict[str, str]:
    """The programme's own sentence about each reward; one about several says prices alone."""
    found: dict[str, str] = {}
    for section in terms(edition, language()):
        for sentence in section.sentences:
            if len(sentence.rules) == 1:
                found.setdefault(sentence.rules[0], sentence.text)
    return found
