"""Members scan a code at a counter themselves and get what its place gives for that: a visit, or a
stamp. One opening of a code counts once; one code of a screen counts once for a member; a member
gets it so many times a day at a place, which bounds what a photo of a printed code is good for."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from msgspec import Struct, to_builtins

from regulars.actions import scan_codes
from regulars.actions.booking import Given
from regulars.actions.leavings import stay_out
from regulars.actions.refused import Refused
from regulars.actions.scan_codes import Claim
from regulars.actions.till_looking import TapOffer, in_force, ready, taps_of
from regulars.actions.till_sales import MOST_WHYS, lock_key, told
from regulars.db import api_keys
from regulars.db.models import Business, Scan, ScanRule
from regulars.db.queries.history import same_person
from regulars.engine.happenings import Activity, Grant

log = logging.getLogger("regulars.scanning")
MOST_OF_A_LIFE = 12
"""So many members get something of one code of a screen: no counter serves more in a minute, and
whoever passes it on to a crowd gets no further."""
TRIES, HOUR = 30, 3600
"""Tries of one member in an hour, whatever comes of them."""


class Collected(Struct, frozen=True, kw_only=True):
    """What a member got by a scan."""

    scan: Scan
    known: bool = False


def collect(customer: int, token: str, now: datetime) -> Collected:
    """Book what a claim is good for, once for ever; sent again, it is answered as before.

    Refused: scan_unknown, scan_ended, scan_paper_ended, scan_off, scan_used, scan_day_limit,
    scan_crowd, scan_too_many, member_left, customer_unknown, not_member.
    """
    _count(customer, now)
    claim = scan_codes.claimed(token, now)
    with transaction.atomic():
        if claim.device is not None:
            lock_key(f"scan {claim.device}:{claim.life}")
        lock_key(f"scan {customer}:{claim.place}")
        known = Scan.objects.filter(key=claim.key).first()
        if known is not None:
            if known.customer_id not in same_person(customer):
                raise Refused("scan_used")
            return Collected(scan=known, known=True)
        rule = scan_codes.open_place(claim)
        day = now.astimezone(ZoneInfo(Business.objects.get(pk=1).zone)).date()
        number = _number(customer, claim, rule, day)
        stay_out(customer, rule.programme)
        given = _given(customer, claim, rule, now)
        return Collected(scan=_kept(customer, claim, now, _Counted(day, number, given)))


class _Counted(Struct, frozen=True):
    """The how manieth of a member's day it is, and what it gave."""

    day: date
    number: int
    given: list[Given]


def _count(customer: int, now: datetime) -> None:
    with connection.cursor() as cursor:
        spent = api_keys.count(cursor, f"scan:{customer}", TRIES, now, (HOUR, 1))
    if spent.left == -1:
        log.warning("one member scans an unusual number of codes")
    if spent.over:
        raise Refused("scan_too_many")


def _number(customer: int, claim: Claim, rule: ScanRule, day: date) -> int:
    """Which of the day's it is. Refused: scan_used, scan_crowd, scan_day_limit."""
    mine = Scan.objects.filter(customer_id__in=same_person(customer))
    if claim.device is not None:
        of_life = Scan.objects.filter(device=claim.device, life=claim.life)
        if of_life.filter(customer_id__in=same_person(customer)).exists():
            raise Refused("scan_used")
        if of_life.count() >= MOST_OF_A_LIFE:
            log.warning("one code of the screen %s is passed on to many", claim.device)
            raise Refused("scan_crowd")
    number = mine.filter(place=claim.place, day=day).count() + 1
    if number > rule.a_day:
        raise Refused("scan_day_limit", n=rule.a_day)
    return number


def offer_of(rule: ScanRule) -> TapOffer:
    """What a place gives for a scan. Refused: scan_off, where its programme has that no more."""
    running = ready().get(rule.programme)
    offers = taps_of(in_force(running)) if running else []
    wanted = (rule.activity, rule.asset)
    found = next((one for one in offers if (one.activity, one.asset) == wanted), None)
    if found is None:
        raise Refused("scan_off")
    return found


def _given(customer: int, claim: Claim, rule: ScanRule, now: datetime) -> list[Given]:
    offer = offer_of(rule)
    if offer.activity:
        act = Activity(key=claim.key, at=now, source="scan", kind=offer.activity)
        return told(act, customer, now)
    grant = Grant(
        key=claim.key,
        at=now,
        source="scan",
        asset=offer.asset,
        amount=offer.amount,
        reason="scan",
    )
    return told(grant, customer, now, rule.programme)


def _kept(customer: int, claim: Claim, now: datetime, counted: _Counted) -> Scan:
    whys = [[one.programme, to_builtins(why)] for one in counted.given for why in one.whys]
    details: dict[str, Any] = {
        "gave": {one.programme: one.gave for one in counted.given},
        "whys": whys[:MOST_WHYS],
    }
    return Scan.objects.create(
        key=claim.key,
        customer_id=customer,
        place=claim.place,
        day=counted.day,
        number=counted.number,
        device_id=claim.device,
        life=claim.life,
        paper_id=claim.paper,
        booked_at=now,
        details=details,
    )


def collected(customer: int, key: str) -> Scan | None:
    """What a member got by a scan of theirs."""
    return Scan.objects.filter(key=key, customer_id__in=same_person(customer)).first()
