"""The first steps of a new business: each ticks itself off, all go once they are done or hidden."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from msgspec import Struct, structs

from regulars.actions.business import end_first_steps
from regulars.console.permissions import Right, StaffRequest, may, needs
from regulars.db.queries.first_steps import Steps, first_steps


class Step(Struct, frozen=True, kw_only=True):
    """One of them: what it is, where it is done, another way to it, and whether it is done."""

    title: str
    text: str
    url: str
    action: str
    done: bool
    other: str = ""
    other_url: str = ""
    next: bool = False


def steps_for(request: StaffRequest) -> list[Step]:
    """The list for an owner; empty for others, and where nothing is left."""
    found = first_steps() if may(request.user, Right.CHANGE_SETTINGS) else None
    if found is None:
        return []
    several = [_people(found), _chosen(found), _published(found), _counter(found), _staff(found)]
    if all(one.done for one in several):
        return []
    upcoming = next(one for one in several if not one.done)
    return [structs.replace(one, next=one is upcoming) for one in several]


def _people(found: Steps) -> Step:
    return Step(
        title=_("Bring in your customers"),
        text=_("A file from your till or shop, with who bought. Without one, they join later."),
        url=reverse("console:import"),
        action=_("Bring in a file"),
        other=_("Write one down"),
        other_url=reverse("console:customer_new"),
        done=found.people,
    )


def _chosen(found: Steps) -> Step:
    return Step(
        title=_("Choose a programme"),
        text=_("A stamp card, points, tiers: begin with a ready one and change its sentences."),
        url=reverse("console:programme"),
        action=_("Choose one"),
        done=found.chosen,
    )


def _published(found: Steps) -> Step:
    url = reverse("console:programme")
    if found.draft:
        url = reverse("console:programme_draft", args=[found.draft])
    return Step(
        title=_("Publish it"),
        text=_("From then on customers can join. Try it before: nothing is booked by trying."),
        url=url,
        action=_("To the draft") if found.draft else _("To the programme"),
        done=found.published,
    )


def _counter(found: Steps) -> Step:
    return Step(
        title=_("Set up the counter"),
        text=_("A tablet that finds members, or a sign with a code that they scan themselves."),
        url=reverse("console:tills"),
        action=_("Set up a till"),
        other=_("Print a sign"),
        other_url=reverse("console:scans"),
        done=found.counter,
    )


def _staff(found: Steps) -> Step:
    return Step(
        title=_("Ask your team in"),
        text=_("Colleagues by a link, cashiers by a PIN."),
        url=reverse("console:invite"),
        action=_("Invite a colleague"),
        other=_("Add a cashier"),
        other_url=reverse("console:cashier_new"),
        done=found.staff,
    )


@needs(Right.CHANGE_SETTINGS)
@require_POST
def hide(request: StaffRequest) -> HttpResponse:
    """Lead nobody through the first steps any more."""
    end_first_steps()
    return HttpResponseRedirect(reverse("console:today"))
