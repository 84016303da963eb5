"""A file on its way in through the console: what is known of it so far, and where it lies.

A draft stands in `ImportRun.proposal`. The file lies in a folder of the run's own, under a name
of ours: what the sender called it is only ever shown.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec
from django.conf import settings
from msgspec import Struct, structs

from regulars.db.models import ImportRun
from regulars.sources.files.problems import RowProblem
from regulars.sources.files.shapes import Counts, Hints, Mapping, Proposal

UPLOAD = "orders"
WORK = "work"
REJECTED = "rejected.csv"


class Told(Struct, frozen=True, kw_only=True):
    """A problem with the file as a whole: a code of `words.files`, and what fills it."""

    code: str
    params: dict[str, str | int] = {}


class Seen(Struct, frozen=True, kw_only=True):
    """One of the first orders or refunds, as it would come in.

    `at` is civil time in the file's zone as ISO text, `who` a name or identifier (empty for a
    guest), `items` the products of its first lines, `known` whether it came in before.
    """

    kind: Literal["order", "refund"]
    number: str
    at: str
    who: str
    lines: int
    items: tuple[str, ...]
    amount_minor: int
    currency: str
    known: bool


class Check(Struct, frozen=True, kw_only=True):
    """What reading the file, or its head, with the mapping gave; nothing was recorded.

    `whole` tells whether all of the file was read; `facts` are the orders and refunds found,
    `known` how many of them came in before.
    """

    whole: bool
    counts: Counts
    facts: int
    known: int
    first: tuple[Seen, ...]
    problems: tuple[RowProblem, ...]


class Draft(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a file so far. `waiting` is what a job has still to do.

    `hints` is what somebody said about the columns, `tries` how often its job was begun.
    """

    language: str = "en"
    waiting: Literal["", "look", "check", "run"] = "look"
    hints: Hints | None = None
    found: Proposal | None = None
    check: Check | None = None
    problem: Told | None = None
    tries: int = 0
    started_at: str = ""


def draft_of(run: ImportRun) -> Draft:
    """The draft of a run; an empty one for runs of the command line."""
    if run.proposal is None:
        return Draft(waiting="")
    return msgspec.convert(run.proposal, Draft)


def with_draft(run: ImportRun, **changes: object) -> dict[str, object]:
    """The columns of a run whose draft changes so; `run` itself changes with them."""
    run.proposal = msgspec.to_builtins(structs.replace(draft_of(run), **changes))
    return {"proposal": run.proposal}


def mapping_of(run: ImportRun) -> Mapping | None:
    """How the file is to be read, once that is settled."""
    return msgspec.convert(run.mapping, Mapping) if run.mapping else None


def folder_of(run_id: UUID) -> Path:
    """The run's own folder."""
    return Path(settings.DATA) / "imports" / str(run_id)


def upload_of(run_id: UUID) -> Path:
    """Where the run's file lies, until it is brought in or removed."""
    return folder_of(run_id) / UPLOAD


def rejected_file(run: ImportRun) -> Path | None:
    """The rows that did not go in, if they are still kept, and lie in the run's own folder."""
    if not run.rejected_path:
        return None
    folder = folder_of(run.id).resolve()
    path = Path(run.rejected_path).resolve()
    return path if path.is_relative_to(folder) and path.is_file() else None


def forget_folder(run_id: UUID) -> None:
    """Remove the run's folder with all that lies in it."""
    shutil.rmtree(folder_of(run_id), ignore_errors=True)
