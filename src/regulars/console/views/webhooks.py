"""Settings, Webhooks: which addresses are told what, and what became of each message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.actions import webhooks as actions
from regulars.actions.audit import staff_name
from regulars.actions.refused import Refused
from regulars.actions.webhooks import KEPT, View
from regulars.console.machine_forms import EndpointForm, SinceForm, TypesForm
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.sure import Question, ask
from regulars.console.templatetags.look import number
from regulars.console.views.webhook_lines import STATES, sent, shown
from regulars.words.reasons import sentence

MOST = 100


@needs(Right.CHANGE_SETTINGS)
@require_safe
def everything(request: StaffRequest) -> HttpResponse:
    lines = [shown(one) for one in actions.endpoints()]
    values = {"lines": lines, "number": len(lines), "bad": sum(one.tone == "bad" for one in lines)}
    return render(request, "console/settings/webhooks.html", values)


@needs(Right.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            webhook_id, secret = actions.add(
                told["url"], told["types"], now=timezone.now(), by=staff_name(request.user)
            )
        except Refused as refused:
            form.add_error("url", sentence(refused.code, refused.params))
        else:
            return _show(request, webhook_id, secret, replaced=False)
    return render(request, "console/settings/webhook_new.html", {"form": form})


def _show(request: StaffRequest, webhook_id: UUID, secret: str, *, replaced: bool) -> HttpResponse:
    """A secret, which is shown nowhere else and never again."""
    values = {"one": shown(_view(webhook_id)), "secret": secret, "replaced": replaced}
    return render(request, "console/settings/webhook_made.html", values)


def _view(webhook_id: UUID) -> View:
    try:
        return actions.seen(webhook_id)
    except Refused as refused:
        raise Http404 from refused


@needs(Right.CHANGE_SETTINGS)
@require_safe
def one(request: StaffRequest, webhook_id: UUID) -> HttpResponse:
    """One address: how it stands, what was sent, what is to be sent."""
    view = _view(webhook_id)
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    rows = [sent(row) for row in actions.log(webhook_id, state=state, most=MOST)]
    turn, end = _questions(view)
    values = {
        "one": shown(view),
        "url": view.url,
        "since": view.created_at,
        "rows": rows,
        "most": MOST if len(rows) == MOST else 0,
        "states": STATES.items(),
        "state": state,
        "fresh": any(row.fresh for row in rows),
        "types": TypesForm(initial={"types": view.types}),
        "again": SinceForm(initial={"since": timezone.localdate()}),
        "turn": turn,
        "end": end,
        "questions": [turn, end],
    }
    return render(request, "console/settings/webhook.html", values)


def _questions(view: View) -> tuple[Question, Question]:
    host, back = shown(view).host, reverse("console:webhook", args=[view.id])
    turn = Question(
        key="turn",
        title=_("A new secret for %(host)s?") % {"host": host},
        text=_("For a day both secrets sign, so that nothing is refused while you change it over."),
        act=_("Make a new secret"),
        url=reverse("console:webhook_rotate", args=[view.id]),
        label=_("New secret"),
        tone="primary",
        section="webhooks",
        back=back,
    )
    end = Question(
        key="end",
        title=_("Remove %(host)s?") % {"host": host},
        text=_(
            "It hears of nothing any more, and what is on the way to it is forgotten. This cannot "
            "be taken back; pause it if it is only for a while."
        ),
        act=_("Remove it"),
        url=reverse("console:webhook_remove", args=[view.id]),
        label=_("Remove"),
        section="webhooks",
        back=back,
    )
    return turn, end


def _back(webhook_id: UUID, anchor: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse("console:webhook", args=[webhook_id]) + anchor)


def _act(request: StaffRequest, act: Callable[[], str]) -> None:
    """Do something and say what came of it; a refusal becomes a sentence on the next page."""
    try:
        messages.success(request, act())
    except Refused as refused:
        if refused.code == "webhook_unknown":
            raise Http404 from refused
        messages.error(request, sentence(refused.code, refused.params))


Act = Callable[..., str]
Page = Callable[..., HttpResponseBase]


def _button(anchor: str = "") -> Callable[[Act], Page]:
    """A button on an address's page: what it does, and where on the page one is afterwards."""

    def made(act: Act) -> Page:
        @needs(Right.CHANGE_SETTINGS)
        @require_POST
        def view(request: StaffRequest, /, webhook_id: UUID, **more: str) -> HttpResponse:
            _act(request, lambda: act(request, webhook_id, **more))
            return _back(webhook_id, anchor)

        return view

    return made


@_button()
def choose(request: StaffRequest, webhook_id: UUID) -> str:
    """What is sent from now on."""
    actions.choose(webhook_id, request.POST.getlist("types"), by=staff_name(request.user))
    return _("Saved. It counts for what happens from now on.")


@_button()
def pause(request: StaffRequest, webhook_id: UUID) -> str:
    actions.disable(webhook_id, by=staff_name(request.user))
    return _("Paused. Nothing is sent until you start it again.")


@_button()
def start(request: StaffRequest, webhook_id: UUID) -> str:
    actions.enable(webhook_id, by=staff_name(request.user))
    return _("Started again, beginning with what was still waiting.")


@_button("#log")
def try_out(request: StaffRequest, webhook_id: UUID) -> str:
    """A message that goes to this address alone."""
    actions.try_out(webhook_id, now=timezone.now(), by=staff_name(request.user))
    return _("A try is on its way. What comes of it stands below within a minute.")


@_button("#log")
def replay_one(request: StaffRequest, webhook_id: UUID, message: str) -> str:
    actions.replay_one(webhook_id, message, now=timezone.now(), by=staff_name(request.user))
    return _("The message goes out again, with the id that it had.")


@needs(Right.CHANGE_SETTINGS)
@require_POST
def replay(request: StaffRequest, webhook_id: UUID) -> HttpResponse:
    """Everything from a day on, once more."""
    form = SinceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the day from which on it is sent again."))
        return _back(webhook_id)

    def act() -> str:
        now, zone = timezone.now(), timezone.get_current_timezone()
        since = max(datetime.combine(form.cleaned_data["since"], time(), zone), now - KEPT)
        count = actions.replay(webhook_id, since, now, now=now, by=staff_name(request.user))
        said = ngettext("%(n)s message goes out again.", "%(n)s messages go out again.", count)
        return said % {"n": number(count)}

    _act(request, act)
    return _back(webhook_id, "#log")


@needs(Right.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def rotate(request: StaffRequest, webhook_id: UUID) -> HttpResponse:
    view = _view(webhook_id)
    if request.method != "POST":
        return ask(request, _questions(view)[0])
    secret = actions.rotate(webhook_id, now=timezone.now(), by=staff_name(request.user))
    return _show(request, webhook_id, secret, replaced=True)


@needs(Right.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: StaffRequest, webhook_id: UUID) -> HttpResponse:
    view = _view(webhook_id)
    if request.method != "POST":
        return ask(request, _questions(view)[1])

    def act() -> str:
        actions.remove(webhook_id, by=staff_name(request.user))
        return _("%(host)s is told nothing any more.") % {"host": shown(view).host}

    _act(request, act)
    return HttpResponseRedirect(reverse("console:webhooks"))
