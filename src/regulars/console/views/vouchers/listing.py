"""Vouchers: all, by state, of one person, or the one whose code was typed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from regulars.console.permissions import Right, StaffRequest, may, needs
from regulars.console.templatetags.look import number
from regulars.console.views.insights import whole_business
from regulars.console.views.vouchers.telling import STATES, editions, shown
from regulars.db.models import Business, VoucherRow
from regulars.db.queries import vouchers
from regulars.db.queries.history import same_person
from regulars.db.queries.till import MOST_FOUND, find
from regulars.db.queries.vouchers import Listed

LONGEST = 254


@needs(Right.SEE_CUSTOMERS)
@require_safe
@whole_business
def everything(request: StaffRequest) -> HttpResponse:
    """The newest first."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    people: list[int] | None = None
    if query:
        found = find(query, _region())
        people = [each for one in found.people[:MOST_FOUND] for each in same_person(one.id)]
        meant = vouchers.by_id(people, found.voucher) if found.voucher else None
        if meant is not None and meant.customer is not None:
            where = reverse("console:voucher", args=[meant.customer.public_id, meant.mark])
            return HttpResponseRedirect(where)
    listed = vouchers.listed(state, people, _named(request.GET.get("after", "")))
    known = editions()
    page = listed[: vouchers.PAGE]
    values = {
        "rows": [shown(one, known) for one in page],
        "query": query,
        "state": state,
        "chips": _chips(query, state),
        "answer": _answer(query, people, len(page)),
        "later": _later(query, state, page[-1]) if len(listed) > vouchers.PAGE else "",
        "first": f"?{urlencode({'q': query, 'state': state})}" if "after" in request.GET else "",
        "may_give": may(request.user, Right.MAKE_GOOD) and bool(known),
    }
    return render(request, "console/vouchers/list.html", values)


def _region() -> str:
    return Business.objects.values_list("region", flat=True).first() or ""


def _named(text: str) -> VoucherRow | None:
    """The voucher that the address of a page names as the last one of the page before."""
    holder, _sign, mark = text.partition("/")
    try:
        found = vouchers.one(UUID(holder), mark)
    except ValueError:
        return None
    return found.row if found else None


def _chips(query: str, state: str) -> list[dict[str, Any]]:
    parts: list[tuple[str, object]] = [("", _("All")), *STATES.items()]
    return [
        {
            "label": str(label),
            "url": "?" + urlencode({"q": query, "state": key}),
            "current": key == state,
        }
        for key, label in parts
    ]


def _later(query: str, state: str, last: Listed) -> str:
    holder = last.customer.public_id if last.customer else ""
    return "?" + urlencode({"q": query, "state": state, "after": f"{holder}/{last.mark}"})


def _answer(query: str, people: list[int] | None, count: int) -> str:
    if people is None:
        return _("What was issued, what of it was used, and where each one came from.")
    if not people:
        return _("Nobody and no voucher fits “%(query)s”.") % {"query": query}
    text = ngettext("One voucher for “%(query)s”.", "%(n)s vouchers for “%(query)s”.", count)
    return text % {"query": query, "n": number(count)}
