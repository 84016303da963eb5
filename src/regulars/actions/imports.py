"""Bring in a file of orders: read, record in batches, hand back what did not go in.

For the job worker and the command line: this module loads the analytics libraries, which the web
process must not.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from queue import Queue
from typing import Literal

import msgspec
from django.db import connection, transaction
from msgspec import Struct

from regulars.actions import audit
from regulars.actions.later import refresh_later
from regulars.actions.record import Outcome, Source, record
from regulars.actions.refunds import tie_refunds
from regulars.db import catalogue, disk
from regulars.db.catalogue import ProductNews
from regulars.db.models import Business, ImportRun
from regulars.garbage import uncollected
from regulars.sources.files.problems import FileProblem
from regulars.sources.files.reading import (
    HANDLING,
    Handling,
    Reading,
    open_file,
)
from regulars.sources.files.shapes import Batch, Counts, Mapping, Progress

BATCH = 4_000
"""Orders that are recorded in one transaction."""

READ_AHEAD = 3
READING_PART = 0.4
"""The part of an import's time that reading takes, for its progress."""


SAVED_EVERY = 0.5
"""Seconds between two notes of an import's progress in the database."""

Stage = Literal["reading", "sorting", "rejecting", "recording", "done"]


class Step(Struct, frozen=True, kw_only=True):
    """How far an import is: rows of the file, and the part of all its work (0 to 1)."""

    stage: Stage
    rows: int
    part: float


Report = Callable[[Step], None]


class Summary(Struct, frozen=True, kw_only=True):
    """How an import ended: what the file holds, and what became of it."""

    counts: Counts
    recorded: int = 0
    restated: int = 0
    known: int = 0
    refused: int = 0
    rejected_file: str = ""


class Strict(Exception):
    """A file that was to go in whole holds rows that cannot; nothing was recorded."""

    def __init__(self, rows: int, rejected: Path | None) -> None:
        where = f" They stand with reasons in {rejected}." if rejected else ""
        super().__init__(
            f"{rows} rows cannot go in, and --strict takes all or nothing: nothing was brought in."
            f"{where} Correct them, or leave --strict away."
        )
        self.rows = rows
        self.rejected = rejected


