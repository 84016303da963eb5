"""Answers that are given again: a request that comes twice under one `Idempotency-Key` gets, byte
by byte, what it got at first.

This is about the answer alone. That something counts once rests on its own key, which is kept for
ever; answers are kept for some days.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import QuerySet
from msgspec import Struct

from regulars.actions.refused import Refused
from regulars.db.models import AnswerRow, ApiKey

KEPT = timedelta(days=7)
PATIENCE = timedelta(minutes=2)
"""Whoever has not answered after so long never will: it was killed on the way."""
LEVEL = 1
ABOUT_MEMBERS = ("members:write", "grants:write", "grants:approve")
"""Scopes under which answers are given that hold words of people."""
BEGIN = """
    INSERT INTO regulars_answer AS a (api_key, name, told, body, at) VALUES (%s, %s, %s, '', %s)
    ON CONFLICT (api_key, name) DO UPDATE SET told = excluded.told, at = excluded.at
        WHERE a.status IS NULL AND a.at < %s
    RETURNING 1
"""


class Asking(Struct, frozen=True, kw_only=True):
    """A request under a name of its sender's: with which key, and `told`, by which one that says
    something else is known."""

    api_key: UUID
    name: str
    told: bytes


class Given(Struct, frozen=True, kw_only=True):
    """What was answered."""

    status: int
    body: bytes


def begin(asking: Asking, now: datetime) -> Given | None:
    """What was answered before; None where nobody has answered yet: the caller does, and says so
    by `finish` or `abandon`. Refused: idempotency_reused, idempotency_working."""
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, [asking.api_key, asking.name, asking.told, now, now - PATIENCE])
        if cursor.fetchone() is not None:
            return None
    row = AnswerRow.objects.filter(api_key=asking.api_key, name=asking.name).first()
    if row is None:
        raise Refused("idempotency_working")
    if bytes(row.told) != asking.told:
        raise Refused("idempotency_reused")
    if row.status is None:
        raise Refused("idempotency_working")
    return Given(status=row.status, body=zlib.decompress(row.body))


def finish(asking: Asking, given: Given) -> None:
    """Keep an answer, before it is sent."""
    body = zlib.compress(given.body, LEVEL)
    _mine(asking).update(status=given.status, body=body)


def abandon(asking: Asking) -> None:
    """Nothing was brought about: the same name may be used again."""
    _mine(asking).delete()


def _mine(asking: Asking) -> QuerySet[AnswerRow]:
    return AnswerRow.objects.filter(
        api_key=asking.api_key, name=asking.name, told=asking.told, status=None
    )


def forget_old(now: datetime) -> int:
    """Forget answers that nobody asks for any more; how many."""
    return AnswerRow.objects.filter(at__lt=now - KEPT).delete()[0]


def forget_person(public_ids: Iterable[UUID]) -> None:
    """Take what people said of somebody out of answers that may be given again: the reason why
    something was given or taken by hand, and the code that they chose for friends."""
    names = [str(one).encode() for one in public_ids]
    keys = ApiKey.objects.filter(scopes__overlap=list(ABOUT_MEMBERS)).values("id")
    rows = AnswerRow.objects.filter(api_key__in=keys, status__isnull=False)
    for api_key, name, body in rows.values_list("api_key", "name", "body").iterator():
        said = zlib.decompress(body)
        if any(one in said for one in names):
            bare = zlib.compress(_without_words(said), LEVEL)
            AnswerRow.objects.filter(api_key=api_key, name=name).update(body=bare)


def _without_words(said: bytes) -> bytes:
    answer: Any = msgspec.json.decode(said)
    if not isinstance(answer, dict):
        return said
    going = ("reason", "code") if "progress" in answer else ("reason",)
    return msgspec.json.encode({**answer, **{one: "" for one in going if one in answer}})
