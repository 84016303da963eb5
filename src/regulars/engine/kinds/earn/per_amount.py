"""So many points for so much money."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from regulars.engine import amounts, conditions, money
from regulars.engine.amounts import NOTHING, Rate, Weighed
from regulars.engine.conditions import goods_minor
from regulars.engine.earning import Earning
from regulars.engine.facts import Code, Line, Order
from regulars.engine.kinds.earn.giving import Giving
from regulars.engine.rules import Handlers, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import (
    Finding,
    Money,
    OneOrMany,
    Positive,
    parse_money,
    parse_number,
    repeated,
)
from regulars.engine.weighing import MOST_COUNTED, lines_of, modifiers_for, paid_by, selecting

if TYPE_CHECKING:
    from regulars.engine.build import Build

Share = tuple[int, int]
"""A share as two integers: so much of the total."""
WHOLE: Share = (1, 1)
FINEST = 10**12
PER_UNIT = "points_per_unit"
"""The count by which an order in another currency tells its own rate."""


class PerAmount(Giving, frozen=True, kw_only=True, tag="per_amount"):
    """`points` of an asset for every `step` of money paid for goods.

    Parts of a step count in proportion and the sum is cut to the asset's smallest unit once per
    order; with `full_steps` only full steps count. `of` names one of the order's further amounts
    (base_fare, nights) instead of its goods. `except` leaves categories of goods out. An order in
    another currency earns only where `other_currencies` says what a step is there, or where the
    order itself tells how many points a unit of its currency gives (its count `points_per_unit`).
    """

    step: Money
    points: Positive
    of: Code | None = None
    except_: OneOrMany[Code] = ()
    full_steps: bool = False
    other_currencies: OneOrMany[Money] = ()

    def problems(self) -> Iterable[Finding]:
        """Each currency once, a step above 0; `of` and goods do not go together."""
        yield from super().problems()
        steps = [parse_money(one) for one in (self.step, *self.other_currencies)]
        for index, one in enumerate(steps):
            if not one.minor:
                path = f"other_currencies[{index - 1}]" if index else "step"
                yield Finding(path, "step_zero", {})
        yield from repeated([one.currency for one in steps[1:]], "other_currencies")
        if self.of is not None and self.except_:
            yield Finding("except", "goods_of_amount", {"of": self.of})

    def compile(self, build: Build) -> Handlers:
        """Listens to orders."""
        working = Working(self, build)
        handlers = working.earning.handlers({Order: working.order}, amounts.worth)
        handlers.quick = working.quick()
        return handlers

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
        self.earning = Earning(build, rule, rule.asset, rule.waits)
        self.factors = modifiers_for(build, rule.name_in_state)
        self.selects = selecting(self.tests, frozenset(rule.except_))
        self.by_category = self.tests.by_category and all(
            one.tests.by_category for one in self.factors.modifiers
        )
        self.every = (1 << len(self.factors.modifiers)) - 1
        self.masks: dict[str, int] = {}
        self.currency = parse_money(rule.step).currency
        self.scale = 10 ** build.decimals(rule.asset or "")
        self.rate = _rate(rule, rule.step, build)
        self.rates = {
            parse_money(step).currency: _rate(rule, step, build) for step in rule.other_currencies
        }

    def quick(self) -> Callable[[Run, Order], None] | None:
        """`order` for the common sale, in fewer steps; None where the rule asks for more than goods
        by their category."""
        if (
            self.of is not None
            or self.tests.facts
            or self.tests.tender
            or self.factors.tenders
            or not self.by_category
        ):
            return None
        masks, find, changed_sale = self.masks, self.mask, self.changed_sale
        give, within, book = self.earning.ways()
        num, den = self.rate.num, self.rate.den
        at_length, currency = self.order, self.currency
        grain = self.rate.step if self.rate.full else 1

        def order(run: Run, order: Order) -> None:
            if order.currency != currency:
                at_length(run, order)
                return
            plain = 0
            for line in order.lines or lines_of(order):
                if line.kind == "goods":
                    category = line.category
                    mask = masks[category] if category in masks else find(line)
                    if mask == 0:
                        plain += line.amount_minor
                    elif mask > 0:
                        wanted = changed_sale(run, order)
                        break
            else:
                wanted = plain // grain * grain * num // den
            if wanted > 0:
                if within(run, wanted):
                    give(run, wanted)
                else:
                    book(run, wanted)

        return order

    def changed_sale(self, run: Run, order: Order) -> int:
        """What a common sale earns when modifiers may hold for some of its goods."""
        holding = self.factors.of_fact(run, order)
        groups = self.grouped(order, holding)
        return self.weigh(order, groups, WHOLE) if sum(groups.values()) > 0 else 0

    def order(self, run: Run, order: Order) -> None:
        """Earn on an order: group its money by the modifiers that hold, weigh, cut, give."""
        asset = self.earning.asset
        if not self.tests.holds(run, order):
            run.say(self.id, "not_for_this", 0, asset)
            return
        if self.rate_of(order) is None:
            own = ", ".join((self.currency, *self.rates))
            run.say(self.id, "other_currency", 0, asset, currency=order.currency, own=own)
            return
        holding = self.factors.of_fact(run, order) if self.every else 0
        groups = self.grouped(order, holding)
        wanted = (
            self.weigh(order, groups, self.share(run, order)) if sum(groups.values()) > 0 else 0
        )
        if run.whys is not None:
            self.explain(run, order, groups)
        given = self.earning.book(run, wanted)
        if run.record is not None:
            self.freeze(run, order, holding, given)

    def rate_of(self, order: Order) -> Rate | None:
        """The rate for the order's currency, if there is one. What the order tells is cut after
        twelve decimals; what is no number, or too large to be one, is no rate."""
        if order.currency == self.currency:
            return self.rate
        told = order.counts.get(PER_UNIT)
        if told is None:
            return self.rates.get(order.currency)
        if not told.is_finite() or not 0 < told < MOST_COUNTED:
            return None
        unit = 10 ** money.decimals(order.currency)
        num = int(told * FINEST) * self.scale
        rate = {"num": num, "den": FINEST * unit, "step": unit}
        return msgspec.structs.replace(self.rate, **rate)

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

    def weigh(self, order: Order, groups: dict[int, int], share: Share) -> int:
        """What the money in groups earns, by the share of it that counts."""
        factors = self.factors
        paid, total = share
        weighed: dict[int, int] = {}
        for mask, amount in groups.items():
            factor = factors.weight(order, mask)
            weighed[factor] = weighed.get(factor, 0) + amount * paid
        rate = self.rate_of(order) or self.rate
        return rate.earned(weighed, factors.scale(order), total)

    def share(self, run: Run, order: Order) -> Share:
        """The share of an order's goods that was paid in money, by the means that count."""
        paid, all_ = WHOLE
        if self.tests.tender:
            all_ = sum(order.tender.values())
            paid = sum(order.tender.get(one, 0) for one in self.tests.tender)
            if not all_:
                return 0, 1
        if not (order.discount_minor or order.covered_minor or run.state.paid):
            return paid, all_
        total = goods_minor(order) if self.of is None else 0
        if total <= 0:
            return paid, all_
        return paid * (total - paid_by(run, order)), all_ * total

    def freeze(self, run: Run, order: Order, holding: int, given: int) -> None:
        """Keep the factor of each piece and the share, so that a refund can be weighed alike."""
        record = run.record
        if record is None:
            return
        paid, total = self.share(run, order)
        one = self.factors.scale(order)
        if self.of is not None:
            amount = order.amounts.get(self.of, 0)
            amounts.stands_for(record, amount)
            weighed = Weighed(paid, total, one, [self.factors.weight(order, holding)], amount)
        else:
            weights = self.weights(order, holding)
            weighed = Weighed(paid, total, one, weights)
            pairs = zip(lines_of(order), weights, strict=True)
            eligible = sum(line.amount_minor for line, factor in pairs if factor != NOTHING)
            record.eligible = max(record.eligible, eligible * paid // total)
        rate = self.rate_of(order) or self.rate
        self.earning.freeze(run, given, amounts.frozen(rate, weighed))

    def weights(self, order: Order, holding: int) -> list[int]:
        """The factor of each line of goods; NOTHING where it earns nothing."""
        weight = self.factors.weight
        masks = [self.mask(line) for line in lines_of(order)]
        return [NOTHING if mask < 0 else weight(order, mask & holding) for mask in masks]

    def explain(self, run: Run, order: Order, groups: dict[int, int]) -> None:
        """Say what the plain rate gives, and what each modifier adds to it in turn."""
        asset = self.earning.asset
        share = self.share(run, order)
        eligible = sum(groups.values())
        seen = 0
        so_far = self.weigh(order, {0: eligible}, share)
        rate = self.rate_of(order) or self.rate
        counted = eligible * share[0] // share[1]
        code = "earned_per_amount_full" if rate.full else "earned_per_amount"
        told = {"eligible_minor": counted, "steps": counted // rate.step}
        run.say(self.id, code, so_far, asset, **told)
        for index, modifier in enumerate(self.factors.modifiers):
            seen |= 1 << index
            part: dict[int, int] = {}
            for mask, amount in groups.items():
                part[mask & seen] = part.get(mask & seen, 0) + amount
            now = self.weigh(order, part, share)
            code = "modified" if now != so_far else "not_modified"
            goods = sum(amount for mask, amount in groups.items() if mask >> index & 1)
            told = {"eligible_minor": goods * share[0] // share[1]}
            run.say(modifier.id, code, now - so_far, asset, **told)
            so_far = now


def _rate(rule: PerAmount, each: str, build: Build) -> Rate:
    step = parse_money(each).minor
    points = parse_number(rule.points)
    return Rate(
        num=points.value * 10 ** build.decimals(rule.asset or ""),
        den=step * 10**points.scale,
        step=step,
        full=rule.full_steps,
        base_first=rule.full_steps or build.policy.rounding == "round_base_then_multiply",
    )
