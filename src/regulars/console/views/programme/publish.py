"""What a draft changes for real members, told before it is published, and published here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.actions import drafting, publishing
from regulars.actions.audit import staff_name
from regulars.actions.refused import Refused
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.views.programme.beginning import number_of, why_not
from regulars.console.views.programme.cases import outcomes
from regulars.console.views.programme.change import begins_at, looked_at, wished
from regulars.console.views.programme.drafts import Draft, draft_of, revision_of


@needs(Right.CHANGE_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: StaffRequest, programme: str) -> HttpResponse:
    """Who would have more or less, what gets dearer, and from which day on it is to hold."""
    found = draft_of(programme)
    error = ""
    if request.method == "POST":
        error = _publish(request, found)
        if not error:
            if found.before is None:
                return HttpResponseRedirect(reverse("console:programme"))
            return HttpResponseRedirect(reverse("console:programme_editions", args=[programme]))
    wish = wished(request, found.body)
    values = looked_at(found.edition, wish, error)
    cases = outcomes(programme, found.edition, found.body)
    own = {"draft": found, "programme": programme, "wish": wish, "cases": cases}
    return render(request, "console/programme/look.html", {**values, **own})


def _publish(request: StaffRequest, found: Draft) -> str:
    """Publish the draft as it was looked at; why not, or nothing."""
    wish = wished(request, found.body)
    try:
        begins = begins_at(wish.day)
    except ValueError:
        return _("Write the day as in 2027-01-31.")
    by, now = staff_name(request.user), timezone.now()
    asked = publishing.Wish(by=by, begins=begins, reason=wish.reason)
    try:
        edition = drafting.publish(found.programme, revision_of(request, found), asked, now)
    except Refused as refused:
        return why_not(refused, found.edition, now, wish.reason)
    messages.success(
        request, _("Edition %(edition)s is published.") % {"edition": number_of(edition, now)}
    )
    return ""
