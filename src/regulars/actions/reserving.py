"""Rewards that are set aside until somebody says yes or no, and end by themselves if nobody does.

A reservation is an accepted redemption with an end; a release gives back what it took.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection, transaction
from msgspec import Struct

from regulars.actions import own_keys
from regulars.actions.record import Source, record
from regulars.actions.refused import Refused
from regulars.db.models import AttemptRow
from regulars.engine.arrivals import Arrival
from regulars.engine.happenings import Reversal
from regulars.engine.keys import made

log = logging.getLogger("regulars.reserving")

LONGEST = timedelta(days=7)
AT_ONCE = 200
State = Literal["refused", "booked", "reserved", "confirmed", "released", "ended"]
END = """
    SELECT key FROM regulars_attempt WHERE reserved_until <= %s AND resolved = ''
    ORDER BY reserved_until LIMIT %s
"""


class Redeemed(Struct, frozen=True, kw_only=True):
    """An attempt as it stands: `known` says that it was so before."""

    row: AttemptRow
    state: State
    known: bool = False


def found(key: str) -> Redeemed:
    """What was asked for under a key. Refused: redemption_unknown."""
    row = AttemptRow.objects.filter(key=key).first()
    if row is None:
        raise Refused("redemption_unknown")
    return Redeemed(row=row, state=state_of(row))


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
        return Redeemed(row=row, state=state, known=True)
    if state != "reserved" or (row.reserved_until and row.reserved_until <= now):
        raise Refused("redemption_over", state="ended" if state == "reserved" else state)
    row.resolved = "confirmed"
    row.save(update_fields=["resolved"])
    return Redeemed(row=row, state="confirmed")


@transaction.atomic
def release(key: str, now: datetime) -> Redeemed:
    """Give back what was set aside, or what was redeemed without that. Refused:
    redemption_unknown, redemption_over, and whatever speaks against giving it back."""
    row = _locked(key)
    state = state_of(row)
    if state in ("released", "ended"):
        return Redeemed(row=row, state=state, known=True)
    if state not in ("reserved", "booked"):
        raise Refused("redemption_over", state=state)
    _give_back(row, now, "released")
    return Redeemed(row=row, state="released")


def end_reservations(now: datetime) -> int:
    """Give back every reservation whose time is over; how many. Each in a transaction of its own:
    whoever is killed on the way loses nothing."""
    ended = 0
    while keys := _over(now):
        for key in keys:
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
            _give_back(row, now, "ended")
    except Refused as refusal:
        log.warning("a reservation cannot be given back (%s): it stays", refusal.code)
        row.resolved = "confirmed"
        row.save(update_fields=["resolved"])
    return 1


def _locked(key: str) -> AttemptRow:
    row = AttemptRow.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise Refused("redemption_unknown")
    return row


def _give_back(row: AttemptRow, now: datetime, state: State) -> None:
    """Book the reversal. Raises Refused where it does not count; nothing has changed then."""
    fact = Reversal(key=made(own_keys.RELEASE, row.key), at=now, redemption=row.key)
    arrival = Arrival(fact=fact, programme=row.programme)
    (outcome,) = record([arrival], now=now, source=Source(owner=row.customer_id))
    refused = [one for one in outcome.given if one.status == "refused"]
    if outcome.state == "refused" or refused:
        code = outcome.code or refused[0].code
        raise Refused(code)
    row.resolved = state
    row.save(update_fields=["resolved"])
