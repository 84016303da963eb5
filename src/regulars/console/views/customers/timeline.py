"""What happened to somebody, as entries of a timeline: what, when, where, how much, with what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import npgettext
from msgspec import Struct

from regulars.console.templatetags.look import joined, number, short_day
from regulars.console.views.customers.asked import read_uuid
from regulars.db.queries.history import (
    Happening,
    Named,
    named_customers,
    orders_by_key,
)
from regulars.db.queries.names import place_names, product_names
from regulars.db.queries.programmes import running
from regulars.engine.facts import Line, Link, Order, Refund, Unlink
from regulars.words.amounts import capital, said

SHOWN_PRODUCTS = 3


class ShownLine(Struct, frozen=True, kw_only=True):
    """One line of an order as its details show it."""

    name: str
    quantity: Decimal
    amount_minor: int


class Entry(Struct, frozen=True, kw_only=True):
    """One entry. `amount_minor` is negative where money went back, None where none moved."""

    icon: str
    title: str
    at: datetime
    known_since: datetime | None = None
    tone: str = ""
    meta: tuple[str, ...] = ()
    amount_minor: int | None = None
    currency: str = ""
    lines: tuple[ShownLine, ...] = ()
    other: Named | None = None
    mark: str = ""


class Names(Struct, frozen=True, kw_only=True):
    """What the entries of a page speak of, by code, key and id."""

    products: dict[str, str]
    places: dict[str, str]
    goods: dict[str, str]
    orders: dict[str, Order]
    customers: dict[str, Named]


def entries(happenings: Sequence[Happening], numbers: Sequence[int]) -> list[Entry]:
    """The page of the timeline; `numbers` are the rows that are this person."""
    names = _names(happenings, numbers)
    return [_entry(happening, names) for happening in happenings]


def _names(happenings: Sequence[Happening], numbers: Sequence[int]) -> Names:
    facts = [happening.fact for happening in happenings]
    sold = [fact for fact in facts if isinstance(fact, Order | Refund)]
    links = [fact for fact in facts if isinstance(fact, Link)]
    return Names(
        products=product_names({line.product for fact in sold for line in fact.lines}),
        places=place_names(),
        goods=_goods(sold),
        orders=orders_by_key([h.tied_to for h in happenings if h.tied_to], numbers),
        customers=named_customers(_ids(links)),
    )


def _goods(sold: Sequence[Order | Refund]) -> dict[str, str]:
    """What the programmes call the kinds of goods, where a line only tells its kind."""
    if not any(line.category and not line.product for fact in sold for line in fact.lines):
        return {}
    editions = [one.edition for one in running(timezone.now())]
    return {code: capital(said(name)) for one in editions for code, name in one.names.items()}


def _ids(links: Iterable[Link]) -> list[UUID]:
    told = {text for link in links for text in (link.customer, link.into)}
    found = [read_uuid(text) for text in told]
    return [public_id for public_id in found if public_id]


def _entry(happening: Happening, names: Names) -> Entry:
    fact = happening.fact
    if isinstance(fact, Order):
        return _order(happening, fact, names)
    if isinstance(fact, Refund):
        return _refund(happening, fact, names)
    return _linked(happening, fact, names)


def _order(happening: Happening, fact: Order, names: Names) -> Entry:
    place = names.places.get(fact.place, fact.place)
    meta = [_("number %(number)s") % {"number": fact.number}] if fact.number else []
    return Entry(
        icon="bag",
        title=_("Order at %(place)s") % {"place": place} if place else _("Order"),
        at=happening.at,
        known_since=_known_since(happening),
        meta=(_products(fact.lines, names), *meta),
        amount_minor=fact.amount_minor,
        currency=fact.currency,
        lines=_lines(fact.lines, names),
        mark=_mark(happening),
    )


def _refund(happening: Happening, fact: Refund, names: Names) -> Entry:
    place = names.places.get(fact.place, fact.place)
    return Entry(
        icon="back",
        title=_("Refund at %(place)s") % {"place": place} if place else _("Refund"),
        at=happening.at,
        known_since=_known_since(happening),
        meta=(_products(fact.lines, names), _tie(happening.tied_to, names)),
        amount_minor=-fact.amount_minor,
        currency=fact.currency,
        lines=_lines(fact.lines, names),
        mark=_mark(happening),
    )


def _tie(key: str, names: Names) -> str:
    order = names.orders.get(key)
    if order is None:
        return _("tied to no order")
    if not order.number:
        return _("for the order of %(day)s") % {"day": short_day(order.at)}
    told = _("for order %(number)s of %(day)s")
    return told % {"number": order.number, "day": short_day(order.at)}


def _linked(happening: Happening, fact: Link | Unlink, names: Names) -> Entry:
    claim = "claim:" in (fact.key if isinstance(fact, Link) else fact.link)
    if isinstance(fact, Unlink):
        icon, title = "undo", _("A claim was taken back") if claim else _("A merge was taken back")
    elif claim:
        icon, title = "link", _("A guest’s order was claimed")
    else:
        icon, title = "link", _("Two became one")
    other = names.customers.get(fact.customer) if isinstance(fact, Link) else None
    return Entry(
        icon=icon,
        tone="a",
        title=title,
        at=happening.at,
        known_since=_known_since(happening),
        meta=(f"“{fact.reason}”",) if fact.reason else (),
        other=other,
        mark=_mark(happening),
    )


def _products(lines: Sequence[Line], names: Names) -> str:
    """ "flat white, carrot cake and 2 more", each product once."""
    found = list(dict.fromkeys(_name(line, names) for line in lines))
    rest = len(found) - SHOWN_PRODUCTS
    if rest <= 0:
        return joined(found)
    more = npgettext("products", "%(n)s more", "%(n)s more", rest) % {"n": number(rest)}
    return joined([*found[:SHOWN_PRODUCTS], more])


def _name(line: Line, names: Names) -> str:
    if line.product:
        return names.products.get(line.product) or line.product
    if line.category:
        return names.goods.get(line.category) or line.category
    return _("fee") if line.kind == "fee" else _("something without a name")


def _lines(lines: Sequence[Line], names: Names) -> tuple[ShownLine, ...]:
    return tuple(
        ShownLine(
            name=_name(line, names),
            quantity=line.quantity.normalize(),
            amount_minor=line.amount_minor,
        )
        for line in lines
    )


def _known_since(happening: Happening) -> datetime | None:
    """When the business came to know of it, if that was days later and no import of the past."""
    late = happening.received_at - happening.at > timedelta(days=1)
    return happening.received_at if late and happening.import_id is None else None


def _mark(happening: Happening) -> str:
    """Where the page ends, for the address of the next one."""
    return f"{happening.at.isoformat()}~{happening.seq}"


def before(mark: str) -> tuple[datetime, int] | None:
    """A mark read back; None for anything else."""
    at, _sign, seq = mark.partition("~")
    try:
        told = datetime.fromisoformat(at), int(seq)
    except ValueError:
        return None
    return told if told[0].tzinfo and 0 <= told[1] < 2**63 else None


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def end_of_day(day: date) -> datetime:
    """The instant at which a civil day of the business ends."""
    zone = timezone.get_current_timezone()
    if day == date.max:
        return datetime.max.replace(tzinfo=zone)
    return datetime.combine(day + timedelta(days=1), time(), zone)
