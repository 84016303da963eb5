"""The same database under root and under an ordinary account, and the way between them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import psycopg
import pytest
from run_helpers import PATIENCE, Start

from regulars.run import cluster, embedded, programs, roles
from regulars.run.errors import CannotRun
from regulars.run.folder import Owner, is_root, prepare

NOBODY = 65534

# Everything is imported before root is given up: Python itself may lie where only root can read.
AS_NOBODY = """
import encodings.ascii, encodings.idna, encodings.unicode_escape, json, os, sys
import psycopg
from regulars.run import cluster, embedded, programs
from regulars.run.folder import prepare
programs.version()
path, number = sys.argv[1], int(sys.argv[2])
with psycopg.connect(sys.argv[3]) as link:
    link.execute("SELECT now()").fetchone()
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(number)
    os.setuid(number)
folder = prepare(path)
with embedded.running(folder) as addresses, psycopg.connect(addresses.app) as link:
    row = link.execute("SELECT current_user::text, 1 + 1").fetchone()
    found = cluster.process(folder)
    runs_as = os.stat(f"/proc/{found.pid}").st_uid
print(json.dumps([os.geteuid(), runs_as, *row, cluster.process(folder) is None]))
"""


def test_an_ordinary_account_runs_it_itself(base: Path, start: Start, warm: str) -> None:
    home = base / "home"
    home.mkdir()
    if is_root():
        os.chown(home, NOBODY, NOBODY)
    process = start(AS_NOBODY, str(home / "data"), str(NOBODY), warm)
    said, wrong = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, wrong
    me = NOBODY if is_root() else os.geteuid()
    assert json.loads(said) == [me, me, roles.APP, 2, True]
    assert (home / "data").stat().st_mode & 0o777 == 0o700


@pytest.fixture
def warm(shared_notes: object) -> str:
    assert hasattr(shared_notes, "root")
    return embedded.superuser_address(shared_notes)  # type: ignore[arg-type]


needs_root = pytest.mark.skipif(not is_root(), reason="only root runs it as another account")


@needs_root
def test_root_runs_it_as_a_system_user(base: Path) -> None:
    folder = prepare(base / "data")
    with embedded.running(folder):
        found = cluster.process(folder)
        assert found is not None
        assert os.stat(f"/proc/{found.pid}").st_uid == programs.system_user().uid != 0
        assert folder.postgres.stat().st_uid == programs.system_user().uid
        assert folder.keys.stat().st_uid == 0


@needs_root
def test_a_folder_out_of_reach_is_named(base: Path) -> None:
    closed = base / "closed"
    closed.mkdir()
    closed.chmod(0o700)
    folder = prepare(closed / "data")
    with pytest.raises(CannotRun, match=rf"cannot pass through {closed}: choose a data folder"):
        embedded.running(folder).__enter__()
    assert closed.stat().st_mode & 0o777 == 0o700
    assert not folder.postgres.exists()


@needs_root
def test_programs_out_of_reach_are_copied(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "reaches", lambda *_: False)
    monkeypatch.setattr(programs, "SYSTEM_DATA", base / "system")
    folder = prepare(base / "data")
    with embedded.running(folder) as addresses, psycopg.connect(addresses.app) as link:
        assert link.execute("SELECT 'copied'").fetchone() == ("copied",)
        found = cluster.process(folder)
        assert found is not None
        program = Path(f"/proc/{found.pid}/exe").resolve()
    copy = base / "system" / f"programs-{programs.version()}"
    assert program.is_relative_to(copy)
    home = programs.copied_home(programs.installed_home(), base / "system")
    assert program == home / "bin" / "postgres"
    assert [path.name for path in (base / "system").iterdir()] == [copy.name]


def test_reach_is_read_from_the_modes(base: Path) -> None:
    stranger = Owner(uid=NOBODY, gid=NOBODY)
    inner = base / "open" / "inner"
    inner.mkdir(parents=True)
    for path in (base / "open", inner):
        path.chmod(0o711)
    assert programs.first_closed(inner, stranger) is None
    (base / "open").chmod(0o700)
    if is_root():
        assert programs.first_closed(inner, stranger) == base / "open"


LOOK = """
import sys
from regulars.run.server import make
make()
print([name for name in ("ibis", "duckdb", "pandas", "pyarrow", "altair", "numpy")
       if name in sys.modules])
"""


@pytest.mark.parametrize("settings", ["little_site", "regulars.settings"])
def test_the_web_process_stays_light(start: Start, settings: str) -> None:
    process = start(LOOK, DJANGO_SETTINGS_MODULE=settings, REGULARS_SECRET_KEY="x")
    said, wrong = process.communicate(timeout=PATIENCE)
    assert said.strip() == "[]", wrong
