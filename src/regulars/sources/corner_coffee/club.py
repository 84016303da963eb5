"""What its club's rewards are worth at the counter and cost in the kitchen, in cents."""

from __future__ import annotations

from msgspec import Struct


class Good(Struct, frozen=True, kw_only=True):
    """A reward of the club by its id: its price in points (0: it is given by itself), what it is
    worth and costs, the name of its picture, and how many lie on the shelf, where that is
    counted."""

    reward: str
    price: int
    worth_minor: int
    cost_minor: int
    picture: str
    left: int | None = None


GOODS = (
    Good(reward="coffee", price=50, worth_minor=300, cost_minor=95, picture="coffee"),
    Good(reward="cake", price=100, worth_minor=450, cost_minor=160, picture="cake"),
    Good(reward="beans", price=220, worth_minor=1290, cost_minor=640, picture="beans"),
    Good(reward="cup", price=320, worth_minor=1500, cost_minor=720, picture="cup", left=31),
    Good(reward="stamp_card", price=0, worth_minor=300, cost_minor=95, picture="coffee"),
    Good(reward="birthday", price=0, worth_minor=300, cost_minor=95, picture="birthday"),
)
