"""The embedded PostgreSQL: started by the first process that needs it, stopped by the last.

Every process that uses a folder's database holds a shared lock. Who leaves last stops the server;
a process that was killed leaves it running, and the next one attaches to it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import msgspec
import psycopg

from regulars.run import cluster, keys, locks, programs, roles
from regulars.run.errors import CannotRun
from regulars.run.folder import Folder, write_private
from regulars.run.programs import Programs

START_SECONDS = 60.0
STOP_SECONDS = 10.0
ROLES_VERSION = "1"


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Both ways into the database: as the application, and as the owner for migrations.

    Each is a postgresql:// address with its password; printing the value shows neither.
    """

    app: str
    owner: str

    def __repr__(self) -> str:
        return "Addresses(…)"


@contextmanager
def running(folder: Folder) -> Iterator[Addresses]:
    """The folder's database, made and started where need be, for as long as the block runs.

    Any number of processes may use it at once. Raises CannotRun with one sentence.
    """
    users = locks.FileLock(folder.run / "postgres-users.lock")
    try:
        place = _enter(folder, users)
        try:
            yield addresses(folder, place)
        finally:
            with locks.changing(folder):
                _leave(folder, users)
    finally:
        users.close()


def _enter(folder: Folder, users: locks.FileLock) -> Path:
    with locks.changing(folder):
        users.take(shared=True)
        try:
            return _ensure(folder)
        except BaseException:
            _leave(folder, users)
            raise


def _leave(folder: Folder, users: locks.FileLock) -> None:
    """Stop the server if nobody else uses it. Only while `changing`."""
    if users.take():
        stop(folder)


def revive(folder: Folder) -> bool:
    """Start the server again if it died under us; True when that was needed."""
    if cluster.answers(cluster.process(folder)):
        return False
    with locks.changing(folder):
        if cluster.answers(cluster.process(folder)):
            return False
        _ensure(folder)
    return True


def addresses(folder: Folder, socket_folder: Path) -> Addresses:
    return Addresses(
        app=_address(folder, socket_folder, roles.APP),
        owner=_address(folder, socket_folder, roles.OWNER),
    )


def superuser_address(folder: Folder, database: str = "postgres") -> str:
    """The way in for set-up and tests; the server must run."""
    found = cluster.process(folder)
    if found is None:
        raise CannotRun(f"The database of {folder.root} does not run.")
    return _address(folder, found.socket_folder, roles.SUPERUSER, database)


def _address(folder: Folder, place: Path, role: str, database: str = roles.DATABASE) -> str:
    password = keys.database_password(folder, role)
    host = quote(str(place), safe="")
    return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={host}"


def _ensure(folder: Folder) -> Path:
    """Attach or start; returns the socket's folder. Only while `changing`."""
    try:
        return _attached_or_started(folder)
    except OSError as error:
        raise cluster.why_not_started(error.strerror or str(error), folder) from None
    except psycopg.Error as error:
        raise cluster.why_not_started(str(error), folder) from None


def _attached_or_started(folder: Folder) -> Path:
    found = _settled(folder)
    if found is not None and cluster.answers(found):
        return found.socket_folder
    tools = programs.find(folder)
    if not folder.postgres.exists():
        cluster.make(folder, tools)
    cluster.check_major(folder, tools)
    if not keys.database_password_path(folder, roles.SUPERUSER).exists():
        raise CannotRun(
            f"{folder.keys} lacks the passwords of the database beside it: restore that folder "
            "from the same backup as the database."
        )
    place = cluster.configure(folder, tools)
    _start(folder, tools)
    _set_up_roles(folder, tools)
    return place


def _settled(folder: Folder) -> cluster.Process | None:
    """The running server, once it has finished starting or stopping (a crash is recovered)."""
    until = time.monotonic() + START_SECONDS
    while True:
        found = cluster.process(folder)
        if found is None or found.ready or time.monotonic() > until:
            return found
        time.sleep(0.02)


def _start(folder: Folder, tools: Programs) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        with suppress(OSError):
            (folder.postgres / "start.log").unlink()
        ran = programs.run(
            tools,
            folder,
            *["pg_ctl", "start", "--pgdata=postgres", "--log=postgres/start.log"],
            *["--wait", f"--timeout={START_SECONDS:.0f}", "--silent"],
        )
        if ran.ok:
            return
        said = ran.said + "\n" + cluster.last_words(folder)
        if not _may_pass(said, folder) or time.monotonic() > until:
            raise cluster.why_not_started(said, folder)
        time.sleep(0.1)


def _may_pass(said: str, folder: Folder) -> bool:
    """Whether the start failed on what a killed server left, which another try gets over."""
    if "pre-existing shared memory block" in said:
        # Its children take a moment to notice and let go of the memory.
        return True
    if "lock file" not in said or "already exists" not in said:
        return False
    # The number in that file lives, but maybe as somebody else, or as a shadow not yet reaped.
    if cluster.nobody_in(folder):
        (folder.postgres / "postmaster.pid").unlink(missing_ok=True)
    return True


def _set_up_roles(folder: Folder, tools: Programs) -> None:
    """Once per cluster; the mark is written last, so a killed set-up is done again."""
    mark = folder.postgres / "regulars-roles"
    marked = mark.exists() and mark.read_text(encoding="ascii").strip() == ROLES_VERSION
    kept = [keys.database_password_path(folder, role) for role in (roles.OWNER, roles.APP)]
    if marked and all(path.exists() for path in kept):
        return
    roles.set_up(
        superuser_address(folder),
        owner_password=keys.database_password(folder, roles.OWNER),
        app_password=keys.database_password(folder, roles.APP),
    )
    write_private(mark, ROLES_VERSION + "\n", tools.account)


def stop(folder: Folder) -> None:
    """Stop the server, writing everything out first; harmless when none runs.

    One that cannot write (a full disk) is broken off: what was committed comes back at its start.
    """
    if cluster.process(folder) is None:
        return
    tools = programs.find(folder)
    for mode in ("fast", "immediate"):
        ran = programs.run(
            tools,
            folder,
            *["pg_ctl", "stop", "--pgdata=postgres", f"--mode={mode}"],
            *["--wait", f"--timeout={STOP_SECONDS:.0f}", "--silent"],
        )
        if ran.ok:
            break
    cluster.drop_far_socket(folder)
