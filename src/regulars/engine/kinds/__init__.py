"""The built-in kinds of rules, by family: one small file each, listed here and nowhere else."""

from __future__ import annotations

from regulars.engine.kinds.change.add import Add
from regulars.engine.kinds.change.multiply import Multiply
from regulars.engine.kinds.earn.by_steps import BySteps
from regulars.engine.kinds.earn.on_sign_up import OnSignUp
from regulars.engine.kinds.earn.per_activity import PerActivity
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.kinds.earn.per_count import PerCount
from regulars.engine.kinds.earn.per_item import PerItem
from regulars.engine.kinds.earn.per_order import PerOrder
from regulars.engine.kinds.life.after_earning import After, MonthEnd
from regulars.engine.kinds.limit.points_per_campaign import PointsPerCampaign
from regulars.engine.kinds.limit.points_per_order import PointsPerOrder
from regulars.engine.kinds.limit.points_per_period import (
    PointsEver,
    PointsPerDay,
    PointsPerMonth,
    PointsPerQuarter,
    PointsPerWeek,
    PointsPerYear,
)
from regulars.engine.kinds.limit.points_rolling import Cooldown, PointsRolling
from regulars.engine.kinds.limit.times_per_period import (
    TimesEver,
    TimesPerDay,
    TimesPerMonth,
    TimesPerQuarter,
    TimesPerWeek,
    TimesPerYear,
)
from regulars.engine.kinds.metrics.earned import Earned
from regulars.engine.kinds.rewards.every import Every
from regulars.engine.kinds.rewards.price import Price
from regulars.engine.kinds.standing.rolling import Rolling
from regulars.engine.rules import FAMILIES, Rule
from regulars.kinds import outside

BUILT_IN: tuple[type[Rule], ...] = (
    Add,
    After,
    BySteps,
    Cooldown,
    Earned,
    Every,
    MonthEnd,
    Multiply,
    OnSignUp,
    PerActivity,
    PerAmount,
    PerCount,
    PerItem,
    PerOrder,
    PointsEver,
    PointsPerCampaign,
    PointsPerDay,
    PointsPerMonth,
    PointsPerOrder,
    PointsPerQuarter,
    PointsPerWeek,
    PointsPerYear,
    PointsRolling,
    Price,
    Rolling,
    TimesEver,
    TimesPerDay,
    TimesPerMonth,
    TimesPerQuarter,
    TimesPerWeek,
    TimesPerYear,
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
