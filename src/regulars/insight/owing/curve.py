"""How quickly points are used, by their age: rates that were seen, and chances that follow.

An age of so many months has the rate `used / (points held × days)` of all points that were ever
watched at that age (occurrence over exposure: the maximum-likelihood estimate of a hazard that is
constant within each month of age; M. Friedman, Piecewise exponential models for survival data with
covariates, Annals of Statistics 10 (1982) 101-113). What is still held, or ended, was watched until
then and counts as such, so young points say what they can. With competing ends the chance of being
used in the end is the cumulative incidence of use (J. D. Kalbfleisch, R. L. Prentice, The
Statistical Analysis of Failure Time Data, 1980). Chained over all ages it is the ultimate
redemption rate of T. A. Gault, L. Llaguno, M. Ménard, Loyalty Rewards and Gift Card Programs: Basic
Actuarial Estimation Techniques, Casualty Actuarial Society E-Forum, Summer 2012.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from regulars.insight.lazy import numpy
from regulars.insight.owing.moves import ENDED, USED
from regulars.insight.owing.pieces import Pieces

MONTH = 365.25 / 12
"""Days of a month of age."""
MOST_AGES = 240
ENOUGH = 20
"""Members who must have held points of an age before its rate is believed."""
TAIL = 3
"""Beyond the ages that are known, the last so many of them say how it goes on."""


class Watched(Struct, frozen=True, kw_only=True):
    """What was watched, by group of members (rows) and month of age (columns): points × days held,
    points used, points that ended of which nobody knew when they would. `members` by age."""

    held: Any
    used: Any
    ended: Any
    members: Any

    @property
    def known(self) -> int:
        """The months of age of which enough members' points were watched, from 0 on."""
        enough = (self.members >= ENOUGH) & (self.held.sum(axis=0) > 0)
        return int(numpy.argmin(enough)) if not enough.all() else len(enough)


def watched(pieces: Pieces, group: Any) -> Watched:
    """What all pieces tell; `group` is the group of each member."""
    month = numpy.minimum((pieces.age / MONTH).astype(int), MOST_AGES - 1)
    ages = int(month.max(initial=0)) + 1
    groups = int(group.max(initial=0)) + 1
    place = group[pieces.member] * ages + month

    def summed(weight: Any, mask: Any = slice(None)) -> Any:
        flat = numpy.bincount(place[mask], weight[mask], minlength=groups * ages)
        return flat.reshape(groups, ages)

    within = summed(pieces.amount * (pieces.age - month * MONTH))
    through = summed(pieces.amount)
    beyond = through[:, ::-1].cumsum(axis=1)[:, ::-1] - through
    oldest = numpy.full(pieces.members, -1)
    numpy.maximum.at(oldest, pieces.member, month)
    reached = numpy.bincount(oldest[oldest >= 0], minlength=ages)
    open_end = (pieces.fate == ENDED) & numpy.isinf(pieces.left)
    return Watched(
        held=within + MONTH * beyond,
        used=summed(pieces.amount, pieces.fate == USED),
        ended=summed(pieces.amount, open_end),
        members=reached[::-1].cumsum()[::-1],
    )


class Curve(Struct, frozen=True, kw_only=True):
    """Rates a day by month of age, and what they come to at the beginning of each month: the part
    still there (`stays`) and the part used (`used`). Both for points that nobody knows to end, and
    for those that end on a known day only."""

    rate: Any
    ends: Any
    stays: Any
    used: Any


def curve(rate: Any, ends: Any) -> Curve:
    """The curve of these rates."""
    sum_ = rate + ends
    stays = numpy.exp(-numpy.concatenate([[0.0], numpy.cumsum(sum_) * MONTH]))
    part = numpy.divide(rate, sum_, out=numpy.zeros_like(rate), where=sum_ > 0)
    used = numpy.concatenate([[0.0], numpy.cumsum(part * (stays[:-1] - stays[1:]))])
    return Curve(rate=rate, ends=ends, stays=stays, used=used)


def chance(curve: Curve, age: Any, until: Any) -> Any:
    """The chance that points of an age are used before they reach another one (arrays, days)."""
    stays, used = _at(curve, age)
    _later, then = _at(curve, until)
    gone = numpy.divide(then - used, stays, out=numpy.zeros_like(stays), where=stays > 1e-12)
    return numpy.clip(gone, 0.0, 1.0)


def still(curve: Curve, age: Any, until: Any) -> Any:
    """The chance that points of an age are still there at another one (arrays, days)."""
    stays, _used = _at(curve, age)
    later, _then = _at(curve, numpy.maximum(until, age))
    return numpy.divide(later, stays, out=numpy.zeros_like(stays), where=stays > 1e-12)


def _at(curve: Curve, age: Any) -> tuple[Any, Any]:
    """The part still there and the part used at an age in days."""
    month = numpy.minimum((age / MONTH).astype(int), len(curve.rate) - 1)
    rate, ends = curve.rate[month], curve.ends[month]
    stays = curve.stays[month] * numpy.exp(-(rate + ends) * (age - month * MONTH))
    part = numpy.divide(rate, rate + ends, out=numpy.zeros_like(rate), where=rate + ends > 0)
    return stays, curve.used[month] + part * (curve.stays[month] - stays)


class Rates(Struct, frozen=True, kw_only=True):
    """Rates by month of age, as far as points can live: as they are likely to go on, and with
    nothing used beyond what is known."""

    likely: Any
    least: Any
    ends: Any


def rates(held: Any, used: Any, ended: Any, *, known: int, ages: int) -> Rates:
    """Rates from sums by month of age (one row of `Watched` or the sum of several)."""
    seen = _rate(used, held)[:known]
    gone = _rate(ended, held)[:known]
    last = slice(max(known - TAIL, 0), known)
    tail = float(_rate(used[last].sum(), held[last].sum()))
    beyond = max(ages - known, 0)
    gone_tail = float(_rate(ended[last].sum(), held[last].sum()))
    return Rates(
        likely=numpy.concatenate([seen, numpy.full(beyond, tail)])[:ages],
        least=numpy.concatenate([seen, numpy.zeros(beyond)])[:ages],
        ends=numpy.concatenate([gone, numpy.full(beyond, gone_tail)])[:ages],
    )


def _rate(events: Any, exposure: Any) -> Any:
    events, exposure = numpy.asarray(events, float), numpy.asarray(exposure, float)
    return numpy.divide(events, exposure, out=numpy.zeros_like(events), where=exposure > 0)
