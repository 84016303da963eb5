"""Codes at the checkout: they do not combine, the one that is better for the buyer counts."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from regulars.engine.conditions import goods_minor
from regulars.engine.facts import Order
from regulars.engine.happenings import Promise
from regulars.engine.kinds.referrals.memory import Brought
from regulars.engine.kinds.referrals.offer import Offered, Offering
from regulars.engine.questions import CodeTerms, Introduced, Terms
from regulars.engine.run import Ask, Run
from regulars.engine.state import Payment
from regulars.ledger.lots import FOREVER

Case = tuple[Brought, Introduced, str]
"""What is known of the buyer, what was answered, and why the advocate's code is refused."""
REFUSED, COUPON = "refused:", "coupon"


class Candidate(Struct, frozen=True):
    """Something that could be taken off: `worth` in smallest units for this basket."""

    worth: int
    code: str
    percent: int = 0
    amount: int = 0
    own: bool = False


class Checkout:
    """The friend's offer beside the shop's codes."""

    def __init__(self, offering: Offering) -> None:
        self.offering = offering

    def decide(self, run: Run, order: Order, case: Case, ask: Ask) -> dict[str, str]:
        """What counts, as details of a promise: the right, never the figure. Empty if no code or
        offer is concerned."""
        basket = basket_of(order)
        details: dict[str, str] = {}
        candidates = [
            *self.offered(run, order, case, (basket, details)),
            *self.shop(run, case[1], ask, (basket, details)),
        ]
        best = max(candidates, key=lambda one: (one.worth, one.own), default=None)
        if best is not None:
            details["applied"] = best.code
            details["source"] = "offer" if best.own else "shop"
            details["percent" if best.percent else "amount"] = str(best.percent or best.amount)
            if not best.percent:
                details["currency"] = order.currency
        return details

    def lost(self, brought: Brought, details: dict[str, str]) -> bool:
        """Whether the code that would bring somebody an advocate does not count, because one of the
        shop is better for the buyer: only a link can bring him now."""
        return not brought.advocate and details.get("source") == "shop"

    def offered(
        self, run: Run, order: Order, case: Case, to: tuple[int, dict[str, str]]
    ) -> Iterator[Candidate]:
        """The friend's own offer, if he may use it now: without a coupon on his first order only.
        Else why not, for each code he tried."""
        brought, reply, reason = case
        basket, details = to
        codes = [code for code in order.codes if code not in reply.others]
        claimed = bool(order.amounts.get(COUPON))
        offer = brought.offer if brought.advocate else self.fresh(run)
        if not reason and reply.advocate and brought.bought and not self.offering.coupon:
            reason = "existing_customer"
        if not reason and (reply.advocate or claimed):
            reason = self.objection(run, offer, order) if reply.advocate else "code_unknown"
        if reason:
            details.update({f"{REFUSED}{code}": reason for code in codes})
            if claimed:
                details[COUPON] = reason
            return
        applies = claimed or not self.offering.coupon
        if reply.advocate and applies and offer.exists():
            code = reply.by_code if reply.by_code in codes else next(iter(codes), "")
            yield Candidate(offer.worth(basket), code, offer.percent, offer.amount, own=True)

    def fresh(self, run: Run) -> Offered:
        """The offer as it is accepted by this very order."""
        return Offered(self.offering.percent, self.offering.amount, self.offering.least, FOREVER)

    def objection(self, run: Run, offer: Offered, order: Order) -> str:
        """Why an offer cannot be used on this order."""
        if not offer.exists():
            return ""
        if over := offer.over(run.at):
            return over
        if self.offering.currencies - {order.currency}:
            return "wrong_currency"
        return "below_minimum" if basket_of(order) < offer.least else ""

    def shop(
        self, run: Run, reply: Introduced, ask: Ask, to: tuple[int, dict[str, str]]
    ) -> Iterator[Candidate]:
        """What the shop's own codes are worth."""
        basket, details = to
        for code in reply.others:
            terms = ask(CodeTerms(code=code, at=run.at))
            percent = terms.percent if isinstance(terms, Terms) else 0
            if percent:
                yield Candidate(basket * percent // 100, code, percent)
            else:
                details[f"{REFUSED}{code}"] = "code_unknown"

    def apply(self, run: Run, promise: Promise, brought: Brought, rule: str) -> None:
        """Let the right pay its part of the order, and say what became of each code."""
        details, order = promise.details, promise.order
        percent, amount = int(details.get("percent", 0)), int(details.get("amount", 0))
        if percent or amount:
            paid = run.state.paid.setdefault(order, [])
            currency = details.get("currency", "")
            payment = Payment(rule=rule, amount_minor=amount, percent=percent, currency=currency)
            paid.append(payment)
            run.change("code", order, "applied", code=details["applied"])
            run.say(rule, "offer_applied", 0, "", percent=percent, off=amount)
        if details.get("source") == "offer":
            brought.offer.used = order
        for name, reason in details.items():
            if name.startswith(REFUSED):
                run.change("code", order, "refused", reason, code=name.removeprefix(REFUSED))
            elif name == COUPON:
                run.change(COUPON, order, "refused", reason)


def basket_of(order: Order) -> int:
    """What the goods of an order cost when the till has taken its own discounts, smallest units."""
    return max(goods_minor(order) - order.discount_minor - order.covered_minor, 0)
