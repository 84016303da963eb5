"""An amount is given or taken by hand: with a reason, and above a limit with a second hand.

An adjustment that holds is a Grant fact like any other. A hand is somebody of the staff, or a line
of keys for machines: a key, those that it made, and those made in its place. Nobody gives to
themselves, no hand approves what it asked for, and what one gave within a day counts together, so
that many small amounts are no way around a limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.db.models.functions import Abs
from msgspec import Struct, structs

from regulars.actions import audit
from regulars.actions.by_hand import check_other, reason_of
from regulars.actions.record import Source, record
from regulars.actions.refused import Refused
from regulars.db import programmes
from regulars.db.models import Adjustment, ApiKey, Business, Customer, Role, Staff
from regulars.db.queries.history import end_of
from regulars.engine.arrivals import Arrival
from regulars.engine.edition import Asset
from regulars.engine.happenings import Grant

KEY = "key"
LIMITS = {Role.STAFF: 50, Role.MANAGER: 500, Role.OWNER: 5000, KEY: 50}
"""What a role, or a key for machines, gives or takes within a day without a second hand, in whole
units of an asset; who is missing gives nothing. The business may say otherwise."""
APPROVERS = (Role.MANAGER, Role.OWNER)
APPROVES = "grants:approve"
"""The scope by which a key decides what others asked for."""
DAY = timedelta(days=1)
DONE, WAITING, REFUSED = "done", "waiting", "refused"


class Wish(Struct, frozen=True, kw_only=True):
    """What is asked for: `amount` of an asset in its smallest unit, below zero to take it away.
    `key` is the asker's own name for it: asked for again, it is the same."""

    customer: UUID
    programme: str
    asset: str
    amount: int
    reason: str
    key: str = ""


class Hand(Struct, frozen=True, kw_only=True):
    """Who gives: one of the staff, or a key of a `line`. `most` is its limit in whole units, None
    where it gives nothing; `decides` what others asked for; `above` any limit."""

    staff: Staff | None = None
    key: ApiKey | None = None
    most: int | None = None
    decides: bool = False
    above: bool = False

    def asked(self) -> Q:
        """What this hand asked for."""
        if self.key is not None:
            return Q(asked_key__line=line_of(self.key)) | Q(asked_key=line_of(self.key))
        return Q(asked_by=self.staff)

    def is_of(self, staff: UUID | None, key: ApiKey | None) -> bool:
        """Whether this hand is that one."""
        if self.key is not None:
            return key is not None and line_of(key) == line_of(self.key)
        return self.staff is not None and self.staff.pk == staff


def line_of(key: ApiKey) -> UUID:
    """The line of a key: the first one from which it comes, or itself."""
    line: UUID = key.line or key.id
    return line


def hand_of(actor: Staff | UUID) -> Hand:
    """The hand of somebody of the staff, or of a key by its id, locked: what it gives at the same
    moment counts together."""
    if isinstance(actor, Staff):
        staff = Staff.objects.select_for_update().get(pk=actor.pk)
        decides, above = staff.role in APPROVERS, staff.role == Role.OWNER
        return Hand(staff=staff, most=limit_of(staff.role), decides=decides, above=above)
    key = ApiKey.objects.get(pk=actor)
    ApiKey.objects.select_for_update().get(pk=line_of(key))
    most = limit_of(KEY) if key.gives is None else key.gives
    return Hand(key=key, most=most, decides=APPROVES in key.scopes)


@transaction.atomic
def adjust(actor: Staff | UUID, wish: Wish, now: datetime) -> Adjustment:
    """Give or take at once, or ask a second hand where it is above the limit. Asked for again under
    the same key, the same adjustment is the answer, as it stands.

    Refused: adjustment_not_allowed, adjustment_empty, adjustment_reason, reason_too_long,
    adjustment_yourself, customer_unknown, not_member, programme_unknown, asset_unknown, key_reused.
    """
    hand = hand_of(actor)
    if hand.most is None:
        raise Refused("adjustment_not_allowed")
    if not wish.amount:
        raise Refused("adjustment_empty")
    wish = structs.replace(wish, reason=reason_of(wish.reason))
    customer = Customer.objects.filter(public_id=wish.customer).first()
    if customer is None:
        raise Refused("customer_unknown")
    known = Adjustment.objects.filter(key=wish.key).first() if wish.key else None
    if known is not None:
        return _again(known, wish, customer)
    asset = _asset(wish)
    if hand.staff is not None:
        check_other(hand.staff, customer.id)
    row = Adjustment(
        id=uuid4(),
        key=wish.key or None,
        customer_id=end_of(customer.id),
        programme=wish.programme,
        asset=asset.id,
        amount=wish.amount,
        reason=wish.reason,
        asked_by=hand.staff,
        asked_key=hand.key,
        asked_at=now,
        state=WAITING,
    )
    if _is_within(hand, row, asset, now):
        row.state = DONE
        _book(row, now)
    row.save(force_insert=True)
    _note(hand, row, "asked" if row.state == WAITING else "made", now)
    return row


def _again(known: Adjustment, wish: Wish, customer: Customer) -> Adjustment:
    """The adjustment that is known under a key, if the same is asked for."""
    said = (wish.programme, wish.amount, wish.reason, end_of(customer.id))
    kept = (known.programme, known.amount, known.reason, end_of(known.customer_id))
    if said != kept or known.asset != _asset(wish).id:
        raise Refused("key_reused", key=wish.key)
    return known


