"""The worked cases of a programme: what must come of it, green or red; a try kept as one."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from msgspec import Struct

from regulars.actions import drafting
from regulars.actions.audit import staff_name
from regulars.actions.refused import Refused
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.views.programme.drafts import Draft, draft_of
from regulars.console.views.programme.trying import amount_of, cart_of, nobody
from regulars.db.models import CaseRow, DraftRow, EditionRow
from regulars.engine.edition import Asset, Edition
from regulars.engine.facts import Order
from regulars.engine.money import from_minor
from regulars.programmes.cases.batch import File, check_files
from regulars.programmes.cases.reporting import Outcome
from regulars.programmes.loading import ready
from regulars.words import formats
from regulars.words.amounts import capital, language
from regulars.words.amounts import said as said_text
from regulars.words.checking import said
from regulars.words.reasons import sentence


class Checked(Struct, frozen=True, kw_only=True):
    """A case of the programme and what came of it: `id` of its row, what it shows, whether it went
    as it says, and what is different."""

    id: int
    title: str
    why: str
    passed: bool
    told: str = ""


class Cases(Struct, frozen=True):
    """All of them."""

    several: list[Checked]

    @property
    def red(self) -> int:
        """How many do not come out as they say."""
        return sum(not one.passed for one in self.several)

    @property
    def own_red(self) -> list[int]:
        """Those of them that can be removed."""
        return [one.id for one in self.several if not one.passed]


class Example(Struct, frozen=True, kw_only=True):
    """A case of the ready programme that this one began as: to look at, held against nothing."""

    title: str
    why: str


def kept(programme: str) -> list[tuple[int, dict[str, Any]]]:
    """The cases that were kept with a programme."""
    rows = CaseRow.objects.filter(programme=programme).order_by("id")
    return [(row.id, row.body) for row in rows]


def examples(programme: str) -> list[Example]:
    """The cases of the ready programme that this one began as."""
    known = list(DraftRow.objects.filter(programme=programme).values_list("ready", flat=True))
    known += EditionRow.objects.filter(programme=programme).values_list("edition", flat=True)
    name = next((one for one in known if one in ready()), "")
    several = drafting.cases_of_ready(name)
    return [Example(title=_title(one), why=str(one.get("why", ""))) for one in several]


def _title(one: dict[str, Any]) -> str:
    tests = one.get("tests") or [one.get("id", "")]
    return ", ".join(map(str, tests)) if isinstance(tests, list) else str(tests)


def outcomes(programme: str, edition: Edition, body: str) -> Cases:
    """Every case of the programme, run with this file."""
    several = kept(programme)
    named = [
        {**one, "id": f"case-{number}", "edition": edition.edition}
        for number, (_id, one) in enumerate(several)
    ]
    if not named:
        return Cases([])
    checked = check_files(
        [File("programme.yaml", body.encode()), File("cases.json", json.dumps(named).encode())],
        ready,
    )
    found: dict[str, list[Outcome]] = {}
    for one in checked.report.outcomes:
        found.setdefault(one.case, []).append(one)
    wrong = {one.path.partition(".")[0]: one for one in checked.report.problems}
    return Cases(
        [
            _told(row, one, found.get(f"case-{number}", []), bool(wrong.get(f"[{number}]")))
            for number, (row, one) in enumerate(several)
        ]
    )


def _told(row: int, one: dict[str, Any], runs: list[Outcome], unreadable: bool) -> Checked:
    failed = [each for each in runs if each.verdict not in ("passed", "listed")]
    told = " ".join(said(each.reason) for each in failed[:1] if each.reason)
    if unreadable or not runs:
        told = _("It names something that this programme does not have.")
    return Checked(
        id=row,
        title=_title(one),
        why=str(one.get("why", "")),
        passed=bool(runs) and not failed and not unreadable,
        told=told,
    )


@needs(Right.CHANGE_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def cases(request: StaffRequest, programme: str) -> HttpResponse:
    """The cases of the draft; one may be removed."""
    found = draft_of(programme)
    if request.method == "POST":
        _drop(request, found)
        return HttpResponseRedirect(reverse("console:programme_cases", args=[programme]))
    checked = outcomes(programme, found.edition, found.body)
    values = {
        "programme": programme,
        "draft": found,
        "cases": checked,
        "examples": examples(programme),
    }
    return render(request, "console/programme/cases.html", values)


def _drop(request: StaffRequest, found: Draft) -> None:
    """Remove one case, or all that come out otherwise by the draft as it was looked at."""
    number = request.POST.get("case", "")
    if number == "red":
        if request.POST.get("revision") != str(found.revision):
            messages.error(request, sentence("stale"))
            return
        red = outcomes(found.programme, found.edition, found.body).own_red
        drafting.drop_cases(found.programme, red)
        messages.success(request, _("They are gone."))
        return
    if not number.isdecimal():
        raise Http404
    drafting.drop_cases(found.programme, [int(number)])
    messages.success(request, _("The case is gone."))


@needs(Right.CHANGE_PROGRAMME)
@require_POST
def keep(request: StaffRequest, programme: str) -> HttpResponse:
    """Keep what was tried for somebody new as a case."""
    found = draft_of(programme)
    now, by = timezone.now(), staff_name(request.user)
    amount = amount_of(request.POST.get("amount", ""), found.edition.currency)
    category = request.POST.get("category", "")
    goal = HttpResponseRedirect(reverse("console:programme_cases", args=[programme]))
    if amount is None or category not in ("", *found.edition.names):
        return goal
    case = _case(found.edition, cart_of(amount, category, found.edition.currency, now))
    try:
        drafting.keep_case(programme, case, by=by, now=now)
    except Refused as refused:
        messages.error(request, sentence(refused.code, refused.params))
    else:
        told = _("Kept as a case: it is looked at with every change from now on.")
        messages.success(request, told)
    return goal


def _case(edition: Edition, cart: Order) -> dict[str, Any]:
    """A try of somebody new: what it is, and what it gives."""
    when = cart.at.astimezone(ZoneInfo(edition.zone)).replace(microsecond=0).isoformat()
    category = cart.lines[0].category
    goods = {"category": category} if category else {}
    amount = f"{from_minor(cart.amount_minor, cart.currency)}"
    order: dict[str, Any] = {"t": when, "type": "order", "id": "o1", "member": "anna"}
    gave = nobody(edition, cart).gave
    expect = {one.id: _figure(gave.get(one.id, 0), one) for one in edition.assets}
    named = said_text(edition.names[category]) if category else _("Anything")
    money = formats.money(cart.amount_minor, cart.currency, language())
    title = _("%(what)s for %(money)s") % {"what": capital(named), "money": money}
    return {
        "id": "tried",
        "tests": [title],
        "given": {"member": "anna"},
        "events": [{**order, "lines": [{"sku": "tried", **goods, "amount": amount}]}],
        "expect": [{"member": "anna", **expect}],
    }


def _figure(amount: int, asset: Asset) -> int | str:
    """So much of an asset as cases write it: a fraction in quotes."""
    return f"{Decimal(amount).scaleb(-asset.decimals)}" if asset.decimals else amount
