"""Rewards: all of a programme, and one with its picture, its stock, its worth."""

from __future__ import annotations

from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from msgspec import Struct

from regulars.actions.refused import Refused
from regulars.actions.shelves import Goods, change_picture, change_shelf
from regulars.console.permissions import Right, StaffRequest, may, needs
from regulars.console.views.programme.draft import address
from regulars.console.views.programme.drafts import draft_of
from regulars.console.views.programme.targets import place_of
from regulars.console.views.rewards.forms import PictureForm, ShelfForm
from regulars.console.views.rewards.telling import Shown, shown
from regulars.db.queries.programmes import Running, running
from regulars.words.amounts import said
from regulars.words.reasons import sentence


class Shelf(Struct, frozen=True):
    """The rewards of one programme."""

    name: str
    rewards: list[Shown]


@needs(Right.SEE_PROGRAMME)
@require_safe
def everything(request: StaffRequest) -> HttpResponse:
    """The rewards of every programme that runs."""
    found = running(timezone.now())
    shelves = [Shelf(said(one.edition.name), shown(one.edition)) for one in found]
    listed = [each for one in shelves for each in one.rewards]
    values = {
        "shelves": shelves,
        "several": len(shelves) > 1,
        "count": len(listed),
        "on_offer": sum(each.offered and each.left != 0 for each in listed),
        "out": [each for each in listed if each.left == 0],
        "may_keep": may(request.user, Right.KEEP_REWARDS),
    }
    return render(request, "console/rewards/list.html", values)


@needs(Right.KEEP_REWARDS)
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: StaffRequest, programme: str, reward: str) -> HttpResponse:
    """What staff say about one reward."""
    found = _found(programme, reward)
    form = ShelfForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        goods = Goods(programme=programme, reward=reward)
        try:
            change_shelf(request.user, goods, form.told(), timezone.now())
        except Refused as refused:
            form.add_error(None, sentence(refused.code, refused.params))
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("console:rewards"))
    return _page(request, found, form, PictureForm())


@needs(Right.KEEP_REWARDS)
@require_POST
def picture(request: StaffRequest, programme: str, reward: str) -> HttpResponse:
    """Give a reward a picture, or take it away."""
    found = _found(programme, reward)
    goods = Goods(programme=programme, reward=reward)
    form = PictureForm(request.POST, request.FILES)
    away = "away" in request.POST
    if away or form.is_valid():
        file = None if away else form.cleaned_data["file"].read()
        try:
            change_picture(request.user, goods, file, timezone.now())
        except Refused as refused:
            form.add_error("file", sentence(refused.code, refused.params))
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(found.url)
    return _page(request, found, ShelfForm(found), form)


def _page(
    request: StaffRequest, found: Shown, form: forms.Form, picture: forms.Form
) -> HttpResponse:
    may_change = may(request.user, Right.CHANGE_PROGRAMME)
    where = _its_form(found) if may_change else _its_programme(found)
    values: dict[str, object] = {"one": found, "form": form, "picture": picture}
    values |= {"price_url": where, "may_change": may_change}
    wrong = form.errors or picture.errors
    return render(request, "console/rewards/one.html", values, status=422 if wrong else 200)


def _its_form(found: Shown) -> str:
    """Where the programme's draft asks what the reward takes."""
    place = place_of(draft_of(found.programme).edition, "rewards", found.id)
    return address(found.programme, f"rewards[{place}]" if place is not None else "", "form")


def _its_programme(found: Shown) -> str:
    return f"{reverse('console:programme')}?of={quote(found.programme)}"


def _found(programme: str, reward: str) -> Shown:
    runs: Running | None = next(
        (each for each in running(timezone.now()) if each.id == programme), None
    )
    listed = shown(runs.edition) if runs is not None else []
    found = next((each for each in listed if each.id == reward), None)
    if found is None:
        raise Http404
    return found
