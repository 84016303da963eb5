"""The list of customers, and the same list as a file."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from msgspec import Struct, structs

from regulars.actions import downloads
from regulars.actions.refused import Refused
from regulars.console.exports import csv_lines, csv_response
from regulars.console.permissions import Right, StaffRequest, may, needs
from regulars.console.views.customers import asked as address
from regulars.console.views.customers.access import places
from regulars.console.views.customers.answer import answer
from regulars.console.views.customers.asked import Asked
from regulars.console.views.customers.clubs import Clubs, clubs
from regulars.console.views.customers.figures import Figures, figures
from regulars.console.views.customers.labels import COUNTED, FILTERS, SEGMENTS, segment_name
from regulars.console.views.customers.rows import EXPORTED, export_row, shown_row
from regulars.db.queries import adjustments
from regulars.db.queries.customers import (
    Page,
    Sort,
    Wanted,
    list_customers,
    place_after,
    tags_in_use,
    whole_list,
)
from regulars.db.queries.orders import orders_numbered
from regulars.words.reasons import sentence

COLUMNS: tuple[tuple[Sort | None, Any, str], ...] = (
    ("name", gettext_lazy("Customer"), ""),
    (None, gettext_lazy("Standing"), ""),
    ("last", gettext_lazy("Last seen"), ""),
    ("orders", gettext_lazy("Orders"), "n"),
    ("spent", gettext_lazy("Spent"), "n"),
    ("stake", gettext_lazy("At stake"), "n"),
    (None, "", "n"),
    (None, gettext_lazy("Tags"), "only-xl"),
)
BALANCE = 6
"""Which of the columns is called as the programme calls what it gives."""


class Column(Struct, frozen=True, kw_only=True):
    """A column's head: sorted by a link where it can be sorted."""

    label: str
    css: str
    url: str = ""
    direction: str = ""


def wanted(request: StaffRequest, asked: Asked, new_since: datetime, mine: Clubs) -> Wanted:
    """The query for what an address asks for, within what the reader may see."""
    wish = Wanted(
        new_since=new_since,
        filter=asked.filter,
        segment=asked.segment,
        tag=asked.tag,
        query=asked.query,
        sort=asked.sort,
        descending=asked.descending,
        language=get_language() or "en",
        places=places(request),
    )
    wish = mine.wanted(wish, asked)
    return structs.replace(wish, after=place_after(wish, asked.after)) if asked.after else wish


@needs(Right.SEE_CUSTOMERS)
@require_safe
def customers(request: StaffRequest) -> HttpResponse:
    mine = clubs(timezone.now())
    asked = mine.narrowed(address.read(request.GET))
    known = figures(request, timezone.now())
    page = list_customers(wanted(request, asked, known.new_since, mine))
    values = {
        "asked": asked,
        "figures": known,
        "page": page,
        "rows": [shown_row(row, mine) for row in page.rows],
        "answer": answer(asked, known, page, limited=places(request) is not None, clubs=mine),
        "chips": _chips(asked, known),
        "columns": _columns(asked, mine),
        "segments": [(key, segment_name(key)) for key in SEGMENTS],
        "tags": tags_in_use(),
        "tiers": mine.choices(),
        "balances": mine.label if mine.editions else "",
        "by_hand": adjustments.waiting() if places(request) is None else 0,
        "links": _links(request, asked, page),
        "guest_order": _guest_order(request, asked, page),
        "may_add": may(request.user, Right.CHANGE_CUSTOMERS) and places(request) is None,
        "with_stake": asked.filter == "drifting",
        **_ways_on(request, asked, known),
    }
    return render(request, "console/customers/list.html", values)


def _ways_on(request: StaffRequest, asked: Asked, known: Figures) -> dict[str, object]:
    """What the page says where the list ends or is empty, and the links for it."""
    return {
        "nobody_yet": known.counts is not None and not known.counts.get("customers"),
        "import_url": _import_url(request),
        "new_url": reverse("console:customer_new"),
        "guest_url": reverse("console:guest_orders") + "?" + urlencode({"q": asked.query}),
    }


def _import_url(request: StaffRequest) -> str:
    if not may(request.user, Right.IMPORT):
        return ""
    try:
        return reverse("console:imports")
    except NoReverseMatch:
        return ""


def _chips(asked: Asked, known: Figures) -> list[dict[str, object]]:
    return [
        {
            "label": label,
            "url": Asked(filter=key, sort=address.default_order(key)).address(),
            "count": known.counts.get(COUNTED.get(key, key)) if known.counts else None,
            "current": key == asked.filter,
        }
        for key, label in FILTERS.items()
    ]


def _columns(asked: Asked, mine: Clubs) -> list[Column]:
    named = list(COLUMNS)
    named[BALANCE] = (None, mine.label, "n")
    if not mine.editions:
        del named[BALANCE]
    return [
        _column(asked, sort, str(label), css)
        for sort, label, css in named
        if sort != "stake" or asked.filter == "drifting"
    ]


def _column(asked: Asked, sort: Sort | None, label: str, css: str) -> Column:
    if sort is None or (asked.filter == "prospects" and sort != "name"):
        return Column(label=label, css=css)
    if sort != asked.sort:
        turned = address.starts_descending(sort)
        return Column(label=label, css=css, url=asked.address(sort=sort, descending=turned))
    return Column(
        label=label,
        css=css,
        url=asked.address(descending=not asked.descending),
        direction="descending" if asked.descending else "ascending",
    )


def _links(request: StaffRequest, asked: Asked, page: Page) -> dict[str, str]:
    links = {}
    if may(request.user, Right.EXPORT):
        links["export"] = "export.csv" + asked.address()
    if asked.after:
        links["first"] = asked.address()
    if page.more:
        links["next"] = asked.address(after=page.rows[-1].public_id)
    return links


def _guest_order(request: StaffRequest, asked: Asked, page: Page) -> bool:
    """Whether what was searched is the number of a guest's order, and nobody was found."""
    if page.rows or not any(sign.isdigit() for sign in asked.query):
        return False
    if not may(request.user, Right.CHANGE_CUSTOMERS):
        return False
    limits = places(request)
    found = orders_numbered(asked.query)
    return any(o.guest and (limits is None or o.order.place in limits) for o in found)


@needs(Right.EXPORT)
@require_safe
def export(request: StaffRequest) -> HttpResponseBase:
    """The whole list that an address asks for, sorted by name, as CSV."""
    try:
        downloads.note("customers", "", request.user, timezone.now())
    except Refused as refused:
        messages.error(request, sentence(refused.code))
        return HttpResponseRedirect(reverse("console:customers"))
    mine = clubs(timezone.now())
    asked = mine.narrowed(address.read(request.GET))
    asked = structs.replace(asked, sort="name", descending=False, after=None)
    known = figures(request, timezone.now())
    currency = getattr(getattr(request, "business", None), "currency", "EUR")
    zone = timezone.get_current_timezone()
    rows = (
        export_row(row, currency, zone, mine)
        for row in whole_list(wanted(request, asked, known.new_since, mine))
    )
    name = _("customers") + f"-{timezone.localdate():%Y-%m-%d}.csv"
    return csv_response(name, csv_lines(EXPORTED, rows))
