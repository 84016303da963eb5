"""So many points for so much money."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from regulars.engine import amounts, conditions
from regulars.engine.amounts import Rate
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
from regulars.engine.weighing import lines_of, modifiers_for, paid_by, selecting

if TYPE_CHECKING:
    from regulars.engine.build import Build

NOTHING = -1


class PerAmount(Giving, frozen=True, kw_only=True, tag="per_amount"):
    """`points` of an asset for every `step` of money paid for goods.

    Parts of a step count in proportion and the sum is cut to the asset's smallest unit once per
    order; with `full_steps` only full steps count. `of` names one of the order's further amounts
    (base_fare, nights) instead of its goods. `except` leaves categories of goods out. An order in
    another currency earns only where `other_currencies` says what a step is there.
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
        return working.earning.handlers({Order: working.quick()}, amounts.worth)

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
        self.rate = _rate(rule, rule.step, build)
        self.rates = {
            parse_money(step).currency: _rate(rule, step, build) for step in rule.other_currencies
        }

    def quick(self) -> Callable[[Run, Order], None]:
        """`order` for the common sale: paid in money alone, nobody wants it explained or recorded.
        It gives the same, with fewer steps; what is rare goes to `order`."""
        if (
            self.of is not None
            or self.tests.facts
            or not self.by_category
            or self.factors.tenders
            or self.tests.tender
        ):
            return self.order
        order_at_length, masks, find = self.order, self.masks, self.mask
        rate, factors, book = self.rate, self.factors, self.earning.book
        currency = self.currency
        grain, num, den = rate.step if rate.full else 1, rate.num, rate.den

        def order(run: Run, order: Order) -> None:
            lines = order.lines
            if (
                run.record is not None
                or run.whys is not None
                or order.discount_minor
                or order.covered_minor
                or run.state.paid
                or not lines
                or order.currency != currency
            ):
                order_at_length(run, order)
                return
            plain = 0
            changed: dict[int, int] = {}
            for line in lines:
                if line.kind == "goods":
                    category = line.category
                    mask = masks[category] if category in masks else find(line)
                    if mask == 0:
                        plain += line.amount_minor
                    elif mask > 0:
                        changed[mask] = changed.get(mask, 0) + line.amount_minor
            if changed:
                if plain + sum(changed.values()) <= 0:
                    return
                wanted = rate.earned(_held(changed, factors.of_fact(run, order), plain), factors)
            else:
                wanted = plain // grain * grain * num // den
            if wanted > 0:
                book(run, wanted)

        return order

    def order(self, run: Run, order: Order) -> None:
        """Earn on an order: group its money by the modifiers that hold, weigh, cut, give."""
        if not self.tests.holds(run, order) or self.rate_of(order) is None:
            run.say(self.id, "not_for_this", 0, self.earning.asset)
            return
        holding = self.factors.of_fact(run, order) if self.every else 0
        groups = self.grouped(order, holding)
        wanted = self.weigh(run, order, groups) if sum(groups.values()) > 0 else 0
        if run.whys is not None:
            self.explain(run, order, groups)
        given = self.earning.book(run, wanted)
        if run.record is not None:
            self.freeze(run, order, holding, given)

    def rate_of(self, order: Order) -> Rate | None:
        """The rate for the order's currency, if there is one."""
        if order.currency == self.currency:
            return self.rate
        return self.rates.get(order.currency)

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
        rate, factors = self.rate_of(order) or self.rate, self.factors
        part_paid = order.discount_minor or order.covered_minor or run.state.paid
        if not part_paid and not factors.tenders and not self.tests.tender:
            return rate.earned(groups, factors)
        share = self.share(run, order)
        return rate.worth(
            (amount * share, factors.factor(order, mask)) for mask, amount in groups.items()
        )

    def share(self, run: Run, order: Order) -> Fraction:
        """The share of an order's goods that was paid in money, by the means that count."""
        share = Fraction(1)
        if self.tests.tender:
            all_ = sum(order.tender.values())
            counts = sum(order.tender.get(one, 0) for one in self.tests.tender)
            share = Fraction(counts, all_) if all_ else Fraction(0)
        total = goods_minor(order)
        if self.of is not None or total <= 0:
            return share
        return share * Fraction(total - paid_by(run, order), total)

    def freeze(self, run: Run, order: Order, holding: int, given: int) -> None:
        """Keep the factor of each piece and the share, so that a refund can be weighed alike."""
        record = run.record
        if record is None:
            return
        share = self.share(run, order)
        if self.of is not None:
            amount = order.amounts.get(self.of, 0)
            amounts.stands_for(record, amount)
            factor = self.factors.factor(order, holding)
            rate = self.rate_of(order) or self.rate
            frozen = amounts.frozen(rate, share, [factor], amount)
            self.earning.freeze(run, given, frozen)
            return
        lines = lines_of(order)
        factors: list[Fraction | None] = []
        for line in lines:
            mask = self.mask(line)
            factors.append(None if mask < 0 else self.factors.factor(order, mask & holding))
        pairs = zip(lines, factors, strict=True)
        eligible = sum(line.amount_minor for line, one in pairs if one is not None) * share
        record.eligible = max(record.eligible, int(eligible // 1))
        rate = self.rate_of(order) or self.rate
        self.earning.freeze(run, given, amounts.frozen(rate, share, factors))

    def explain(self, run: Run, order: Order, groups: dict[int, int]) -> None:
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


def _held(changed: dict[int, int], holding: int, plain: int) -> dict[int, int]:
    """Money by mask, when only the modifiers in `holding` hold; `plain` is that of none."""
    groups = {0: plain}
    for mask, amount in changed.items():
        mask &= holding
        groups[mask] = groups.get(mask, 0) + amount
    return groups


def _rate(rule: PerAmount, money: str, build: Build) -> Rate:
    step = parse_money(money).minor
    points = parse_number(rule.points)
    return Rate(
        num=points.value * 10 ** build.decimals(rule.asset or ""),
        den=step * 10**points.scale,
        step=step,
        full=rule.full_steps,
        base_first=rule.full_steps or build.policy.rounding == "round_base_then_multiply",
    )
