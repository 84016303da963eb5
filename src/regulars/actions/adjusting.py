"""Staff give or take an amount by hand: with a reason, and above a limit with a second person.

An adjustment that holds is a Grant fact like any other. Nobody gives to themselves, nobody approves
what they asked for, and what somebody gave within a day counts together, so that many small amounts
are no way around a limit.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import Abs
from msgspec import Struct

from regulars.actions.record import Source, record
from regulars.actions.refused import Refused
from regulars.db import programmes
from regulars.db.models import Adjustment, Business, Customer, IdentifierRow, Role, Staff
from regulars.db.queries.history import end_of, same_person
from regulars.engine.arrivals import Arrival
from regulars.engine.edition import Asset
from regulars.engine.happenings import Grant
from regulars.identity import without_cards

LIMITS = {Role.STAFF: 50, Role.MANAGER: 500, Role.OWNER: 5000}
"""What a role gives or takes within a day without a second person, in whole units of an asset;
a role that is missing gives nothing. The business may say otherwise."""
APPROVERS = (Role.MANAGER, Role.OWNER)
DAY = timedelta(days=1)
DONE, WAITING, REFUSED = "done", "waiting", "refused"
REASON_LENGTH = 500


class Wish(Struct, frozen=True, kw_only=True):
    """What is asked for: `amount` of an asset in its smallest unit, below zero to take it away."""

    customer: UUID
    programme: str
    asset: str
    amount: int
    reason: str


@transaction.atomic
def adjust(actor: Staff, wish: Wish, now: datetime) -> Adjustment:
    """Give or take at once, or ask a second person where it is above the limit of the role.

    Refused: adjustment_not_allowed, adjustment_empty, adjustment_reason, reason_too_long,
    adjustment_yourself, customer_unknown, not_member, programme_unknown, asset_unknown.
    """
    actor = Staff.objects.select_for_update().get(pk=actor.pk)
    if limit_of(actor.role) is None:
        raise Refused("adjustment_not_allowed")
    _check(wish)
    customer = Customer.objects.filter(public_id=wish.customer).first()
    if customer is None:
        raise Refused("customer_unknown")
    asset = _asset(wish)
    _check_other(actor, customer.id)
    row = Adjustment(
        id=uuid4(),
        customer_id=end_of(customer.id),
        programme=wish.programme,
        asset=wish.asset,
        amount=wish.amount,
        reason=without_cards(wish.reason.strip()),
        asked_by=actor,
        asked_at=now,
        state=WAITING,
    )
    if _is_within(actor, row, asset, now):
        row.state = DONE
        _book(row, now)
    row.save(force_insert=True)
    return row


def _check(wish: Wish) -> None:
    if not wish.amount:
        raise Refused("adjustment_empty")
    if not wish.reason.strip():
        raise Refused("adjustment_reason")
    if len(wish.reason) > REASON_LENGTH:
        raise Refused("reason_too_long", most=REASON_LENGTH)


def _asset(wish: Wish) -> Asset:
    with connection.cursor() as cursor:
        running = programmes.running(cursor).get(wish.programme)
    if running is None:
        raise Refused("programme_unknown", programme=wish.programme)
    assets = {one.id: one for one in running.editions[-1].edition.assets}
    if wish.asset not in assets:
        raise Refused("asset_unknown", asset=wish.asset)
    return assets[wish.asset]


def _check_other(actor: Staff, customer: int) -> None:
    """Nobody gives to somebody who is known by their own address."""
    own = IdentifierRow.objects.filter(kind="email", value=actor.email.lower())
    if own.filter(customer_id__in=same_person(end_of(customer))).exists():
        raise Refused("adjustment_yourself")


def limit_of(role: str) -> int | None:
    """What a role may give or take within a day, in whole units; None: nothing at all."""
    said = Business.objects.values_list("adjusting_limits", flat=True).first() or {}
    found = said.get(role, LIMITS.get(Role(role)))
    return None if found is None else int(found)


def _is_within(actor: Staff, row: Adjustment, asset: Asset, now: datetime) -> bool:
    """Whether this and what the same person gave within a day stay below their limit."""
    own = Adjustment.objects.filter(
        asked_by=actor, asset=row.asset, state=DONE, decided_by=None, asked_at__gt=now - DAY
    )
    given = own.aggregate(sum=Sum(Abs("amount")))["sum"] or 0
    most = (limit_of(actor.role) or 0) * 10**asset.decimals
    return bool(given + abs(row.amount) <= most)


@transaction.atomic
def approve(actor: Staff, adjustment: UUID, now: datetime) -> Adjustment:
    """Let an adjustment be that waits. Refused: adjustment_unknown, adjustment_same_person,
    adjustment_not_allowed, adjustment_above_you, adjustment_yourself, not_member."""
    row = _waiting(actor, adjustment)
    _check_other(actor, row.customer_id)
    asset = _asset(_wish_of(row))
    most = limit_of(actor.role) or 0
    if actor.role != Role.OWNER and abs(row.amount) > most * 10**asset.decimals:
        raise Refused("adjustment_above_you")
    row.state, row.decided_by, row.decided_at = DONE, actor, now
    _book(row, now)
    row.save()
    return row


@transaction.atomic
def refuse(actor: Staff, adjustment: UUID, now: datetime) -> Adjustment:
    """Turn an adjustment down that waits; whoever asked for it may take it back so.

    Refused: adjustment_unknown, adjustment_not_allowed.
    """
    row = _waiting(actor, adjustment, refusing=True)
    row.state, row.decided_by, row.decided_at = REFUSED, actor, now
    row.save()
    return row


def _waiting(actor: Staff, adjustment: UUID, *, refusing: bool = False) -> Adjustment:
    row = Adjustment.objects.select_for_update().filter(id=adjustment, state=WAITING).first()
    if row is None:
        raise Refused("adjustment_unknown")
    mine = row.asked_by_id == actor.pk
    if mine and not refusing:
        raise Refused("adjustment_same_person")
    if not mine and actor.role not in APPROVERS:
        raise Refused("adjustment_not_allowed")
    return row


def _wish_of(row: Adjustment) -> Wish:
    return Wish(
        customer=row.id,
        programme=row.programme,
        asset=row.asset,
        amount=row.amount,
        reason=row.reason,
    )


def _book(row: Adjustment, now: datetime) -> None:
    fact = Grant(
        key=f"adjustment:{row.id}",
        at=now,
        source="staff",
        asset=row.asset,
        amount=row.amount,
        reason="adjustment",
    )
    arrival = Arrival(fact=fact, programme=row.programme)
    [outcome] = record([arrival], now=now, source=Source(owner=row.customer_id))
    if not outcome.given:
        raise Refused("not_member", programme=row.programme)
