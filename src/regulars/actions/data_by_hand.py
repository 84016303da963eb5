"""What staff do where somebody asks for it at the counter or by letter: stop messages, hand over
what is known of them, forget them. Each is the act that the member's own page does, and is
written down."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from msgspec import structs

from regulars.actions import audit, portal_erasing
from regulars.actions.by_hand import reason_of
from regulars.actions.portal_profile import Said, consent
from regulars.actions.refused import Refused
from regulars.db.models import Customer, Role, Staff
from regulars.db.queries import portal_data

WITHDRAWN, TOLD, FORGOTTEN = "consent.withdrawn", "customer.data", "customer.forgotten"


@transaction.atomic
def withdraw(by: Staff, customer: Customer, said: Said, now: datetime) -> int:
    """Write down for somebody that they want no more messages; how many rows. Staff say no for
    others, never yes. Refused: adjustment_reason, reason_too_long, consent_unknown."""
    told = structs.replace(
        said,
        choices=dict.fromkeys(said.choices, False),
        source="staff",
        actor=audit.staff_name(by),
        reason=reason_of(said.reason),
    )
    written = consent(customer.id, told, now)
    purposes = ", ".join(purpose for purpose, _channel in told.choices)
    audit.note(WITHDRAWN, customer.public_id, told.actor, now, {"purpose": purposes})
    return written


@transaction.atomic
def hand_over(by: Staff, customer: Customer, now: datetime) -> str:
    """Everything that is known of somebody, as the file that they could take themselves. Refused:
    not_allowed."""
    _check_owner(by)
    audit.note(TOLD, customer.public_id, audit.staff_name(by), now)
    return portal_data.everything(customer.id, now)


@transaction.atomic
def forget(by: Staff, customer: Customer, now: datetime) -> None:
    """Forget somebody who asked for it: for good. Refused: not_allowed."""
    _check_owner(by)
    portal_erasing.erase(customer.id, now)
    audit.note(FORGOTTEN, customer.public_id, audit.staff_name(by), now)


def _check_owner(by: Staff) -> None:
    staff = Staff.objects.select_for_update().get(pk=by.pk)
    if staff.role != Role.OWNER or not staff.is_active:
        raise Refused("not_allowed")
