"""Settings, API keys: which machines may do what; made and replaced ones are shown this once."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from msgspec import Struct

from regulars.actions import api_keys as actions
from regulars.actions.api_keys import SCOPES, Made
from regulars.actions.audit import staff_name
from regulars.actions.refused import Refused
from regulars.console.machine_forms import KeyForm
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.sure import Question, ask
from regulars.console.templatetags.look import joined, number
from regulars.console.views.doers import called
from regulars.db.models import ApiKey
from regulars.db.queries.keys import KeyLine, key_that_holds, keys_that_hold
from regulars.words.amounts import capital
from regulars.words.reasons import sentence


class Line(Struct, frozen=True, kw_only=True):
    """A key as it is listed, with the two questions about it."""

    row: ApiKey
    may: list[tuple[str, str]]
    maker: str
    turn: Question
    end: Question


@needs(Right.CHANGE_SETTINGS)
@require_safe
def everything(request: StaffRequest) -> HttpResponse:
    found = keys_that_hold(timezone.now())
    makers = called(one.row.made_by for one in found)
    lines = [
        Line(
            row=one.row,
            may=_may(one.row),
            maker=makers[one.row.made_by],
            turn=_turn(one),
            end=_end(one),
        )
        for one in found
    ]
    values = {
        "lines": lines,
        "number": len(lines),
        "unused": sum(one.row.last_used is None for one in lines),
        "questions": [one for line in lines for one in (line.turn, line.end)],
    }
    return render(request, "console/settings/keys.html", values)


def _may(row: ApiKey) -> list[tuple[str, str]]:
    """What a key may do: its scopes and what they mean."""
    return [(one, capital(_(SCOPES[one])) if one in SCOPES else one) for one in row.scopes]


def _turn(line: KeyLine) -> Question:
    row = line.row
    return Question(
        key=f"turn-{row.id}",
        title=_("Replace the key “%(name)s”?") % {"name": row.name},
        text=_(
            "You get a new key that may do the same. The old one goes on for a day, so that you "
            "can change it over. This cannot be taken back."
        ),
        act=_("Make a new key in its place"),
        url=reverse("console:key_rotate", args=[row.id]),
        label=_("Replace"),
        whom=row.name,
        tone="primary",
        section="keys",
        back=reverse("console:keys"),
    )


def _end(line: KeyLine) -> Question:
    row, names = line.row, [one.name for one in line.also]
    text = _("It ends at once: whoever uses it is refused. This cannot be taken back.")
    if names:
        more = ngettext(
            "The key that it made ends too: %(names)s.",
            "The %(n)s keys that it made end too: %(names)s.",
            len(names),
        )
        text += " " + more % {"n": number(len(names)), "names": joined(names)}
    return Question(
        key=f"end-{row.id}",
        title=_("End the key “%(name)s”?") % {"name": row.name},
        text=text,
        act=_("End it now"),
        url=reverse("console:key_revoke", args=[row.id]),
        label=_("End"),
        whom=row.name,
        section="keys",
        back=reverse("console:keys"),
    )


@needs(Right.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create(form.wanted(staff_name(request.user)), timezone.now())
        except Refused as refused:
            form.add_error(None, sentence(refused.code, refused.params))
        else:
            return _show(request, made)
    return render(request, "console/settings/key_new.html", {"form": form})


def _show(request: StaffRequest, made: Made, old: KeyLine | None = None) -> HttpResponse:
    """The key itself, which is shown nowhere else and never again."""
    values = {"row": made.row, "key": made.key, "may": _may(made.row), "replaced": old is not None}
    return render(request, "console/settings/key_made.html", values)


def _line(key_id: UUID) -> KeyLine:
    found = key_that_holds(key_id, timezone.now())
    if found is None:
        raise Http404
    return found


@needs(Right.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def rotate(request: StaffRequest, key_id: UUID) -> HttpResponse:
    def act(line: KeyLine) -> HttpResponse:
        made = actions.rotate(str(key_id), timezone.now(), by=staff_name(request.user))
        return _show(request, made, line)

    return _asked(request, key_id, _turn, act)


@needs(Right.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: StaffRequest, key_id: UUID) -> HttpResponse:
    def act(_line: KeyLine) -> HttpResponse:
        ended = actions.revoke(str(key_id), timezone.now(), by=staff_name(request.user))
        names = joined([one.name for one in (ended.row, *ended.also)])
        messages.success(request, _("Ended: %(names)s. Nobody gets in with it.") % {"names": names})
        return HttpResponseRedirect(reverse("console:keys"))

    return _asked(request, key_id, _end, act)


def _asked(
    request: StaffRequest,
    key_id: UUID,
    question: Callable[[KeyLine], Question],
    act: Callable[[KeyLine], HttpResponse],
) -> HttpResponse:
    """Do something to a key once its question is answered; a refusal stands on the next page."""
    line = _line(key_id)
    if request.method != "POST":
        return ask(request, question(line))
    try:
        return act(line)
    except Refused as refused:
        messages.error(request, sentence(refused.code, refused.params))
        return HttpResponseRedirect(reverse("console:keys"))
