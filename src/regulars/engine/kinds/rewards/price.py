"""A reward that is asked for: with a price in points, or free for those who may."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from regulars.engine import granting
from regulars.engine.availability import Gate, Only, Uses, Wish
from regulars.engine.conditions import in_currency
from regulars.engine.happenings import Attempt, Opening, Promise, Redemption
from regulars.engine.paying import Paying
from regulars.engine.questions import Granted, Share
from regulars.engine.refusing import refused
from regulars.engine.rules import Handlers, Reward, Sentence, Undoing
from regulars.engine.run import Ask, Run
from regulars.engine.sending import STOCK
from regulars.engine.state import Payment, Record
from regulars.engine.terms import Issue, issue, taken_back, terms
from regulars.engine.texts import (
    OF_ASSET,
    Finding,
    Id,
    Money,
    OneOrMany,
    Positive,
    Text,
    Unique,
    Units,
    parse_money,
)
from regulars.engine.vouchers import pay
from regulars.ledger.lots import Part

if TYPE_CHECKING:
    from regulars.engine.build import Build


Given = Annotated[Positive, Meta(extra={OF_ASSET: "gives_asset"})]
BESIDE = "and:"
"""Before an asset's id in a promise: how much of it is taken besides."""


class Price(Reward, frozen=True, kw_only=True, tag="price"):
    """Something to be had for `price` of an asset; free without one. `and` says how much of other
    assets it takes besides.

    Instead of one price there may be several `levels`, or `any_price`. `items` are further names
    under which it is asked for. With `multiples` any multiple of the price is taken, up to `most`,
    and is worth as many times `value`. `value` is what it is worth: of dearer goods the member pays
    the rest, unless `must_cover_total`. With `voucher` it is handed out as one, with these terms.
    `gives` is what is given of `gives_asset`, of which nobody may have more than `most_held`.
    `stock` is how many there are for all. Of the rewards of one `group` a member may choose one.
    `only` says who may have it, when and how often.
    """

    memory: ClassVar[type | None] = Uses
    name: Text
    price: Units | None = None
    asset: Id | None = None
    and_: dict[Id, Units] = {}
    levels: Unique[Units] = ()
    any_price: bool = False
    items: OneOrMany[Id] = ()
    multiples: bool = False
    most: Units | None = None
    value: Money | None = None
    must_cover_total: bool = False
    voucher: Issue | None = None
    gives: Given | None = None
    gives_asset: Id | None = None
    most_held: Given | None = None
    stock: Annotated[int, Meta(ge=0)] | None = None
    group: Id | None = None
    only: Only | None = None

    def problems(self) -> Iterable[Finding]:
        """Prices that contradict each other."""
        said = [bool(self.price), bool(self.levels), self.any_price]
        if sum(said) > 1:
            yield Finding("price", "prices_contradict", {})
        if self.multiples and not self.price:
            yield Finding("multiples", "prices_contradict", {})

    def compile(self, build: Build) -> Handlers:
        """Answers redemptions that name it, or its price; takes the price when promised."""
        working = Working(self, build)
        return Handlers(
            attempt=working.attempt,
            promised=working.promised,
            reversed=working.reversed,
            opening=working.opening,
            undo=working.undo,
        )

    def sentence(self) -> Sentence:
        """A coffee costs 50 points."""
        code = "reward_price" if self.price else "reward_free"
        code = "reward_levels" if self.levels else "reward_any_price" if self.any_price else code
        code = "reward_blocks" if self.multiples else code
        params: dict[str, Any] = {"name": self.name, "price": self.price, "asset": self.asset}
        code = "reward_price_and" if self.and_ and code == "reward_price" else code
        others = [Sentence("amount_of", {"n": n, "asset": a}) for a, n in self.and_.items()]
        params["and"] = tuple(others)
        params |= {"levels": self.levels, "value": self.value, "most": self.most}
        return Sentence(code, params | {"only": self.only, "voucher": self.voucher})


