"""Try it: what a purchase would earn and why, and what may be used. Nothing is booked."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Struct, structs

from regulars.actions import quoting
from regulars.actions.quoting import CART, Offer
from regulars.actions.refused import Refused
from regulars.console.permissions import StaffRequest
from regulars.console.views.customers.access import places
from regulars.console.views.customers.asked import read_uuid
from regulars.db.models import Customer
from regulars.db.queries.finding import find
from regulars.db.queries.history import bought_at, same_person
from regulars.engine.compiling import compiled
from regulars.engine.edition import Edition
from regulars.engine.explaining import explained
from regulars.engine.facts import Line, Order
from regulars.engine.money import to_minor
from regulars.engine.run import GIVES, Why
from regulars.words import formats
from regulars.words.amounts import asset_of, capital, language, much, reward_name, said
from regulars.words.birthdays import days_of
from regulars.words.programme import refusal, touched, why_told
from regulars.words.reasons import sentence
from regulars.words.typed import elsewhere, example, typed, which

MOST = Decimal(1_000_000)
ASKED = ("amount", "category", "who", "customer")


class Row(Struct, frozen=True, kw_only=True):
    """What one rule answered, and the amount that came of it (empty: nothing)."""

    text: str
    amount: str
    touched: bool = True


class Answer(Struct, frozen=True, kw_only=True):
    """What a purchase would bring, and on a draft how that is otherwise than today. `money` is the
    amount as it was understood."""

    who: str
    total: str
    rows: list[Row]
    money: str = ""
    gave: dict[str, int] = {}
    offers: list[dict[str, Any]] = []
    otherwise: str = ""

    @property
    def counted(self) -> list[Row]:
        """The rules that had a part in it."""
        return [row for row in self.rows if row.touched]

    @property
    def beside(self) -> list[Row]:
        """The rules that changed nothing."""
        return [row for row in self.rows if not row.touched]


class Tried(Struct, frozen=True, kw_only=True):
    """What was asked, and the answer, or what is wrong, or whom of several was meant."""

    amount: str
    category: str
    who: str
    customer: str
    categories: list[tuple[str, str]]
    answer: Answer | None = None
    error: str = ""
    wrong: str = ""
    several: list[tuple[str, str]] = []


class Asked(Struct, frozen=True, kw_only=True):
    """Of which programme it is asked: of its `edition`, by a `body` that is not in force yet
    (empty: what is in force), held against what is in force (`before`), if anything is."""

    programme: str
    edition: Edition
    body: str = ""
    before: Edition | None = None


def tried(request: StaffRequest, of: Asked) -> Tried:
    """What the form of the page asks."""
    edition = of.edition
    asked = {name: request.GET.get(name, "").strip() for name in ASKED}
    categories = [(one, capital(said(name))) for one, name in edition.names.items()]
    found = Tried(
        amount=asked["amount"],
        category=asked["category"],
        who=asked["who"],
        customer=asked["customer"],
        categories=categories,
    )
    if not asked["amount"]:
        return found
    money = amount_of(asked["amount"], edition.currency)
    if money is None:
        told = not_read(asked["amount"], edition.currency)
        return _with(found, error=told, wrong="amount")
    category = asked["category"] if asked["category"] in dict(categories) else ""
    cart = cart_of(money, category, edition.currency, timezone.now())
    people = _people(request, found)
    if people is None:
        return _with(found, answer=_new(of, cart))
    if len(people) != 1:
        none = "" if people else _("Nobody is known by that. Leave it empty for somebody new.")
        several = [(str(one.public_id), _name(one)) for one in people]
        return _with(found, several=several, error=none, wrong="" if people else "who")
    return _asked(found, people[0], of, cart)


def _with(found: Tried, **more: Any) -> Tried:
    told = {name: getattr(found, name) for name in found.__struct_fields__}
    return Tried(**{**told, **more})


def amount_of(text: str, currency: str) -> Decimal | None:
    """The amount that was typed as the reader writes it, if it is one, and only one."""
    read = typed(text, currency).amount
    return read if read is not None and 0 < read <= MOST else None


def not_read(text: str, currency: str) -> str:
    """Why an amount was not taken: two may be meant, or other money, or none can be read."""
    read = typed(text, currency)
    if read.two:
        return which(read.two, currency)
    if read.other:
        return elsewhere(read.other, currency)
    return _("Write an amount above 0, as in %(example)s.") % {"example": example(currency)}


def cart_of(money: Decimal, category: str, currency: str, now: datetime) -> Order:
    minor = to_minor(money, currency)
    line = Line(category=category, amount_minor=minor, unit_price=money)
    return Order(key=CART, at=now, currency=currency, amount_minor=minor, lines=(line,))


def _people(request: StaffRequest, found: Tried) -> list[Customer] | None:
    """Whom the form means, as far as the reader may see them; None for somebody new."""
    chosen = read_uuid(found.customer)
    if chosen is not None:
        rows = list(Customer.objects.filter(public_id=chosen))
    elif found.who:
        rows = list(Customer.objects.filter(id__in=find(found.who)[:20]).order_by("id"))
    else:
        return None
    limits = places(request)
    return [one for one in rows if limits is None or bought_at(same_person(one.id), limits)][:8]


def _name(customer: Customer) -> str:
    return customer.name or _("No name")


def _new(of: Asked, cart: Order) -> Answer:
    """Somebody new, and what is otherwise than today."""
    answer = nobody(of.edition, cart)
    if of.before is None:
        return answer
    return structs.replace(answer, otherwise=_otherwise(of, answer, nobody(of.before, cart).gave))


def _otherwise(of: Asked, answer: Answer, today: dict[str, int]) -> str:
    """ "12 points more than today"; of the first asset."""
    main = of.edition.assets[0]
    more = answer.gave.get(main.id, 0) - today.get(main.id, 0)
    if not more:
        return _("As much as today")
    told = {"amount": much(abs(more), main)}
    if more > 0:
        return _("%(amount)s more than today") % told
    return _("%(amount)s less than today") % told


def nobody(edition: Edition, cart: Order) -> Answer:
    """Somebody new, whose first purchase it is."""
    run = explained(compiled([edition]), [cart], None)
    gave: dict[str, int] = {}
    for row in run.rows:
        if row.key == cart.key and row.step in GIVES:
            gave[row.asset] = gave.get(row.asset, 0) + GIVES[row.step] * row.amount
    whys = [one for one in run.whys or () if one.key == cart.key]
    rows, total = _rows(whys, edition), _total(gave, edition)
    money = formats.money(cart.amount_minor, edition.currency, language())
    return Answer(who=_("Somebody new"), total=total, rows=rows, gave=gave, money=money)


def _asked(found: Tried, customer: Customer, of: Asked, cart: Order) -> Tried:
    edition = of.edition
    try:
        today = quoting.quote(customer.id, of.programme, cart, cart.at)
        quote = quoting.quote_under(customer.id, of.body, cart, cart.at) if of.body else today
    except Refused as refused:
        return _with(found, error=sentence(refused.code, refused.params), wrong="who")
    answer = Answer(
        who=_name(customer),
        total=_total(quote.gave, edition),
        rows=_rows(quote.whys, edition),
        gave=quote.gave,
        money=formats.money(cart.amount_minor, edition.currency, language()),
        offers=[_offer(one, edition) for one in quote.offers],
    )
    if of.body:
        answer = structs.replace(answer, otherwise=_otherwise(of, answer, today.gave))
    return _with(found, answer=answer, customer=str(customer.public_id), who=_name(customer))


def _total(gave: dict[str, int], edition: Edition) -> str:
    """All that was given: "12 points, 1 stamp"; none of the first asset where there is nothing."""
    told = [much(amount, asset_of(edition, one)) for one, amount in gave.items() if amount]
    return ", ".join(told) or much(0, edition.assets[0])


def _rows(whys: list[Why], edition: Edition) -> list[Row]:
    found: dict[Row, None] = {}
    for one in whys:
        asset = asset_of(edition, one.asset)
        shown = much(one.amount, asset, sign=True) if one.amount else ""
        text = capital(why_told(one, edition, language()))
        found[Row(text=text, amount=shown, touched=touched(one))] = None
    return list(found)


def _offer(offer: Offer, edition: Edition) -> dict[str, Any]:
    asset = asset_of(edition, offer.asset)
    note = much(offer.price, asset) if offer.price else _("free")
    if not offer.may:
        days = days_of(offer.reward, offer.code, edition)
        note = days or refusal(offer.code, offer.params, edition, language())
    return {"name": reward_name(edition, offer.reward), "may": offer.may, "note": note}
