"""What the demonstration's past needs beside its orders: rewards with pictures and worth, members
who used what they had collected. Made up from the members' own numbers, so it repeats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from django.db import connection
from msgspec import Struct

from regulars.actions.redeeming import Answer, Asked, redeem
from regulars.actions.shelves import Goods, Told, change_picture, change_shelf
from regulars.db.models import RewardShelf, Staff
from regulars.engine.happenings import Attempt, Redemption, VoucherUse

EARNED = """
    SELECT customer_id, at, amount FROM regulars_transfer
    WHERE programme = %s AND step = 'earn' AND asset = 'points' AND at < %s
        AND customer_id %% %s = 0 ORDER BY customer_id, at, seq
"""
EVERY = 3
"""One in so many members ever uses points: as it is where nobody reminds them."""
MOOD = 0.3
"""How often somebody who could have what they want takes it."""
MOST_EACH = 3
MINUTE, DAYS = timedelta(minutes=1), timedelta(days=4)
ON_THE_PHONE = 0.25
"""The part that is turned into a voucher on the phone, of which some stay open."""
STAYS_OPEN = 0.3


class Shown(Struct, frozen=True, kw_only=True):
    """A reward as the demonstration shows it; money in smallest units."""

    reward: str
    price: int
    worth_minor: int
    cost_minor: int
    picture: bytes
    left: int | None = None


class Use(Struct, frozen=True, kw_only=True):
    """Somebody takes a reward at an instant, perhaps as a voucher."""

    customer: int
    at: datetime
    shown: Shown
    number: int
    on_the_phone: bool
    used: bool


def furnish(programme: str, owner: Staff, goods: Iterable[Shown], now: datetime) -> None:
    """Say what rewards look like and what they are worth, once."""
    for one in goods:
        meant = Goods(programme=programme, reward=one.reward)
        if RewardShelf.objects.filter(programme=programme, reward=one.reward).exists():
            continue
        told = Told(
            offered=True, left=one.left, worth_minor=one.worth_minor, cost_minor=one.cost_minor
        )
        change_shelf(owner, meant, told, now)
        change_picture(owner, meant, one.picture, now)


def use_points(programme: str, goods: Sequence[Shown], *, most: int, now: datetime) -> int:
    """Let members have used what they collected, at most so many times; how often they did. What
    is known already is not done again."""
    priced = [one for one in goods if one.price]
    with connection.cursor() as cursor:
        cursor.execute(EARNED, [programme, now - DAYS, EVERY])
        rows: list[tuple[int, datetime, int]] = cursor.fetchall()
    done = 0
    for use in _wishes(rows, priced):
        if done >= most:
            break
        done += _take(programme, use, now)
    return done


def _wishes(rows: Iterable[tuple[int, datetime, int]], goods: Sequence[Shown]) -> Iterator[Use]:
    """What each would have asked for, right after an order that was enough."""
    of, has, number = 0, 0, 0
    dice, wish = Random(0), goods[0]  # noqa: S311 - a past is made up, nothing is kept secret
    for customer, at, amount in rows:
        if customer != of:
            of, has, number = customer, 0, 0
            dice = Random(customer)  # noqa: S311 - the same
            wish = dice.choice(goods)
        has += amount
        if number < MOST_EACH and has >= wish.price and dice.random() < MOOD:
            number, has = number + 1, has - wish.price
            phone = dice.random() < ON_THE_PHONE
            yield Use(
                customer=customer,
                at=at + MINUTE,
                shown=wish,
                number=number,
                on_the_phone=phone,
                used=dice.random() > STAYS_OPEN,
            )
            wish = dice.choice(goods)


def _take(programme: str, use: Use, now: datetime) -> int:
    key = f"shown:{use.customer}:{use.number}"
    told: Attempt = Redemption(
        key=key,
        at=use.at,
        reward=use.shown.reward,
        as_voucher=use.on_the_phone,
        source="portal" if use.on_the_phone else "till",
    )
    taken = _asked(programme, use, told, now)
    if taken.accepted and use.on_the_phone and use.used:
        shown = VoucherUse(key=f"{key}:used", at=use.at + DAYS / 2, voucher=key, source="till")
        _asked(programme, use, shown, now)
    return taken.accepted


def _asked(programme: str, use: Use, attempt: Attempt, now: datetime) -> Answer:
    return redeem(Asked(attempt=attempt, customer_id=use.customer, programme=programme, now=now))
