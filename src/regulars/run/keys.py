"""Secrets of an installation: the key that signs sessions and links, and database passwords."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from regulars.run.errors import CannotRun
from regulars.run.folder import Folder, write_private

MIN_BYTES = 32
MIN_DIFFERENT = 10
KNOWN_BAD = ("secret", "changeme", "change-me", "password", "example", "insecure", "not-configured")


def weakness(key: str) -> str | None:
    """Why `key` must not sign anything, as words that follow "the key"; None when it is fine.

    Refused: empty, under 32 bytes, fewer than 10 different signs, words of example files.
    """
    if not key.strip():
        return "is empty"
    if any(word in key.lower() for word in KNOWN_BAD):
        return "is a well-known example"
    if len(key.encode()) < MIN_BYTES:
        return f"has fewer than {MIN_BYTES} bytes"
    if len(set(key)) < MIN_DIFFERENT:
        return "repeats too few signs"
    return None


def secret_key(folder: Folder, given: str | None = None) -> str:
    """The key that signs: the one `given` (REGULARS_SECRET_KEY), else the folder's own.

    A given key is used only if it is strong, an empty one included. The folder's own is made at
    the first call.
    """
    if given is not None:
        return _strong(given, "REGULARS_SECRET_KEY")
    path = folder.keys / "secret-key"
    return _strong(read_or_make(path), str(path))


def _strong(key: str, place: str) -> str:
    if weak := weakness(key):
        raise CannotRun(
            f"The key in {place} {weak}: give at least {MIN_BYTES} random bytes, "
            "or leave it away and Regulars makes one of its own."
        )
    return key


def read_or_make(path: Path) -> str:
    """The secret kept at `path`; a new random one, kept with mode 0600, where there is none."""
    try:
        if not path.exists():
            _make(path)
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CannotRun(
            f"{path} cannot be read ({error.strerror}): start as the account that owns it."
        ) from None


def _make(path: Path) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    write_private(beside, secrets.token_urlsafe(48) + "\n")
    with suppress(FileExistsError):
        # A link, not a rename: of two first starts at once, the earlier key stays.
        os.link(beside, path)
    beside.unlink()


def database_password(folder: Folder, role: str) -> str:
    return read_or_make(database_password_path(folder, role))


def database_password_path(folder: Folder, role: str) -> Path:
    return folder.keys / f"database-{role}"
