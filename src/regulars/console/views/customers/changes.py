"""What staff change about a customer: each page makes one call into actions."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.actions import customers as actions
from regulars.actions.refused import Refused
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.views.customers.access import places, seen
from regulars.console.views.customers.forms import IdentifierForm, NewCustomerForm, ProfileForm
from regulars.console.views.customers.known import identifiers_of
from regulars.console.views.customers.person import back_to
from regulars.console.views.customers.portrait import name_of
from regulars.db.queries.history import Person
from regulars.engine.facts import Identifier
from regulars.words.reasons import sentence


def region_of(request: StaffRequest) -> str:
    """The country whose national phone numbers are meant."""
    return getattr(getattr(request, "business", None), "region", "")


def posted(request: StaffRequest) -> QueryDict | None:
    """What a form was sent, be it nothing; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def _try(request: StaffRequest, act: Callable[[], object]) -> bool:
    """Act; a refusal becomes a sentence on the next page."""
    try:
        act()
    except Refused as refused:
        messages.error(request, sentence(refused.code, refused.params))
        return False
    return True


@needs(Right.CHANGE_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    """Add somebody who has not bought yet; who is known already is shown instead.

    Not for staff limited to places: who never bought belongs to none, so they could not see whom
    they added, but could ask who is known.
    """
    if places(request) is not None:
        raise PermissionDenied
    form = NewCustomerForm(posted(request), region=region_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            known = actions.add_prospect(form.who(), now=timezone.now())
        except Refused as refused:
            form.add_error(None, sentence(refused.code, refused.params))
        else:
            _tell(request, made=known.made)
            return back_to(known.public_id)
    return render(request, "console/customers/new.html", {"form": form})


def _tell(request: StaffRequest, *, made: bool) -> None:
    if made:
        messages.success(request, _("Added. The next order will come to this page."))
    else:
        messages.info(request, _("We know this person already. Nothing was added twice."))


@needs(Right.CHANGE_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, public_id: UUID) -> HttpResponse:
    person = seen(request, public_id)
    form = ProfileForm(posted(request), customer=person.customer)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_profile(public_id, form.profile())
        except Refused as refused:
            form.add_error(None, sentence(refused.code, refused.params))
        else:
            messages.success(request, _("Saved."))
            return back_to(public_id)
    return render(request, "console/customers/edit.html", _about(person, form))


def _about(person: Person, form: object) -> dict[str, object]:
    name = name_of(person.customer, person.identifiers)
    return {"person": person, "name": name, "form": form}


@needs(Right.CHANGE_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def identifiers(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Add and take away what somebody is known by."""
    person = seen(request, public_id)
    form = IdentifierForm(posted(request), region=region_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            identifier = form.cleaned_data["identifier"]
            actions.add_identifier(public_id, identifier, now=timezone.now(), by=request.user)
        except Refused as refused:
            form.add_error("value", sentence(refused.code, refused.params))
        else:
            return HttpResponseRedirect(reverse("console:customer_identifiers", args=[public_id]))
    values = {**_about(person, form), "known": identifiers_of(person.identifiers)}
    return render(request, "console/customers/identifiers.html", values)


@needs(Right.CHANGE_CUSTOMERS)
@require_POST
def remove_identifier(request: StaffRequest, public_id: UUID) -> HttpResponse:
    person = seen(request, public_id)
    pair = (request.POST.get("kind", ""), request.POST.get("value", ""))
    if pair in person.identifiers:
        identifier = Identifier(*pair)  # type: ignore[arg-type]
        now, by = timezone.now(), request.user
        _try(request, lambda: actions.remove_identifier(public_id, identifier, now=now, by=by))
    return HttpResponseRedirect(reverse("console:customer_identifiers", args=[public_id]))


@needs(Right.CHANGE_CUSTOMERS)
@require_POST
def add_tag(request: StaffRequest, public_id: UUID) -> HttpResponse:
    seen(request, public_id)
    tag = request.POST.get("tag", "").replace("\x00", "")
    _try(request, lambda: actions.add_tag(public_id, tag, now=timezone.now()))
    return back_to(public_id, "#tags")


@needs(Right.CHANGE_CUSTOMERS)
@require_POST
def remove_tag(request: StaffRequest, public_id: UUID) -> HttpResponse:
    seen(request, public_id)
    tag = request.POST.get("tag", "").replace("\x00", "")
    _try(request, lambda: actions.remove_tag(public_id, tag))
    return back_to(public_id, "#tags")


@needs(Right.CHANGE_CUSTOMERS)
@require_POST
def add_note(request: StaffRequest, public_id: UUID) -> HttpResponse:
    seen(request, public_id)
    text = request.POST.get("text", "").replace("\x00", "").replace("\r\n", "\n")
    now = timezone.now()
    _try(request, lambda: actions.add_note(public_id, text, by=request.user, now=now))
    return back_to(public_id, "#notes")


@needs(Right.CHANGE_CUSTOMERS)
@require_POST
def remove_note(request: StaffRequest, public_id: UUID, note_id: UUID) -> HttpResponse:
    seen(request, public_id)
    _try(request, lambda: actions.remove_note(public_id, note_id))
    return back_to(public_id, "#notes")
