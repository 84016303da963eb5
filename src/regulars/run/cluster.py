"""The embedded cluster on disk: making it, its settings, and what its process tells."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from regulars.run import keys, programs, roles
from regulars.run.errors import CannotRun
from regulars.run.folder import PRIVATE, Folder, write_private
from regulars.run.programs import Programs

PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
LONGEST_SOCKET = 107
SETTINGS = """\
# Written at every start. Settings of your own belong into postgresql.auto.conf (ALTER SYSTEM).
listen_addresses = ''
port = {port}
unix_socket_directories = {socket_folder}
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 1GB
# So much of the log is kept on the disk, whoever fills it: `serve` lays it out.
min_wal_size = 256MB
# Nothing follows this database: it need not write for followers, nor make a file of where they are
# at every checkpoint, which on a full disk would end it.
wal_level = minimal
max_wal_senders = 0
max_replication_slots = 0
max_active_replication_origins = 0
wal_compression = off
random_page_cost = 1.1
jit = off
fsync = on
synchronous_commit = on
full_page_writes = on
password_encryption = scram-sha-256
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = 'log'
log_filename = 'postgres-%a.log'
log_file_mode = 0600
log_rotation_age = 1d
log_truncate_on_rotation = on
log_min_messages = warning
# Statements and row values hold personal data: they stay out of the log.
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
include_if_exists = 'regulars-sparing.conf'
"""
SPARING = """\
# In force while the disk is full. Cleaning writes, and takes away the note that every new
# connection reads; whoever makes it anew on a full disk is turned away.
autovacuum = off
"""
ON_LINUX = """\
# After a crash: one call for all files instead of one for each.
recovery_init_sync_method = syncfs
"""


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """What the running server wrote about itself."""

    pid: int
    socket_folder: Path
    ready: bool


def make(folder: Folder, tools: Programs) -> None:
    """Make the cluster under another name first, so that a half-made one never bears the name."""
    half = folder.root / "postgres.new"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    half.chmod(PRIVATE)
    password = half / "password"
    try:
        if tools.account:
            os.chown(half, tools.account.uid, tools.account.gid)
        text = keys.database_password(folder, roles.SUPERUSER)
        write_private(password, text + "\n", tools.account)
        ran = programs.run(tools, folder, *_initdb(half, folder))
        if not ran.ok:
            raise CannotRun(_why("The database could not be made", ran.said, folder))
        with (half / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude_if_exists = 'regulars.conf'\n")
        (half / "data").rename(folder.postgres)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _initdb(half: Path, folder: Folder) -> list[str]:
    inside = half.relative_to(folder.root)
    return [
        "initdb",
        f"--pgdata={inside}/data",
        f"--pwfile={inside}/password",
        f"--username={roles.SUPERUSER}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        "--no-instructions",
    ]


def check_major(folder: Folder, tools: Programs) -> None:
    """Refuse a cluster that another PostgreSQL major made."""
    try:
        found = (folder.postgres / "PG_VERSION").read_text(encoding="ascii").strip()
    except OSError:
        raise CannotRun(
            f"{folder.postgres} is no database that Regulars made: move it away, "
            "or restore it from your backup."
        ) from None
    if found != tools.major:
        raise CannotRun(
            f"The database in {folder.postgres} was made by PostgreSQL {found}, this release "
            f"brings {tools.major}: back it up with the release that made it (pg_dump), and "
            "restore it into a new data folder."
        )


def configure(folder: Folder, tools: Programs) -> Path:
    """Write the settings of this start; returns the folder of the socket."""
    place = _socket_folder(folder, tools)
    quoted = '"' + str(place).replace('"', '""') + '"'
    text = SETTINGS.format(port=PORT, socket_folder=_literal(quoted))
    if sys.platform == "linux":
        text += ON_LINUX
    file = folder.postgres / "regulars.conf"
    # Unchanged settings need no room on a full disk.
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        write_private(file, text, tools.account)
    spare(folder, on=False)
    off = folder.postgres / "regulars-sparing.off"
    if not off.exists():
        write_private(off, SPARING, tools.account)
    return place


def spare(folder: Folder, *, on: bool) -> None:
    """Lay the settings for a full disk where the server finds them when it next reads its
    settings, or away from there. Renaming takes no room."""
    places = [folder.postgres / f"regulars-sparing.{end}" for end in ("off", "conf")]
    source, target = places if on else reversed(places)
    with suppress(FileNotFoundError):
        source.rename(target)


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _socket_folder(folder: Folder, tools: Programs) -> Path:
    """Where the socket goes: beside the data, or in a temporary folder where that cannot be."""
    place = folder.run / "socket"
    # Addresses part their hosts by commas.
    if len(os.fsencode(place / SOCKET_NAME)) > LONGEST_SOCKET or "," in str(place):
        note = folder.run / "socket-folder"
        known = Path(note.read_text(encoding="utf-8")) if note.exists() else None
        if known and _is_ours(known, tools):
            return known
        place = Path(tempfile.mkdtemp(prefix="regulars-", dir=_short_base()))
        write_private(note, str(place))
    place.mkdir(exist_ok=True)
    if tools.account and place.stat().st_uid != tools.account.uid:
        os.chown(place, tools.account.uid, tools.account.gid)
    if place.stat().st_mode & 0o777 != PRIVATE:
        place.chmod(PRIVATE)
    return place


def _short_base() -> str:
    base = tempfile.gettempdir()
    return base if len(os.fsencode(base)) < 60 else "/tmp"  # noqa: S108 - a random private folder


def _is_ours(place: Path, tools: Programs) -> bool:
    uid = tools.account.uid if tools.account else os.geteuid()
    try:
        facts = place.lstat()
    except OSError:
        return False
    return place.is_dir() and not place.is_symlink() and facts.st_uid == uid


def drop_far_socket(folder: Folder) -> None:
    """Remove the socket's folder again where it lies outside the data folder."""
    note = folder.run / "socket-folder"
    if note.exists():
        with suppress(OSError):
            Path(note.read_text(encoding="utf-8")).rmdir()
            note.unlink()


