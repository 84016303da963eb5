"""Imports: all of them, a new file, and one on its way or at its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.actions import uploads
from regulars.actions.drafts import draft_of, rejected_file
from regulars.actions.refused import Refused
from regulars.actions.uploads import MOST_BYTES
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.views.imports import labels
from regulars.console.views.imports.ended import done_page, refused_page
from regulars.console.views.imports.steps import known_run, lead, steps
from regulars.db.models import ImportRun
from regulars.db.queries import imports as queries
from regulars.words.reasons import sentence

State = ImportRun.State
AT_WORK = (State.UPLOADED, State.WAITING, State.RUNNING)


@needs(Right.IMPORT)
@require_safe
def imports(request: StaffRequest) -> HttpResponse:
    """Every import there was, the latest first."""
    asked = request.GET.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    runs, count = queries.recent(max(page, 1))
    later = page * queries.PAGE < count
    values = {
        "lines": [_line(run) for run in runs],
        "count": count,
        "earlier_url": f"?page={page - 1}" if page > 1 else "",
        "later_url": f"?page={page + 1}" if later else "",
    }
    return render(request, "console/imports/list.html", values)


def _line(run: ImportRun) -> dict[str, object]:
    label, tone = labels.STATES[run.state]
    summary = run.summary or {}
    counts = summary.get("counts") or {}
    return {
        "run": run,
        "url": reverse("console:import_run", args=[run.id]) if run.proposal is not None else "",
        "label": label,
        "tone": tone,
        "rows": counts.get("rows"),
        "orders": counts.get("orders"),
        "recorded": summary.get("recorded"),
        "rejected": counts.get("rows_rejected"),
        "kept": rejected_file(run) is not None,
        "percent": int(run.part_done * 100),
    }


@needs(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: StaffRequest) -> HttpResponse:
    """Choose a file; it is kept under a name of ours and looked at by a job."""
    problem = ""
    if request.method == "POST":
        try:
            run_id = uploads.receive(
                _file_of(request),
                by=str(request.user),
                language=get_language() or "en",
                now=timezone.now(),
            )
        except Refused as refusal:
            problem = sentence(refusal.code, refusal.params)
        else:
            return HttpResponseRedirect(reverse("console:import_run", args=[run_id]))
    values = {"steps": steps(1), "problem": problem, "most": MOST_BYTES >> 30, "bytes": MOST_BYTES}
    return render(request, "console/imports/choose.html", values, status=422 if problem else 200)


def _file_of(request: HttpRequest) -> UploadedFile[Any] | None:
    file = request.FILES.get("file")
    return file if isinstance(file, UploadedFile) else None


@needs(Right.IMPORT)
@require_safe
def one(request: StaffRequest, run_id: UUID) -> HttpResponseBase:
    """The page of the step at which an import is."""
    run = known_run(run_id)
    if run.state == State.PROPOSED:
        draft = draft_of(run)
        return lead(
            request, "import_preview" if draft.waiting or run.mapping else "import_columns", run_id
        )
    if run.state in AT_WORK:
        return _waiting(request, run)
    if request.htmx:  # type: ignore[attr-defined]
        return lead(request, "import_run", run_id)
    return done_page(request, run) if run.state == State.DONE else refused_page(request, run)


def _waiting(request: StaffRequest, run: ImportRun) -> HttpResponse:
    looked_at = run.state == State.UPLOADED
    values = {
        "run": run,
        "steps": steps(1 if looked_at else 4),
        "looked_at": looked_at,
        "rest": labels.rest(run, draft_of(run), timezone.now()),
    }
    template = "waiting" if looked_at else "running"
    return render(request, f"console/imports/{template}.html", values)


@needs(Right.IMPORT)
@require_POST
def discard(request: StaffRequest, run_id: UUID) -> HttpResponse:
    """Leave a file that was not brought in, and choose another."""
    try:
        uploads.discard(run_id)
    except Refused as refusal:
        raise Http404 from refusal
    messages.info(request, _("The file is removed. Nothing of it was brought in."))
    return HttpResponseRedirect(reverse("console:import"))


@needs(Right.IMPORT)
@require_safe
def rejected(request: StaffRequest, run_id: UUID) -> HttpResponseBase:
    """The rows that did not go in, as a file."""
    run = known_run(run_id)
    path = rejected_file(run)
    if path is None:
        raise Http404
    name = run.file_name.removesuffix(".gz").rpartition(".")[0] or run.file_name
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"{name}.rejected.csv",
        content_type="text/csv",
    )