class Working:
    """The reward made ready."""

    def __init__(self, rule: Price, build: Build) -> None:
        self.rule = rule
        self.id = rule.name_in_state
        self.asset = rule.asset or build.main
        self.index = build.asset(self.asset)
        self.names = frozenset((self.id, *rule.items))
        self.stock = f"{self.id}/stock"
        self.prices = tuple(
            build.units(one, self.asset) for one in (rule.levels or (rule.price or "0",))
        )
        self.beside = {
            name: (build.asset(name), build.units(one, name)) for name, one in rule.and_.items()
        }
        self.most = build.units(rule.most, self.asset) if rule.most else 0
        worth = parse_money(rule.value) if rule.value else None
        self.value, self.currency = (worth.minor, worth.currency) if worth else (0, "")
        self.taken = _exact(build, self.asset)
        self.gate = Gate(build, rule, rule.only, self.asset)
        self.others = _group(build, rule)
        self.paying = Paying(self.id, self.index, build, "whole")
        self.paying.others = frozenset(self.beside)
        self.also = [Paying(self.id, index, build, "whole") for index, _ in self.beside.values()]
        for name, one in zip(self.beside, self.also, strict=True):
            one.named = name
        self.terms = terms(build, self.id, rule.voucher or Issue(), rule.value)
        self.renew = build.policy.restored == "renew_expiry"
        self.given = rule.gives_asset or build.main
        self.gives = build.units(rule.gives, self.given) if rule.gives else 0
        self.give = build.giving(rule, self.given)
        self.held = build.asset(self.given)
        self.most_held = build.units(rule.most_held, self.given) if rule.most_held else 0

    def attempt(self, run: Run, attempt: Attempt, ask: Ask) -> Promise | None:
        """A promise to give the reward. Raises Refused where it is not to be had."""
        if not isinstance(attempt, Redemption) or attempt.voucher:
            return None
        if attempt.reward not in self.names and (attempt.reward or not self.fits(attempt.price)):
            return None
        if self.value and not in_currency(run, attempt, self.currency):
            raise refused("wrong_currency", needs=self.currency)
        available = run.state.holdings[self.index].balance
        wish = Wish(attempt.order, attempt.basket_minor, available, attempt)
        self.chosen(run, wish)
        self.gate.check(run, wish)
        price = self.price(attempt)
        if available < price:
            raise refused("insufficient_points", needs=price, has=available, asset=self.asset)
        self.affords(run, self.times(price))
        self.covers(attempt, price)
        held = run.state.holdings[self.held].balance
        if self.most_held and held + self.gives > self.most_held:
            raise refused("maximum_equipped", most=self.most_held, has=held)
        self.in_stock(ask)
        return self.promise(run, attempt, price)

    def fits(self, price: int | None) -> bool:
        """Whether a price alone tells that this reward is meant."""
        if price is None or (price in self.taken and price not in self.prices):
            return False
        if self.rule.multiples:
            return price > 0 and price % self.prices[0] == 0
        return self.rule.any_price or price in self.prices

    def chosen(self, run: Run, wish: Wish) -> None:
        """Raises Refused where another of the group has been taken."""
        for other in self.others:
            if self.gate.used_up(run, wish, run.state.memory[other]):
                raise refused("already_chosen")

    def price(self, attempt: Redemption) -> int:
        """What is to be taken. Raises Refused for a price that this reward does not have."""
        rule, asked = self.rule, attempt.price
        if asked is None:
            if rule.any_price or len(self.prices) > 1:
                raise refused("price_unknown", reward=self.id, needs=self.prices)
            return self.prices[0]
        if self.most and asked > self.most:
            raise refused("maximum_per_code", most=self.most, has=asked)
        if rule.multiples and (asked <= 0 or asked % self.prices[0]):
            raise refused("step", needs=self.prices[0], has=asked)
        if not self.fits(asked) or asked < 0:
            raise refused("price_unknown", reward=self.id, needs=self.prices, has=asked)
        return asked

    def covers(self, attempt: Redemption, price: int) -> None:
        """Raises Refused where the reward must pay for all of the goods and does not."""
        basket = attempt.basket_minor or 0
        if (attempt.pay_all or self.rule.must_cover_total) and self.worth(price) < basket:
            raise refused("must_cover_total", needs=basket, has=self.worth(price))

    def times(self, price: int) -> int:
        """How many times the price is taken."""
        return price // self.prices[0] if self.rule.multiples else 1

    def affords(self, run: Run, times: int) -> None:
        """Raises Refused where too little of another asset is there."""
        for name, (index, amount) in self.beside.items():
            have = run.state.holdings[index].balance
            if have < amount * times:
                needs = amount * times
                raise refused("insufficient_points", needs=needs, has=have, asset=name)

    def worth(self, price: int) -> int:
        """What the reward is worth at a price, in smallest units of money."""
        return self.value * self.times(price)

    def in_stock(self, ask: Ask) -> None:
        """Raises Refused where nothing is left for anybody."""
        if self.rule.stock is not None:
            reply = ask(Share(name=self.stock, wanted=1, most=self.rule.stock))
            if not isinstance(reply, Granted) or reply.amount < 1:
                raise refused("sold_out", reward=self.id)

    def promise(self, run: Run, attempt: Redemption, price: int) -> Promise:
        """The right and its price."""
        times = self.times(price)
        details = {f"{BESIDE}{name}": str(one * times) for name, (_, one) in self.beside.items()}
        if attempt.basket_minor is not None:
            details["basket_minor"] = str(attempt.basket_minor)
        if attempt.as_voucher or self.rule.voucher is not None:
            details["voucher"] = "yes"
        if attempt.reward and attempt.reward != self.id:
            details["item"] = attempt.reward
        if self.rule.stock is not None:
            details[STOCK] = self.stock
        return run.promise(
            self.id,
            attempt.key,
            key=attempt.key,
            price=price,
            asset=self.asset,
            order=attempt.order,
            source=attempt.source,
            details=details,
        )

    def promised(self, run: Run, promise: Promise) -> None:
        """Take the price, what is missing by now becomes a debt; hand out what it is for."""
        index, price = self.index, promise.price
        parts = granting.take(run, self.id, index, price) if price else []
        self.gate.use(run)
        others = self.take_beside(run, promise)
        if run.keeps(promise.key):
            self.keep(run, promise, parts)
            run.records[promise.key].frozen[BESIDE] = msgspec.to_builtins(others)
        if "voucher" in promise.details:
            item = self.terms.item or promise.details.get("item", "")
            worth = self.terms.value * self.times(price)
            item = item or ("" if worth or self.terms.percent else self.id)
            issue(run, self.terms, promise.key, value=worth, item=item)
        elif promise.order:
            paid = Payment(self.id, self.worth(price), points=price, currency=self.currency)
            paid.key, paid.parts = promise.key, parts
            pay(run, promise.order, paid)
            for name, lots in others.items():
                points = int(promise.details[f"{BESIDE}{name}"])
                beside = Payment(self.id, asset=name, points=points, key=promise.key, parts=lots)
                pay(run, promise.order, beside)
        if self.gives:
            self.give(run, self.gives)
        run.say(self.id, "redeemed", -price, self.asset)

    def take_beside(self, run: Run, promise: Promise) -> dict[str, list[Part]]:
        """Take what it costs of other assets; the lots that paid, by asset."""
        taken = {}
        for detail, amount in promise.details.items():
            name = detail.removeprefix(BESIDE)
            if name != detail:
                index = run.programme.assets[name]
                taken[name] = granting.take(run, self.id, index, int(amount))
        return taken

    def keep(self, run: Run, promise: Promise, parts: list[Any]) -> None:
        """Open the record of the redemption."""
        record = Record(
            key=promise.key, edition=run.edition.id, at=run.at, rule=self.id, parts=list(parts)
        )
        record.frozen = {"points": promise.price, "order": promise.order}
        if "basket_minor" in promise.details:
            basket = int(promise.details["basket_minor"])
            record.frozen["pays"] = max(basket - self.worth(promise.price), 0)
        run.records[promise.key] = record

    def undo(self, run: Run, undoing: Undoing) -> None:
        """Give back what paid for an order that came back."""
        for paying in (self.paying, *self.also):
            paying.undo(run, undoing)

    def reversed(self, run: Run, record: Record, key: str) -> None:
        """Give the price back to the lots that it came from (P11). Refused for what was used."""
        held = run.state.holdings[self.held].balance
        if self.gives and held < self.gives:
            run.change("reversal", key, "refused", "already_used")
            return
        if not taken_back(run, record, key):
            return
        self.gate.unuse(run, record.at)
        record.closed = True
        waiting = run.state.paid.get(record.frozen["order"], [])
        waiting[:] = [one for one in waiting if one.key != record.key]
        if self.gives:
            granting.take(run, self.id, self.held, self.gives)
        granting.put_back(run, record, self.id, self.index, self.renew)
        for name, parts in record.frozen.get(BESIDE, {}).items():
            paid = Record(record.key, record.edition, record.at)
            paid.parts = msgspec.convert(parts, list[Part])
            granting.put_back(run, paid, self.id, run.programme.assets[name], self.renew)
        run.change("redemption", record.key, "reversed")

    def opening(self, run: Run, fact: Opening) -> bool:
        """Takes when it was last used."""
        return self.gate.opening(run, fact, *self.names)


def _exact(build: Build, asset: str) -> frozenset[int]:
    """The prices that some reward of the edition has as they are: a price alone means that one,
    and not one that has any price."""
    found: set[int] = set()
    for one in build.edition.rewards:
        if isinstance(one, Price) and not one.any_price and (one.asset or build.main) == asset:
            found.update(build.units(price, asset) for price in one.levels or (one.price or "0",))
    return frozenset(found)


def _group(build: Build, rule: Price) -> tuple[int, ...]:
    """The memories of the other rewards of the same group."""
    if rule.group is None:
        return ()
    return tuple(
        build.slot(one)
        for one in build.edition.rewards
        if getattr(one, "group", None) == rule.group and one.name_in_state != rule.name_in_state
    )
