"""The built-in kinds of rules, by family: one small file each, listed here and nowhere else."""

from __future__ import annotations

from regulars.engine.kinds.change.multiply import Multiply
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.kinds.life.after_earning import After, MonthEnd
from regulars.engine.kinds.limit.points_per_period import (
    PointsPerDay,
    PointsPerMonth,
    PointsPerWeek,
    PointsPerYear,
)
from regulars.engine.kinds.metrics.earned import Earned
from regulars.engine.kinds.rewards.every import Every
from regulars.engine.kinds.rewards.price import Price
from regulars.engine.kinds.standing.rolling import Rolling
from regulars.engine.rules import FAMILIES, Rule
from regulars.kinds import outside

BUILT_IN: tuple[type[Rule], ...] = (
    After,
    Earned,
    Every,
    MonthEnd,
    Multiply,
    PerAmount,
    PointsPerDay,
    PointsPerMonth,
    PointsPerWeek,
    PointsPerYear,
    Price,
    Rolling,
)


def families() -> dict[str, tuple[type[Rule], ...]]:
    """Every kind by family: built-in ones first, then those that installed packages bring."""
    return {
        family.family: (
            *(kind for kind in BUILT_IN if kind.family == family.family),
            *outside(family.family),
        )
        for family in FAMILIES
    }
