"""Amounts given and taken by hand: asked for, looked at, and decided by a second hand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from regulars.actions import adjusting
from regulars.actions.adjusting import Wish
from regulars.api import cursors, examples
from regulars.api.again import REPLAY
from regulars.api.answers import scales, shown
from regulars.api.asking import AdjustIn, AdjustmentIn, AdjustmentsQuery
from regulars.api.calls.facts import shop_of
from regulars.api.goods import units
from regulars.api.office import AdjustmentOut, AdjustmentsOut
from regulars.api.operations import Asked, Operation, Reply, serve
from regulars.api.problems import Problem
from regulars.db.models import Adjustment
from regulars.db.queries import adjustments, members

OF = "adjustments"
ID = {"adjustment": examples.ADJUSTMENT["adjustment"]}
WAITING = {**examples.ADJUSTMENT, "amount": "200", "state": "waiting"}
DECIDED = {
    **examples.ADJUSTMENT,
    "amount": "200",
    "decided_by": "key office",
    "decided_at": "2026-11-20T09:00:00Z",
}


@serve(
    Operation(
        method="POST",
        path="/adjustments",
        name="adjust",
        scope="grants:write",
        group="adjusting",
        body=AdjustIn,
        body_example=examples.ADJUST,
        answers=AdjustmentOut,
        example=examples.ADJUSTMENT,
        again=True,
        refuses=(
            "customer_unknown",
            "programme_unknown",
            "not_member",
            "asset_unknown",
            "adjustment_empty",
            "adjustment_reason",
            "adjustment_not_allowed",
            "key_reused",
            "body_unreadable",
        ),
    )
)
def adjust(asked: Asked) -> Reply:
    """Give or take an amount by hand. Above what the key may give within a day it waits until
    another key, or somebody of the staff, approves it."""
    told: AdjustIn = asked.body
    scale = shop_of(asked).decimals(told.programme, told.asset)
    wish = Wish(
        customer=_public(told.member),
        programme=told.programme,
        asset=told.asset,
        amount=units(told.amount, scale, "amount"),
        reason=told.reason,
        key=told.key,
    )
    row = adjusting.adjust(asked.key.id, wish, asked.now)
    known = row.asked_at != asked.now or row.asked_key_id != asked.key.id
    return Reply(value=_shown(_first(row), asked), headers=REPLAY if known else {})


def _public(told: str) -> UUID:
    """The random id of a customer. Raises Problem."""
    try:
        return UUID(told)
    except ValueError:
        raise Problem("customer_unknown", "member") from None


@serve(
    Operation(
        method="GET",
        path="/adjustments",
        name="list_adjustments",
        scope="grants:approve",
        group="adjusting",
        query=AdjustmentsQuery,
        answers=AdjustmentsOut,
        example={"items": [WAITING], "next": ""},
        refuses=("cursor_wrong",),
    )
)
def list_adjustments(asked: Asked) -> Reply:
    """What was given and taken by hand, the newest first: who asked, why, and who decided."""
    query: AdjustmentsQuery = asked.query
    of, before = f"{OF}:{query.state or ''}", None
    if query.cursor:
        at, number = cursors.read(of, query.cursor)
        before = (datetime.fromisoformat(at), UUID(number))
    found = adjustments.page(query.state or "", before, query.limit + 1)
    rows = found[: query.limit]
    more = len(found) > query.limit
    following = cursors.cursor(of, rows[-1].asked_at.isoformat(), str(rows[-1].id)) if more else ""
    whose = members.public_ids(one.customer_id for one in rows)
    items = [_told(one, whose[one.customer_id], asked) for one in rows]
    return Reply(value=AdjustmentsOut(items=items, next=following))


@serve(
    Operation(
        method="POST",
        path="/adjustments/approve",
        name="approve_adjustment",
        scope="grants:approve",
        group="adjusting",
        body=AdjustmentIn,
        body_example=ID,
        answers=AdjustmentOut,
        example=DECIDED,
        again=True,
        refuses=(
            "adjustment_unknown",
            "adjustment_same_person",
            "adjustment_above_you",
            "not_member",
            "body_unreadable",
        ),
    )
)
def approve_adjustment(asked: Asked) -> Reply:
    """Let be what another hand asked for: never what this key, or one of its line, asked for, nor
    more than it may give itself."""
    row = adjusting.approve(asked.key.id, asked.body.adjustment, asked.now)
    return _decided(row, asked)


@serve(
    Operation(
        method="POST",
        path="/adjustments/refuse",
        name="refuse_adjustment",
        scope="grants:approve",
        group="adjusting",
        body=AdjustmentIn,
        body_example=ID,
        answers=AdjustmentOut,
        example={**DECIDED, "state": "refused"},
        again=True,
        refuses=("adjustment_unknown", "body_unreadable"),
    )
)
def refuse_adjustment(asked: Asked) -> Reply:
    """Turn down what waits, one's own as well."""
    row = adjusting.refuse(asked.key.id, asked.body.adjustment, asked.now)
    return _decided(row, asked)


def _decided(row: Adjustment, asked: Asked) -> Reply:
    known = row.decided_at != asked.now
    return Reply(value=_shown(row, asked), headers=REPLAY if known else {})


def _first(row: Adjustment) -> Adjustment:
    """An adjustment as it was answered when it was asked for, whatever was decided since."""
    if row.decided_at is not None:
        row.state, row.decided_at = adjusting.WAITING, None
        row.decided_by = row.decided_key = None
    return row


def _shown(row: Adjustment, asked: Asked) -> AdjustmentOut:
    whose = members.public_ids([row.customer_id])
    return _told(row, whose[row.customer_id], asked)


def _told(row: Adjustment, member: str, asked: Asked) -> AdjustmentOut:
    """An adjustment in favour of a member, by their random id."""
    running = asked.speech.programmes.get(row.programme)
    scale = scales(running).get(row.asset, 0) if running is not None else 0
    return AdjustmentOut(
        adjustment=str(row.id),
        key=row.key or "",
        programme=row.programme,
        member=member,
        asset=row.asset,
        amount=shown(row.amount, scale),
        reason=row.reason,
        state=row.state,  # type: ignore[arg-type]
        asked_by=adjustments.name_of(row.asked_by, row.asked_key),
        asked_at=row.asked_at,
        decided_by=adjustments.name_of(row.decided_by, row.decided_key),
        decided_at=row.decided_at,
    )
