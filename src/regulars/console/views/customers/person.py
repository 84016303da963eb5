"""One customer: how they stand, what happened, what is known about them."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.console.permissions import Right, StaffRequest, may, needs
from regulars.console.views.customers import portrait, ways
from regulars.console.views.customers.access import places, seen
from regulars.console.views.customers.asked import read_uuid
from regulars.console.views.customers.known import details_of, identifiers_of
from regulars.console.views.customers.labels import segment_name, segment_tone
from regulars.console.views.customers.membership import AT_ONCE, Membership, membership
from regulars.console.views.customers.timeline import before, day_of, end_of_day, entries
from regulars.db.models import Customer
from regulars.db.queries.consents import in_force, marks_of, stopped_at
from regulars.db.queries.history import PAGE, Person, timeline
from regulars.db.queries.programmes import taken_part_in
from regulars.words.consents import purpose_names, wordings


def currency_of(request: StaffRequest) -> str:
    """The business's currency, in which standings are told."""
    return getattr(getattr(request, "business", None), "currency", "EUR")


def back_to(public_id: UUID, anchor: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("console:customer", args=[public_id]) + anchor)


@needs(Right.SEE_CUSTOMERS)
@require_safe
def customer(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The page of a customer; that of a merged one leads on to whom they are now."""
    person = seen(request, public_id)
    if person.survivor is not None:
        address = reverse("console:customer", args=[person.survivor.public_id])
        return HttpResponseRedirect(f"{address}?{urlencode({'merged': public_id})}")
    currency = currency_of(request)
    mine = _memberships(request, person)
    values = {
        "person": person,
        "name": portrait.name_of(person.customer, person.identifiers),
        "since": portrait.known_since(person),
        "answer": portrait.portrait(person, currency),
        "memberships": mine,
        "kpis": _numbers(person, currency, mine),
        "standing": _standing(person),
        "known": [*identifiers_of(person.identifiers), *details_of(person.customer)],
        "agreed": _agreed(person),
        "stopped": stopped_names(person),
        "arrived_from": _arrived_from(request, person),
        "may_change": may(request.user, Right.CHANGE_CUSTOMERS),
        "may_make_good": may(request.user, Right.MAKE_GOOD),
        "waiting": ways.waiting(person, request.user),
        "questions": ways.questions(person, mine, request.user),
        **_happened(request, person),
    }
    return render(request, "console/customers/customer.html", values)


def _agreed(person: Person) -> list[str]:
    """What they may be written to about, by name."""
    names = purpose_names()
    yes = in_force(person.customer.id)
    return [names[purpose] for (purpose, way), given in yes.items() if given and way == "mail"]


def stopped_names(person: Person) -> str:
    """What the owner of one of their addresses wants no mails about, by name."""
    stopped = stopped_at(marks_of(person.customer.id))
    return ", ".join(name for purpose, (name, _note) in wordings().items() if purpose in stopped)


def _memberships(request: StaffRequest, person: Person) -> list[Membership]:
    """In each programme that they take part in. Who looks after some places only sees no history:
    it tells what happened at the others."""
    whole, now = places(request) is None, timezone.now()
    most = None if request.GET.get("points") == "all" else AT_ONCE
    number, day = person.customer.id, day_of(request.GET.get("as_of", ""))
    until = end_of_day(day) if day else None
    found = [
        membership(number, one, now, whole=whole, most=most, until=until)
        for one in taken_part_in(number)
    ]
    return [ways.with_ways_back(one, person, request.user) for one in found]


def _numbers(person: Person, currency: str, mine: list[Membership]) -> list[dict[str, str]]:
    """The strip of numbers: what a member can use comes first."""
    found = portrait.numbers(person, currency)
    if not mine:
        return found
    first = {"label": _("Can be used"), "value": mine[0].balance, "note": mine[0].note}
    return [first, *(one for one in found if one["label"] != _("Last seen"))]


def _happened(request: StaffRequest, person: Person) -> dict[str, object]:
    day = day_of(request.GET.get("as_of", ""))
    found = timeline(
        person.numbers,
        until=end_of_day(day) if day else None,
        before=before(request.GET.get("before", "")),
        places=places(request),
        size=PAGE + 1,
    )
    shown = entries(found[:PAGE], person.numbers)
    earlier = ""
    if len(found) > PAGE:
        parts = {"as_of": day, "before": shown[-1].mark}
        earlier = "?" + urlencode({name: value for name, value in parts.items() if value})
    return {
        "entries": shown,
        "earlier": earlier,
        "as_of": day,
        "later_page": "before" in request.GET,
        "today": timezone.localdate(),
    }


def _standing(person: Person) -> list[tuple[str, str]]:
    """The tags beside the name: label and tone."""
    standing = person.standing
    if standing is None:
        return [(_("Prospect"), "")]
    if not standing.segment:
        return [(_("Being counted"), "")]
    tags = [(segment_name(standing.segment), segment_tone(standing.segment))]
    if standing.is_regular:
        tags.insert(0, (_("Regular"), "accent"))
    if standing.is_drifting:
        tags.append((_("Drifting away"), "warn"))
    return tags


def _arrived_from(request: StaffRequest, person: Person) -> str:
    """The name of the merged customer whose page led here."""
    merged = read_uuid(request.GET.get("merged"))
    if merged is None:
        return ""
    found = Customer.objects.filter(public_id=merged, id__in=person.numbers).first()
    return str(found) if found and found.id != person.customer.id else ""
