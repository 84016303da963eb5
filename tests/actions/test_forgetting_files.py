"""Who is forgotten goes from rows of files that wait to be corrected, however these are written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from regulars.actions.drafts import folder_of
from regulars.actions.forgetting_files import forget_in_files, traces
from regulars.db.models import ImportRun
from regulars.sources.files.guard import guarded

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
