"""Requests with an `Idempotency-Key`: answered once, and byte by byte the same again."""

from __future__ import annotations

import contextlib
from hashlib import blake2b

from django.db import DatabaseError

from regulars.actions import answering
from regulars.actions.answering import Asking, Given
from regulars.api.answers import Rendered, encode
from regulars.api.operations import Asked, Reply, Served
from regulars.api.problems import Problem

HEADER = "Idempotency-Key"
REPLAY = {"Idempotent-Replay": "true"}
LONGEST = 255


def called(served: Served, asked: Asked, sent: bytes) -> Reply:
    """The answer to a request, the one that was given before if there was one. Only what brought
    something about is kept: whoever was refused may correct it and ask again. Raises Problem."""
    name = asked.headers.get(HEADER, "").strip()
    if not name or not served.operation.again:
        return served.call(asked)
    if len(name) > LONGEST or not name.isascii() or not name.isprintable():
        raise Problem("value_wrong", HEADER, wanted=f"str of length <= {LONGEST}")
    asking = Asking(api_key=asked.key.id, name=name, told=_told(served, asked, sent))
    before = answering.begin(asking, asked.now)
    if before is not None:
        return Reply(value=before.body, status=before.status, headers=REPLAY)
    try:
        reply = served.call(asked)
    except BaseException:
        with contextlib.suppress(DatabaseError):
            answering.abandon(asking)
        raise
    return _kept(asking, reply)


def _told(served: Served, asked: Asked, sent: bytes) -> bytes:
    """By what it is known that another request says something else."""
    place = "\x00".join([served.operation.name, *asked.place.values()])
    return blake2b(
        sent, digest_size=16, key=blake2b(place.encode(), digest_size=16).digest()
    ).digest()


def _kept(asking: Asking, reply: Reply) -> Reply:
    value = reply.value.body if isinstance(reply.value, Rendered) else reply.value
    body = value if isinstance(value, bytes) else encode(value)
    if reply.status == 200:
        answering.finish(asking, Given(status=reply.status, body=body))
    else:
        answering.abandon(asking)
    return Reply(value=body, status=reply.status, headers=reply.headers)
