"""Who is forgotten goes from rows of files that wait to be corrected, however these are written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from regulars.actions.drafts import Draft, draft_of, folder_of
from regulars.actions.forgetting_files import forget_in_files, traces
from regulars.db.models import ImportRun
from regulars.sources.files.guard import guarded
from regulars.sources.files.shapes import Column, Mapping, Proposal

pytestmark = pytest.mark.django_db
MAIL, NAME = "-ana-@example.com", "=Ana"
BEN = ("ben@example.com", "B" * 200_000)


@pytest.fixture
def rejected(settings: Any, tmp_path: Path) -> Path:
    """Rows that did not go in: hers by mail, hers by name, and one that had too many cells, which
    are together in its last one."""
    settings.DATA = tmp_path
    run = ImportRun.objects.create(
        created_at=datetime(2026, 11, 1, tzinfo=UTC), file_name="orders.csv", path=""
    )
    folder = folder_of(run.id)
    folder.mkdir(parents=True)
    path = folder / "rejected.csv"
    lines = [f"{guarded(mail)},{guarded(name)}" for mail, name in ((MAIL, ""), ("", NAME), BEN)]
    path.write_text("\r\n".join(["Mail,Name", *lines, ""]), "utf-8-sig", newline="")
    ImportRun.objects.filter(id=run.id).update(rejected_path=str(path))
    return path


def test_guarded_cells_are_found_and_long_ones_stop_nothing(rejected: Path) -> None:
    forget_in_files(traces([NAME], [("email", MAIL)]))
    assert rejected.read_text("utf-8-sig").split() == ["Mail,Name", ",".join(BEN)]


def test_who_stands_in_no_row_changes_no_file(rejected: Path) -> None:
    before = rejected.read_bytes()
    forget_in_files(traces(["Cleo"], []))
    assert rejected.read_bytes() == before
    assert list(rejected.parent.iterdir()) == [rejected]


@pytest.mark.parametrize(
    ("cell", "name", "identifier"),
    [
        ("0171 234 567-8", "", ("phone", "+491712345678")),
        ('Ana "Annie" Pop', 'Ana "Annie" Pop', None),
        ("Ana\\Pop", "Ana\\Pop", None),
        ("mails: ANA@example.com", "", ("email", "ana@example.com")),
    ],
)
def test_examples_of_a_file_on_its_way_go_however_they_are_written(
    cell: str, name: str, identifier: tuple[str, str] | None
) -> None:
    column = Column(header="Who", examples=(cell, "Ben"), field="", sure="no", why="")
    found = Proposal(
        file="o.csv", mapping=Mapping(columns={}), columns=(column,), questions=(), notes={}
    )
    run = ImportRun.objects.create(
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
        file_name="o.csv",
        proposal=msgspec.to_builtins(Draft(found=found)),
    )
    forget_in_files(traces(["Cleo"], [("phone", "+4915199999999")]))
    assert examples(run.id) == (cell, "Ben")
    forget_in_files(traces([name], [identifier] if identifier else []))
    assert examples(run.id) == ()


def examples(run_id: UUID) -> tuple[str, ...]:
    found = draft_of(ImportRun.objects.get(id=run_id)).found
    assert found is not None
    return found.columns[0].examples
