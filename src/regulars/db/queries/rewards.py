"""Reads for the page of rewards: what staff said about them, how often they were taken."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection
from msgspec import Struct

from regulars.db.models import RewardPicture, RewardShelf, SharedLimit
from regulars.db.shelves import OF_STOCK
from regulars.engine.edition import Edition

TAKEN = """
    SELECT p.rule, count(*) - count(a.key) FROM regulars_promise p
    LEFT JOIN regulars_attempt a ON a.key = p.key AND a.resolved IN ('released', 'ended')
    WHERE p.programme = %s AND p.rule = ANY(%s) GROUP BY p.rule
"""


def shelves(programme: str) -> dict[str, RewardShelf]:
    """What staff said about the rewards of a programme, by reward."""
    return {one.reward: one for one in RewardShelf.objects.filter(programme=programme)}


def taken(programme: str, rewards: list[str]) -> dict[str, int]:
    """How often each reward was given and not given back."""
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, [programme, rewards])
        return dict(cursor.fetchall())


def used_of_stock(programme: str) -> dict[str, int]:
    """How many of each counted stock are gone, by reward."""
    rows = SharedLimit.objects.filter(programme=programme, name__endswith=OF_STOCK)
    return {row.name.removesuffix(OF_STOCK): row.used for row in rows}


def picture(mark: str) -> RewardPicture | None:
    """A picture by its hash."""
    return RewardPicture.objects.filter(hash=mark).first()


class Goods(Struct, frozen=True, kw_only=True):
    """A reward as members and cashiers see it: the hash of its picture, and how many are left,
    where that is counted."""

    picture: str = ""
    left: int | None = None


def goods(programme: str, stocks: Mapping[str, int | None]) -> dict[str, Goods]:
    """The rewards of a programme by their ids, of which `stocks` says how many there are as the
    programme says (None: nobody counts)."""
    rows = shelves(programme)
    used = used_of_stock(programme) if any(one is not None for one in stocks.values()) else {}
    found = {}
    for reward, told in stocks.items():
        row = rows.get(reward)
        most = told if told is None or row is None or row.stock is None else row.stock
        left = None if most is None else max(most - used.get(reward, 0), 0)
        found[reward] = Goods(picture=row.picture if row else "", left=left)
    return found


def stocks_of(edition: Edition) -> dict[str, int | None]:
    """How many there are of each reward, as the programme says."""
    return {one.name_in_state: getattr(one, "stock", None) for one in edition.rewards}