def file_hash(path: Path) -> str:
    """A name for the file's content, by which a broken-off import is found again."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "blake2b").hexdigest()[:64]


@transaction.atomic
def begin(path: Path, mapping: Mapping, *, name: str, by: str, now: datetime) -> ImportRun:
    """The run of a file: the one that was broken off, else a new one."""
    content = file_hash(path)
    broken_off = ImportRun.objects.filter(
        content_hash=content, state=ImportRun.State.RUNNING, by_name=by
    ).first()
    run = broken_off or ImportRun(content_hash=content, created_at=now, by_name=by)
    run.file_name, run.path = name[:255], str(path)
    run.mapping = msgspec.to_builtins(mapping)
    run.state = ImportRun.State.RUNNING
    run.save()
    audit.note("import.begun", run.id, by, now)
    return run


def run_import(
    run: ImportRun,
    work_dir: Path,
    *,
    report: Report,
    handling: Handling = HANDLING,
    announce: bool = False,
) -> Summary:
    """Do an import that has a file and a mapping; its state and summary are kept in `run`.

    A file tells of the past: webhooks hear nothing of what it brings, unless it is to `announce`.

    Every batch is one transaction; orders that are known already change nothing, so a run that
    was broken off is simply run again. Raises FileProblem or Strict, having recorded nothing; where
    the disk runs full on the way (no_room), what went in before stays.
    """
    mapping = msgspec.convert(run.mapping, Mapping)
    follow = _Follower(run, report)
    try:
        follow.tell("reading", 0, 0.0)
        with open_file(
            Path(run.path),
            mapping,
            region=Business.objects.get().region,
            work_dir=work_dir,
            progress=follow.reading,
            handling=handling,
        ) as reading:
            source = Source(import_id=run.id, restate=run.restate, quiet=not announce)
            summary = _record_all(run, reading, follow, source)
    except (FileProblem, Strict) as problem:
        _end(run, ImportRun.State.REFUSED, problem=_told(problem))
        raise
    tie_refunds(run.id)
    _end(run, ImportRun.State.DONE, summary=summary)
    follow.tell("done", reading.counts.rows, 1.0)
    return summary


def _told(problem: FileProblem | Strict) -> dict[str, object]:
    if isinstance(problem, FileProblem):
        return {"code": problem.code, "params": problem.params}
    return {"code": "strict", "params": {"rows": problem.rows}}


def _record_all(run: ImportRun, reading: Reading, follow: _Follower, source: Source) -> Summary:
    if not run.strict:
        return _record_batches(run, reading, follow, source)
    if reading.counts.rows_rejected:
        raise Strict(reading.counts.rows_rejected, reading.rejected_path)
    with transaction.atomic():
        summary = _record_batches(run, reading, follow, source)
        if summary.refused:
            raise Strict(summary.counts.rows_rejected, reading.rejected_path)
    return summary


def _record_batches(run: ImportRun, reading: Reading, follow: _Follower, source: Source) -> Summary:
    tally = {"recorded": 0, "restated": 0, "known": 0, "refused": 0}
    refused: dict[str, str] = {}
    with uncollected() as worked:
        for batch in _ahead(reading.batches(size=BATCH)):
            for outcome in _take(batch, source):
                tally[outcome.state] += 1
                if outcome.state == "refused":
                    refused[outcome.key] = outcome.code
            follow.recorded(batch.last_line, reading.counts.rows)
            worked()
    if refused:
        reading.hand_back(refused)
    run.rejected_path = str(reading.rejected_path or "")
    return Summary(counts=reading.counts, rejected_file=run.rejected_path, **tally)


@transaction.atomic
def _take(batch: Batch, source: Source) -> list[Outcome]:
    outcomes = record(batch.arrivals, now=datetime.now(UTC), source=source)
    news = {p.code: ProductNews(p.name, p.category) for p in batch.products.values()}
    with connection.cursor() as cursor:
        catalogue.note_products(cursor, news)
    return outcomes


def _ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The same batches, made by a thread while the database works on the ones before."""
    ready: Queue[Batch | BaseException | None] = Queue(READ_AHEAD)
    given_up = threading.Event()

    def make() -> None:
        try:
            for batch in batches:
                ready.put(batch)
                if given_up.is_set():
                    return
            ready.put(None)
        except BaseException as error:
            ready.put(error)

    thread = threading.Thread(target=make, name="read-ahead", daemon=True)
    thread.start()
    try:
        while (found := ready.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            yield found
    finally:
        given_up.set()
        while thread.is_alive():
            _drain(ready)
            thread.join(0.05)


def _drain(queue: Queue[Batch | BaseException | None]) -> None:
    while not queue.empty():
        queue.get_nowait()


@transaction.atomic
def _end(
    run: ImportRun,
    state: ImportRun.State,
    *,
    summary: Summary | None = None,
    problem: dict[str, object] | None = None,
) -> None:
    run.state = state
    run.summary = msgspec.to_builtins(summary) if summary else None
    run.problem = problem
    run.finished_at = run.touched_at = datetime.now(UTC)
    run.part_done = Decimal(1)
    run.save()
    if summary:
        refresh_later()


class _Follower:
    """Tells how far an import is: to whoever started it, and to its row for the console."""

    def __init__(self, run: ImportRun, report: Report) -> None:
        self._run, self._report = run, report
        self._saved = 0.0

    def reading(self, progress: Progress) -> None:
        part = progress.bytes_done / progress.bytes_total if progress.bytes_total else 1.0
        stage = "sorting" if progress.stage == "done" else progress.stage
        self.tell(stage, progress.rows, part * READING_PART)

    def recorded(self, line: int, rows: int) -> None:
        part = min(line / rows, 1.0) if rows else 1.0
        self.tell("recording", rows, READING_PART + part * (1 - READING_PART))

    def tell(self, stage: Stage, rows: int, part: float) -> None:
        """Say how far it came. Raises FileProblem (no_room): no step is taken on a full disk."""
        if stage != "done" and disk.ROOM.is_over():
            raise FileProblem("no_room", file=self._run.file_name)
        self._report(Step(stage=stage, rows=rows, part=part))
        if time.monotonic() - self._saved > SAVED_EVERY:
            self._saved = time.monotonic()
            ImportRun.objects.filter(id=self._run.id).update(
                rows_done=rows, part_done=round(part, 4), touched_at=datetime.now(UTC)
            )
