"""One tap at the till: a visit, or a stamp without its sale."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from msgspec import Struct

from regulars.actions.leavings import stay_out
from regulars.actions.refused import Refused
from regulars.actions.till_sales import DAY, Deed, Sold, What, before, check_often, note, told
from regulars.db import programmes
from regulars.db.models import Cashier, TillDeed
from regulars.db.queries.till import Worker
from regulars.engine.happenings import Activity, Grant


class Tap(Struct, frozen=True, kw_only=True):
    """One tap: a visit (an `activity` of the programme), or so much of an asset by hand."""

    key: str
    customer: int
    at: datetime
    programme: str
    activity: str = ""
    asset: str = ""
    amount: int = 0


def tap(worker: Worker, done: Tap, now: datetime) -> Sold:
    """Book a visit, or a stamp without its sale, which counts as given by hand.

    Refused: till_grant_limit, till_member_often, customer_unknown, not_member, member_left,
    asset_unknown.
    """
    with transaction.atomic():
        known = before(done.key)
        if known is not None:
            return known
        check_often(worker.cashier, done.customer, now)
        stay_out(done.customer, done.programme)
        if done.activity:
            act = Activity(key=done.key, at=done.at, source="till", kind=done.activity)
            given = told(act, done.customer, now)
        else:
            _check_grants(worker.cashier, done, now)
            grant = Grant(
                key=done.key,
                at=done.at,
                source="till",
                asset=done.asset,
                amount=done.amount,
                reason="till",
            )
            given = told(grant, done.customer, now, done.programme)
        gave = {one.programme: one.gave for one in given}
        by_hand = {"by_hand": {done.asset: done.amount}} if done.asset else {}
        note(
            Deed(
                worker=worker,
                key=done.key,
                what=What.TAP,
                customer=done.customer,
                at=done.at,
                now=now,
                details={"gave": gave, "activity": done.activity, **by_hand},
            )
        )
        whys = [(one.programme, why) for one in given for why in one.whys]
        return Sold(key=done.key, pays_minor=0, gave=gave, whys=whys)


def _check_grants(cashier: Cashier, done: Tap, now: datetime) -> None:
    """Whether this and what the cashier gave by hand within a day stays below their limit."""
    with connection.cursor() as cursor:
        running = programmes.running(cursor).get(done.programme)
    if running is None:
        raise Refused("programme_unknown", programme=done.programme)
    assets = {one.id: one for one in running.editions[-1].edition.assets}
    if done.asset not in assets or done.amount <= 0:
        raise Refused("asset_unknown", asset=done.asset)
    cashier = Cashier.objects.select_for_update().get(pk=cashier.pk)
    rows = TillDeed.objects.filter(cashier=cashier, booked_at__gt=now - DAY, what=What.TAP)
    undone = set(
        TillDeed.objects.filter(undoes__in=rows.values("key")).values_list("undoes", flat=True)
    )
    given = sum(
        int(row.details.get("by_hand", {}).get(done.asset, 0))
        for row in rows
        if row.key not in undone
    )
    most = cashier.grants_a_day * 10 ** assets[done.asset].decimals
    if given + done.amount > most:
        raise Refused("till_grant_limit", most=cashier.grants_a_day)
