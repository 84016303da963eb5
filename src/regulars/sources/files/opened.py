"""Opening a file: what it is, judged by its bytes; unpacking, with guards."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from regulars.sources.files.problems import FileProblem
from regulars.sources.files.shapes import Format, Limits

BINARY = {
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"%PDF": "a PDF",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"SQLite format 3": "a database",
}
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
HEAD = 4_096
EXCEL_PARTS = 10_000


class Guarded(io.RawIOBase):
    """Bytes of a packed or plain file, stopped when a line never ends or a bomb goes off.

    `done` is called with the bytes read of the file as it lies on disk.
    """

    def __init__(self, path: Path, limits: Limits, done: Callable[[int], None]) -> None:
        self._file = path.open("rb")
        packed = self._file.peek(2)[:2] == b"\x1f\x8b"
        self._stream = cast(IO[bytes], gzip.GzipFile(fileobj=self._file) if packed else self._file)
        self._path, self._limits, self._done = path, limits, done
        self._total = self._open_line = 0
        self._lines = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            block = self._stream.read(len(buffer))
        except (OSError, EOFError, ValueError) as error:
            raise self._broken(error) from error
        except Exception as error:
            if type(error).__module__ != "zlib":
                raise
            raise self._broken(error) from error
        self._guard(block)
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._file.close()
        super().close()

    def _broken(self, error: Exception) -> FileProblem:
        where = f"after line {self._lines}" if self._lines else "at its start"
        return FileProblem("broken", file=self._path.name, where=where, why=str(error)[:80])

    def _guard(self, block: bytes) -> None:
        limits, done = self._limits, self._file.tell()
        self._total += len(block)
        if self._total > limits.unpack_floor and self._total > limits.unpack_ratio * done:
            raise FileProblem("bomb", file=self._path.name, limit=limits.unpack_ratio)
        ends = block.count(b"\n")
        self._lines += ends
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        self._open_line = len(block) - last - 1 if last >= 0 else self._open_line + len(block)
        if self._open_line > limits.line_bytes:
            raise FileProblem(
                "line_too_long",
                file=self._path.name,
                line=self._lines,
                limit=limits.line_bytes >> 20,
            )
        self._done(done)


def nothing(_: int) -> None:
    """Reports to nobody."""


@contextmanager
def text_of(
    path: Path, encoding: str, limits: Limits, done: Callable[[int], None] = nothing
) -> Iterator[io.TextIOWrapper]:
    """The file as text, line ends as they are. Bytes that are no text become lone surrogates
    (U+FFFD in UTF-16), so that the row which holds them can be told."""
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    raw = io.BufferedReader(Guarded(path, limits, done), 1 << 18)
    with io.TextIOWrapper(raw, encoding, errors, newline="") as text:
        yield text


def head_of(path: Path, limits: Limits, size: int = HEAD) -> bytes:
    """The first bytes of the file, unpacked."""
    with io.BufferedReader(Guarded(path, limits, nothing), 1 << 16) as stream:
        return stream.read(size)


def format_of(path: Path, limits: Limits) -> Format | None:
    """What the file is by its bytes, whatever it is called: excel, parquet, or None for text.

    Raises FileProblem if it is missing, unreadable, empty or nothing that can be read.
    """
    check_readable(path)
    head = head_of(path, limits)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00"):
        raise FileProblem("empty", file=path.name)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        _check_excel(path, limits)
        return "excel"
    if head.startswith(OLD_EXCEL):
        raise FileProblem("old_excel", file=path.name)
    _refuse_binary(path, head)
    return None


def check_readable(path: Path) -> None:
    """Raises FileProblem unless `path` is a file that can be opened."""
    try:
        if path.is_dir():
            raise FileProblem("directory", file=path.name)
        if not path.exists():
            raise FileProblem("missing_file", file=str(path))
        if not path.is_file():
            raise FileProblem("not_a_table", file=path.name, found="no ordinary file")
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        raise FileProblem("unreadable_file", file=path.name, why=str(error.strerror)) from error


def _refuse_binary(path: Path, head: bytes) -> None:
    for magic, found in BINARY.items():
        if head.startswith(magic):
            raise FileProblem("not_a_table", file=path.name, found=found)
    wide = head.startswith(UTF16)
    controls = sum(head.count(bytes([code])) for code in (*range(1, 9), *range(14, 27), 127))
    if not wide and (b"\x00" in head or controls * 50 > len(head)):
        raise FileProblem("not_a_table", file=path.name, found="binary data")


def _check_excel(path: Path, limits: Limits) -> None:
    """Only the list of parts is looked at; nothing of the archive is ever unpacked to disk, so
    the names in it lead nowhere."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
        raise FileProblem(
            "broken", file=path.name, where="at its start", why=str(error)[:80]
        ) from error
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names or len(parts) > EXCEL_PARTS:
        raise FileProblem("not_a_table", file=path.name, found="a ZIP archive")
    for part in parts:
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > limits.unpack_floor and ratio > limits.unpack_ratio:
            raise FileProblem("bomb", file=path.name, limit=limits.unpack_ratio)
    strings = sum(part.file_size for part in parts if "sharedStrings" in part.filename)
    whole = sum(part.file_size for part in parts)
    if whole > limits.excel_bytes:
        raise FileProblem("too_big", file=path.name, limit=limits.excel_bytes >> 20)
    if strings > limits.excel_strings_bytes:
        raise FileProblem("too_big", file=path.name, limit=limits.excel_strings_bytes >> 20)
