"""What staff say about rewards beside their rules: a picture, how many are left, what one is worth,
whether it is on offer at present. No rule changes by it, so no edition does."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.actions import audit
from regulars.actions.pictures import picture
from regulars.actions.portal_pages import edition_of
from regulars.actions.refused import Refused
from regulars.db.answers import LOCK_SHARE
from regulars.db.models import MeasureResult, RewardPicture, RewardShelf, Staff
from regulars.db.shelves import OF_STOCK
from regulars.engine.rules import Reward

MOST = 10**9
"""The most that there can be of anything, and the most that one can be worth in smallest units."""


class Goods(Struct, frozen=True, kw_only=True):
    """Which reward of which programme is meant."""

    programme: str
    reward: str


class Told(Struct, frozen=True, kw_only=True):
    """What staff say: whether it is on offer, how many are `left` now (None: nobody counts them),
    what one is worth to a customer and what it costs, in smallest units (None: not known)."""

    offered: bool
    left: int | None = None
    worth_minor: int | None = None
    cost_minor: int | None = None


@transaction.atomic
def change_shelf(by: Staff, goods: Goods, told: Told, now: datetime) -> None:
    """Take over what somebody says about a reward. Refused: programme_unknown, reward_missing,
    stock_not_counted, number_too_large."""
    rule = _rule(goods, now)
    for number in (told.left, told.worth_minor, told.cost_minor):
        if number is not None and not 0 <= number <= MOST:
            raise Refused("number_too_large")
    if told.left is not None and getattr(rule, "stock", None) is None:
        raise Refused("stock_not_counted")
    row = _locked(goods, now)
    stock = row.stock
    if told.left is not None:
        with connection.cursor() as cursor:
            stock = told.left + _used(cursor, goods)
    said: dict[str, object] = {"offered": told.offered, "left": told.left}
    said |= {"worth": told.worth_minor, "cost": told.cost_minor}
    if (row.worth_minor, row.cost_minor) != (told.worth_minor, told.cost_minor):
        MeasureResult.objects.filter(kind="owed").delete()
    row.offered, row.stock = told.offered, stock
    row.worth_minor, row.cost_minor = told.worth_minor, told.cost_minor
    row.changed_at = now
    row.save()
    _note("reward.changed", by, goods, now, said)


def _used(cursor: CursorWrapper, goods: Goods) -> int:
    """How many were taken of a stock, which stays so until the transaction ends."""
    cursor.execute(LOCK_SHARE, [goods.programme, goods.reward + OF_STOCK])
    return int(cursor.fetchone()[0])


@transaction.atomic
def change_picture(by: Staff, goods: Goods, file: bytes | None, now: datetime) -> None:
    """Give a reward a picture, or take it away. Refused: programme_unknown, reward_missing,
    photo_unreadable, picture_too_large."""
    _rule(goods, now)
    mark = _kept(file, now) if file is not None else ""
    row = _locked(goods, now)
    before, row.picture, row.changed_at = row.picture, mark, now
    row.save()
    _forget(before)
    _note("reward.picture", by, goods, now, {"picture": mark[:16]})


def _kept(file: bytes, now: datetime) -> str:
    """The hash under which a picture is kept, which is that of what is served."""
    made = picture(file)
    mark = hashlib.sha256(made.body).hexdigest()
    fresh = {"type": made.type, "body": made.body, "made_at": now}
    RewardPicture.objects.get_or_create(hash=mark, defaults=fresh)
    return mark


def _forget(mark: str) -> None:
    """A picture that no reward has any more is not kept."""
    if mark and not RewardShelf.objects.filter(picture=mark).exists():
        RewardPicture.objects.filter(hash=mark).delete()


def _rule(goods: Goods, now: datetime) -> Reward:
    rewards = edition_of(goods.programme, now).rewards
    found = next((one for one in rewards if one.name_in_state == goods.reward), None)
    if found is None:
        raise Refused("reward_missing")
    return found


def _locked(goods: Goods, now: datetime) -> RewardShelf:
    rows = RewardShelf.objects.select_for_update()
    row, _made = rows.get_or_create(
        programme=goods.programme, reward=goods.reward, defaults={"changed_at": now}
    )
    return row


def _note(what: str, by: Staff, goods: Goods, now: datetime, details: dict[str, object]) -> None:
    told = {name: str(value) for name, value in details.items() if value is not None}
    audit.note(what, f"{goods.programme}/{goods.reward}", audit.staff_name(by), now, told)
