"""What customers agreed to, with the words of the time; their data and their wish to be forgotten,
where they ask staff for it."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.actions import data_by_hand
from regulars.actions.by_hand import REASON_LENGTH
from regulars.actions.portal_profile import CHANNELS, PURPOSES, Said
from regulars.actions.refused import Refused
from regulars.console.accounts import confirm
from regulars.console.permissions import Right, StaffRequest, may, needs
from regulars.console.views.customers.access import places, seen
from regulars.console.views.customers.person import back_to, stopped_names
from regulars.console.views.customers.portrait import name_of
from regulars.console.views.insights import whole_business
from regulars.db.queries import consents
from regulars.db.queries.history import Person
from regulars.words.amounts import language
from regulars.words.consents import purpose_names
from regulars.words.reasons import sentence


class StopForm(forms.Form):
    """What somebody wants no more messages about, and how they said so."""

    about = forms.MultipleChoiceField(
        label=gettext_lazy("About what"), widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LENGTH,
        help_text=gettext_lazy("How they told you: stays beside it as the proof."),
    )


def ways() -> dict[str, str]:
    """By which way somebody said yes or no."""
    return {
        "portal": _("on their phone"),
        "till": _("aloud, at the counter"),
        "mail": _("by the link in a mail"),
        "friend": _("by a friend’s link"),
        "staff": _("through staff"),
        "merge": _("when two were merged"),
    }


def agreed(person: Person) -> list[str]:
    """What somebody agrees to be written about."""
    now = consents.in_force(person.customer.id)
    return [one for one in PURPOSES if any(now.get((one, way), False) for way in CHANNELS)]


@needs(Right.EXPORT)
@require_safe
@whole_business
def everything(request: StaffRequest) -> HttpResponse:
    """Every text of all times; of one that is named, who said yes or no to it."""
    purpose, wording = request.GET.get("purpose", ""), request.GET.get("wording", "")
    listed = [one for one in consents.wordings_of_all_times() if not wording or one.id == wording]
    values = {
        "names": purpose_names(),
        "wordings": [one for one in listed if not purpose or one.purpose == purpose],
        "people": consents.said_to(purpose, wording) if wording else [],
        "one": wording,
        "ways": ways(),
    }
    return render(request, "console/customers/wordings.html", values)


@needs(Right.CHANGE_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """What a customer said yes or no to; staff may write down a no."""
    person, names = seen(request, public_id), purpose_names()
    open_ones = agreed(person)
    form = StopForm(request.POST or None)
    form.fields["about"].choices = [(each, names[each]) for each in open_ones]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        about = form.cleaned_data["about"]
        said = Said(
            choices={(each, way): False for each in about for way in CHANNELS},
            wordings={each: _("Stopped by staff: “%(purpose)s”") % {"purpose": names[each]}
                      for each in about},
            language=language(),
            source="staff",
            reason=form.cleaned_data["reason"],
        )  # fmt: skip
        try:
            data_by_hand.withdraw(request.user, person.customer, said, timezone.now())
        except Refused as refused:
            form.add_error(None, sentence(refused.code, refused.params))
        else:
            messages.success(request, _("Written down. No more of these messages go out."))
            return HttpResponseRedirect(reverse("console:customer_consents", args=[public_id]))
    values = {
        "person": person,
        "name": name_of(person.customer, person.identifiers),
        "names": names,
        "said": consents.said_by(person.numbers),
        "ways": ways(),
        "stopped": stopped_names(person),
        "form": form if open_ones else None,
        "may_read_all": may(request.user, Right.EXPORT) and places(request) is None,
        "may_forget": may(request.user, Right.CHANGE_SETTINGS),
    }
    status = 422 if form.errors else 200
    return render(request, "console/customers/consents.html", values, status=status)


@needs(Right.CHANGE_SETTINGS)
@require_POST
def data(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Everything that is known of a customer, as the file that they could take themselves; that it
    was taken is written down."""
    person = seen(request, public_id)
    told = data_by_hand.hand_over(request.user, person.customer, timezone.now())
    response = HttpResponse(told, content_type="application/json; charset=utf-8")
    name = f"customer-{timezone.localdate().isoformat()}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@needs(Right.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Forget a customer who asked for it: by somebody who has just said again who they are, and
    said twice, since it cannot be undone."""
    person = seen(request, public_id)
    confirm(request)
    missing = request.method == "POST" and request.POST.get("sure") != "yes"
    if request.method == "POST" and not missing:
        data_by_hand.forget(request.user, person.customer, timezone.now())
        messages.success(request, _("Forgotten. Nothing here says any more who it was."))
        return back_to(public_id)
    values = {
        "person": person,
        "name": name_of(person.customer, person.identifiers),
        "missing": missing,
    }
    return render(request, "console/customers/forget.html", values, status=422 if missing else 200)
