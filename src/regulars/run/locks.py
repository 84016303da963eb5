"""Locks between processes that use one data folder; the kernel drops those of a killed process."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regulars.run.errors import CannotRun
from regulars.run.folder import Folder

WAIT_SECONDS = 90.0


class FileLock:
    """One open lock file; closing it gives the lock back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            self._handle = os.open(path, flags, 0o600)
        except OSError as error:
            raise CannotRun(
                f"{path} cannot be opened ({error.strerror}): start as the account that owns it, "
                "or choose another data folder with --data."
            ) from None

    def take(self, *, shared: bool = False) -> bool:
        """Take the lock, or change its kind; False when others hold it. Never waits."""
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self._handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def note(self, text: str) -> None:
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, text.encode(), 0)

    def read(self) -> str:
        return os.pread(self._handle, 100, 0).decode(errors="replace").strip()

    def close(self) -> None:
        os.close(self._handle)


@contextmanager
def changing(folder: Folder) -> Iterator[None]:
    """Alone while the database of this folder is started, attached to or stopped."""
    lock = FileLock(folder.run / "postgres-change.lock")
    try:
        until = time.monotonic() + WAIT_SECONDS
        while not lock.take():
            if time.monotonic() > until:
                raise CannotRun(
                    f"Another process has been starting or stopping the database of {folder.root} "
                    f"for over {WAIT_SECONDS:.0f} seconds: look at it with `regulars doctor`."
                )
            time.sleep(0.01)
        yield
    finally:
        lock.close()


class Served:
    """The right to serve a folder, held by one process at a time."""

    def __init__(self, lock: FileLock, *, left_behind: bool) -> None:
        self._lock = lock
        self.left_behind = left_behind


@contextmanager
def serving(folder: Folder) -> Iterator[Served]:
    """Hold the folder for one `serve`; `left_behind` tells that the last one was killed."""
    lock = FileLock(folder.run / "serve.lock")
    try:
        if not lock.take():
            raise CannotRun(
                f"{folder.root} is already being served (process {lock.read() or 'unknown'}): "
                "stop that one, or choose another folder with --data."
            )
        left_behind = bool(lock.read())
        lock.note(str(os.getpid()))
        try:
            yield Served(lock, left_behind=left_behind)
        finally:
            lock.note("")
    finally:
        lock.close()
