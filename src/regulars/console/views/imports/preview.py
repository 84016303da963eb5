"""How a file would come in, and the word to bring it in."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.actions import mappings, uploads
from regulars.actions.audit import staff_name
from regulars.actions.drafts import Check, draft_of, mapping_of
from regulars.actions.refused import Refused
from regulars.actions.uploads import Wish
from regulars.console.permissions import Right, StaffRequest, needs
from regulars.console.views.imports import labels
from regulars.console.views.imports.steps import known_run, lead, steps
from regulars.db.models import ImportRun
from regulars.db.queries.imports import same_before
from regulars.words.reasons import sentence

State = ImportRun.State


@needs(Right.IMPORT)
@require_safe
def preview(request: StaffRequest, run_id: UUID) -> HttpResponseBase:
    """The first orders as they would come in, and the rows that would not."""
    run = known_run(run_id)
    draft = draft_of(run)
    if run.state != State.PROPOSED:
        return lead(request, "import_run", run_id)
    if draft.waiting:
        values = {"run": run, "steps": steps(3), "looked_at": False}
        return render(request, "console/imports/waiting.html", values)
    if request.htmx or draft.check is None or run.mapping is None:  # type: ignore[attr-defined]
        return lead(request, "import_preview" if draft.check else "import_columns", run_id)
    return render(request, "console/imports/preview.html", _values(run, draft.check))


def _values(run: ImportRun, check: Check) -> dict[str, object]:
    counts = check.counts
    return {
        "run": run,
        "steps": steps(3),
        "check": check,
        "counts": counts,
        "good": counts.rows - counts.rows_rejected - counts.rows_dropped,
        "new": check.facts - check.known,
        "held": labels.counted(counts, labels.HELD),
        "odd": labels.odd(counts),
        "sums": labels.sums(counts.sums),
        "period": labels.period(counts),
        "first": labels.first_rows(check.first),
        "bad": labels.bad_rows(check.problems, mapping_of(run)),
        "before": same_before(run),
    }


@needs(Right.IMPORT)
@require_POST
def start(request: StaffRequest, run_id: UUID) -> HttpResponseBase:
    """Bring the file in; a second click changes nothing."""
    run = known_run(run_id)
    wish = Wish(strict="strict" in request.POST, restate="restate" in request.POST)
    try:
        uploads.start(run_id, wish, timezone.now(), staff_name(request.user))
    except Refused as refusal:
        messages.error(request, sentence(refusal.code, refusal.params))
        ready = run.state == State.PROPOSED
        return lead(request, "import_preview" if ready else "import_run", run_id)
    return lead(request, "import_run", run_id)


@needs(Right.IMPORT)
@require_POST
def save_mapping(request: StaffRequest, run_id: UUID) -> HttpResponseBase:
    """Keep the choice of columns under a name, for the next file of this kind."""
    mapping = mapping_of(known_run(run_id))
    if mapping is None:
        raise Http404
    name = request.POST.get("name", "")
    try:
        mappings.save(name, mapping, now=timezone.now())
    except Refused as refusal:
        messages.error(request, sentence(refusal.code, refusal.params))
    else:
        messages.success(request, _("Saved as “%(name)s”.") % {"name": " ".join(name.split())})
    return lead(request, "import_run", run_id)
