"""What was booked at a till is taken back: within a quarter of an hour, once, all of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from regulars.actions import reserving
from regulars.actions.refused import Refused
from regulars.actions.till_sales import DAY, Deed, Sold, What, leg, lock_key, note, told
from regulars.db.models import Cashier, TillDeed
from regulars.db.queries.till import UNDO_FOR, Worker
from regulars.engine.facts import Refund
from regulars.engine.happenings import Grant


def undo(worker: Worker, key: str, now: datetime) -> Sold:
    """Take back what was booked under a key at this till's place.

    Done again it changes nothing. Refused: till_undo_unknown, till_undo_late, till_undo_limit,
    till_undo_spent.
    """
    with transaction.atomic():
        lock_key(key)
        row = TillDeed.objects.filter(key=key, place=worker.device.place_id).first()
        if row is None or row.what not in (What.SALE, What.TAP):
            raise Refused("till_undo_unknown")
        done = TillDeed.objects.filter(undoes=key).first()
        if done is not None:
            return Sold(key=done.key, pays_minor=0, known=True)
        if now - row.booked_at > UNDO_FOR:
            raise Refused("till_undo_late", minutes=UNDO_FOR.seconds // 60)
        _check_limit(worker.cashier, now)
        gave = _taken_back(row, now)
        back = f"{key}:undo"
        note(
            Deed(
                worker=worker,
                key=back,
                what=What.UNDO,
                customer=row.customer_id,
                at=now,
                now=now,
                amount_minor=row.amount_minor,
                pays_minor=row.pays_minor,
                currency=row.currency,
                details={"gave": gave},
                undoes=key,
            )
        )
        return Sold(key=back, pays_minor=0, gave=gave)


def _check_limit(cashier: Cashier, now: datetime) -> None:
    cashier = Cashier.objects.select_for_update().get(pk=cashier.pk)
    done = TillDeed.objects.filter(cashier=cashier, booked_at__gt=now - DAY, what=What.UNDO)
    if done.count() >= cashier.undos_a_day:
        raise Refused("till_undo_limit", most=cashier.undos_a_day)


def _taken_back(row: TillDeed, now: datetime) -> dict[str, dict[str, int]]:
    try:
        return _of_sale(row, now) if row.what == What.SALE else _of_tap(row, now)
    except Refused as refusal:
        if refusal.code in ("already_used", "redemption_over", "exceeds_order"):
            raise Refused("till_undo_spent") from refusal
        raise


def _of_sale(row: TillDeed, now: datetime) -> dict[str, dict[str, int]]:
    """The sale comes back whole, and what paid for it with it; what was used without a sale is
    given back by itself."""
    gave: dict[str, dict[str, int]] = {}
    if row.amount_minor or row.details["vouchers"]:
        back = Refund(
            key=f"{row.key}:undo",
            at=now,
            source="till",
            order=row.key,
            currency=row.currency,
            amount_minor=row.pays_minor,
            place=row.place,
            full=True,
        )
        gave = {one.programme: one.gave for one in told(back, row.customer_id, now)}
    for number, _use in enumerate(row.details["uses"]):
        _release(leg(row.key, number), now, sold=bool(gave))
    return gave


def _release(key: str, now: datetime, *, sold: bool) -> None:
    """Give back a reward. One that paid for the sale came back with it already."""
    try:
        with transaction.atomic():
            reserving.release(key, now)
    except Refused:
        if not sold:
            raise


def _of_tap(row: TillDeed, now: datetime) -> dict[str, dict[str, int]]:
    """What a tap gave is taken by hand: a visit that was told cannot be untold."""
    gave: dict[str, dict[str, int]] = {}
    for programme, amounts in row.details["gave"].items():
        for asset, amount in amounts.items():
            fact = Grant(
                key=f"{row.key}:undo:{programme}:{asset}",
                at=now,
                source="till",
                asset=asset,
                amount=-amount,
                reason="undo",
            )
            for one in told(fact, row.customer_id, now, programme) if amount > 0 else ():
                gave.setdefault(programme, {}).update(one.gave)
    return gave
