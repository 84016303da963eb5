"""Settings: the business, and one's own account."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from regulars.actions import staff as staff_actions
from regulars.actions.business import change_business
from regulars.console.account_forms import BusinessForm, ProfileForm
from regulars.console.permissions import Right, StaffRequest, may, needs
from regulars.db.models import Business
from regulars.db.queries.staff import places_of

FIRST = ((Right.CHANGE_SETTINGS, "console:business"), (Right.MANAGE_STAFF, "console:staff"))


@needs(Right.ACCOUNT)
@require_safe
def settings(request: StaffRequest) -> HttpResponse:
    """The first page of Settings that the reader may open."""
    pages = (page for right, page in FIRST if may(request.user, right))
    return HttpResponseRedirect(reverse(next(pages, "console:account")))


@needs(Right.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def business(request: StaffRequest) -> HttpResponse:
    row = get_object_or_404(Business, pk=1)
    form = BusinessForm(request.POST or None, initial=BusinessForm.values_of(row))
    if request.method == "POST" and form.is_valid():
        change_business(form.settings(), request.user)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("console:business"))
    return render(request, "console/settings/business.html", {"form": form})


@needs(Right.ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: StaffRequest) -> HttpResponse:
    reader = request.user
    start = {"name": reader.name, "language": reader.language or translation.get_language()}
    form = ProfileForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        staff_actions.change_profile(reader, form.cleaned_data["name"], language)
        with translation.override(language):
            messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("console:account"))
    kinds = Authenticator.objects.filter(user=reader).values_list("type", flat=True)
    values = {
        "form": form,
        "factors": set(kinds),
        "sessions": UserSession.objects.filter(user=reader).count(),
        "places": sorted(places_of(reader) or ()),
    }
    return render(request, "console/settings/account.html", values)
