"""The data folder: where everything lies that one installation keeps.

    postgres/   the embedded database        run/      locks and the socket
    keys/       secret key and passwords     imports/  uploaded files
    mirror/     orders as Parquet            logs/     what commands leave behind

Folders made here can be read by their owner alone. As root, the two that the database's own system
user must pass through can be passed through, not listed. No folder found here changes its mode.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import msgspec

from regulars.run.errors import CannotRun

SYSTEM_DATA = Path("/var/lib/regulars")
PRIVATE = 0o700
PASSABLE = 0o711


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """One data folder; `root` is absolute."""

    root: Path

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def imports(self) -> Path:
        return self.root / "imports"

    @property
    def mirror(self) -> Path:
        return self.root / "mirror"

    @property
    def logs(self) -> Path:
        return self.root / "logs"


def is_root() -> bool:
    return os.geteuid() == 0


def default_path() -> Path:
    """Where data lies when nobody says so: a system folder for root, one's own otherwise."""
    if is_root():
        return SYSTEM_DATA
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "regulars"


def locate(path: Path | str | None = None) -> Folder:
    """The folder that `--data`, REGULARS_DATA or the default names; nothing is made yet."""
    chosen = Path(path or os.environ.get("REGULARS_DATA") or default_path()).expanduser()
    root = Path(os.path.abspath(chosen))
    if any(ord(letter) < 32 or letter == "\\" for letter in str(root)):
        raise CannotRun(
            "The data folder's name holds a line break, control sign or backslash: choose another."
        )
    return Folder(root=root)


def prepare(path: Path | str | None = None) -> Folder:
    """The same folder, with its parts made where they are missing."""
    folder = locate(path)
    if account := another_s(folder):
        raise CannotRun(
            f"{folder.root} belongs to the account {account}: give the command as that one, "
            f"with sudo -u '{account}' before it."
        )
    outer = PASSABLE if is_root() else PRIVATE
    try:
        _make(folder.root, outer)
        _make(folder.run, outer)
        for part in (folder.keys, folder.imports, folder.mirror, folder.logs):
            _make(part, PRIVATE)
        _refuse_unwritable(folder)
    except (FileExistsError, NotADirectoryError):
        raise CannotRun(
            f"{folder.root} cannot be the data folder: a file of that name is in the way; "
            "choose another with --data."
        ) from None
    except PermissionError as error:
        raise CannotRun(
            f"{error.filename or folder.root} may not be written by this account: "
            "choose another data folder with --data, or start as the account that owns it."
        ) from None
    except OSError as error:
        raise CannotRun(
            f"{folder.root} cannot be the data folder: {error.strerror}; "
            "choose another with --data, or make room."
        ) from None
    return folder


def another_s(folder: Folder) -> str:
    """Whose a folder is that root should leave alone; empty: it may be used. What root leaves
    behind in it the account of a service could not open."""
    try:
        owner = folder.keys.stat().st_uid
    except OSError:
        return ""
    if not is_root() or owner == 0:
        return ""
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return f"#{owner}"


def _make(path: Path, mode: int) -> None:
    if path.is_dir():
        return
    if not path.parent.is_dir():
        _make(path.parent, 0o755)
    path.mkdir(exist_ok=True)
    path.chmod(mode)


def _refuse_unwritable(folder: Folder) -> None:
    for part in (folder.root, folder.run, folder.keys):
        if not os.access(part, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied", str(part))


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a file shall be."""

    uid: int
    gid: int


def write_private(path: Path, text: str, owner: Owner | None = None) -> None:
    """Put `text` at `path` in one step, readable by its owner alone.

    Writes beside and renames; follows no link, so it is safe in a folder of another account.
    """
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        # A disk that gets full takes a part of it without a word: writing goes on until it says so.
        with os.fdopen(handle, "wb") as file:
            if owner is not None:
                os.fchown(handle, owner.uid, owner.gid)
            file.write(text.encode())
            file.flush()
            os.fsync(handle)
    except OSError:
        beside.unlink()
        raise
    os.replace(beside, path)
