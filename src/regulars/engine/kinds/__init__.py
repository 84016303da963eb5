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
from regulars.engine.kinds.earn.per_reading import PerReading
from regulars.engine.kinds.life.after_earning import After, MonthEnd
from regulars.engine.kinds.life.by_tier import ByTier
from regulars.engine.kinds.life.inactivity import Inactivity, NewestProlongs
from regulars.engine.kinds.life.month_by_month import MonthByMonth
from regulars.engine.kinds.life.yearly import Never, Yearly
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
from regulars.engine.kinds.metrics.counted import Activities, Counted, Orders
from regulars.engine.kinds.metrics.earned import Earned
from regulars.engine.kinds.metrics.readings import Readings
from regulars.engine.kinds.metrics.return_rate import ReturnRate
from regulars.engine.kinds.metrics.spent import Spent
from regulars.engine.kinds.metrics.streak import Streak
from regulars.engine.kinds.metrics.told import Told
from regulars.engine.kinds.referrals.two_sided import TwoSided
from regulars.engine.kinds.rewards.birthday import Birthday
from regulars.engine.kinds.rewards.credit import Credit
from regulars.engine.kinds.rewards.discount import Discount
from regulars.engine.kinds.rewards.every import Every
from regulars.engine.kinds.rewards.gift import Gift
from regulars.engine.kinds.rewards.milestone import Milestone
from regulars.engine.kinds.rewards.offered import Offered
from regulars.engine.kinds.rewards.partner import Partner
from regulars.engine.kinds.rewards.period import Period
from regulars.engine.kinds.rewards.price import Price
from regulars.engine.kinds.rewards.right import Right
from regulars.engine.kinds.rewards.spend import Spend
from regulars.engine.kinds.rewards.statement import Statement
from regulars.engine.kinds.standing.calendar import (
    CalendarMonth,
    CalendarQuarter,
    CalendarYear,
)
from regulars.engine.kinds.standing.kept import Anniversary, RollingKept
from regulars.engine.kinds.standing.lasting import Invited, Lifetime
from regulars.engine.kinds.standing.rolling import Rolling
from regulars.engine.rules import FAMILIES, Rule
from regulars.kinds import outside

BUILT_IN: tuple[type[Rule], ...] = (
    Activities,
    Add,
    After,
    Anniversary,
    Birthday,
    BySteps,
    ByTier,
    CalendarMonth,
    CalendarQuarter,
    CalendarYear,
    Cooldown,
    Counted,
    Credit,
    Discount,
    Earned,
    Every,
    Gift,
    Inactivity,
    Invited,
    Lifetime,
    Milestone,
    MonthByMonth,
    MonthEnd,
    Multiply,
    Never,
    NewestProlongs,
    Offered,
    OnSignUp,
    Orders,
    Partner,
    PerActivity,
    PerAmount,
    PerCount,
    PerItem,
    PerOrder,
    PerReading,
    Period,
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
    Readings,
    ReturnRate,
    Right,
    Rolling,
    RollingKept,
    Spend,
    Spent,
    Statement,
    Streak,
    TimesEver,
    TimesPerDay,
    TimesPerMonth,
    TimesPerQuarter,
    TimesPerWeek,
    TimesPerYear,
    Told,
    TwoSided,
    Yearly,
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
