"""Request bodies: read whole, within a limit and a time, before a thread is spent on them.

A slow or broken sender therefore occupies no thread, a body that stopped half-way is never taken
for a whole one, and bodies without a length reach Django as if they had one.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from typing import IO, Any

import msgspec

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
CHUNK = 256 * 1024
IN_MEMORY = 1024 * 1024
MIN_BYTES_PER_SECOND = 16 * 1024
GRACE_SECONDS = 10.0
"""Less than a stop waits for those who are under way: who sent half and fell silent is told so
before, and no stop ends by force for their sake."""


class BodyLimit(msgspec.Struct, frozen=True, kw_only=True):
    """At most `size` bytes for paths that begin with `prefix`, from whoever the `gate`, a setting,
    lets in by the header `by`."""

    prefix: str
    size: int
    gate: str
    by: bytes


class TooLarge(Exception):
    """The body is over the limit of its path."""


class CutShort(Exception):
    """The sender went away or was too slow."""


def limit_for(path: str, limits: list[BodyLimit]) -> BodyLimit | None:
    """The limit of the longest prefix that fits."""
    fitting = [limit for limit in limits if path.startswith(limit.prefix)]
    return max(fitting, key=lambda limit: len(limit.prefix), default=None)


def announced(headers: list[tuple[bytes, bytes]]) -> int | None:
    """The length that the sender gives; None without one."""
    for name, value in headers:
        if name.lower() == b"content-length" and value.isdigit():
            return int(value)
    return None


async def read(receive: Receive, *, limit: int, length: int | None) -> Body:
    """The whole body. Raises TooLarge or CutShort."""
    if length is not None and length > limit:
        raise TooLarge
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by Body
    try:
        async with asyncio.timeout(seconds(limit, length)):
            size = await _copy(receive, file.write, limit)
    except TimeoutError:
        file.close()
        raise CutShort from None
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return Body(file=file, size=size)


async def whole(receive: Receive, *, limit: int, length: int | None) -> bytes:
    """The same in memory, for a path whose limit is low; how long it may take is the caller's to
    say. Raises TooLarge or CutShort."""
    if length is not None and length > limit:
        raise TooLarge
    parts: list[bytes] = []
    await _copy(receive, parts.append, limit)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def seconds(limit: int, length: int | None) -> float:
    """How long a body may take, of a length that was announced or up to a limit."""
    return GRACE_SECONDS + (limit if length is None else length) / MIN_BYTES_PER_SECOND


async def _copy(receive: Receive, write: Callable[[bytes], object], limit: int) -> int:
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise CutShort
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise TooLarge
        write(part)
        if not message.get("more_body", False):
            return size


class Body:
    """A body that was read, handed on as ASGI messages."""

    def __init__(self, *, file: IO[bytes], size: int) -> None:
        self.size = size
        self._file = file
        self._left = size

    async def receive(self) -> Message:
        part = self._file.read(CHUNK)
        self._left -= len(part)
        return {"type": "http.request", "body": part, "more_body": self._left > 0}

    def close(self) -> None:
        self._file.close()
