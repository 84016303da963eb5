"""The running programme as sentences and as a file, its editions, and a file to keep."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from regulars.console.permissions import Right, StaffRequest, may, needs
from regulars.console.views.programme.drafts import drafts
from regulars.console.views.programme.ready import choices
from regulars.console.views.programme.telling import shown
from regulars.console.views.programme.trying import Asked, tried
from regulars.db import programmes
from regulars.db.models import TillDevice
from regulars.db.queries.programmes import Published, Running, editions_of, running


@needs(Right.SEE_PROGRAMME)
@require_safe
def programme(request: StaffRequest) -> HttpResponse:
    """The programme that runs, one of several, or those that are ready to begin with."""
    found = running(timezone.now())
    if not found:
        begun = drafts() if may(request.user, Right.CHANGE_PROGRAMME) else []
        values = {"choices": choices(request), "drafts": begun}
        return render(request, "console/programme/choose.html", values)
    asked = request.GET.get("of", "")
    one = next((each for each in found if each.id == asked), found[0])
    return render(request, "console/programme/page.html", _values(request, one, found))


def _values(request: StaffRequest, one: Running, found: list[Running]) -> dict[str, object]:
    return {
        "programme": one.id,
        "edition": next(each for each in one.editions if each.state == "running"),
        "coming": next((each for each in reversed(one.editions) if each.state == "coming"), None),
        "shown": shown(one.edition, one.body),
        "several": [(each.id, shown(each.edition, each.body).name) for each in found]
        if len(found) > 1
        else [],
        "tried": tried(request, Asked(programme=one.id, edition=one.edition)),
        "money_of": one.edition.currency,
        "may_change": may(request.user, Right.CHANGE_PROGRAMME),
        "wants_till": may(request.user, Right.MANAGE_STAFF) and not TillDevice.objects.exists(),
        "draft": next((draft for draft in drafts() if draft.programme == one.id), None),
    }


@needs(Right.SEE_PROGRAMME)
@require_safe
def editions(request: StaffRequest, programme: str) -> HttpResponse:
    """Every edition of a programme: when it was in force, and who published it."""
    found = editions_of(programme, timezone.now())
    if not found:
        raise Http404
    values = {"programme": programme, "editions": found}
    return render(request, "console/programme/editions.html", values)


@needs(Right.SEE_PROGRAMME)
@require_safe
def edition(request: StaffRequest, programme: str, edition: str) -> HttpResponse:
    """One edition as sentences and as a file, whenever it is or was in force."""
    one = _edition(programme, edition)
    told = shown(programmes.read(one.body, one.edition), one.body)
    values = {
        "programme": programme,
        "edition": one,
        "shown": told,
        "may_withdraw": one.state == "coming" and may(request.user, Right.CHANGE_PROGRAMME),
    }
    return render(request, "console/programme/edition.html", values)


@needs(Right.SEE_PROGRAMME)
@require_safe
def file(request: StaffRequest, programme: str, edition: str) -> HttpResponse:
    """The file of an edition, as it was published."""
    one = _edition(programme, edition)
    name = f"attachment; filename={one.edition}.yaml"
    kind = "application/yaml; charset=utf-8"
    return HttpResponse(one.body, content_type=kind, headers={"Content-Disposition": name})


def _edition(programme: str, edition: str) -> Published:
    found = editions_of(programme, timezone.now())
    one = next((each for each in found if each.edition == edition), None)
    if one is None:
        raise Http404
    return one
