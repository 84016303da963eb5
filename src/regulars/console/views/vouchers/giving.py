"""Hand out a voucher: whom, under which terms, and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from regulars.actions.refused import Refused
from regulars.actions.vouchers_by_hand import (
    REASON_LENGTH,
    Handed,
    edition_now,
    hand_out,
    issuers,
)
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.views.insights import whole_business
from regulars.console.views.vouchers.listing import LONGEST
from regulars.db.models import Business, Customer
from regulars.db.queries.programmes import taken_part_in
from regulars.db.queries.till import Brief, find
from regulars.db.queries.vouchers import mark_of
from regulars.words.amounts import capital, reward_name, said
from regulars.words.reasons import sentence


class GiveForm(forms.Form):
    """Under the terms of which rule, and why."""

    rule = forms.ChoiceField(label=gettext_lazy("What for"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LENGTH,
        help_text=gettext_lazy("Stays in the audit log, with your name."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(data, initial={"key": uuid4()})
        self.fields["rule"].choices = choices  # type: ignore[attr-defined]


@needs(Right.MAKE_GOOD)
@require_http_methods(["GET", "HEAD", "POST"])
@whole_business
def new(request: StaffRequest) -> HttpResponse:
    """First whom, then what for."""
    customer = _customer(request.GET.get("member", ""))
    if customer is None:
        return _whom(request)
    choices = _choices(customer)
    form = GiveForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        programme, _slash, rule = form.cleaned_data["rule"].partition("/")
        wish = Handed(
            customer=customer.public_id,
            programme=programme,
            rule=rule,
            reason=form.cleaned_data["reason"],
            key=form.cleaned_data["key"],
        )
        try:
            row = hand_out(request.user, wish, timezone.now())
        except Refused as refused:
            form.add_error(None, sentence(refused.code, refused.params))
        else:
            messages.success(request, _("The voucher is theirs: it stands on their phone now."))
            where = reverse("console:voucher", args=[customer.public_id, mark_of(row)])
            return HttpResponseRedirect(where)
    values = {"form": form, "customer": customer, "choices": choices}
    status = 422 if form.errors else 200
    return render(request, "console/vouchers/give.html", values, status=status)


def _customer(text: str) -> Customer | None:
    try:
        return Customer.objects.filter(public_id=UUID(text)).first()
    except ValueError:
        return None


def _whom(request: StaffRequest) -> HttpResponse:
    """Find a member first."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    region = Business.objects.values_list("region", flat=True).first() or ""
    people: list[Brief] = find(query, region).people if query else []
    values = {"query": query, "people": [one for one in people if one.programmes]}
    return render(request, "console/vouchers/whom.html", values)


def _choices(customer: Customer) -> list[tuple[str, str]]:
    """What a member can be handed out, by programme."""
    found: dict[str, str] = {}
    programmes = taken_part_in(customer.id)
    for programme in programmes:
        compiled = edition_now(programme, timezone.now())
        edition = compiled.edition
        named = {rule.name_in_state for rule in edition.rewards if getattr(rule, "name", None)}
        for rule in issuers(compiled):
            if rule in named:
                label = reward_name(edition, rule)
                of = f" · {capital(said(edition.name))}" if len(programmes) > 1 else ""
                found.setdefault(label + of, f"{programme}/{rule}")
    return [(value, label) for label, value in found.items()]
