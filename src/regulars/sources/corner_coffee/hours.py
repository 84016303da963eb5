"""The time of day at which people buy, in seconds after midnight."""

from __future__ import annotations

from regulars.sources.corner_coffee.dice import Dice, Weighted, weighted

HALF_HOUR = 1800


def _opening(first: str, weights: str) -> Weighted[int]:
    """Half hours from `first` ("7:30") on, with a weight for each."""
    hours, minutes = first.split(":")
    start = int(hours) * 3600 + int(minutes) * 60
    return weighted(
        {start + HALF_HOUR * at: int(weight) for at, weight in enumerate(weights.split())}
    )


# The café is open from 7:30 to 18:00.
MORNING = _opening("7:30", "16 24 22 14 8 5 3")
NOON = _opening("11:00", "6 9 16 20 16 10 6")
AFTERNOON = _opening("13:30", "5 8 12 15 16 13 8 4 2")
WHOLE_DAY = _opening("7:30", "5 8 9 8 7 6 6 6 7 8 7 6 6 7 8 8 7 5 4 3 1")
WEEKEND = _opening("7:30", "1 2 5 8 11 13 13 11 9 8 7 7 8 9 9 8 6 5 3 2 1")
# Nobody orders between 2:00 and 3:00: clocks change then, and a time could be none or two.
SHOP = _opening(
    "0:00",
    "4 3 2 1 0 0 0 0 0 0 1 2 4 7 9 10 11 12 12 12 11 11 12 13"
    " 14 13 12 12 12 12 12 13 14 15 17 18 20 22 25 27 28 28 26 23 19 15 11 7",
)

HABITS = weighted({MORNING: 40, NOON: 22, AFTERNOON: 26, WHOLE_DAY: 12})


def cafe_second(dice: Dice, habit: Weighted[int], weekday: int) -> int:
    """When somebody with this habit comes to the counter."""
    if weekday >= 5:
        table = habit if dice.chance(250) else WEEKEND
    else:
        table = habit if dice.chance(800) else WHOLE_DAY
    return dice.draw(table) + dice.below(HALF_HOUR)


def shop_second(dice: Dice) -> int:
    """When an order comes in from the shop."""
    return dice.draw(SHOP) + dice.below(HALF_HOUR)


def desk_second(dice: Dice) -> int:
    """When somebody at the shop's desk pays money back: from 9:00 to 17:00."""
    return 9 * 3600 + dice.below(8 * 3600)
