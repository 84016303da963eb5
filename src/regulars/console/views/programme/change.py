"""The programme's file, changed: checked line by line, tried on real members, published."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
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

from regulars.actions import drafting, publishing
from regulars.actions.audit import staff_name
from regulars.actions.drafting import Step
from regulars.actions.publishing import Preview
from regulars.actions.refused import Refused
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.templatetags.look import short_day
from regulars.console.views.programme.beginning import (
    coming_of,
    earliest_day,
    newest_of,
    number_of,
    why_not,
)
from regulars.console.views.programme.differing import told_difference, told_worse
from regulars.console.views.programme.drafts import refusal
from regulars.console.views.programme.ready import body_here
from regulars.console.views.programme.telling import shown, texts_of
from regulars.db.models import Customer, DraftRow
from regulars.db.queries.programmes import running
from regulars.engine.edition import Edition
from regulars.programmes.loading import load
from regulars.words import programme_files
from regulars.words.amounts import asset_of, much
from regulars.words.programme.asking import rule_name
from regulars.words.reasons import sentence

MOST_LETTERS = 200_000
MOST_MEMBERS, SECONDS = 2000, 4.0
"""So many members are looked at, or as many as can be so long, while somebody waits."""


class Wish(Struct, frozen=True, kw_only=True):
    """What the form says: the file, from which day on, and why without notice."""

    body: str
    day: str = ""
    reason: str = ""


@needs(Right.CHANGE_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest) -> HttpResponse:
    """The file to write in; sent, it is looked at, kept in the draft, and published where asked."""
    if request.method != "POST":
        body, number = _begin_with(request)
        return _page(request, Wish(body=body), {"revision": number})
    wish = wished(request, request.POST.get("file", "").replace("\r\n", "\n")[:MOST_LETTERS])
    revision = request.POST.get("revision", "")
    loaded = load(wish.body, "file")
    if loaded.edition is None:
        told = [programme_files.sentence(one) for one in loaded.problems]
        return _page(request, wish, {"problems": told, "revision": revision})
    programme = loaded.edition.programme_id
    error = ""
    if revision.isdecimal():
        error, revision = _keep(request, wish.body, int(revision))
    if request.POST.get("do") == "keep" and not error:
        return HttpResponseRedirect(reverse("console:programme_draft", args=[programme]))
    if request.POST.get("do") == "publish" and not error:
        error = _publish(request, wish, loaded.edition)
        if not error:
            goal = reverse("console:programme_editions", args=[programme])
            return HttpResponseRedirect(goal)
    return _page(request, wish, {**looked_at(loaded.edition, wish, error), "revision": revision})


def wished(request: StaffRequest, body: str) -> Wish:
    """What a form says of publishing."""
    return Wish(
        body=body,
        day=request.POST.get("begins", "").strip(),
        reason=request.POST.get("reason", "").strip()[:500],
    )


def _keep(request: StaffRequest, body: str, revision: int) -> tuple[str, str]:
    """Keep the file as the draft: why not, and the revision it is now."""
    step = Step(body=body, revision=revision, by=staff_name(request.user))
    try:
        return "", str(drafting.keep(step, timezone.now()).revision)
    except Refused as refused:
        return refusal(refused), str(revision)


def _page(request: StaffRequest, wish: Wish, values: dict[str, Any]) -> HttpResponse:
    return render(request, "console/programme/change.html", {"wish": wish, **values})


def _begin_with(request: StaffRequest) -> tuple[str, int]:
    """The draft, the file of a ready programme, or of the newest edition under a new name; with the
    revision of the draft."""
    name = request.GET.get("ready", "")
    if name:
        return body_here(request, name), 0
    found = running(timezone.now())
    asked = request.GET.get("of", "") or (found[0].id if found else "")
    row = DraftRow.objects.filter(programme=asked).first()
    if row is not None:
        return row.body, row.revision
    one = next((each for each in found if each.id == asked), found[0] if found else None)
    if one is None:
        return "", 0
    newest = next(each for each in one.editions if each.state in ("coming", "running"))
    return drafting.renamed(newest.body, newest.edition), 0


def _publish(request: StaffRequest, wish: Wish, file: Edition) -> str:
    """Publish what the form says; why not, or nothing."""
    try:
        begins = begins_at(wish.day)
    except ValueError:
        return _("Write the day as in 2027-01-31.")
    by, now = staff_name(request.user), timezone.now()
    asked = publishing.Wish(by=by, begins=begins, reason=wish.reason)
    try:
        edition = drafting.publish_file(wish.body, asked, now)
    except Refused as refused:
        return why_not(refused, file, now, wish.reason)
    told = _("Edition %(edition)s is published.") % {"edition": number_of(edition, now)}
    messages.success(request, told)
    return ""


def begins_at(text: str) -> datetime | None:
    """The beginning of a civil day of the business; None where no day is said."""
    if not text:
        return None
    day = date.fromisoformat(text)
    return timezone.make_aware(datetime.combine(day, clock()))


def looked_at(edition: Edition, wish: Wish, error: str) -> dict[str, Any]:
    """The sentences, which of them are new, and what would be different for real members."""
    now = timezone.now()
    before = [one for one in running(now) if one.id == edition.programme_id]
    values: dict[str, Any] = {
        "shown": shown(edition, wish.body, texts_of(before[0].edition) if before else None),
        "error": error,
        "first": not before,
        "coming": coming_of(before[0].editions) if before else None,
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
    now = timezone.now()
    before = newest_of(edition.programme_id, now) or edition
    worse = [told_worse(one, (before, edition)) for one in found.harsher]
    earliest = earliest_day(edition, now)
    waits = bool(worse) or found.since > now
    return {
        "preview": found,
        "compared": found.since <= now,
        "sums": [
            much(amount, asset_of(edition, one), sign=True)
            for one, amount in sorted(found.sums.items())
            if amount
        ],
        "largest": _largest(edition, found),
        "worse": worse,
        "beyond": [
            {"name": rule_name(edition, name), "count": count}
            for name, count in found.beyond.items()
            if count
        ],
        "earliest": short_day(earliest),
        "least": earliest_day(edition, now, notice=False).isoformat(),
        "day": wish.day or (earliest.isoformat() if waits else ""),
    }


def _largest(edition: Edition, found: Preview) -> list[dict[str, Any]]:
    """Those for whom most would be different, by name, each in a sentence."""
    people = Customer.objects.filter(public_id__in=[one.customer for one in found.largest])
    called = {str(one.public_id): one.name for one in people}
    return [
        {
            "id": one.customer,
            "name": called.get(one.customer) or _("No name"),
            "told": told_difference(one.amounts, (one.tier_was, one.tier), edition),
        }
        for one in found.largest
    ]


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
