"""Settings, Tills: which browsers are tills, and who works at them with which PIN."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.actions import tills as actions
from regulars.actions.refused import Refused
from regulars.console.permissions import Right, StaffRequest, may, needs
from regulars.console.saying import do
from regulars.console.till_forms import CashierForm, TillForm
from regulars.db.models import Cashier
from regulars.db.queries.places import places_to_choose
from regulars.db.queries.till import cashiers, devices
from regulars.words.qr import drawn
from regulars.words.reasons import sentence

HERE = ("localhost", "127.0.0.1")
"""Names by which a computer reaches itself, and no other does."""
GROUP = 4
"""So many letters of a code stand together, to be typed without losing one's place."""


@needs(Right.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def everything(request: StaffRequest) -> HttpResponse:
    """All tills and cashiers; a new till gets a code that is shown this once."""
    form = TillForm(request.POST or None, actor=request.user)
    values: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            device, code = actions.make_code(
                told["place"], told["name"], request.user, timezone.now()
            )
        except Refused as refused:
            form.add_error(None, sentence(refused.code, refused.params))
        else:
            values |= {"made": device, **_ways(request, code)}
            values["form"] = TillForm(actor=request.user)
    values |= {"devices": devices(), "cashiers": cashiers(), "places": places_to_choose(())}
    values["may_places"] = may(request.user, Right.CHANGE_SETTINGS)
    return render(request, "console/settings/tills.html", values)


def _ways(request: StaffRequest, code: str) -> dict[str, object]:
    """How the browser that will be the till gets there: scanned, typed, or opened by a link."""
    link = request.build_absolute_uri(reverse("till:pair_by_link", args=[code]))
    typed = request.build_absolute_uri(reverse("till:pair")).partition("://")[2].rstrip("/")
    picture = drawn(link, _("Code to scan with the device that will be the till"))
    spaced = " ".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))
    here = typed.partition("/")[0].partition(":")[0] in HERE
    told = {"code": spaced, "link": link, "typed": typed, "picture": picture}
    return {**told, "only_here": here}


@needs(Right.MANAGE_STAFF)
@require_POST
def revoke(request: StaffRequest, device_id: UUID) -> HttpResponse:
    done = _("That browser is no till any more.")
    do(request, lambda: actions.revoke(request.user, device_id, timezone.now()), done)
    return HttpResponseRedirect(reverse("console:tills"))


@needs(Right.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def new_cashier(request: StaffRequest) -> HttpResponse:
    form = CashierForm(request.POST or None, actor=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.add_cashier(request.user, form.wanted(), timezone.now())
        except Refused as refused:
            form.add_error(None, sentence(refused.code, refused.params))
        else:
            messages.success(request, _("%(name)s can work at the till.") % {"name": row})
            return HttpResponseRedirect(reverse("console:tills"))
    return render(request, "console/settings/cashier.html", {"form": form})


@needs(Right.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def cashier(request: StaffRequest, cashier_id: UUID) -> HttpResponse:
    row = Cashier.objects.filter(pk=cashier_id).first()
    if row is None:
        raise Http404
    start = CashierForm.values_of(row)
    form = CashierForm(request.POST or None, actor=request.user, known=True, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_cashier(request.user, cashier_id, form.wanted(), timezone.now())
        except Refused as refused:
            form.add_error(None, sentence(refused.code, refused.params))
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("console:tills"))
    return render(request, "console/settings/cashier.html", {"form": form, "person": row})


@needs(Right.MANAGE_STAFF)
@require_POST
def cashier_active(request: StaffRequest, cashier_id: UUID) -> HttpResponse:
    """Shut a cashier out, or let them back in."""
    active = request.POST.get("active") == "yes"
    now = timezone.now()
    do(request, lambda: actions.set_active(request.user, cashier_id, now, active=active))
    return HttpResponseRedirect(reverse("console:tills"))
