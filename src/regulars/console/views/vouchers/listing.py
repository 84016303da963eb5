"""Vouchers: all, by state, of one person, or the one whose code was typed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

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
from regulars.db.models import Business
from regulars.db.queries import vouchers
from regulars.db.queries.history import same_person
from regulars.db.queries.till import MOST_FOUND, find

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
    listed = vouchers.listed(state, people, _before(request.GET.get("before", "")))
    known = editions()
    page = [shown(one, known) for one in listed[: vouchers.PAGE]]
    values = {
        "rows": page,
        "query": query,
        "state": state,
        "chips": _chips(query, state),
        "answer": _answer(query, people, len(page)),
        "later": _later(query, state, page) if len(listed) > vouchers.PAGE else "",
        "first": f"?{urlencode({'q': query, 'state': state})}" if "before" in request.GET else "",
        "may_give": may(request.user, Right.MAKE_GOOD) and bool(known),
    }
    return render(request, "console/vouchers/list.html", values)


def _region() -> str:
    return Business.objects.values_list("region", flat=True).first() or ""


def _before(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


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


def _later(query: str, state: str, page: list[Any]) -> str:
    told = {"q": query, "state": state, "before": page[-1].issued_at.isoformat()}
    return "?" + urlencode(told)


def _answer(query: str, people: list[int] | None, count: int) -> str:
    if people is None:
        return _("What was issued, what of it was used, and where each one came from.")
    if not people:
        return _("Nobody and no voucher fits “%(query)s”.") % {"query": query}
    text = ngettext("One voucher for “%(query)s”.", "%(n)s vouchers for “%(query)s”.", count)
    return text % {"query": query, "n": number(count)}
