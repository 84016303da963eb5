"""What the import wizard changes: a file taken in, its columns settled, its import begun.

The looking, checking and importing itself is done by jobs (`actions.intake`), which load the
analytics libraries; this module does not.
"""

from __future__ import annotations

import shutil
import unicodedata
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from msgspec import Struct

from regulars.actions import audit
from regulars.actions.drafts import (
    Draft,
    draft_of,
    folder_of,
    forget_folder,
    mapping_of,
    upload_of,
    with_draft,
)
from regulars.actions.later import later
from regulars.actions.refused import Refused
from regulars.db import disk
from regulars.db.models import ImportRun
from regulars.identity import without_cards
from regulars.sources.files.inspection import check_columns
from regulars.sources.files.problems import FileProblem
from regulars.sources.files.shapes import Hints

State = ImportRun.State
MOST_BYTES = 4 * 2**30
STALE = timedelta(minutes=2)
"""A run that nobody touched for so long is no longer at work."""


class Wish(Struct, frozen=True, kw_only=True):
    """How an import is to go: all rows or none; whether the file wins over what is known."""

    strict: bool = False
    restate: bool = False


def receive(file: UploadedFile[Any] | None, *, by: str, language: str, now: datetime) -> UUID:
    """Take in a file and have it looked at; returns the run's id.

    Refused: upload_missing, upload_empty, upload_too_big, file_no_room.
    """
    if file is None:
        raise Refused("upload_missing")
    if not file.size:
        raise Refused("upload_empty")
    if file.size > MOST_BYTES:
        raise Refused("upload_too_big", most=MOST_BYTES >> 30)
    _check_room(str(file.name))
    run_id = uuid4()
    folder_of(run_id).mkdir(mode=0o700, parents=True)
    try:
        _keep(file, upload_of(run_id))
        _enter(run_id, shown_name(str(file.name)), by=by, language=language, now=now)
    except BaseException:
        forget_folder(run_id)
        raise
    return run_id


def _check_room(name: str) -> None:
    """Nothing is begun on a disk that is nearly full: the job would wait, and fill what is left."""
    if disk.ROOM.is_over():
        raise Refused("file_no_room", file=shown_name(name))


def shown_name(name: str) -> str:
    """What the sender calls the file, without folders, signs that cannot be seen, and the
    numbers of payment cards."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    return without_cards(seen.strip()[-255:]) or "file"


def _keep(file: UploadedFile[Any], target: Path) -> None:
    """Move the file where it belongs; it is copied only from another disk or from memory."""
    temporary = getattr(file, "temporary_file_path", None)
    if temporary is not None:
        shutil.move(temporary(), target)
        return
    with target.open("xb") as stream:
        for chunk in file.chunks():
            stream.write(chunk)


@transaction.atomic
def _enter(run_id: UUID, name: str, *, by: str, language: str, now: datetime) -> None:
    ImportRun.objects.create(
        id=run_id,
        file_name=name,
        path=str(upload_of(run_id)),
        proposal=msgspec.to_builtins(Draft(language=language)),
        by_name=by,
        created_at=now,
        touched_at=now,
    )
    later("inspect_import", run_id=str(run_id))


@transaction.atomic
def describe(run_id: UUID, hints: Hints, now: datetime) -> None:
    """Say what the columns mean; a job then reads the file's head by that.

    `hints.columns` names every column of the file, with an empty meaning for those left out.
    Refused: import_unknown, import_not_ready, and file problems of the columns.
    """
    run = _locked(run_id)
    draft = draft_of(run)
    if not _can_be_described(run, draft) or draft.found is None:
        raise Refused("import_not_ready")
    _check(draft, hints)
    run.state, run.mapping, run.problem = State.PROPOSED, None, None
    run.touched_at = now
    with_draft(run, waiting="check", hints=hints, check=None, problem=None, tries=0)
    run.save()
    later("check_import", run_id=str(run_id))


def _can_be_described(run: ImportRun, draft: Draft) -> bool:
    if run.state == State.PROPOSED:
        return True
    return run.state == State.REFUSED and upload_of(run.id).exists()


def _check(draft: Draft, hints: Hints) -> None:
    """Refuse columns that do not suffice, in the words of the file problem."""
    headers = tuple(column.header for column in draft.found.columns) if draft.found else ()
    mapped = {header: field for header, field in hints.columns.items() if field}
    try:
        check_columns(Path("file"), headers, mapped)
    except FileProblem as problem:
        raise Refused(f"file_{problem.code}", **problem.params) from problem


@transaction.atomic
def start(run_id: UUID, wish: Wish, now: datetime, by: str = "") -> None:
    """Have a checked file brought in; asked twice, it is begun once.

    Two runs of the same content never go at once: the later one is refused.
    Refused: import_unknown, import_not_ready, import_same_running, file_no_room.
    """
    run, twins = _locked_with_twins(run_id)
    if run.state in (State.WAITING, State.RUNNING, State.DONE):
        return
    draft = draft_of(run)
    if draft.waiting or mapping_of(run) is None or not upload_of(run_id).exists():
        raise Refused("import_not_ready")
    _refuse_twins(twins, now)
    _check_room(run.file_name)
    run.state, run.problem, run.touched_at = State.WAITING, None, now
    run.strict, run.restate = wish.strict, wish.restate
    run.rows_done, run.part_done = 0, 0
    with_draft(run, waiting="run", tries=0, started_at="")
    run.save()
    how = {name: True for name in ("strict", "restate") if getattr(wish, name)}
    audit.note("import.begun", run_id, by, now, how)
    later("run_import", once=f"run_import:{run_id}", run_id=str(run_id))


def _locked_with_twins(run_id: UUID) -> tuple[ImportRun, list[ImportRun]]:
    """The run, and every other run of the same content; locked in one order by whoever comes."""
    known = ImportRun.objects.filter(id=run_id).values_list("content_hash", flat=True).first()
    if not known:
        return _locked(run_id), []
    same = ImportRun.objects.select_for_update().filter(content_hash=known).order_by("id")
    twins = {run.id: run for run in same}
    run = twins.pop(run_id, None)
    if run is None or run.proposal is None:
        raise Refused("import_unknown")
    return run, list(twins.values())


def _refuse_twins(twins: list[ImportRun], now: datetime) -> None:
    """A run of the command line counts only while it is seen at work; ours are taken up again."""
    for twin in twins:
        fresh = twin.touched_at is not None and now - twin.touched_at < STALE
        if twin.state in (State.WAITING, State.RUNNING) and (fresh or twin.proposal is not None):
            raise Refused("import_same_running", who=twin.by_name or "regulars import")


@transaction.atomic
def discard(run_id: UUID) -> None:
    """Forget a file that was never brought in, with its upload. Others stay as they are.

    Refused: import_unknown.
    """
    run = _locked(run_id)
    if run.state in (State.UPLOADED, State.PROPOSED) and run.proposal is not None:
        run.delete()
        transaction.on_commit(lambda: forget_folder(run_id))


def _locked(run_id: UUID) -> ImportRun:
    run = ImportRun.objects.select_for_update().filter(id=run_id).first()
    if run is None or run.proposal is None:
        raise Refused("import_unknown")
    return run
