"""Where an import is among its steps, and how one page leads to the next."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from regulars.db.models import ImportRun
from regulars.db.queries.imports import run_of

STEPS: tuple[str | Promise, ...] = (
    _("Choose a file"),
    _("Match columns"),
    _("Look ahead"),
    _("Bring in"),
    _("Done"),
)


def steps(current: int) -> list[dict[str, object]]:
    """The stepper with the step `current` (from 1) marked; after the last all are done."""
    ended = current == len(STEPS)
    return [
        {"label": label, "done": at < current or ended, "current": at == current}
        for at, label in enumerate(STEPS, start=1)
    ]


def known_run(run_id: UUID) -> ImportRun:
    run = run_of(run_id)
    if run is None:
        raise Http404
    return run


def lead(request: HttpRequest, name: str, run_id: UUID) -> HttpResponseBase:
    """To another page of the same import; a page that refreshes itself is moved as a whole."""
    address = reverse(f"console:{name}", args=[run_id])
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address)
