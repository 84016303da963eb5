"""Rewards that are set aside until somebody says yes or no, and end by themselves if nobody does.

A reservation is an accepted redemption with an end; a release gives back what it took.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from django.db import connection, transaction
from msgspec import Struct

from regulars.actions import own_keys
from regulars.actions.anew import ATTEMPTS
from regulars.actions.record import Source, record
from regulars.actions.refused import Refused
from regulars.db.holders import Figures, HolderRow
from regulars.db.models import AttemptRow, HolderState, VoucherRow
from regulars.db.queries import members
from regulars.db.queries.history import end_of, same_person
from regulars.engine.arrivals import Arrival
from regulars.engine.happenings import Reversal
from regulars.engine.keys import made

log = logging.getLogger("regulars.reserving")

LONGEST = timedelta(days=7)
AT_ONCE = 200
FIRST, RESOLVED = "standing", "resolved"
"""Under these names an answer keeps where the member stood when it was given, and when it ended."""
State = Literal["refused", "booked", "reserved", "confirmed", "released", "ended"]
END = """
    SELECT key FROM regulars_attempt WHERE reserved_until <= %s AND resolved = ''
    ORDER BY reserved_until LIMIT %s
"""


class Standing(Struct, frozen=True, kw_only=True):
    """Where a member stood when something was answered, so that it can be answered again."""

    member: str
    figures: Figures
    revision: int


class Redeemed(Struct, frozen=True, kw_only=True):
    """An attempt as it stands, or as it stood when it was answered: `known` says that it was
    answered before. `standing` is where its member stands or stood, None where they left;
    `voucher` the code of what was handed out for it."""

    row: AttemptRow
    state: State
    known: bool = False
    standing: Standing | None = None
    voucher: str = ""


def found(key: str) -> Redeemed:
    """What was asked for under a key, as it stands. Refused: redemption_unknown."""
    row = AttemptRow.objects.filter(key=key).first()
    if row is None:
        raise Refused("redemption_unknown")
    return _seen(row, state_of(row), _standing_now(row))


def first(key: str) -> Redeemed:
    """The same as it was answered first. Refused: redemption_unknown."""
    row = AttemptRow.objects.filter(key=key).first()
    if row is None:
        raise Refused("redemption_unknown")
    state: State = "reserved" if row.reserved_until else "booked"
    return _seen(row, state if row.accepted else "refused", _standing_then(row, FIRST))


def _seen(row: AttemptRow, state: State, standing: Standing | None, **known: bool) -> Redeemed:
    """An attempt, with the voucher that was handed out for it."""
    return Redeemed(row=row, state=state, standing=standing, voucher=_voucher(row), **known)


def _voucher(row: AttemptRow) -> str:
    """The code of the voucher that an attempt brought: it bears the attempt's key."""
    if not row.accepted:
        return ""
    whose = same_person(end_of(row.customer_id))
    found = VoucherRow.objects.filter(customer_id__in=whose, programme=row.programme, id=row.key)
    return found.values_list("code", flat=True).first() or ""


def standing_of(holder: HolderRow | HolderState) -> Standing:
    """Where a member stands."""
    return Standing(member=holder.number, figures=holder.figures, revision=holder.revision)


def _standing_now(row: AttemptRow) -> Standing | None:
    """Where the member of an attempt stands, or whom they were merged into."""
    holder = members.holder(end_of(row.customer_id), row.programme)
    return standing_of(holder) if holder is not None else None


def _standing_then(row: AttemptRow, name: str) -> Standing | None:
    """Where they stood when an attempt was answered, or ended."""
    kept = row.answer.get(name)
    return msgspec.convert(kept, Standing) if kept else _standing_now(row)


def _resolve(row: AttemptRow, state: State) -> Redeemed:
    """Note how an attempt ended, and where its member stood then."""
    row.resolved = state
    standing = _standing_now(row)
    row.answer = {**row.answer, RESOLVED: msgspec.to_builtins(standing)}
    row.save(update_fields=["resolved", "answer"])
    return _seen(row, state, standing)


