"""The programme's file, changed: checked line by line, tried on real members, published."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from msgspec import Struct

from regulars.actions import publishing
from regulars.actions.audit import staff_name
from regulars.actions.publishing import Preview
from regulars.actions.refused import Refused
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.templatetags.look import short_day
from regulars.console.views.programme.ready import body_of
from regulars.console.views.programme.telling import shown, texts_of
from regulars.db.models import Customer, EditionRow
from regulars.db.queries.programmes import running
from regulars.engine.edition import Edition
from regulars.programmes.loading import load
from regulars.words import programme_files
from regulars.words.amounts import asset_of, much
from regulars.words.reasons import sentence

MOST_LETTERS = 200_000
MOST_MEMBERS, SECONDS = 2000, 4.0
"""So many members are looked at, or as many as can be so long, while somebody waits."""
SHORT = 60
NAME = re.compile(r"^edition:[ \t]*([A-Za-z0-9_]+)[ \t]*(#.*)?$", re.MULTILINE)


class Wish(Struct, frozen=True, kw_only=True):
    """What the form says: the file, from which day on, and why without notice."""

    body: str
    day: str = ""
    reason: str = ""


@needs(Right.CHANGE_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest) -> HttpResponse:
    """The file to write in; sent, it is looked at, and published where that is asked."""
    if request.method != "POST":
        return _page(request, Wish(body=_begin_with(request)), {})
    wish = Wish(
        body=request.POST.get("file", "").replace("\r\n", "\n")[:MOST_LETTERS],
        day=request.POST.get("begins", "").strip(),
        reason=request.POST.get("reason", "").strip()[:500],
    )
    loaded = load(wish.body, "file")
    if loaded.edition is None:
        told = [programme_files.sentence(one) for one in loaded.problems]
        return _page(request, wish, {"problems": told})
    error = ""
    if request.POST.get("do") == "publish":
        error = _publish(request, wish)
        if not error:
            goal = reverse("console:programme_editions", args=[loaded.edition.programme_id])
            return HttpResponseRedirect(goal)
    return _page(request, wish, _looked_at(loaded.edition, wish, error))


def _page(request: StaffRequest, wish: Wish, values: dict[str, Any]) -> HttpResponse:
    return render(request, "console/programme/change.html", {"wish": wish, **values})


def _begin_with(request: StaffRequest) -> str:
    """The file of a ready programme, or of the newest edition under a new name."""
    name = request.GET.get("ready", "")
    if name:
        return body_of(name)
    found = running(timezone.now())
    asked = request.GET.get("of", "")
    one = next((each for each in found if each.id == asked), found[0] if found else None)
    if one is None:
        return ""
    newest = next(each for each in one.editions if each.state in ("coming", "running"))
    return _renamed(newest.body, newest.edition)


def _renamed(body: str, edition: str) -> str:
    """An edition has a name of its own: the next number that is free."""
    stem, _sign, number = edition.rpartition("_")
    stem, count = (stem, int(number)) if stem and number.isdigit() else (edition, 1)
    known = set(EditionRow.objects.values_list("edition", flat=True))
    while f"{stem}_{count}" in known or f"{stem}_{count}" == edition:
        count += 1
    return NAME.sub(f"edition: {stem}_{count}", body, count=1)


def _publish(request: StaffRequest, wish: Wish) -> str:
    """Publish what the form says; why not, or nothing."""
    try:
        begins = _begins(wish.day)
    except ValueError:
        return _("Write the day as in 2027-01-31.")
    try:
        edition = publishing.publish(
            wish.body,
            now=timezone.now(),
            by=staff_name(request.user),
            begins=begins,
            reason=wish.reason,
        )
    except Refused as refused:
        return sentence(refused.code, refused.params)
    told = _("Edition %(edition)s is published.") % {"edition": edition.edition}
    messages.success(request, told)
    return ""


def _begins(text: str) -> datetime | None:
    """The beginning of a civil day of the business; None where no day is said."""
    if not text:
        return None
    day = date.fromisoformat(text)
    return timezone.make_aware(datetime.combine(day, clock()))


def _looked_at(edition: Edition, wish: Wish, error: str) -> dict[str, Any]:
    """The sentences, which of them are new, and what would be different for real members."""
    now = timezone.now()
    before = [one for one in running(now) if one.id == edition.programme_id]
    values: dict[str, Any] = {
        "shown": shown(edition, wish.body, texts_of(before[0].edition) if before else None),
        "error": error,
        "first": not before,
    }
    try:
        found = publishing.preview(wish.body, now=now, enough=_patience())
    except Refused as refused:
        if refused.code != "programme_unknown":
            values["error"] = error or sentence(refused.code, refused.params)
        return values
    return {**values, **_difference(edition, found, wish)}


def _patience() -> Callable[[int], bool]:
    """Whether so many members are enough, asked from now on."""
    end = time.monotonic() + SECONDS
    return lambda seen: seen >= MOST_MEMBERS or time.monotonic() > end


def _difference(edition: Edition, found: Preview, wish: Wish) -> dict[str, Any]:
    worse = [
        {"place": one.place, "was": _brief(one.was), "now": _brief(one.now)}
        for one in found.harsher
    ]
    earliest = timezone.localdate(found.earliest) + timedelta(days=1) if found.earliest else None
    return {
        "preview": found,
        "sums": [
            much(amount, asset_of(edition, one), sign=True)
            for one, amount in sorted(found.sums.items())
            if amount
        ],
        "largest": _largest(edition, found),
        "worse": worse,
        "earliest": short_day(earliest) if worse and earliest else "",
        "day": wish.day or (earliest.isoformat() if worse and earliest else ""),
    }


def _brief(told: str) -> str:
    return told if len(told) <= SHORT else ""


def _largest(edition: Edition, found: Preview) -> list[dict[str, Any]]:
    """Those for whom most would be different, by name."""
    people = Customer.objects.filter(public_id__in=[one.customer for one in found.largest])
    called = {str(one.public_id): one.name for one in people}
    listed = []
    for one in found.largest:
        told = [
            much(amount, asset_of(edition, name), sign=True) for name, amount in one.amounts.items()
        ]
        tier = f"{one.tier_was} → {one.tier}" if one.tier != one.tier_was else ""
        name = called.get(one.customer) or _("No name")
        listed.append({"id": one.customer, "name": name, "told": ", ".join(told), "tier": tier})
    return listed


@needs(Right.CHANGE_PROGRAMME)
@require_POST
def withdraw(request: StaffRequest, programme: str, edition: str) -> HttpResponse:
    """Take an edition back that has not begun."""
    by = staff_name(request.user)
    try:
        publishing.withdraw(programme, edition, now=timezone.now(), by=by)
    except Refused as refused:
        messages.error(request, sentence(refused.code, refused.params))
    else:
        messages.success(request, _("That edition will not begin."))
    return HttpResponseRedirect(reverse("console:programme_editions", args=[programme]))
