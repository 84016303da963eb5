"""Everything that the API can be asked, each with what it needs and what it answers.

A call is registered with `serve`; routes, schema, reference and tests are made from the list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from regulars.api.answers import Speech
from regulars.api.asking import NoQuery
from regulars.db.api_keys import KeyRow

MEGABYTE = 1024 * 1024


class Asked(Struct, frozen=True, kw_only=True):
    """One request, checked: who asks, when, and what. `body` is of the shape that the operation
    names, or the bytes where it reads them itself."""

    key: KeyRow
    now: datetime
    speech: Speech
    region: str
    place: Mapping[str, str]
    query: Any = None
    body: Any = None
    headers: Mapping[str, str] = {}


class Reply(Struct, frozen=True, kw_only=True):
    """What is sent: a shape or ready bytes, with headers of its own."""

    value: Any
    status: int = 200
    headers: dict[str, str] = {}


class Operation(Struct, frozen=True, kw_only=True):
    """One thing to ask. `body` is its shape; with `raw` the call reads the bytes itself. `refuses`
    are the codes beside those that every operation may answer; `example` and `answers_example`
    stand in the schema, `place` tells what the parts of the address are. `again`: a request with an
    `Idempotency-Key` is answered the same again. `most_bytes` is how long its body may be;
    `laid_out`: its texts have lines. It is `deprecated` since an instant: it is to go."""

    method: str
    path: str
    name: str
    scope: str
    group: str
    answers: Any
    example: Any
    body: Any = None
    body_example: Any = None
    raw: bool = False
    query: type = NoQuery
    refuses: tuple[str, ...] = ()
    place: dict[str, str] = {}
    again: bool = False
    most_bytes: int = 6 * MEGABYTE
    laid_out: bool = False
    deprecated: datetime | None = None


class Served(Struct, frozen=True):
    """An operation and what answers it."""

    operation: Operation
    call: Callable[[Asked], Reply]

    @property
    def summary(self) -> str:
        return (self.call.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")


SERVED: list[Served] = []


def serve(
    operation: Operation,
) -> Callable[[Callable[[Asked], Reply]], Callable[[Asked], Reply]]:
    """Answer an operation by the function that stands below."""

    def mark(call: Callable[[Asked], Reply]) -> Callable[[Asked], Reply]:
        SERVED.append(Served(operation, call))
        return call

    return mark
