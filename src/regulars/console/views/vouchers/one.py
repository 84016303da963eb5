"""One voucher: its code, where it came from, how it ended; and taking it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.actions.by_hand import REASON_LENGTH
from regulars.actions.refused import Refused
from regulars.actions.vouchers_by_hand import Taken, take_back, was_paid_for
from regulars.console.permissions import Right, StaffRequest, may, needs
from regulars.console.views.insights import whole_business
from regulars.console.views.vouchers.telling import editions, shown, steps
from regulars.db.queries import vouchers
from regulars.db.queries.vouchers import Listed
from regulars.words.amounts import said
from regulars.words.reasons import sentence


class EndForm(forms.Form):
    """Why a voucher is taken back, and whether what was paid for it goes back too."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LENGTH,
        help_text=gettext_lazy("Stays in the audit log, with your name."),
    )
    price_back = forms.BooleanField(
        label=gettext_lazy("Give back what was paid for it"), required=False
    )

    def __init__(self, data: Any = None, *, paid: bool) -> None:
        super().__init__(data, initial={"price_back": paid})
        if not paid:
            del self.fields["price_back"]


@needs(Right.SEE_CUSTOMERS)
@require_safe
@whole_business
def voucher(request: StaffRequest, customer: UUID, mark: str) -> HttpResponse:
    """Everything that is known of it."""
    found = _found(customer, mark)
    return _page(request, found, EndForm(paid=was_paid_for(found.row)))


@needs(Right.MAKE_GOOD)
@require_POST
@whole_business
def end(request: StaffRequest, customer: UUID, mark: str) -> HttpResponse:
    """Take it back, with a reason."""
    found = _found(customer, mark)
    form = EndForm(request.POST, paid=was_paid_for(found.row))
    if form.is_valid():
        told = form.cleaned_data
        wish = Taken(
            code=found.row.code,
            reason=told["reason"],
            price_back=told.get("price_back", False),
        )
        try:
            take_back(request.user, wish, timezone.now())
        except Refused as refused:
            form.add_error(None, sentence(refused.code, refused.params))
        else:
            messages.success(request, _("The voucher can no longer be used."))
            return HttpResponseRedirect(shown(found, {}).url)
    return _page(request, _found(customer, mark), form)


def _page(request: StaffRequest, found: Listed, form: EndForm) -> HttpResponse:
    known = editions()
    row, edition = found.row, known.get(found.row.programme)
    keeps = may(request.user, Right.MAKE_GOOD)
    values = {
        "one": shown(found, known),
        "row": row,
        "code": row.code if may(request.user, Right.CHANGE_CUSTOMERS) else f"…{row.code[-4:]}",
        "customer": found.customer,
        "programme": said(edition.name) if edition else row.programme,
        "steps": steps(row, vouchers.traced(row), edition),
        "form": form if keeps and row.state == "open" else None,
    }
    status = 422 if form.errors else 200
    return render(request, "console/vouchers/one.html", values, status=status)


def _found(customer: UUID, mark: str) -> Listed:
    found = vouchers.one(customer, mark)
    if found is None:
        raise Http404
    return found
