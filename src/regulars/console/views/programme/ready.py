"""Ready programmes: to choose from, to read, and to begin with."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from msgspec import Struct

from regulars.actions import drafting, publishing
from regulars.actions.audit import staff_name
from regulars.actions.refused import Refused
from regulars.blueprints import PLAIN, PROGRAMME, blueprints
from regulars.console.permissions import Right, StaffRequest, may, needs
from regulars.console.views.programme.reading import loaded
from regulars.console.views.programme.telling import first_sentences, shown, texts_of
from regulars.db.queries.programmes import running
from regulars.engine.edition import Edition
from regulars.engine.texts import in_language
from regulars.programmes.loading import abouts
from regulars.programmes.loading import ready as all_ready
from regulars.words.reasons import sentence


class Choice(Struct, frozen=True, kw_only=True):
    """A ready programme in a list: what it is called, what tells it from the others, its first
    sentences, how many it has."""

    key: str
    name: str
    currency: str
    sentence: str
    line: str = ""
    count: int = 0

    @property
    def year(self) -> str:
        """The year of which a well-known one is told, where its key ends with it."""
        found = self.key.rpartition("_")[2]
        return found if len(found) == len("2027") and found.isdecimal() else ""


class Choices(Struct, frozen=True, kw_only=True):
    """What to begin with: plain ones, those in the business's currency first, and well-known ones,
    which show what others do."""

    plain: list[Choice]
    examples: list[Choice]


def choices(request: StaffRequest) -> Choices:
    """The ready programmes, each side by id."""
    zone, currency = zone_and_currency(request)
    found = []
    for name, made in sorted(all_ready().items()):
        edition = made
        if name in PLAIN and made.currency != currency:
            edition = _here(name, zone, currency)[1] or made
        found.append(_choice(name, edition))
    plain = [one for one in found if one.key in PLAIN]
    return Choices(
        plain=sorted(plain, key=lambda one: all_ready()[one.key].currency != currency),
        examples=[one for one in found if one.key not in PLAIN],
    )


def _choice(name: str, edition: Edition) -> Choice:
    return Choice(
        key=name,
        name=in_language(edition.name, get_language() or "en"),
        currency=edition.currency,
        sentence=first_sentences(edition),
        line=_line(name),
        count=len(texts_of(edition)),
    )


def _line(name: str) -> str:
    """For whom a plain one is; nothing of the others."""
    return in_language(abouts().get(name, ""), get_language() or "en")


def zone_and_currency(request: StaffRequest) -> tuple[str, str]:
    """The business's own, which win over those that a ready programme was written with."""
    business = getattr(request, "business", None)
    return getattr(business, "zone", "UTC"), getattr(business, "currency", "EUR")


def body_here(request: StaffRequest, name: str) -> str:
    """The file of a ready programme as it holds here; 404 for anything else."""
    body_of(name)
    return drafting.fitted(name, *zone_and_currency(request))


def _here(name: str, zone: str, currency: str) -> tuple[str, Edition | None]:
    body = drafting.fitted(name, zone, currency)
    return body, loaded(body).edition


def body_of(name: str) -> str:
    """The file of a ready programme; 404 for anything else."""
    folder = blueprints().get(name)
    if folder is None:
        raise Http404
    return folder.joinpath(PROGRAMME).read_text(encoding="utf-8")


@needs(Right.SEE_PROGRAMME)
@require_safe
def one(request: StaffRequest, name: str) -> HttpResponse:
    """A ready programme as sentences and as a file."""
    if name not in all_ready():
        raise Http404
    made = all_ready()[name]
    zone, own = zone_and_currency(request)
    body, edition = _here(name, zone, own)
    if edition is None or (name not in PLAIN and made.currency != own):
        body, edition = body_of(name), made
    values = {
        "name": name,
        "other_currency": edition.currency if edition.currency != own else "",
        "made_currency": made.currency if made.currency != edition.currency else "",
        "own_currency": own,
        "zone": zone,
        "shown": shown(edition, body),
        "line": _line(name),
        "may_begin": may(request.user, Right.CHANGE_PROGRAMME) and not running(timezone.now()),
    }
    return render(request, "console/programme/ready.html", values)


@needs(Right.CHANGE_PROGRAMME)
@require_POST
def publish(request: StaffRequest, name: str) -> HttpResponse:
    """Begin with a ready programme as it is shown: in the business's zone and currency."""
    body = body_here(request, name)
    try:
        publishing.publish(body, now=timezone.now(), by=staff_name(request.user))
    except Refused as refused:
        messages.error(request, sentence(refused.code, refused.params))
    else:
        messages.success(request, _("The programme is in force. Customers can join it now."))
    return HttpResponseRedirect(reverse("console:programme"))
