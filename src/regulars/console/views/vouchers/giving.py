"""Hand out a voucher: whom. What for, and why, stands on the page of that customer."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.views.insights import whole_business
from regulars.console.views.vouchers.listing import LONGEST
from regulars.db.models import Business
from regulars.db.queries.till import Brief, find


@needs(Right.MAKE_GOOD)
@require_safe
@whole_business
def new(request: StaffRequest) -> HttpResponse:
    """Find a member; who is named already is led on to."""
    if member := _uuid(request.GET.get("member", "")):
        return HttpResponseRedirect(reverse("console:customer_voucher", args=[member]))
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    region = Business.objects.values_list("region", flat=True).first() or ""
    people: list[Brief] = find(query, region).people if query else []
    values = {"query": query, "people": [one for one in people if one.programmes]}
    return render(request, "console/vouchers/whom.html", values)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