def _asset(wish: Wish) -> Asset:
    """The asset that is meant, the main one where none is named."""
    with connection.cursor() as cursor:
        running = programmes.running(cursor).get(wish.programme)
    if running is None:
        raise Refused("programme_unknown", programme=wish.programme)
    found = running.editions[-1].edition.assets
    assets = {one.id: one for one in found}
    if (wish.asset or found[0].id) not in assets:
        raise Refused("asset_unknown", asset=wish.asset)
    return assets[wish.asset or found[0].id]


def limit_of(role: str) -> int | None:
    """What a role may give or take within a day, in whole units; None: nothing at all."""
    said = Business.objects.values_list("adjusting_limits", flat=True).first() or {}
    found = said.get(role, LIMITS.get(role))
    return None if found is None else int(found)


@transaction.atomic
def set_limits(by: Staff, limits: Mapping[str, int], now: datetime) -> None:
    """Say how much each role, and a key, gives or takes within a day without a second hand, in
    whole units; who is missing keeps what they have."""
    row = Business.objects.select_for_update().get(pk=1)
    told = {role: int(most) for role, most in limits.items() if role in LIMITS}
    changed = {role: most for role, most in told.items() if limit_of(role) != most}
    row.adjusting_limits = {**row.adjusting_limits, **told}
    row.save(update_fields=["adjusting_limits"])
    if changed:
        audit.note("limits.set", "by hand", audit.staff_name(by), now, changed)


def _is_within(hand: Hand, row: Adjustment, asset: Asset, now: datetime) -> bool:
    """Whether this and what the same hand gave within a day stay below its limit."""
    most: int = (hand.most or 0) * 10**asset.decimals
    return _given(hand, asset, now) + abs(row.amount) <= most


def _given(hand: Hand, asset: Asset, now: datetime) -> int:
    """What a hand gave and took of an asset within a day, without a second one."""
    alone = Q(decided_by=None, decided_key=None, asked_at__gt=now - DAY)
    own = Adjustment.objects.filter(hand.asked(), alone, asset=asset.id, state=DONE)
    return int(own.aggregate(sum=Sum(Abs("amount")))["sum"] or 0)


def room(staff: Staff, asset: Asset, now: datetime) -> int | None:
    """How much of an asset somebody of the staff may still give or take today without a second
    hand, in its smallest unit; None where they give nothing by hand."""
    most = limit_of(staff.role)
    if most is None:
        return None
    whole: int = 10**asset.decimals
    return max(most * whole - _given(Hand(staff=staff), asset, now), 0)


@transaction.atomic
def approve(actor: Staff | UUID, adjustment: UUID, now: datetime) -> Adjustment:
    """Let an adjustment be that waits; whoever approves it again gets the same answer. Refused:
    adjustment_unknown, adjustment_same_person, adjustment_not_allowed, adjustment_above_you,
    adjustment_yourself, not_member."""
    hand = hand_of(actor)
    row = _found(hand, adjustment, DONE)
    if row.state == DONE:
        return row
    if _is_mine(hand, row):
        raise Refused("adjustment_same_person")
    if not hand.decides:
        raise Refused("adjustment_not_allowed")
    if hand.staff is not None:
        check_other(hand.staff, row.customer_id)
    asset = _asset(_wish_of(row))
    if not hand.above and abs(row.amount) > (hand.most or 0) * 10**asset.decimals:
        raise Refused("adjustment_above_you")
    _decide(hand, row, DONE, now)
    _book(row, now)
    row.save()
    _note(hand, row, "approved", now)
    return row


@transaction.atomic
def refuse(actor: Staff | UUID, adjustment: UUID, now: datetime) -> Adjustment:
    """Turn an adjustment down that waits; whoever asked for it may take it back so.

    Refused: adjustment_unknown, adjustment_not_allowed.
    """
    hand = hand_of(actor)
    row = _found(hand, adjustment, REFUSED)
    if row.state == REFUSED:
        return row
    if not _is_mine(hand, row) and not hand.decides:
        raise Refused("adjustment_not_allowed")
    _decide(hand, row, REFUSED, now)
    row.save()
    _note(hand, row, "refused", now)
    return row


def _note(hand: Hand, row: Adjustment, what: str, now: datetime) -> None:
    """Write down what was done about an adjustment, and by whom."""
    who = f"key {hand.key.prefix}" if hand.key else hand.staff and audit.staff_name(hand.staff)
    told = {"amount": str(row.amount), "asset": row.asset, "programme": row.programme}
    audit.note(f"adjustment.{what}", row.id, who or "", now, told)


def _found(hand: Hand, adjustment: UUID, state: str) -> Adjustment:
    """What waits, locked, or what this hand brought into a state itself."""
    row = Adjustment.objects.select_for_update().filter(id=adjustment).first()
    if row is None:
        raise Refused("adjustment_unknown")
    decided = hand.is_of(row.decided_by_id, row.decided_key)
    if row.state != WAITING and not (row.state == state and decided and hand.key is not None):
        raise Refused("adjustment_unknown")
    return row


def _is_mine(hand: Hand, row: Adjustment) -> bool:
    return hand.is_of(row.asked_by_id, row.asked_key)


def _decide(hand: Hand, row: Adjustment, state: str, now: datetime) -> None:
    row.state, row.decided_at = state, now
    row.decided_by, row.decided_key = hand.staff, hand.key


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
        source="staff" if row.asked_by_id else "api",
        asset=row.asset,
        amount=row.amount,
        reason="adjustment",
    )
    arrival = Arrival(fact=fact, programme=row.programme)
    [outcome] = record([arrival], now=now, source=Source(owner=row.customer_id))
    if not outcome.given:
        raise Refused("not_member", programme=row.programme)
