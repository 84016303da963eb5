"""Data folder, keys and locks."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from regulars.run import keys, locks
from regulars.run.errors import CannotRun
from regulars.run.folder import SYSTEM_DATA, default_path, is_root, locate, prepare, write_private


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_parts_are_private(base: Path) -> None:
    folder = prepare(base / "deep" / "data")
    for part in (folder.keys, folder.imports, folder.mirror, folder.logs):
        assert _mode(part) == 0o700
    assert _mode(folder.root) == (0o711 if is_root() else 0o700)


@pytest.mark.parametrize("mode", [0o755, 0o700, 0o777])
def test_a_found_folder_keeps_its_mode(base: Path, mode: int) -> None:
    mine = base / "mine"
    mine.mkdir()
    mine.chmod(mode)
    assert prepare(mine).root == mine
    assert _mode(mine) == mode


def test_a_relative_folder_becomes_absolute(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(base)
    assert locate("here").root == base / "here"


def test_the_default_depends_on_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_path() == SYSTEM_DATA
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", "/some/where")
    assert default_path() == Path("/some/where/regulars")
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/srv/ann")
    assert default_path() == Path("/srv/ann/.local/share/regulars")


def test_a_file_in_the_way_is_named(base: Path) -> None:
    (base / "file").write_text("mine")
    with pytest.raises(CannotRun, match="a file of that name is in the way"):
        prepare(base / "file")
    with pytest.raises(CannotRun, match="cannot be the data folder"):
        prepare(base / "file" / "below")
    assert (base / "file").read_text() == "mine"


def test_a_private_file_follows_no_link(base: Path) -> None:
    target = base / "target"
    target.write_text("untouched")
    (base / "note.new").symlink_to(target)
    write_private(base / "note", "mine")
    assert target.read_text() == "untouched"
    assert (_mode(base / "note"), (base / "note").read_text()) == (0o600, "mine")


def test_a_disk_that_takes_a_part_alone_leaves_the_file_as_it_was(base: Path) -> None:
    """A limit of the process stands for a full disk: what is below it is written."""
    note = base / "note"
    write_private(note, "mine")
    program = (
        "import resource, signal, sys; from pathlib import Path;"
        "from regulars.run.folder import write_private;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000));"
        "write_private(Path(sys.argv[1]), 'x' * 5000)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(note)], capture_output=True)
    assert b"OSError" in done.stderr
    assert note.read_text() == "mine"
    assert list(base.iterdir()) == [note]


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("secret", "well-known"),
        ("changeme", "well-known"),
        ("django-insecure-0123456789abcdefghijklmnop", "well-known"),
        ("not-configured", "well-known"),
        ("x9!kQ", "fewer than 32 bytes"),
        ("a" * 64, "repeats"),
    ],
)
def test_weak_keys_are_refused(base: Path, key: str, why: str) -> None:
    folder = prepare(base / "data")
    assert why in (keys.weakness(key) or "")
    with pytest.raises(CannotRun, match="REGULARS_SECRET_KEY"):
        keys.secret_key(folder, key)
    assert not (folder.keys / "secret-key").exists()


def test_the_first_key_is_random_private_and_stays(base: Path) -> None:
    folders = [prepare(base / name) for name in ("one", "two")]
    made = [keys.secret_key(folder) for folder in folders]
    assert made[0] != made[1]
    assert made == [keys.secret_key(folder) for folder in folders]
    assert all(keys.weakness(key) is None for key in made)
    assert _mode(folders[0].keys / "secret-key") == 0o600
    assert os.listdir(folders[0].keys) == ["secret-key"]


def test_a_strong_given_key_is_used(base: Path) -> None:
    strong = "k3-" + "Qw7zR2mX9pL4vB8n" * 3
    assert keys.secret_key(prepare(base / "data"), strong) == strong


def test_a_served_folder_is_served_once(base: Path) -> None:
    folder = prepare(base / "data")
    with locks.serving(folder) as held:
        assert not held.left_behind
        with (
            pytest.raises(CannotRun, match=rf"already being served \(process {os.getpid()}\)"),
            locks.serving(folder),
        ):
            pass
    with locks.serving(folder) as held:
        assert not held.left_behind


def test_a_refused_start_is_no_killed_one(base: Path) -> None:
    folder = prepare(base / "data")
    with pytest.raises(CannotRun, match="in use"), locks.serving(folder):
        raise CannotRun("The port is in use.")
    with locks.serving(folder) as held:
        assert not held.left_behind


@pytest.mark.parametrize("name", ["line\nbreak", "back\\slash"])
def test_a_name_that_no_program_can_take_is_refused(base: Path, name: str) -> None:
    with pytest.raises(CannotRun, match="choose another"):
        prepare(base / name)
    assert list(base.iterdir()) == []


def test_a_killed_server_is_noticed(base: Path) -> None:
    folder = prepare(base / "data")
    (folder.run / "serve.lock").write_text("12345")
    with locks.serving(folder) as held:
        assert held.left_behind
