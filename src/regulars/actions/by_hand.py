"""What holds for all that staff do about value by hand: there is a reason, and nobody does it for
themselves."""

from __future__ import annotations

from regulars.actions.refused import Refused
from regulars.db.models import IdentifierRow, Staff
from regulars.db.queries.history import end_of, same_person
from regulars.identity import without_cards

REASON_LENGTH = 500


def reason_of(told: str) -> str:
    """A reason as it is kept. Refused: adjustment_reason, reason_too_long."""
    if not told.strip():
        raise Refused("adjustment_reason")
    if len(told) > REASON_LENGTH:
        raise Refused("reason_too_long", most=REASON_LENGTH)
    return without_cards(told.strip())


def check_other(staff: Staff, customer: int) -> None:
    """Nobody gives to somebody who is known by their own address. Refused: adjustment_yourself."""
    own = IdentifierRow.objects.filter(kind="email", value=staff.email.lower())
    if own.filter(customer_id__in=same_person(end_of(customer))).exists():
        raise Refused("adjustment_yourself")
