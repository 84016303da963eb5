"""How people come back, slow down, stay away and come again: the days of their visits."""

from __future__ import annotations

from msgspec import Struct

from regulars.sources.corner_coffee.days import MOMENTS, Days
from regulars.sources.corner_coffee.dice import Dice, Weighted, weighted


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of customer.

    `gap_days` is the usual time between two visits, `spread` how far it differs between two
    people of the kind (per mille), `shape` how regularly each of them keeps it. After a visit
    `leaves` in 1,000 stay away. By `warms` per mille the gap is shorter at the end of the export,
    now that the café has got better. `brings` is how many friends somebody of the kind may bring.
    """

    name: str
    gap_days: int
    spread: int
    shape: int
    leaves: int
    warms: int = 0
    patterns: Weighted[str]
    by_parcel: bool = False
    brings: Weighted[int] = weighted({0: 1})


EVERYDAY = weighted({"before work": 520, "any day": 330, "weekends": 150})
NOW_AND_THEN = weighted({"before work": 160, "any day": 360, "weekends": 480})
AT_HOME = weighted({"parcels": 1})

PASSING = Kind(name="passing", gap_days=60, spread=500, shape=1, leaves=900, patterns=NOW_AND_THEN)
OCCASIONAL = Kind(
    name="occasional",
    gap_days=60,
    spread=400,
    shape=2,
    leaves=85,
    warms=430,
    patterns=NOW_AND_THEN,
    brings=weighted({0: 930, 1: 60, 2: 10}),
)
REGULAR = Kind(
    name="regular",
    gap_days=12,
    spread=400,
    shape=4,
    leaves=12,
    warms=150,
    patterns=NOW_AND_THEN,
    brings=weighted({0: 700, 1: 180, 2: 80, 3: 30, 4: 10}),
)
DAILY = Kind(
    name="daily",
    gap_days=3,
    spread=350,
    shape=4,
    leaves=3,
    patterns=EVERYDAY,
    brings=weighted({0: 480, 1: 220, 2: 150, 3: 90, 4: 40, 5: 20}),
)
ONE_PARCEL = Kind(
    name="one parcel",
    gap_days=80,
    spread=400,
    shape=1,
    leaves=850,
    patterns=AT_HOME,
    by_parcel=True,
)
REFILL = Kind(
    name="refill",
    gap_days=36,
    spread=350,
    shape=2,
    leaves=60,
    patterns=AT_HOME,
    by_parcel=True,
    brings=weighted({0: 800, 1: 150, 2: 50}),
)

KINDS_BEFORE = weighted(
    {PASSING: 440, OCCASIONAL: 215, REGULAR: 48, DAILY: 32, ONE_PARCEL: 160, REFILL: 105}
)
"""Who came new to Corner Coffee before the café got better."""
KINDS_NOW = weighted(
    {PASSING: 320, OCCASIONAL: 262, REGULAR: 100, DAILY: 53, ONE_PARCEL: 160, REFILL: 105}
)
"""Who comes new at the end of the export; the shop's shares are the same."""
KINDS_OF_OLD = weighted({OCCASIONAL: 560, REGULAR: 130, DAILY: 110, REFILL: 200})
"""Who had been coming long before the export begins."""
KINDS_OF_FRIENDS = weighted({PASSING: 250, OCCASIONAL: 330, REGULAR: 160, DAILY: 100, REFILL: 160})
"""Whom customers bring: people like themselves."""

SLOWS_DOWN = 450
"""Per mille of those who leave that come less and less first."""
SLOWER = (1600, 2300, 3200)
COMES_AGAIN = 90
"""Per mille of those who left that come back after months."""
SHORTEST_GAP = MOMENTS // 3


class Visits(Struct, frozen=True, kw_only=True):
    """The days of one customer's visits, in order, and the habit behind them."""

    kind: Kind
    pattern: str
    days: list[int]


class Habits:
    """Draws the visits of one customer after the other."""

    def __init__(self, days: Days, dice: Dice) -> None:
        self._days = days
        self._dice = dice

    def of_newcomer(self, kind: Kind, day: int) -> Visits:
        """The visits of somebody who comes for the first time on `day`."""
        pattern = self._dice.draw(kind.patterns)
        moment = self._days.moment_of(day, pattern) + self._dice.below(MOMENTS // 4)
        return self._visits(kind, pattern, moment)

    def of_old_customer(self, kind: Kind) -> Visits:
        """The visits of somebody who came before the export begins."""
        pattern = self._dice.draw(kind.patterns)
        return self._visits(kind, pattern, self._dice.below(kind.gap_days * MOMENTS))

    def _visits(self, kind: Kind, pattern: str, moment: int) -> Visits:
        dice, calendar, end = self._dice, self._days, self._days.end(pattern)
        usual_gap = kind.gap_days * dice.between(1000 - kind.spread, 1000 + kind.spread)
        moment = min(moment, end - 1)
        days = [calendar.day_at(moment, pattern)]
        going: list[int] = []
        while True:
            pace = 1000
            if going:
                pace = going.pop()
                if not pace:
                    break
            elif dice.chance(self._leaves(kind, days[-1])):
                going = self._goodbye()
                continue
            else:
                pace -= calendar.mood[days[-1]] * kind.warms // 1000
            moment += max(SHORTEST_GAP, dice.wait(usual_gap, kind.shape) * pace // 1000)
            if moment >= end:
                break
            days.append(calendar.day_at(moment, pattern))
        return Visits(kind=kind, pattern=pattern, days=days)

    def _leaves(self, kind: Kind, day: int) -> int:
        """Per mille that stay away after a visit on `day`."""
        if kind.by_parcel:
            return kind.leaves
        return kind.leaves * (1000 - self._days.mood[day] * 350 // 1000) // 1000

    def _goodbye(self) -> list[int]:
        """How the last visits slow down (per mille of the usual gap), read from the end.

        A zero is the end; without one somebody comes again after a long while.
        """
        dice = self._dice
        slower = list(reversed(SLOWER)) if dice.chance(SLOWS_DOWN) else []
        comes_again = dice.chance(COMES_AGAIN)
        return [dice.between(6000, 14000) if comes_again else 0, *slower]
