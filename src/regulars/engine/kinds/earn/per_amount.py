"""So many points for so much money."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from regulars.engine import amounts, conditions
from regulars.engine.amounts import Rate
from regulars.engine.conditions import Condition, goods_minor
from regulars.engine.earning import Earning
from regulars.engine.facts import Code, Line, Order
from regulars.engine.rules import Earn, Handlers, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import (
    Duration,
    Id,
    Money,
    OneOrMany,
    Positive,
    parse_money,
    parse_number,
)
from regulars.engine.weighing import lines_of, modifiers_for, paid_by, selecting

if TYPE_CHECKING:
    from regulars.engine.build import Build

NOTHING = -1


class PerAmount(Earn, frozen=True, kw_only=True, tag="per_amount"):
    """`points` of an asset for every `step` of money paid for goods.

    Parts of a step count in proportion and the sum is cut to the asset's smallest unit once per
    order; with `full_steps` only full steps count. `of` names one of the order's further amounts
    (base_fare, nights) instead of its goods. `except` leaves categories of goods out; `when` says
    for which goods, sales, members and times the rule holds. `after` is how long it is pending.
    """

    step: Money
    points: Positive
    asset: Id | None = None
    of: Code | None = None
    except_: OneOrMany[Code] = ()
    when: Condition | None = None
    full_steps: bool = False
    after: Duration | None = None

    def compile(self, build: Build) -> Handlers:
        """Listens to orders."""
        working = Working(self, build)
        return Handlers(on={Order: working.order}, undo=working.earning.undoing(amounts.worth))

    def sentence(self) -> Sentence:
        """Every full 1 euro spent earns 1 point."""
        return Sentence(
            "earn_per_amount_full" if self.full_steps else "earn_per_amount",
            {"step": self.step, "points": self.points, "asset": self.asset, "except": self.except_},
        )


class Working:
    """The rule made ready: what a line may earn is remembered by its category."""

    def __init__(self, rule: PerAmount, build: Build) -> None:
        self.id = rule.name_in_state
        self.of = rule.of
        self.tests = conditions.compiled(rule.when, build)
        self.earning = Earning(build, rule, rule.asset, rule.after)
        self.factors = modifiers_for(build, rule.name_in_state)
        self.selects = selecting(self.tests, frozenset(rule.except_))
        self.by_category = self.tests.by_category and all(
            one.tests.by_category for one in self.factors.modifiers
        )
        self.every = (1 << len(self.factors.modifiers)) - 1
        self.masks: dict[str, int] = {}
        self.rate = _rate(rule, build)

    def order(self, run: Run, order: Order) -> None:
        """Earn on an order: group its money by the modifiers that hold, weigh, cut, give."""
        if self.tests.facts and not self.tests.holds(run, order):
            run.say(self.id, "not_for_this", 0, self.earning.asset)
            return
        holding = self.factors.of_fact(run, order) if self.every else 0
        groups = self.grouped(order, holding)
        wanted = self.weigh(run, order, groups)
        bonus = self.bonus(holding) if holding and wanted > 0 else 0
        if run.whys is not None:
            self.explain(run, order, groups, wanted)
        given = self.earning.book(run, wanted + bonus) if wanted + bonus > 0 else 0
        if run.record is not None:
            self.freeze(run, order, holding, (given, bonus))

    def grouped(self, order: Order, holding: int) -> dict[int, int]:
        """The money of an order by the mask of modifiers that hold for it."""
        groups: dict[int, int] = {}
        if self.of is not None:
            return {holding: order.amounts.get(self.of, 0)}
        masks = self.masks
        by_category = self.by_category
        for line in order.lines or lines_of(order):
            if line.kind != "goods":
                continue
            mask = masks.get(line.category) if by_category else None
            if mask is None:
                mask = self.mask(line)
            if mask >= 0:
                mask &= holding
                groups[mask] = groups.get(mask, 0) + line.amount_minor
        return groups

    def mask(self, line: Line) -> int:
        """The modifiers that hold for a line's goods; NOTHING where it earns nothing."""
        mask = self.factors.of_line(self.every, line) if self.selects(line) else NOTHING
        if self.by_category:
            self.masks[line.category] = mask
        return mask

    def weigh(self, run: Run, order: Order, groups: dict[int, int]) -> int:
        """What the money in groups earns, by the share that was paid in money."""
        rate, factors = self.rate, self.factors
        part_paid = order.discount_minor or order.covered_minor or run.state.paid
        if part_paid or rate.base_first or factors.tenders:
            share = self.share(run, order)
            return rate.worth(
                (amount * share, factors.factor(order, mask)) for mask, amount in groups.items()
            )
        weight: int = 0
        for mask, amount in groups.items():
            weight += amount * factors.join(mask)
        return weight * rate.num // (rate.den * factors.one)

    def share(self, run: Run, order: Order) -> Fraction:
        """The share of an order's goods that was paid in money."""
        total = goods_minor(order)
        if self.of is not None or total <= 0:
            return Fraction(1)
        return Fraction(total - paid_by(run, order), total)

    def bonus(self, holding: int) -> int:
        """What modifiers add once per order."""
        return sum(
            one.bonus for index, one in enumerate(self.factors.modifiers) if holding >> index & 1
        )

    def freeze(self, run: Run, order: Order, holding: int, gave: tuple[int, int]) -> None:
        """Keep the factor of each piece and the share, so that a refund can be weighed alike."""
        given, bonus = gave
        record = run.record
        if record is None:
            return
        lines = lines_of(order)
        share = self.share(run, order)
        factors: list[Fraction | None] = []
        for line in lines:
            mask = self.mask(line)
            factors.append(None if mask < 0 else self.factors.factor(order, mask & holding))
        pairs = zip(lines, factors, strict=True)
        eligible = sum(line.amount_minor for line, one in pairs if one is not None) * share
        record.eligible = max(record.eligible, int(eligible // 1))
        self.earning.freeze(run, given, amounts.frozen(self.rate, share, factors, bonus))

    def explain(self, run: Run, order: Order, groups: dict[int, int], wanted: int) -> None:
        """Say what the plain rate gives, and what each modifier adds to it in turn."""
        asset = self.earning.asset
        eligible = sum(groups.values())
        seen = 0
        so_far = self.weigh(run, order, {0: eligible})
        run.say(self.id, "earned_per_amount", so_far, asset, eligible_minor=eligible)
        for index, modifier in enumerate(self.factors.modifiers):
            seen |= 1 << index
            part: dict[int, int] = {}
            for mask, amount in groups.items():
                part[mask & seen] = part.get(mask & seen, 0) + amount
            now = self.weigh(run, order, part)
            code = "modified" if now != so_far else "not_modified"
            run.say(modifier.id, code, now - so_far, asset)
            so_far = now


def _rate(rule: PerAmount, build: Build) -> Rate:
    step = parse_money(rule.step).minor
    points = parse_number(rule.points)
    return Rate(
        num=points.value * 10 ** build.decimals(rule.asset or ""),
        den=step * 10**points.scale,
        step=step,
        full=rule.full_steps,
        base_first=rule.full_steps or build.policy.rounding == "round_base_then_multiply",
    )
