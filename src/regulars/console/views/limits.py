"""Settings, Staff: how much each role gives by hand within a day without a second hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from regulars.actions import adjusting
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.db.models import Role

MOST = 1_000_000_000


class LimitsForm(forms.Form):
    """One number for each role that gives by hand, and one for keys."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        called = {**dict(Role.choices), adjusting.KEY: gettext_lazy("A key for a machine")}
        for role in adjusting.LIMITS:
            self.fields[role] = forms.IntegerField(
                label=called[role],
                min_value=0,
                max_value=MOST,
                initial=adjusting.limit_of(role) or 0,
            )


@needs(Right.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def limits(request: StaffRequest) -> HttpResponse:
    form = LimitsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        adjusting.set_limits(request.user, form.cleaned_data, timezone.now())
        messages.success(request, _("Saved. It counts from the next one on."))
        return HttpResponseRedirect(reverse("console:staff"))
    return render(request, "console/settings/limits.html", {"form": form})
