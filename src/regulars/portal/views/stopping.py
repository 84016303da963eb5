"""Who gets a mail that they may stop does so here, without signing in (RFC 8058).

Looking changes nothing: scanners of mails look at every link. Whoever posts here has the link, and
that is all it takes: no cookie, no session, no token of a form. The answer is never a redirect,
since mail programs do not follow one.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regulars.actions import portal_profile
from regulars.actions.portal_profile import CHANNELS, PURPOSES, Said
from regulars.db.queries.consents import is_stopped, stopping
from regulars.db.stopped import INVITATIONS
from regulars.portal.access import open_page, render
from regulars.words.amounts import language
from regulars.words.consents import purpose_names

STOPPABLE = {*PURPOSES, INVITATIONS}


@csrf_exempt
@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """A page with one button, and what the button and mail programs post."""
    found = stopping(token)
    if found is None or found.purpose not in STOPPABLE or found.channel not in CHANNELS:
        error = _("This address stops nothing. Copy it whole from the mail, to its last letter.")
        return render(request, "gone", {"error": error}, 404)
    name = purpose_names()[found.purpose]
    if request.method == "POST":
        read = _("Stop “%(purpose)s”") % {"purpose": name}
        said = Said(choices={}, wordings={found.purpose: read}, language=language(), source="mail")
        portal_profile.stop(found, said, timezone.now())
    invited = found.purpose == INVITATIONS
    values = {"purpose": name, "stopped": is_stopped(found), "invited": invited}
    return render(request, "stop", values)
