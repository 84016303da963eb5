"""What jobs do for the import wizard: look at a file, check its columns, bring it in, clean up.

For the job worker: looking and checking load the analytics libraries, which the web process must
not. Every step may be killed at any point and begun anew.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec
from django.utils import translation
from msgspec import structs

from regulars.actions import imports
from regulars.actions.alone import alone
from regulars.actions.checking import check
from regulars.actions.drafts import (
    REJECTED,
    WORK,
    Told,
    draft_of,
    folder_of,
    upload_of,
    with_draft,
)
from regulars.actions.forgetting_files import without_examples
from regulars.actions.imports import Strict, Summary, file_hash
from regulars.db.models import Business, FactRow, ImportRun
from regulars.sources.files.inspection import inspect
from regulars.sources.files.problems import FileProblem, RowProblem, Sentence
from regulars.sources.files.reading import Handling
from regulars.sources.files.shapes import Hints, Proposal
from regulars.words.files import spoken
from regulars.words.reasons import sentence

log = logging.getLogger("regulars.imports")
State = ImportRun.State
Step = Literal["look", "check", "run"]
MOST_TRIES = 5
"""How often a step is begun anew after its worker was killed, before somebody must ask again."""


def look(run_id: UUID, now: datetime) -> None:
    """Find out what an uploaded file seems to be, so that its columns can be shown."""
    with _at_work(run_id, "look", now) as run:
        if run is None:
            return
        path = upload_of(run_id)
        zone = Business.objects.get().zone
        try:
            run.content_hash = file_hash(path)
            found = inspect(path, Hints(zone=zone))
        except FileProblem as problem:
            _refuse(run, Told(code=f"file_{problem.code}", params=problem.params), now)
            return
        run.state, run.touched_at = State.PROPOSED, now
        with_draft(run, found=_named(found, run), waiting="", problem=None)
        _write(run, "content_hash", "state", "touched_at", "proposal")


def look_again(run_id: UUID, now: datetime) -> None:
    """Read the head of the file by what was said about its columns. Nothing is recorded.

    What is still open, or cannot be, is asked on the page of columns.
    """
    with _at_work(run_id, "check", now) as run:
        if run is None:
            return
        path, draft = upload_of(run_id), draft_of(run)
        try:
            found = inspect(path, draft.hints or Hints())
            if found.questions:
                with_draft(run, found=_named(found, run), waiting="")
            else:
                result = check(path, found.mapping, folder_of(run_id) / "check")
                run.mapping = msgspec.to_builtins(found.mapping)
                with_draft(run, found=_named(found, run), check=result, waiting="")
        except FileProblem as problem:
            told = Told(code=f"file_{problem.code}", params=problem.params)
            with_draft(run, problem=told, waiting="")
        run.touched_at = now
        _write(run, "mapping", "touched_at", "proposal")


def bring_in(run_id: UUID, now: datetime) -> None:
    """Bring a checked file in. Killed and begun anew, it counts nothing twice."""
    with _at_work(run_id, "run", now) as run:
        if run is None:
            return
        with alone(run.content_hash) as free:
            if free:
                _bring_in(run)


def _bring_in(run: ImportRun) -> None:
    run.state = State.RUNNING
    _write(run, "state")
    work = folder_of(run.id) / WORK
    try:
        summary = imports.run_import(
            run,
            work,
            report=lambda step: None,
            handling=Handling(sentence=_teller(draft_of(run).language)),
        )
    except Strict as refusal:
        run.rejected_path = _kept(run.id, str(refusal.rejected or ""))
    except FileProblem:
        pass
    else:
        run.rejected_path = _kept(run.id, summary.rejected_file)
        _count_all_tries(run, summary)
        run.proposal = msgspec.to_builtins(without_examples(draft_of(run)))
    with_draft(run, waiting="")
    _write(run, "rejected_path", "proposal", "summary")
    # Not before it is noted that nothing waits: whoever is killed here would be begun anew, and
    # find no file.
    if run.state == State.DONE:
        upload_of(run.id).unlink(missing_ok=True)
    _clear_work(run.id)


def _count_all_tries(run: ImportRun, summary: Summary) -> None:
    """What earlier tries of a killed import recorded is new, not known before."""
    if draft_of(run).tries < 2:
        return
    before = FactRow.objects.filter(import_id=run.id).count() - summary.recorded - summary.restated
    run.summary = msgspec.to_builtins(
        structs.replace(summary, recorded=summary.recorded + before, known=summary.known - before)
    )


def _kept(run_id: UUID, rejected: str) -> str:
    """Where the rejected rows lie once the work folder is gone."""
    if not rejected:
        return ""
    target = folder_of(run_id) / REJECTED
    Path(rejected).replace(target)
    return str(target)


def _clear_work(run_id: UUID) -> None:
    shutil.rmtree(folder_of(run_id) / WORK, ignore_errors=True)


def _teller(language: str) -> Sentence:
    """Reasons of rows in the language of whoever brings them in."""

    def told(problem: RowProblem) -> str:
        with translation.override(language):
            return sentence(f"row_{problem.code}", spoken(problem.params))

    return told


def _named(found: Proposal, run: ImportRun) -> Proposal:
    """The proposal with the sender's name for the file, not ours."""
    return structs.replace(found, file=run.file_name)


def _refuse(run: ImportRun, told: Told, now: datetime) -> None:
    run.state, run.finished_at, run.touched_at = State.REFUSED, now, now
    run.problem = {"code": told.code.removeprefix("file_"), "params": told.params}
    with_draft(run, waiting="")
    _write(run, "state", "finished_at", "touched_at", "problem", "proposal", "content_hash")


def _write(run: ImportRun, *columns: str) -> None:
    """Write columns of a run; a run that somebody discarded meanwhile stays gone."""
    values = {column: getattr(run, column) for column in columns}
    ImportRun.objects.filter(id=run.id).update(**values)


@contextmanager
def _at_work(run_id: UUID, step: Step, now: datetime) -> Iterator[ImportRun | None]:
    """The run, if this step is what it waits for and nobody else is at it.

    A step that fails for a reason of ours is told as failed; one whose worker is killed is begun
    anew by `revive`, but not for ever.
    """
    with alone(str(run_id)) as free:
        run = ImportRun.objects.filter(id=run_id).first() if free else None
        if run is None or draft_of(run).waiting != step:
            yield None
            return
        if not _counts_try(run, now):
            yield None
            return
        try:
            yield run
        except Exception:
            log.exception("import %s failed at the step %s", run_id, step)
            _refuse(run, Told(code="file_failed"), now)


def _counts_try(run: ImportRun, now: datetime) -> bool:
    """Note that the step is begun once more; False when it was begun too often."""
    draft = draft_of(run)
    if draft.tries >= MOST_TRIES:
        _refuse(run, Told(code="file_gave_up"), now)
        return False
    run.touched_at = now
    with_draft(run, tries=draft.tries + 1, started_at=now.isoformat())
    _write(run, "touched_at", "proposal")
    return True
