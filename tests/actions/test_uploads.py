"""Imports that were broken off, met another, or grew old."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from regulars.actions import imports, intake, tidying, uploads
from regulars.actions.alone import alone
from regulars.actions.business import known_business
from regulars.actions.drafts import draft_of, folder_of, rejected_file, upload_of
from regulars.actions.refused import Refused
from regulars.actions.uploads import STALE, Wish
from regulars.db.models import FactRow, ImportRun
from regulars.sources.files.problems import FILE_SENTENCES, ROW_SENTENCES
from regulars.sources.files.shapes import FIELDS
from regulars.words.files import FIELDS as FIELD_NAMES
from regulars.words.reasons import REASONS

pytestmark = pytest.mark.django_db
State = ImportRun.State
BODY = "number,date,customer,price,currency\n" + "".join(
    f"{n},2026-04-{n % 28 + 1:02},K{n % 7},2.50,EUR\n" for n in range(5_000)
)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: object, now: datetime) -> Path:
    settings.DATA = tmp_path  # type: ignore[attr-defined]
    known_business(now)
    return tmp_path


def received(now: datetime, body: str = BODY) -> UUID:
    file = SimpleUploadedFile("orders.csv", body.encode())
    return uploads.receive(file, by="Olga", language="en", now=now)


def ready(now: datetime, body: str = BODY) -> UUID:
    """A file whose columns are settled and whose head was read."""
    run_id = received(now, body)
    intake.look(run_id, now)
    found = draft_of(run_of(run_id)).found
    assert found is not None
    from regulars.sources.files.shapes import Hints

    columns = {column.header: column.field for column in found.columns}
    uploads.describe(run_id, Hints(columns=columns, dates="ymd", decimal="."), now)
    intake.look_again(run_id, now)
    assert draft_of(run_of(run_id)).check is not None
    return run_id


def run_of(run_id: UUID) -> ImportRun:
    return ImportRun.objects.get(id=run_id)


def jobs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")
        return sorted(name for (name,) in cursor.fetchall() if name.endswith("_import"))


def clear_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


class Killed(BaseException):
    """Stands for the end of the worker: nobody catches it."""


def test_killed_midway_is_taken_up_once_and_counts_nothing_twice(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = ready(now)
    uploads.start(run_id, Wish(), now)
    took = imports._take
    seen = []

    def dying(batch: object, source: object) -> object:
        if seen:
            raise Killed
        seen.append(batch)
        return took(batch, source)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(imports, "_take", dying)
        with pytest.raises(Killed):
            intake.bring_in(run_id, now)
    run = run_of(run_id)
    assert (run.state, FactRow.objects.count()) == (State.RUNNING, imports.BATCH)

    clear_jobs()
    ImportRun.objects.update(touched_at=now)
    assert tidying.revive(now + timedelta(seconds=30)) == 0
    later = now + STALE + timedelta(seconds=1)
    assert tidying.revive(later) == 1
    assert tidying.revive(later + timedelta(seconds=1)) == 0
    assert jobs() == ["run_import"]

    intake.bring_in(run_id, later)
    run = run_of(run_id)
    assert (run.state, FactRow.objects.count()) == (State.DONE, 5_000)
    assert (run.summary["recorded"], run.summary["known"]) == (5_000, 0)
    clear_jobs()
    assert tidying.revive(later + timedelta(days=1)) == 0
    intake.bring_in(run_id, later)
    assert FactRow.objects.count() == 5_000


def test_killed_after_the_last_row_it_is_tidied_up_all_the_same(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = "number,date,customer,price,currency\n1,2026-04-01,K1,2.50,EUR\n2,never,K2,2.50,EUR\n"
    run_id = ready(now, body)
    uploads.start(run_id, Wish(), now)

    def dying(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(intake, "_count_all_tries", dying)
        with pytest.raises(Killed):
            intake.bring_in(run_id, now)
    assert run_of(run_id).state == State.DONE
    clear_jobs()
    later = now + timedelta(hours=1)
    ImportRun.objects.update(touched_at=now)
    assert tidying.revive(later) == 1
    intake.bring_in(run_id, later)
    run = run_of(run_id)
    assert (run.state, run.summary["recorded"], run.summary["known"]) == (State.DONE, 1, 0)
    assert draft_of(run).waiting == ""
    assert draft_of(run).found.columns[0].examples == ()  # type: ignore[union-attr]
    tidying.clear_old(later)
    kept = rejected_file(run)
    assert kept is not None
    assert "never" in kept.read_text("utf-8-sig")
    assert not upload_of(run_id).exists()


def test_an_import_at_work_is_left_alone(
    now: datetime, cluster: object, django_db_setup: None
) -> None:
    run_id = ready(now)
    uploads.start(run_id, Wish(), now)
    clear_jobs()
    later = now + timedelta(hours=1)
    number = connection.get_connection_params()
    other = psycopg.connect(
        dbname=number["dbname"],
        user=number.get("user"),
        password=number.get("password"),
        host=number.get("host"),
        port=number.get("port"),
    )
    with other, other.cursor() as cursor:
        from hashlib import blake2b

        key = int.from_bytes(
            blake2b(str(run_id).encode(), digest_size=8).digest(), "big", signed=True
        )
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
        with alone(str(run_id)) as free:
            assert not free
        assert tidying.revive(later) == 0
        intake.bring_in(run_id, later)
        assert run_of(run_id).state == State.WAITING
        cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
    other.close()
    assert tidying.revive(later) == 1


def test_a_step_that_kills_its_worker_is_not_tried_for_ever(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = received(now)

    def dying(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(intake, "inspect", dying)
        for _ in range(intake.MOST_TRIES):
            with pytest.raises(Killed):
                intake.look(run_id, now)
        intake.look(run_id, now)
    run = run_of(run_id)
    assert (run.state, run.problem) == (State.REFUSED, {"code": "gave_up", "params": {}})


def test_two_people_cannot_run_the_same_file_at_once(now: datetime) -> None:
    first, second, other = ready(now), ready(now), ready(now, BODY + "9999,2026-04-01,K1,1,EUR\n")
    uploads.start(first, Wish(), now)
    with pytest.raises(Refused) as refusal:
        uploads.start(second, Wish(), now)
    assert (refusal.value.code, refusal.value.params) == ("import_same_running", {"who": "Olga"})
    assert run_of(second).state == State.PROPOSED
    uploads.start(other, Wish(), now)
    intake.bring_in(first, now)
    uploads.start(second, Wish(), now)
    intake.bring_in(second, now)
    assert run_of(second).summary["known"] == 5_000


def test_what_cannot_be_started_is_refused(now: datetime) -> None:
    run_id = received(now)
    for act in (
        lambda: uploads.start(run_id, Wish(), now),
        lambda: uploads.start(UUID(int=7), Wish(), now),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code in ("import_not_ready", "import_unknown")
    assert run_of(run_id).state == State.UPLOADED


def test_a_file_discarded_while_it_is_looked_at_stays_gone(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = received(now)
    looked = intake.inspect

    def discarding(*arguments: object) -> object:
        found = looked(*arguments)  # type: ignore[arg-type]
        uploads.discard(run_id)
        return found

    monkeypatch.setattr(intake, "inspect", discarding)
    intake.look(run_id, now)
    assert not ImportRun.objects.exists()


def test_old_files_go(now: datetime) -> None:
    draft, done, refused = (
        received(now),
        ready(now, BODY + "x,never,K1,1,EUR\n"),
        received(now, "x"),
    )
    uploads.start(done, Wish(), now)
    intake.bring_in(done, now)
    intake.look(refused, now)
    assert run_of(refused).state == State.REFUSED
    ImportRun.objects.filter(id=done).update(finished_at=now)
    assert not upload_of(done).exists()
    stray = folder_of(draft).parent / "work-left"
    stray.mkdir()

    def left() -> set[str]:
        return {str(p.relative_to(stray.parent)) for p in stray.parent.rglob("*") if p.is_file()}

    tidying.clear_old(now + timedelta(days=6))
    assert left() == {f"{draft}/orders", f"{done}/rejected.csv", f"{refused}/orders"}
    tidying.clear_old(now + timedelta(days=8))
    assert left() == {f"{done}/rejected.csv"}
    assert set(ImportRun.objects.values_list("id", flat=True)) == {done, refused}
    tidying.clear_old(now + timedelta(days=31))
    assert left() == set()
    assert run_of(done).rejected_path == ""
    assert tidying.clear_old(datetime.now(now.tzinfo) + timedelta(days=400)) is None
    assert not stray.exists()


def test_a_broken_off_upload_leaves_nothing(
    now: datetime, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(uploads, "_enter", failing)
    with pytest.raises(OSError, match="no space"):
        received(now)
    assert list((data / "imports").iterdir()) == []
    assert not ImportRun.objects.exists()


def test_every_problem_of_files_and_rows_has_a_sentence() -> None:
    assert {f"file_{code}" for code in FILE_SENTENCES} <= set(REASONS)
    assert {f"row_{code}" for code in ROW_SENTENCES} <= set(REASONS)
    assert set(FIELD_NAMES) == set(FIELDS)


def test_the_web_process_loads_no_analytics() -> None:
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'regulars.settings';"
        "django.setup(); import regulars.urls, regulars.jobs, regulars.console.urls;"
        "heavy = {'duckdb', 'pyarrow', 'pandas', 'ibis', 'openpyxl'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