def state_of(row: AttemptRow) -> State:
    """Where an attempt stands."""
    if not row.accepted:
        return "refused"
    if row.resolved in ("confirmed", "released", "ended"):
        return row.resolved  # type: ignore[return-value]
    return "reserved" if row.reserved_until else "booked"


@transaction.atomic
def confirm(key: str, now: datetime) -> Redeemed:
    """Keep what was set aside. Refused: redemption_unknown, redemption_over."""
    row = _locked(key)
    state = state_of(row)
    if state in ("confirmed", "booked"):
        return _seen(row, state, _standing_then(row, RESOLVED), known=True)
    if state != "reserved" or (row.reserved_until and row.reserved_until <= now):
        raise Refused("redemption_over", state="ended" if state == "reserved" else state)
    return _resolve(row, "confirmed")


def release(key: str, now: datetime) -> Redeemed:
    """Give back what was set aside, or what was redeemed without that. Refused:
    redemption_unknown, redemption_over, and whatever speaks against giving it back."""
    for _attempt in range(ATTEMPTS):
        with suppress(_Overtaken):
            return _release(key, now)
    raise RuntimeError("the same member kept changing elsewhere; send again")


@transaction.atomic
def _release(key: str, now: datetime) -> Redeemed:
    row = _locked(key)
    state = state_of(row)
    if state in ("released", "ended"):
        return _seen(row, state, _standing_then(row, RESOLVED), known=True)
    if state not in ("reserved", "booked"):
        raise Refused("redemption_over", state=state)
    _give_back(row, now)
    return _resolve(row, "released")


def end_reservations(now: datetime) -> int:
    """Give back every reservation whose time is over; how many. Each in a transaction of its own:
    whoever is killed on the way loses nothing."""
    ended = 0
    while keys := _over(now):
        for key in keys:
            with suppress(_Overtaken):
                ended += _end(key, now)
    return ended


def _over(now: datetime) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(END, [now, AT_ONCE])
        return [key for (key,) in cursor.fetchall()]


@transaction.atomic
def _end(key: str, now: datetime) -> int:
    row = _locked(key)
    if state_of(row) != "reserved":
        return 0
    try:
        with transaction.atomic():
            _give_back(row, now)
    except Refused as refusal:
        log.warning("a reservation cannot be given back (%s): it stays", refusal.code)
        _resolve(row, "confirmed")
    else:
        _resolve(row, "ended")
    return 1


def _locked(key: str) -> AttemptRow:
    row = AttemptRow.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise Refused("redemption_unknown")
    return row


class _Overtaken(Exception):
    """Something else was booked for the member meanwhile: what is given back comes after it."""


def _give_back(row: AttemptRow, now: datetime) -> None:
    """Book the reversal after everything that was booked for the member: what was used meanwhile
    is not given back by a clock that is behind. Raises Refused where it does not count, and
    _Overtaken; nothing has changed then."""
    at = _after(row, now)
    fact = Reversal(key=made(own_keys.RELEASE, row.key), at=at, redemption=row.key)
    arrival = Arrival(fact=fact, programme=row.programme)
    (outcome,) = record([arrival], now=at, source=Source(owner=row.customer_id))
    refused = [one for one in outcome.given if one.status == "refused"]
    if outcome.state == "refused" or refused:
        code = outcome.code or refused[0].code
        raise Refused(code)
    if _passed(row) > at:
        raise _Overtaken


def _after(row: AttemptRow, now: datetime) -> datetime:
    """Now, or right after the last thing that was booked for the member."""
    return max(now, _passed(row) + timedelta(microseconds=1))


def _passed(row: AttemptRow) -> datetime:
    """How far the member's book has come."""
    holder = members.holder(end_of(row.customer_id), row.programme)
    return (holder and holder.passed_at) or row.at
