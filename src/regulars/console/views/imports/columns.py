"""What the columns of a file mean."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from regulars.actions import mappings, uploads
from regulars.actions.drafts import Draft, draft_of, upload_of
from regulars.actions.refused import Refused
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.views.imports import labels
from regulars.console.views.imports.forms import ColumnsForm, missing
from regulars.console.views.imports.steps import known_run, lead, steps
from regulars.db.models import Business, ImportRun
from regulars.db.queries.imports import saved_names
from regulars.sources.files.shapes import Mapping
from regulars.words.files import spoken
from regulars.words.reasons import sentence

State = ImportRun.State


@needs(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: StaffRequest, run_id: UUID) -> HttpResponseBase:
    """What we found, to be corrected; what only the reader can know, to be answered."""
    run = known_run(run_id)
    draft = draft_of(run)
    if not _open(run, draft):
        return lead(request, "import_run", run_id)
    business = get_object_or_404(Business, pk=1)
    saved = _saved(request.GET.get("saved", ""))
    form = ColumnsForm(request.POST or None, draft=draft, business=business, saved=saved)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            uploads.describe(run_id, form.hints(), timezone.now())
        except Refused as refusal:
            problem = sentence(refusal.code, {**spoken(refusal.params), "file": run.file_name})
        else:
            return lead(request, "import_preview", run_id)
    return _page(request, run, draft, form, problem)


def _open(run: ImportRun, draft: Draft) -> bool:
    """Whether the columns can still be settled."""
    if draft.found is None or not upload_of(run.id).exists():
        return False
    return run.state == State.REFUSED or (run.state == State.PROPOSED and not draft.waiting)


def _saved(name: str) -> Mapping | None:
    if not name:
        return None
    try:
        return mappings.saved(name)
    except Refused:
        return None


def _page(
    request: StaffRequest, run: ImportRun, draft: Draft, form: ColumnsForm, problem: str
) -> HttpResponse:
    assert draft.found is not None  # noqa: S101 - the caller saw to it
    told = labels.told(draft.problem, run.file_name) if draft.problem else ""
    values = {
        "run": run,
        "steps": steps(2),
        "form": form,
        "problem": problem or (told if request.method != "POST" else ""),
        "missing": missing(draft.found),
        "asked": [form[name] for name in ("dates", "decimal") if _is_asked(form, name)],
        "settings": [
            *(form[name] for name in ("dates", "decimal") if not _is_asked(form, name)),
            *(form[name] for name in ("currency", "zone", "source")),
        ],
        "drops": [form[name] for name in ("duplicates", "no_price", "non_products")],
        "layout": labels.layout(draft.found.mapping.layout),
        "recognised": sum(1 for column in draft.found.columns if column.field),
        "count": len(draft.found.columns),
        "saved_names": saved_names(),
        "saved": request.GET.get("saved", ""),
    }
    status = 422 if problem or form.errors else 200
    return render(request, "console/imports/columns.html", values, status=status)


def _is_asked(form: ColumnsForm, name: str) -> bool:
    return f"ambiguous_{name}" in form.asked
