"""The last page of an import: what came of it, or why it did not go in."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.actions.drafts import draft_of, rejected_file, upload_of
from regulars.console.views.imports import labels
from regulars.console.views.imports.steps import steps
from regulars.db.models import ImportRun
from regulars.sources.files.shapes import Counts


def done_page(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """All counts, money and period of what came in, and the rows that did not."""
    summary = run.summary or {}
    counts = msgspec.convert(summary.get("counts") or {}, Counts)
    values = {
        "run": run,
        "steps": steps(5),
        "summary": summary,
        "counts": counts,
        "held": labels.counted(counts, labels.HELD),
        "odd": labels.odd(counts),
        "clean": labels.counted(counts, labels.CLEAN),
        "sums": labels.sums(counts.sums),
        "clean_sums": labels.sums(counts.clean_sums),
        "period": labels.period(counts),
        "kept": rejected_file(run) is not None,
        "nothing_new": not summary.get("recorded") and not summary.get("restated"),
    }
    return render(request, "console/imports/done.html", values)


def refused_page(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Why nothing of the file went in, and what can be done."""
    draft = draft_of(run)
    code = (run.problem or {}).get("code")
    here = upload_of(run.id).exists()
    good = None
    if draft.check is not None and draft.check.whole:
        good = draft.check.counts.rows - draft.check.counts.rows_rejected
    values = {
        "run": run,
        "steps": steps(4 if run.mapping else 1),
        "reason": labels.refusal(run),
        "startable": here and run.mapping is not None and code in ("strict", "gave_up", "failed"),
        "strict": code == "strict",
        "good": good,
        "columns": here and draft.found is not None,
        "kept": rejected_file(run) is not None,
    }
    return render(request, "console/imports/refused.html", values)