def process(folder: Folder) -> Process | None:
    """The running server of this folder; None when there is none that lives."""
    try:
        lines = (folder.postgres / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid = int(lines[0])
        place = Path(lines[4])
        ready = len(lines) > 7 and lines[7].strip() == "ready"
    except (OSError, ValueError, IndexError):
        return None
    if not Path("/proc", str(pid)).exists() and not _signalable(pid):
        return None
    return Process(pid=pid, socket_folder=place, ready=ready)


def _signalable(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def answers(found: Process | None) -> bool:
    """Whether somebody listens on that server's socket; a recycled process number does not."""
    if found is None or not found.ready:
        return False
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as link:
        try:
            link.connect(str(found.socket_folder / SOCKET_NAME))
        except OSError:
            return False
    return True


def nobody_in(folder: Folder) -> bool:
    """Whether no process works in the cluster's folder, as every one of its server's does."""
    place = os.stat(folder.postgres)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if os.path.samestat(os.stat(entry / "cwd"), place):
                    return False
    return True


def last_words(folder: Folder) -> str:
    """The end of what the server said at its last start, for an error's sentence."""
    files = [folder.postgres / "start.log", *sorted((folder.postgres / "log").glob("*.log"))]
    texts = []
    for file in files:
        with suppress(OSError):
            texts.append(file.read_bytes()[-2000:].decode(errors="replace"))
    return "\n".join(texts)


def _why(what: str, said: str, folder: Folder) -> str:
    if "No space left on device" in said:
        return f"{what}: the disk of {folder.root} is full; make room and start again."
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line or "PANIC" in line]
    word = (telling or lines or ["it said nothing"])[-1]
    return f"{what} in {folder.root}: {word}."


def why_not_started(said: str, folder: Folder) -> CannotRun:
    return CannotRun(_why("The database could not be started", said, folder))
