"""Who is the same person as whom: merging two customers, claiming a guest's order, undoing both."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from msgspec import Struct

from regulars.actions import customers as actions
from regulars.actions.refused import Refused
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.views.customers.access import places, seen
from regulars.console.views.customers.asked import LONGEST_QUERY, read_uuid
from regulars.console.views.customers.forms import ReasonForm
from regulars.console.views.customers.person import back_to, currency_of
from regulars.console.views.customers.portrait import known_since, name_of
from regulars.console.views.customers.rows import ShownRow, seen_on, shown_row
from regulars.db.models import Standing
from regulars.db.queries.customers import Wanted, list_customers
from regulars.db.queries.history import Person
from regulars.db.queries.names import place_names, product_names
from regulars.db.queries.orders import FoundOrder, orders_numbered
from regulars.words.reasons import sentence

MOST_SHOWN = 10


class Side(Struct, frozen=True, kw_only=True):
    """One column of the comparison of two customers, or of both together."""

    name: str
    identifiers: list[str]
    orders: int
    revenue_minor: int
    first: str
    last: str
    tags: list[str]
    notes: int


def _typed(request: StaffRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", "").strip()[:LONGEST_QUERY]


def _people(request: StaffRequest, query: str, but: UUID | None = None) -> list[ShownRow]:
    """Whom the reader may mean by what they typed."""
    if not query:
        return []
    wish = Wanted(
        new_since=timezone.now(),
        query=query,
        language=get_language() or "en",
        places=places(request),
        size=MOST_SHOWN,
    )
    return [shown_row(row) for row in list_customers(wish).rows if row.public_id != but]


@needs(Right.CHANGE_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Find the other customer, see what the two will be together, then make them one."""
    person = seen(request, public_id)
    values = request.POST if request.method == "POST" else request.GET
    other_id = read_uuid(values.get("other"))
    other = seen(request, other_id) if other_id else None
    form = ReasonForm(request.POST)
    refused = None
    if request.method == "POST" and other is not None and form.is_valid():
        reason = form.cleaned_data["reason"]
        merged = other.customer.public_id
        try:
            actions.merge(merged, public_id, reason=reason, now=timezone.now(), by=request.user)
        except Refused as refusal:
            refused = refusal
        else:
            told = _("The two are one now. You can take that back below, under “One person”.")
            messages.success(request, told)
            return back_to(public_id)
    return _merge_page(request, person, other, refused)


def _merge_page(
    request: StaffRequest, person: Person, other: Person | None, refused: Refused | None
) -> HttpResponse:
    query = _typed(request, "q")
    values = {
        "person": person,
        "name": name_of(person.customer, person.identifiers),
        "query": query,
        "found": _people(request, query, but=person.customer.public_id),
        "refused": refused,
        "other": other,
    }
    if other is not None:
        values["sides"] = _sides(person, other)
        values["other_name"] = name_of(other.customer, other.identifiers)
        values["business_currency"] = currency_of(request)
    status = 409 if refused else 200
    return render(request, "console/customers/merge.html", values, status=status)


def _sides(person: Person, other: Person) -> list[Side]:
    one, two = _side(person), _side(other)
    standings = [side.standing for side in (person, other) if side.standing]
    both = Side(
        name=one.name,
        identifiers=[*one.identifiers, *two.identifiers],
        orders=one.orders + two.orders,
        revenue_minor=one.revenue_minor + two.revenue_minor,
        first=_day(min(standings, key=lambda s: s.first_at, default=None)),
        last=_seen(max(standings, key=lambda s: s.last_at, default=None)),
        tags=sorted({*one.tags, *two.tags}),
        notes=one.notes + two.notes,
    )
    return [one, two, both]


def _side(person: Person) -> Side:
    standing = person.standing
    return Side(
        name=name_of(person.customer, person.identifiers),
        identifiers=[value for _kind, value in person.identifiers],
        orders=standing.orders if standing else 0,
        revenue_minor=standing.revenue_minor if standing else 0,
        first=_day(standing),
        last=_seen(standing),
        tags=person.tags,
        notes=len(person.notes),
    )


def _day(standing: Standing | None) -> str:
    return seen_on(standing.first_at) if standing else ""


def _seen(standing: Standing | None) -> str:
    return seen_on(standing.last_at) if standing else ""


@needs(Right.CHANGE_CUSTOMERS)
@require_POST
def undo(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Take a merge or a claim back."""
    person = seen(request, public_id)
    key = request.POST.get("link", "")
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    if key not in {joined.key for joined in person.joined}:
        messages.error(request, sentence("merge_unknown"))
        return back_to(public_id)
    try:
        actions.undo_merge(key, reason=reason, now=timezone.now(), by=request.user)
    except Refused as refused:
        messages.error(request, sentence(refused.code, refused.params))
    else:
        messages.success(request, _("Taken back. The two are two again."))
    return back_to(public_id)


class GuestOrder(Struct, frozen=True, kw_only=True):
    """An order as the page of guests' orders shows it."""

    found: FoundOrder
    place: str
    products: list[str]

    @property
    def open(self) -> bool:
        return self.found.guest and self.found.owner is None


@needs(Right.CHANGE_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def guests(request: StaffRequest) -> HttpResponse:
    """Find an order that came without a customer, and say whose it is."""
    refused = _claim(request) if request.method == "POST" else None
    if isinstance(refused, HttpResponse):
        return refused
    for_id = read_uuid(request.GET.get("for"))
    person = seen(request, for_id) if for_id else None
    number, query = _typed(request, "q"), _typed(request, "who")
    values = {
        "number": number,
        "query": query,
        "orders": _orders(request, number),
        "person": person,
        "name": name_of(person.customer, person.identifiers) if person else "",
        "since": known_since(person) if person else None,
        "found": _people(request, query),
        "choose": "?" + urlencode({"q": number}) + "&for=",
        "refused": refused,
    }
    return render(request, "console/customers/guests.html", values, status=409 if refused else 200)


def _orders(request: StaffRequest, number: str) -> list[GuestOrder]:
    limits, places_known = places(request), place_names()
    shown = [o for o in orders_numbered(number) if limits is None or o.order.place in limits]
    names = product_names(line.product for one in shown for line in one.order.lines)
    return [
        GuestOrder(
            found=one,
            place=places_known.get(one.order.place, one.order.place),
            products=[names.get(p) or p for p in _products(one)],
        )
        for one in shown
    ]


def _products(one: FoundOrder) -> list[str]:
    return list(dict.fromkeys(line.product for line in one.order.lines if line.product))


def _claim(request: StaffRequest) -> HttpResponse | Refused:
    """Claim an order for somebody: their page, or why not."""
    into = read_uuid(request.POST.get("into"))
    key = request.POST.get("order", "")
    if into is None:
        raise Http404
    seen(request, into)
    limits = places(request)
    if limits is not None and not any(
        one.order.place in limits for one in orders_numbered(key) if one.order.key == key
    ):
        return Refused("order_unknown")
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        actions.claim_order(key, into, reason=reason, now=timezone.now())
    except Refused as refused:
        return refused
    messages.success(request, _("The order belongs to this customer now."))
    return back_to(into)
