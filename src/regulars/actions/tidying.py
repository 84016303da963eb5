"""Imports that were left behind: taken up again after a killed worker, removed when old."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from regulars.actions.alone import is_free
from regulars.actions.drafts import REJECTED, draft_of, folder_of, forget_folder
from regulars.actions.later import later
from regulars.actions.uploads import STALE
from regulars.db.models import ImportRun

State = ImportRun.State
JOBS = {"look": "inspect_import", "check": "check_import", "run": "run_import"}
DRAFTS_KEPT = timedelta(days=7)
REJECTED_KEPT = timedelta(days=30)
STRAY_KEPT = timedelta(days=2)


def revive(now: datetime) -> int:
    """Queue steps anew that nobody has been at for a while; returns how many.

    A step is left alone while a worker holds its run, however long that takes.
    """
    taken_up = 0
    stale = ImportRun.objects.filter(touched_at__lt=now - STALE, proposal__isnull=False)
    for run in stale.exclude(proposal__waiting=""):
        task = JOBS.get(draft_of(run).waiting)
        if task and is_free(str(run.id)):
            taken_up += _queue_again(run, task, now)
    return taken_up


@transaction.atomic
def _queue_again(run: ImportRun, task: str, now: datetime) -> int:
    seen = ImportRun.objects.filter(id=run.id, touched_at=run.touched_at)
    if not seen.update(touched_at=now):
        return 0
    later(task, once=f"{task}:{run.id}", run_id=str(run.id))
    return 1


def clear_old(now: datetime) -> None:
    """Remove uploads that were never brought in, files that went in, and old rejected rows."""
    drafts = Q(state__in=(State.UPLOADED, State.PROPOSED), proposal__isnull=False)
    for run in ImportRun.objects.filter(drafts, created_at__lt=now - DRAFTS_KEPT):
        run.delete()
        forget_folder(run.id)
    for path in _kept():
        ended = _run_of(path.name)
        if ended is None:
            _clear_stray(path, now)
        elif ended.finished_at and ended.state in (State.DONE, State.REFUSED):
            _clear_ended(ended, now - ended.finished_at)


def _kept() -> list[Path]:
    """What lies in the folder of imports: as much as was left, however many imports there were."""
    folder = Path(settings.DATA) / "imports"
    return list(folder.iterdir()) if folder.is_dir() else []


def _run_of(name: str) -> ImportRun | None:
    """The import whose folder bears this name."""
    try:
        return ImportRun.objects.filter(id=UUID(name)).first()
    except ValueError:
        return None


def _clear_ended(run: ImportRun, age: timedelta) -> None:
    if age > REJECTED_KEPT:
        forget_folder(run.id)
        ImportRun.objects.filter(id=run.id).exclude(rejected_path="").update(rejected_path="")
    elif run.state == State.DONE or age > DRAFTS_KEPT:
        _keep_only_rejected(folder_of(run.id))


def _keep_only_rejected(folder: Path) -> None:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name != REJECTED:
            _remove(path)


def _clear_stray(path: Path, now: datetime) -> None:
    """What a killed command or request left there, and no run knows."""
    if now.timestamp() - path.lstat().st_mtime > STRAY_KEPT.total_seconds():
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
