"""Settings, Places: shops and counters, what they are called, who works there, which are closed."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST
from msgspec import Struct

from regulars.actions import places as actions
from regulars.actions.audit import staff_name
from regulars.actions.places import MOST_LETTERS
from regulars.actions.refused import Refused
from regulars.console.permissions import Right, StaffRequest, may, needs
from regulars.console.sure import Question, ask
from regulars.console.templatetags.look import number
from regulars.db.models import Place, TillDevice
from regulars.db.queries.places import PlaceLine, every_place, place_of
from regulars.words.reasons import sentence


class PlaceForm(forms.Form):
    """What a place is called."""

    name = forms.CharField(
        label=gettext_lazy("Name of the place"),
        max_length=MOST_LETTERS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class Line(Struct, frozen=True, kw_only=True):
    """A place as it is listed, with where it is changed, and the question before it is closed."""

    known: PlaceLine
    code: str
    change: str
    shut: Question | None


@needs(Right.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def everything(request: StaffRequest) -> HttpResponse:
    form = PlaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            made = actions.add(name, timezone.now(), staff_name(request.user))
        except Refused as refused:
            form.add_error("name", sentence(refused.code, refused.params))
        else:
            said = _("The place is added.") if made else _("The place was there already.")
            messages.success(request, said)
            return _back()
    found = every_place()
    lines = [_line(one) for one in found.lines]
    values = {
        "form": form,
        "lines": lines,
        "open": sum(one.shut is not None for one in lines),
        "everywhere": found,
        "wants_till": any(one.shut is not None for one in lines)
        and may(request.user, Right.MANAGE_STAFF)
        and not TillDevice.objects.exists(),
        "questions": [one.shut for one in lines if one.shut is not None],
    }
    return render(request, "console/settings/places.html", values)


def _line(known: PlaceLine) -> Line:
    place = known.place
    return Line(
        known=known,
        code=place.code if place.code != place.name else "",
        change=_to("console:place", place),
        shut=None if place.closed_at else _shut(place, len(known.tills)),
    )


def _to(page: str, place: Place) -> str:
    """A page about a place. Codes are whatever orders say: not part of a path."""
    return reverse(page) + "?" + urlencode({"code": place.code})


def _shut(place: Place, tills: int) -> Question:
    text = _(
        "Nobody can be sent there any more, and nothing is set up there. Orders that name it still "
        "count, and what happened stays. You can open it again."
    )
    if tills:
        ends = ngettext(
            "Its till is shut out at once.", "Its %(n)s tills are shut out at once.", tills
        )
        text = f"{ends % {'n': number(tills)}} {text}"
    return Question(
        key=f"shut-{place.code.encode().hex()}",
        title=_("Close %(name)s?") % {"name": place.name},
        text=text,
        act=_("Close it"),
        url=_to("console:place_close", place),
        label=_("Close"),
        whom=place.name,
        section="places",
        back=reverse("console:places"),
    )


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("console:places"))


def _place(request: StaffRequest) -> Place:
    found = place_of(request.GET.get("code", "").replace("\x00", ""))
    if found is None:
        raise Http404
    return found


@needs(Right.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: StaffRequest) -> HttpResponse:
    """Call a place otherwise."""
    row = _place(request)
    form = PlaceForm(request.POST or None, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            actions.rename(row.code, name, timezone.now(), staff_name(request.user))
        except Refused as refused:
            form.add_error("name", sentence(refused.code, refused.params))
        else:
            messages.success(request, _("Saved."))
            return _back()
    return render(request, "console/settings/place.html", {"form": form, "place": row})


@needs(Right.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: StaffRequest) -> HttpResponse:
    row = _place(request)
    if request.method != "POST":
        tills = next(one.tills for one in every_place().lines if one.place == row)
        return ask(request, _shut(row, len(tills)))
    actions.close(row.code, timezone.now(), staff_name(request.user))
    messages.success(request, _("%(name)s is closed.") % {"name": row.name})
    return _back()


@needs(Right.CHANGE_SETTINGS)
@require_POST
def reopen(request: StaffRequest) -> HttpResponse:
    row = _place(request)
    actions.reopen(row.code, timezone.now(), staff_name(request.user))
    said = _("%(name)s is open again. Its tills want a new code.") % {"name": row.name}
    messages.success(request, said)
    return _back()
