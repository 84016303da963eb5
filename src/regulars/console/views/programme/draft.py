"""A programme's next edition, sentence by sentence: each with its form, beside its file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.actions import drafting
from regulars.actions.audit import staff_name
from regulars.actions.drafting import Begin
from regulars.actions.refused import Refused
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.views.programme.beginning import coming_of
from regulars.console.views.programme.cases import outcomes
from regulars.console.views.programme.drafts import (
    Draft,
    Tried,
    change,
    draft_of,
    refusal,
    told,
)
from regulars.console.views.programme.nodes import Telling, knowing, owns
from regulars.console.views.programme.reading import data_of
from regulars.console.views.programme.ready import body_of, zone_and_currency
from regulars.console.views.programme.targets import Form, Target, heading, target
from regulars.console.views.programme.telling import Shown, anchor_of, gone, shown, texts_of
from regulars.console.views.programme.trying import Asked, tried
from regulars.db.models import Place
from regulars.engine.money import decimals
from regulars.programmes.editing.changing import edited
from regulars.programmes.editing.resting import brought_back, put_aside, resting
from regulars.programmes.editing.wishes import added, wishes
from regulars.words import programme_files
from regulars.words.programme.asking import wish, wish_help

SECTIONS = ("earn", "change", "limit", "standing", "rewards", "referrals")


def address(programme: str, at: str = "", part: str = "main") -> str:
    """The page of a draft, with the form of a place, from its top or from that form on."""
    goal = reverse("console:programme_draft", args=[programme])
    return f"{goal}?at={quote(at)}#{part}" if at else f"{goal}#{part}"


@needs(Right.CHANGE_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: StaffRequest, programme: str) -> HttpResponse:
    """The sentences of the draft and the form of one of them; sent, it is kept or told why not."""
    found = draft_of(programme)
    if request.method != "POST":
        return _page(request, found, request.GET.get("at", ""))
    act = ACTS.get(request.POST.get("do", ""))
    if act is None:
        raise Http404
    return act(request, found, request.POST.get("at", ""))


def _form(found: Draft, at: str) -> Form | None:
    data = found.data
    one = target(at, data)
    return Form(one, data, knowing(found.edition, data)) if one is not None else None


def _save(request: StaffRequest, found: Draft, at: str) -> HttpResponse:
    form = _form(found, at)
    if form is None:
        raise Http404
    new = form.answered(dict(request.POST.lists()))
    outcome = change(request, found, lambda: edited(found.body, new))
    if outcome.problems:
        return _page(request, found, at, (Form(form.target, new, form.knowing), outcome))
    told(request, outcome)
    return HttpResponseRedirect(address(found.programme, at if outcome.error else ""))


def _remove(request: StaffRequest, found: Draft, at: str) -> HttpResponse:
    one = _rule(found, at)
    data = found.data
    data[one.section] = [each for n, each in enumerate(data[one.section]) if n != one.index]
    return _acted(request, found, lambda: edited(found.body, data))


def _rest(request: StaffRequest, found: Draft, at: str) -> HttpResponse:
    one = _rule(found, at)
    return _acted(request, found, lambda: put_aside(found.body, one.section, one.index))


def _wake(request: StaffRequest, found: Draft, at: str) -> HttpResponse:
    if not at.isdecimal() or int(at) >= len(resting(found.body)):
        raise Http404
    return _acted(request, found, lambda: brought_back(found.body, int(at)))


def _undo(request: StaffRequest, found: Draft, at: str) -> HttpResponse:
    """A rule as it is in the edition in force."""
    form, before = _form(found, at), _in_force(found, at)
    if form is None or before is None:
        raise Http404
    data = found.data
    if form.target.section:
        data[form.target.section][form.target.index] = before
    else:
        known = {name: one for name, one in before.items() if name in form.target.fields}
        kept = {name: one for name, one in data.items() if name not in form.target.fields}
        data = {**kept, **known}
    return _acted(request, found, lambda: edited(found.body, data), at)


def _rule(found: Draft, at: str) -> Target:
    one = target(at, found.data)
    if one is None or not one.may_go:
        raise Http404
    return one


def _in_force(found: Draft, at: str) -> Any:
    """What the edition in force says there: of the rule with the same id, or of the same fields."""
    one = target(at, found.data)
    if one is None or found.before is None:
        return None
    before: Any = data_of(found.before.body)
    if not one.section:
        return before
    own = found.data[one.section][one.index]
    name = own.get("id") or own.get("kind")
    several = before.get(one.section) or []
    return next((each for each in several if (each.get("id") or each.get("kind")) == name), None)


def _acted(
    request: StaffRequest, found: Draft, make: Callable[[], str], at: str = ""
) -> HttpResponse:
    """Change the file; where it cannot be, the page says why."""
    outcome = change(request, found, make)
    for one in outcome.problems:
        messages.error(request, programme_files.sentence(one))
    if not outcome.problems:
        told(request, outcome)
    return HttpResponseRedirect(address(found.programme, at))


ACTS: dict[str, Callable[[StaffRequest, Draft, str], HttpResponse]] = {
    "save": _save,
    "remove": _remove,
    "rest": _rest,
    "wake": _wake,
    "undo": _undo,
}


def _page(
    request: StaffRequest, found: Draft, at: str, broken: tuple[Form, Tried] | None = None
) -> HttpResponse:
    before = texts_of(found.before.edition) if found.before is not None else None
    told_now = shown(found.edition, found.body, before)
    form = broken[0] if broken is not None else _form(found, at)
    values: dict[str, Any] = {
        "draft": found,
        "programme": found.programme,
        "coming": coming_of(found.before.editions) if found.before is not None else None,
        "shown": told_now,
        "gone": gone(found.edition, before) if before is not None else [],
        "changed": sum(one.new for each in told_now.chapters for one in each.sentences),
        "at": at,
        "resting": _resting(found),
        "behind": _behind(found),
        "cases": outcomes(found.programme, found.edition, found.body),
        "tried": tried(request, _asked(found)),
        "money_of": found.edition.currency,
    }
    if form is not None:
        values |= _form_values(found, form, broken[1] if broken is not None else Tried())
        values["beside"] = _beside(told_now, form)
        values["hit"] = anchor_of(f"part-{at}")
    status = 422 if broken is not None else 200
    return render(request, "console/programme/draft.html", values, status=status)


def _asked(found: Draft) -> Asked:
    before = found.before.edition if found.before is not None else None
    return Asked(programme=found.programme, edition=found.edition, body=found.body, before=before)


def _form_values(found: Draft, form: Form, outcome: Tried) -> dict[str, Any]:
    questions = form.questions()
    known = [one for one in outcome.problems if any(owns_any(each, one.path) for each in questions)]
    names = dict(Place.objects.values_list("code", "name"))
    own = form.target.section and form.data[form.target.section][form.target.index]
    before = _in_force(found, form.target.at)
    return {
        "form": Telling(found.edition, names, known).group(questions),
        "heading": heading(form.target, form.data),
        "may_go": form.target.may_go,
        "may_undo": before is not None and bool(form.target.section) and before != own,
        "wrong": [programme_files.sentence(one) for one in outcome.problems if one not in known],
        "is_wrong": bool(outcome.problems),
    }


def owns_any(question: Any, path: str) -> bool:
    """Whether a question, or one within it, is what is wrong at a path."""
    within = [*question.inner, *(each for row in question.rows for each in row)]
    return owns(question, path) or any(owns_any(each, path) for each in within)


def _beside(told_now: Shown, form: Form) -> list[tuple[str, str]]:
    """The other rules that the same sentence tells."""
    at = form.target.at
    told = [one.places for chapter in told_now.chapters for one in chapter.sentences]
    places = dict.fromkeys(place for own in told if at in own for place in own if place != at)
    return [(place, heading_of(form.data, place)) for place in places]


def _resting(found: Draft) -> list[tuple[int, str]]:
    return [
        (number, wish(one.section, str(one.data.get("kind", ""))))
        for number, one in enumerate(resting(found.body))
    ]


def _behind(found: Draft) -> list[tuple[str, str]]:
    """What no sentence tells by itself: kinds of value, what is counted, names, settings."""
    data = found.data
    listed = [
        (f"assets[{n}]", heading_of(data, f"assets[{n}]")) for n in range(len(data["assets"]))
    ]
    metrics = range(len(data.get("metrics") or []))
    listed += [(f"metrics[{n}]", heading_of(data, f"metrics[{n}]")) for n in metrics]
    if data.get("standing"):
        listed.append(("standing", heading_of(data, "standing")))
    return [*listed, ("about", heading_of(data, "about")), ("policy", heading_of(data, "policy"))]


def heading_of(data: Any, at: str) -> str:
    """The title of the form of a place."""
    one = target(at, data)
    return heading(one, data).title if one is not None else at


@needs(Right.CHANGE_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest, programme: str) -> HttpResponse:
    """What can be added, by wish; the one that is chosen opens in its form."""
    found = draft_of(programme)
    if request.method != "POST":
        return render(request, "console/programme/add.html", _wishes(found))
    section, _dot, kind = request.POST.get("wish", "").partition(".")
    data = found.data
    try:
        new, at = added(data, section, kind, decimals(found.edition.currency))
    except KeyError:
        raise Http404 from None
    outcome = change(request, found, lambda: edited(found.body, new))
    if outcome.problems:
        for one in outcome.problems:
            messages.error(request, programme_files.sentence(one))
        return HttpResponseRedirect(address(programme))
    if outcome.error:
        told(request, outcome)
        return HttpResponseRedirect(address(programme))
    messages.success(request, _("Added. Say in its form how you want it."))
    return HttpResponseRedirect(address(programme, at, "form"))


def _wishes(found: Draft) -> dict[str, Any]:
    titles = {
        "earn": _("Earning"),
        "change": _("Earning more"),
        "limit": _("At most"),
        "standing": _("Standing"),
        "rewards": _("Rewards"),
        "referrals": _("Friends"),
    }
    several = wishes(found.data)
    chapters = [
        (
            titles[section],
            [
                (f"{section}.{kind}", wish(section, kind), wish_help(section, kind))
                for own, kind in several
                if own == section
            ],
        )
        for section in SECTIONS
    ]
    return {
        "draft": found,
        "programme": found.programme,
        "chapters": [one for one in chapters if one[1]],
    }


@needs(Right.CHANGE_PROGRAMME)
@require_POST
def give_up(request: StaffRequest, programme: str) -> HttpResponse:
    """Throw the draft away."""
    drafting.give_up(programme)
    messages.success(request, _("The draft is gone. What is in force stays."))
    return HttpResponseRedirect(reverse("console:programme"))


@needs(Right.CHANGE_PROGRAMME)
@require_POST
def begin(request: StaffRequest, name: str) -> HttpResponse:
    """Begin a draft from a ready programme, under a name of one's own."""
    body_of(name)
    zone, currency = zone_and_currency(request)
    called = request.POST.get("name", "").strip()[:200]
    wanted = Begin(ready=name, name=called, zone=zone, currency=currency)
    try:
        row = drafting.begin(wanted, by=staff_name(request.user), now=timezone.now())
    except Refused as refused:
        if refused.code != "draft_changed":
            messages.error(request, refusal(refused))
            return HttpResponseRedirect(reverse("console:programme_ready", args=[name]))
        messages.info(request, _("There is a draft of this programme already. Here it is."))
        found = data_of(body_of(name))
        return HttpResponseRedirect(address(str(found.get("programme") or found["edition"])))
    messages.success(request, _("This is your draft. Nothing begins before you publish it."))
    return HttpResponseRedirect(address(row.programme))
