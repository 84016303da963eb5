"""How much of what is held will be used, and between which two amounts 9 times in 10.

The range holds two sorts of doubt. The rates could be others: members are put into groups by lot,
groups are drawn again with replacement, and the rates computed anew (B. Efron, Bootstrap methods:
another look at the jackknife, Annals of Statistics 7 (1979) 1-26; whole members are drawn, since
what one member does with all their points belongs together). And what members do is not settled by
rates: in each draw a member uses all that they hold, with their chance, or nothing, which is the
widest that it can spread. Beyond the ages that are known, the lower end says that nothing more is
used, the upper end that everything is.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from regulars.insight.lazy import numpy
from regulars.insight.owing.curve import (
    MONTH,
    Curve,
    Rates,
    Watched,
    chance,
    curve,
    rates,
    still,
    watched,
)
from regulars.insight.owing.moves import USED
from regulars.insight.owing.pieces import HELD, Pieces

HORIZON = 5 * 365.25
"""Days: what has no end that is known counts as used in the end if it is used by then."""
GROUPS = 400
LOW, HIGH = 0.05, 0.95
FEWEST_AGES, FEWEST_USERS = 3, 20
"""Before so many months of age are known, and so many members have used anything, it is too early
to say."""


class Estimate(Struct, frozen=True, kw_only=True):
    """Of one asset: how much is held by how many, and how much of it is likely to be used, with a
    range; `draws` are the lower and upper amounts of each draw. It is `early` where nothing can be
    said: then the range is from nothing to all."""

    held: float
    holders: int
    users: int
    ages: int
    likely: float | None
    low: float
    high: float
    draws: Any
    chances: Any
    watched: Watched
    rates: Rates

    @property
    def early(self) -> bool:
        return self.likely is None


def estimate(pieces: Pieces, *, draws: int, seed: int) -> Estimate:
    """The estimate from everything that was watched, by so many draws from a seed."""
    random = numpy.random.default_rng(seed)
    groups = max(min(pieces.members, GROUPS), 1)
    seen = watched(pieces, random.permutation(pieces.members) % groups)
    held = pieces.only(pieces.fate == HELD)
    asked = _asked(held, seen)
    sums = [one.sum(axis=0) for one in (seen.held, seen.used, seen.ended)]
    found = rates(*sums, known=asked.known, ages=asked.ages)
    users = len(numpy.unique(pieces.member[pieces.fate == USED]))
    total = float(held.amount.sum())
    rest: dict[str, Any] = {
        "held": total,
        "holders": len(numpy.unique(held.member)),
        "users": users,
    }
    rest |= {"ages": seen.known, "watched": seen, "rates": found}
    if seen.known < FEWEST_AGES or users < FEWEST_USERS or not total:
        nothing = numpy.zeros((draws, 2))
        nothing[:, 1] = total
        none = numpy.zeros(len(held.amount))
        return Estimate(
            likely=None if total else 0.0, low=0.0, high=total, draws=nothing, chances=none, **rest
        )
    chances = _chances(asked, found).likely
    spread = _draws(held, asked, seen, Luck(random, draws))
    return Estimate(
        likely=float((held.amount * chances).sum()),
        low=float(numpy.quantile(spread[:, 0], LOW)),
        high=float(numpy.quantile(spread[:, 1], HIGH)),
        draws=spread,
        chances=chances,
        **rest,
    )


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked of the curves: pairs of an age and the age at which it can no longer be used
    (whole days), whether that end is known to nobody, and `back`, which pair each piece is. `known`
    months of age are known, points live `ages`."""

    start: Any
    stop: Any
    open_end: Any
    back: Any
    known: int
    ages: int


def _asked(held: Pieces, seen: Watched) -> Asked:
    until = held.age + numpy.minimum(held.left, HORIZON)
    each = [numpy.round(held.age), numpy.round(until), numpy.isinf(held.left)]
    pairs, back = numpy.unique(numpy.stack(each), axis=1, return_inverse=True)
    return Asked(
        start=pairs[0],
        stop=pairs[1],
        open_end=pairs[2] > 0,
        back=back.ravel(),
        known=seen.known,
        ages=max(int(until.max(initial=0) / MONTH) + 1, seen.held.shape[1]),
    )


class Chances(Struct, frozen=True, kw_only=True):
    """For each piece the chance of being used: likely, at least, at most."""

    likely: Any
    least: Any
    most: Any


def _chances(asked: Asked, found: Rates) -> Chances:
    likely, least, most = (numpy.zeros(len(asked.start)) for _one in range(3))
    for open_end in (False, True):
        mask = asked.open_end == open_end
        ends = found.ends if open_end else numpy.zeros_like(found.ends)
        start, stop = asked.start[mask], asked.stop[mask]
        likely[mask] = chance(curve(found.likely, ends), start, stop)
        bound = curve(found.least, ends)
        least[mask] = chance(bound, start, stop)
        most[mask] = least[mask] + _unknown(bound, start, stop, asked.known * MONTH)
    most = numpy.minimum(most, 1.0)
    return Chances(likely=likely[asked.back], least=least[asked.back], most=most[asked.back])


def _unknown(bound: Curve, start: Any, stop: Any, known: float) -> Any:
    """The chance of being there when what is known ends, for points that live longer than that."""
    there = still(bound, start, numpy.maximum(start, numpy.full_like(start, known)))
    return numpy.where(stop > known, there, 0.0)


class Luck(Struct, frozen=True):
    """Where chance comes from, and how often it is drawn."""

    random: Any
    draws: int


def _draws(held: Pieces, asked: Asked, seen: Watched, luck: Luck) -> Any:
    """Lower and upper amounts used, one row a draw."""
    groups = seen.held.shape[0]
    names, member = numpy.unique(held.member, return_inverse=True)
    value = numpy.bincount(member, held.amount)
    drawn = luck.random.multinomial(groups, numpy.full(groups, 1 / groups), size=luck.draws)
    sums = [drawn @ one for one in (seen.held, seen.used, seen.ended)]
    found = numpy.zeros((luck.draws, 2))
    for number in range(luck.draws):
        again = rates(*(one[number] for one in sums), known=asked.known, ages=asked.ages)
        chances = _chances(asked, again)
        dice = luck.random.random(len(names))
        for side, each in enumerate((chances.least, chances.most)):
            part = numpy.bincount(member, held.amount * each) / value
            found[number, side] = value[dice < part].sum()
    return found
