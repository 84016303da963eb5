"""An upgrade: a backup, then the tables as the installed release wants them.

`regulars upgrade` and a start of `regulars serve` make one; whatever else is asked of tables of an
earlier release is refused, so that nothing changes them without a backup, or below a server.

Each change of the tables is done whole or not at all, so that an upgrade which was stopped goes on
where it was. A note in `logs/` says which backup belongs to one that is not finished.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import msgspec
import psycopg

from regulars.run import backup, database, locks, migrate
from regulars.run.embedded import Addresses
from regulars.run.errors import CannotRun
from regulars.run.folder import Folder, write_private

NOTE = "upgrade-under-way"


class Upgraded(msgspec.Struct, frozen=True, kw_only=True):
    """What was done: how many changes, and the backup where there was something to lose."""

    changes: int
    backup: Path | None = None


def kept_in(folder: Folder) -> Path:
    """Where backups that an upgrade makes lie."""
    return folder.root / "backups"


def upgrade(folder: Folder, addresses: Addresses, manifest: backup.Manifest) -> Upgraded:
    """Back up and bring the tables up to date. Raises CannotRun: a database of a later release,
    an installation that is being served, a change that fails. Given again, it goes on."""
    with locks.serving(folder):
        return under_lock(folder, addresses, manifest)


def under_lock(folder: Folder, addresses: Addresses, manifest: backup.Manifest) -> Upgraded:
    """The same, for whoever has seen to it that nobody serves the installation."""
    refuse_later(folder, addresses)
    wanted = len(_missing(addresses))
    if not wanted:
        return Upgraded(changes=0)
    kept = _backed_up(folder, addresses, manifest)
    try:
        migrate.migrate(addresses, database.variables(folder, addresses))
    except CannotRun as error:
        raise CannotRun(f"{str(error).rstrip('.')}. {_advice(kept)}") from None
    (folder.logs / NOTE).unlink(missing_ok=True)
    return Upgraded(changes=wanted, backup=kept)


def _missing(addresses: Addresses) -> migrate.Migrations:
    with psycopg.connect(addresses.owner) as link:
        return migrate.on_disk(_apps()) - migrate.applied(link)


def _apps() -> list[str]:
    found: list[str] = import_module(os.environ["DJANGO_SETTINGS_MODULE"]).INSTALLED_APPS
    return found


def refuse_later(folder: Folder, addresses: Addresses) -> None:
    """Raise CannotRun where a later release has changed this database: ours would damage it."""
    known = migrate.on_disk(_apps())
    labels = {label for label, _name in known}
    with psycopg.connect(addresses.owner) as link:
        later = sorted(name for label, name in migrate.applied(link) - known if label in labels)
    if later:
        raise CannotRun(
            f"The database belongs to a later release of Regulars ({later[-1]} is unknown here): "
            f"install that one again, or restore {_newest(folder)} with this one."
        )


def refuse_earlier(addresses: Addresses) -> None:
    """Raise CannotRun where an earlier release's database holds something: whoever changes it makes
    a backup first."""
    with psycopg.connect(addresses.owner) as link:
        if backup.is_lived_in(link):
            raise CannotRun(
                "The database's tables are those of an earlier release of Regulars: give `regulars "
                "upgrade` first, which makes a backup of what is there."
            )


def _newest(folder: Folder) -> str:
    made = sorted(_backups(folder))
    return f"the backup {made[-1][1]} (--force)" if made else "a backup from before"


def _backups(folder: Folder) -> Iterator[tuple[float, Path]]:
    for path in kept_in(folder).glob("*.backup"):
        yield path.stat().st_mtime, path


def _backed_up(folder: Folder, addresses: Addresses, manifest: backup.Manifest) -> Path | None:
    """The backup of what was before; of an upgrade that goes on, the one it began with."""
    note = folder.logs / NOTE
    with psycopg.connect(addresses.owner) as link:
        if not backup.is_lived_in(link):
            return None
    if note.exists():
        begun = Path(note.read_text(encoding="utf-8").strip())
        if begun.is_file():
            return begun
    target = kept_in(folder) / f"before-{manifest.version}-{manifest.made_at:%Y%m%d-%H%M%S}.backup"
    backup.back_up(folder, addresses, target, manifest)
    target.parent.chmod(0o700)
    write_private(note, f"{target}\n")
    return target


def _advice(kept: Path | None) -> str:
    if kept is None:
        return "Mend what it names and give the command again."
    return (
        "What was done so far is whole: mend what it names and give the command again, which goes "
        "on from there; or install the release from before and give it "
        f"`regulars restore {kept} --force`."
    )
