"""Settings, Staff: who works here, what they may do, whom to ask in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.actions import staff as actions
from regulars.actions.adjusting import limit_of
from regulars.actions.entry import address_of, mail_ready
from regulars.actions.refused import Refused
from regulars.actions.staff import Invitation, Position
from regulars.console.account_forms import InviteForm, PositionForm
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.db.models import Role, Staff
from regulars.db.queries.staff import colleagues, has_second_factor, is_invited, places_of
from regulars.words.reasons import sentence


@needs(Right.MANAGE_STAFF)
@require_safe
def everybody(request: StaffRequest) -> HttpResponse:
    lines = colleagues()
    active = [line for line in lines if line.person.is_active]
    values = {
        "lines": lines,
        "count": len(active),
        "waiting": sum(line.invited for line in active),
        "limits": {role.value: limit_of(role) for role in Role},
    }
    return render(request, "console/settings/staff.html", values)


@needs(Right.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: StaffRequest) -> HttpResponse:
    form = InviteForm(request.POST or None, actor=request.user, initial={"role": Role.STAFF})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        invitation = Invitation(
            email=values["email"], name=values["name"], position=_position(values)
        )
        try:
            staff = actions.invite(request.user, invitation, timezone.now())
        except Refused as refused:
            form.add_error(None, sentence(refused.code))
        else:
            return _invited(request, staff)
    return render(request, "console/settings/invite.html", {"form": form})


def _invited(request: StaffRequest, staff: Staff) -> HttpResponse:
    """The link to hand over; where mail works, the invitation is on its way by itself."""
    if mail_ready():
        text = _("The invitation is on its way to %(email)s.") % {"email": staff.email}
        messages.success(request, text)
        return _back(staff)
    return _show_link(request, staff)


def _position(values: dict[str, Any]) -> Position:
    return Position(role=Role(values["role"]), places=values["places"])


def _colleague(staff_id: UUID) -> Staff:
    staff = Staff.objects.filter(pk=staff_id).first()
    if staff is None:
        raise Http404
    return staff


def _back(staff: Staff) -> HttpResponse:
    return HttpResponseRedirect(reverse("console:colleague", args=[staff.pk]))


@needs(Right.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def colleague(request: StaffRequest, staff_id: UUID) -> HttpResponse:
    """One person: role and places, a link, the way out."""
    staff = _colleague(staff_id)
    start = {"role": staff.role, "places": sorted(places_of(staff) or ())}
    form = PositionForm(request.POST or None, actor=request.user, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_position(request.user, staff_id, _position(form.cleaned_data))
        except Refused as refused:
            form.add_error(None, sentence(refused.code))
        else:
            messages.success(request, _("Saved. %(name)s signs in anew.") % {"name": staff})
            return _back(staff)
    return render(request, "console/settings/colleague.html", _facts(request, staff, form))


def _facts(request: StaffRequest, staff: Staff, form: PositionForm) -> dict[str, object]:
    may_change = staff.pk != request.user.pk and actions.outranks(request.user.role, staff.role)
    return {
        "person": staff,
        "form": form,
        "may_change": may_change and staff.is_active,
        "may_return": may_change and not staff.is_active,
        "may_reset": may_change and request.user.role == Role.OWNER,
        "invited": is_invited(staff),
        "second_factor": has_second_factor(staff),
        "limit": limit_of(staff.role),
    }


@needs(Right.MANAGE_STAFF)
@require_POST
def make_link(request: StaffRequest, staff_id: UUID) -> HttpResponse:
    staff = _colleague(staff_id)
    try:
        return _show_link(request, staff)
    except Refused as refused:
        return _refuse(request, staff, refused)


def _show_link(request: StaffRequest, staff: Staff) -> HttpResponse:
    token = actions.link_for(request.user, staff.pk, timezone.now())
    here = request.build_absolute_uri("/").rstrip("/")
    values = {"person": staff, "address": address_of(token, here), "invited": is_invited(staff)}
    return render(request, "console/settings/link.html", values)


@needs(Right.MANAGE_STAFF)
@require_POST
def leave(request: StaffRequest, staff_id: UUID) -> HttpResponse:
    said = _("%(name)s can no longer sign in.")
    return _change(request, staff_id, actions.deactivate, said)


@needs(Right.MANAGE_STAFF)
@require_POST
def come_back(request: StaffRequest, staff_id: UUID) -> HttpResponse:
    said = _("%(name)s can sign in again.")
    return _change(request, staff_id, actions.reactivate, said)


def _change(
    request: StaffRequest, staff_id: UUID, act: Callable[[Staff, UUID], object], said: str
) -> HttpResponse:
    """Do something to a colleague and say it; a refusal stands on their page."""
    staff = _colleague(staff_id)
    try:
        act(request.user, staff_id)
    except Refused as refused:
        return _refuse(request, staff, refused)
    messages.success(request, said % {"name": staff})
    return _back(staff)


def _refuse(request: StaffRequest, staff: Staff, refused: Refused) -> HttpResponse:
    form = PositionForm(actor=request.user, initial={"role": staff.role})
    values = {**_facts(request, staff, form), "refused": refused}
    return render(request, "console/settings/colleague.html", values, status=409)
