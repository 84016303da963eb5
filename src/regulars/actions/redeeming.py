"""Somebody asks for a reward or shows a voucher: decided under the lock that spends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.actions import own_keys
from regulars.actions.anew import whole
from regulars.actions.booking import Sitting
from regulars.actions.desks import LiveDesk
from regulars.actions.refused import Refused
from regulars.actions.reserving import Standing, standing_of
from regulars.db import factstore, histories, programmes
from regulars.db.models import AttemptRow
from regulars.engine.arrivals import content_hash
from regulars.engine.calendar import instant_of
from regulars.engine.happenings import Attempt


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked for, by whom, in which programme, and when it arrived.

    `until` sets it aside only, until somebody confirms it; `revision` is that of the member as the
    asker saw them, None where they do not care.
    """

    attempt: Attempt
    customer_id: int
    programme: str
    now: datetime
    until: datetime | None = None
    revision: int | None = None


class Answer(Struct, frozen=True, kw_only=True):
    """The answer to something that was asked for: the same for ever under the same key. `known`
    says that it was given before. `params` complete the code of a refusal; `standing` is where the
    member stood after it."""

    key: str
    accepted: bool
    code: str = ""
    params: dict[str, Any] = {}
    known: bool = False
    standing: Standing | None = None


def redeem(asked: Asked) -> Answer:
    """Decide what somebody asks for. A refusal is an answer too: it is kept, and nothing else
    changes. Refused: programme_unknown, not_member, key_reused, stale."""
    return whole(lambda cursor, also: _redeem(cursor, asked, also))


def _redeem(cursor: CursorWrapper, asked: Asked, also: frozenset[int]) -> Answer:
    attempt = asked.attempt
    body = msgspec.json.encode(attempt)
    told = _hash(asked)
    factstore.share_writing(cursor)
    programme = programmes.running(cursor).get(asked.programme)
    if programme is None:
        raise Refused("programme_unknown", programme=asked.programme)
    waiting = histories.waiting_for(cursor, [attempt.key])
    owners = histories.owners(cursor, [key for key in (attempt.key, attempt.order) if key])
    sitting = Sitting(cursor, asked.now)
    sitting.lock({asked.customer_id, *owners.values(), *also})
    known = AttemptRow.objects.filter(key=attempt.key).first()
    if known is not None:
        return _again(known, told)
    if attempt.key in owners or own_keys.taken(cursor, [attempt.key])(attempt.key):
        raise Refused("key_reused", key=attempt.key)
    row = sitting.row(asked.customer_id, asked.programme)
    if row is None:
        raise Refused("not_member", programme=asked.programme)
    if asked.revision not in (None, row.revision):
        raise Refused("stale")
    desk = sitting.desk(programme)
    _tell_waiting(desk, waiting)
    called = desk.called(asked.customer_id, row)
    outcome = desk.record(attempt, called, instant_of(asked.now))
    accepted = outcome.status == "accepted"
    if accepted:
        histories.note_found(cursor, waiting, {one.names: asked.customer_id for one in waiting})
    sitting.write()
    answer = Answer(
        key=attempt.key,
        accepted=accepted,
        code=outcome.code,
        params=dict(outcome.params),
        standing=standing_of(row),
    )
    AttemptRow.objects.create(
        key=attempt.key,
        customer_id=row.customer_id,
        programme=asked.programme,
        content_hash=told,
        body=body.decode(),
        accepted=accepted,
        answer=msgspec.to_builtins(answer),
        at=asked.now,
        reserved_until=asked.until if accepted else None,
    )
    return answer


def _hash(asked: Asked) -> bytes:
    """What tells whether two that ask under one key ask for the same: not when, for whoever sends
    it again sends it later."""
    timeless = msgspec.structs.replace(asked.attempt, at=UNIX_EPOCH)
    whose = f"{asked.programme}\x00{asked.customer_id}\x00{asked.until is not None}"
    return content_hash(msgspec.json.encode(timeless) + whose.encode(), None)


UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _again(known: AttemptRow, told: bytes) -> Answer:
    if bytes(known.content_hash) != told:
        raise Refused("key_reused", key=known.key)
    answer = msgspec.convert(known.answer, Answer)
    return msgspec.structs.replace(answer, known=True)


def _tell_waiting(desk: LiveDesk, waiting: list[histories.Waiting]) -> None:
    for kept in waiting:
        desk.parked.setdefault(kept.names, {})[kept.fact.key] = (kept.fact, "")
        desk.waits[kept.fact.key] = kept.names
        desk.shelf.arriving |= {(kept.fact.key, kept.fact.version)}
