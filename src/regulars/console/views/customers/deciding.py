"""What was asked for by hand above a limit, and waits for a second hand."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from msgspec import Struct

from regulars.actions import adjusting, portal_pages
from regulars.actions.adjusting import WAITING
from regulars.actions.refused import Refused
from regulars.console.permissions import Right, StaffRequest, may, needs
from regulars.console.views.customers.access import places
from regulars.console.views.customers.rows import shown_identifier
from regulars.db.models import Adjustment, Customer, IdentifierRow, Staff
from regulars.db.queries import adjustments
from regulars.db.queries.history import bought_at, end_of, same_person
from regulars.words.amounts import asset_of, much
from regulars.words.reasons import sentence

MOST = 100


class Asked(Struct, frozen=True, kw_only=True):
    """An adjustment as it is listed. `mine` is what the reader asked for: they may turn it down,
    and not approve it."""

    row: Adjustment
    customer: Customer | None
    name: str
    amount: str
    by: str
    decided: str
    mine: bool


def asked(row: Adjustment, reader: Staff) -> Asked:
    """An adjustment in words."""
    customer = Customer.objects.filter(id=end_of(row.customer_id)).first()
    return Asked(
        row=row,
        customer=customer,
        name=_called(customer),
        amount=_amount(row),
        by=adjustments.name_of(row.asked_by, row.asked_key),
        decided=adjustments.name_of(row.decided_by, row.decided_key),
        mine=row.asked_by_id == reader.pk,
    )


def _called(customer: Customer | None) -> str:
    if customer is None:
        return ""
    if customer.name:
        return customer.name
    known = IdentifierRow.objects.filter(customer_id=customer.id).order_by("kind").first()
    return shown_identifier(known.kind, known.value) if known else _("No name")


def _amount(row: Adjustment) -> str:
    try:
        edition = portal_pages.edition_of(row.programme, timezone.now())
    except Refused:
        return str(row.amount)
    return much(row.amount, asset_of(edition, row.asset), sign=True)


@needs(Right.CHANGE_CUSTOMERS)
@require_safe
def everything(request: StaffRequest) -> HttpResponse:
    """What waits, and what was given and taken lately."""
    state = "" if request.GET.get("state") == "all" else WAITING
    rows = [one for one in adjustments.page(state, None, MOST) if _is_seen(request, one)]
    values = {
        "lines": [asked(one, request.user) for one in rows],
        "state": state,
        "may_make_good": may(request.user, Right.MAKE_GOOD),
        "most": MOST if len(rows) == MOST else 0,
    }
    return render(request, "console/customers/adjustments.html", values)


def _is_seen(request: StaffRequest, row: Adjustment) -> bool:
    """Whether the reader may see the person that it is about."""
    limits = places(request)
    return limits is None or bought_at(same_person(end_of(row.customer_id)), limits)


@needs(Right.MAKE_GOOD)
@require_POST
def approve(request: StaffRequest, adjustment_id: UUID) -> HttpResponse:
    def act() -> str:
        adjusting.approve(request.user, adjustment_id, timezone.now())
        return _("Approved and booked.")

    return _decide(request, adjustment_id, act)


@needs(Right.CHANGE_CUSTOMERS)
@require_POST
def refuse(request: StaffRequest, adjustment_id: UUID) -> HttpResponse:
    def act() -> str:
        adjusting.refuse(request.user, adjustment_id, timezone.now())
        return _("Turned down. Nothing was booked.")

    return _decide(request, adjustment_id, act)


def _decide(request: StaffRequest, adjustment_id: UUID, act: Callable[[], str]) -> HttpResponse:
    row = Adjustment.objects.filter(id=adjustment_id).first()
    if row is None or not _is_seen(request, row):
        raise Http404
    try:
        messages.success(request, act())
    except Refused as refused:
        messages.error(request, sentence(refused.code, refused.params))
    return HttpResponseRedirect(reverse("console:adjustments"))
