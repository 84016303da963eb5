"""Vouchers that somebody of the staff hands out or takes back, with a reason that stays.

What is handed out is an Opening fact under the terms of a rule that issues vouchers; what is taken
back is shown as any voucher is, and revoked instead of used. Nobody hands out to themselves.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from django.db import connection, transaction
from msgspec import Struct

from regulars.actions import audit, reserving
from regulars.actions.by_hand import check_other, reason_of
from regulars.actions.record import Source, record
from regulars.actions.redeeming import Asked, redeem
from regulars.actions.refused import Refused
from regulars.db import programmes
from regulars.db.models import (
    AttemptRow,
    AuditRow,
    Customer,
    HolderState,
    Role,
    Staff,
    VoucherRow,
)
from regulars.db.queries.history import end_of
from regulars.engine.arrivals import Arrival
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import CompiledEdition
from regulars.engine.happenings import Opening, VoucherUse

MOST_A_DAY = 20
"""So many vouchers one person hands out within a day."""
DAY = timedelta(days=1)
GIVEN, VOIDED = "voucher.given", "voucher.voided"
HANDS = (Role.MANAGER, Role.OWNER)


class Handed(Struct, frozen=True, kw_only=True):
    """What is to be handed out: to whom, under the terms of which rule, and why. `key` says which
    press of the button it was."""

    customer: UUID
    programme: str
    rule: str
    reason: str
    key: UUID


class Taken(Struct, frozen=True, kw_only=True):
    """Which voucher is taken back, by its code, and why; with `price_back` what was paid for it
    goes back too."""

    code: str
    reason: str
    price_back: bool = False


def issuers(edition: CompiledEdition) -> dict[str, str]:
    """The rules under whose terms vouchers are handed out, with the item of each (empty: money or
    percent off)."""
    found = {}
    for rule, terms in edition.vouchers.items():
        bare = not (terms.item or terms.value or terms.percent)
        found[rule] = rule if bare else terms.item
    return found


def edition_now(programme: str, now: datetime) -> CompiledEdition:
    """The edition in force. Refused: programme_unknown."""
    with transaction.atomic(), connection.cursor() as cursor:
        running = programmes.running(cursor).get(programme)
    if running is None:
        raise Refused("programme_unknown", programme=programme)
    return running.edition_at(instant_of(now))


@transaction.atomic
def hand_out(by: Staff, wish: Handed, now: datetime) -> VoucherRow:
    """Give a member a voucher; pressed twice, it is one. Refused: not_allowed,
    adjustment_reason, reason_too_long, customer_unknown, programme_unknown, reward_missing,
    not_member, adjustment_yourself, vouchers_too_many."""
    staff = deciding_hand(by)
    reason = reason_of(wish.reason)
    customer = Customer.objects.filter(public_id=wish.customer).first()
    if customer is None:
        raise Refused("customer_unknown")
    number = end_of(customer.id)
    rules = issuers(edition_now(wish.programme, now))
    if wish.rule not in rules:
        raise Refused("reward_missing")
    check_other(staff, number)
    member = HolderState.objects.filter(customer_id=number, programme=wish.programme, left_at=None)
    if not member.exists():
        raise Refused("not_member", programme=wish.programme)
    key = f"voucher:{wish.key}"
    known = VoucherRow.objects.filter(customer_id=number, programme=wish.programme, id=key).first()
    if known is not None:
        return known
    _check_day(staff, now)
    item = rules[wish.rule]
    details = {"rule": wish.rule, **({"item": item} if item else {})}
    fact = Opening(key=key, at=now, source="staff", what="voucher", name=key, details=details)
    arrival = Arrival(fact=fact, programme=wish.programme)
    record([arrival], now=now, source=Source(owner=number))
    row = VoucherRow.objects.get(customer_id=number, programme=wish.programme, id=key)
    told = {"rule": wish.rule, "programme": wish.programme}
    audit.note(GIVEN, key, audit.staff_name(staff), now, told)
    audit.give_reason(GIVEN, key, number, reason, now)
    return row


@transaction.atomic
def take_back(by: Staff, wish: Taken, now: datetime) -> VoucherRow:
    """Revoke an open voucher. Refused: not_allowed, adjustment_reason, reason_too_long,
    voucher_not_open, and whatever speaks against giving its price back."""
    staff = deciding_hand(by)
    reason = reason_of(wish.reason)
    row = VoucherRow.objects.filter(code=wish.code).first()
    if row is None or row.state != "open":
        raise Refused("voucher_not_open")
    if wish.price_back and was_paid_for(row):
        reserving.release(row.id, now)
    else:
        _revoke(row, now)
    told = {"code": f"…{row.code[-4:]}", "price_back": str(wish.price_back)}
    audit.note(VOIDED, row.id, audit.staff_name(staff), now, told)
    audit.give_reason(VOIDED, row.id, row.customer_id, reason, now)
    row.refresh_from_db()
    return row


def was_paid_for(row: VoucherRow) -> bool:
    """Whether somebody redeemed something for this voucher, so that a price can go back."""
    return AttemptRow.objects.filter(key=row.id, accepted=True, resolved="").exists()


def _revoke(row: VoucherRow, now: datetime) -> None:
    mark = blake2b(row.id.encode(), digest_size=16).hexdigest()
    key = f"revoke:{mark}:{instant_of(now)}"
    fact = VoucherUse(key=key, at=now, voucher=row.id, source="staff", revoked=True)
    asked = Asked(attempt=fact, customer_id=row.customer_id, programme=row.programme, now=now)
    answer = redeem(asked)
    if not answer.accepted:
        raise Refused(answer.code, **answer.params)


def deciding_hand(by: Staff) -> Staff:
    """Who does it, locked: what one hands out at the same moment counts together. Refused:
    not_allowed."""
    staff = Staff.objects.select_for_update().get(pk=by.pk)
    if staff.role not in HANDS or not staff.is_active:
        raise Refused("not_allowed")
    return staff


def _check_day(staff: Staff, now: datetime) -> None:
    rows = AuditRow.objects.filter(what=GIVEN, who=audit.staff_name(staff), at__gt=now - DAY)
    if rows.count() >= MOST_A_DAY:
        raise Refused("vouchers_too_many", most=MOST_A_DAY)
