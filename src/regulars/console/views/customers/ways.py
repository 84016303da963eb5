"""What can be done about a member on their page: what is given, and the ways back."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import structs

from regulars.actions.adjusting import WAITING
from regulars.console.permissions import Right, may
from regulars.console.sure import Question
from regulars.console.templatetags.look import short_day
from regulars.console.views.customers.asked import read_uuid
from regulars.console.views.customers.deciding import Asked, asked
from regulars.console.views.customers.membership import Membership
from regulars.console.views.customers.points import Entry
from regulars.console.views.customers.redeeming import redeem_question
from regulars.db.models import Adjustment, Staff
from regulars.db.queries import adjustments
from regulars.db.queries.history import Person
from regulars.db.queries.members import to_give_back

BY_HAND = "adjustment:"
"""What the keys of facts begin with that were given by hand."""


def waiting(person: Person, reader: Staff) -> list[Asked]:
    """What was asked for in favour of somebody and waits for a second hand."""
    rows = adjustments.of_customer(person.numbers, WAITING)
    return [asked(one, reader) for one in rows]


def questions(person: Person, mine: list[Membership], reader: Staff) -> list[Question]:
    """The dialogs by which points become vouchers."""
    if not may(reader, Right.CHANGE_CUSTOMERS):
        return []
    return [
        redeem_question(person, member.id, one["reward"], f"{one['name']}, {one['note']}")
        for member in mine
        for one in member.rewards
        if one["here"]
    ]


def with_ways_back(member: Membership, person: Person, reader: Staff) -> Membership:
    """A member whose lines say who gave what by hand, and where each can be taken back."""
    if member.history is None:
        return member
    ids = [_given(one) for one in member.history]
    known = adjustments.by_id([one for one in ids if one is not None])
    open_ones = to_give_back([one.fact for one in member.history if one.redeemed])
    if not may(reader, Right.MAKE_GOOD):
        open_ones = set()
    history = [
        _told(one, known, _back(one, member.id, person, reader, open_ones))
        for one in member.history
    ]
    return structs.replace(member, history=history)


def _given(entry: Entry) -> UUID | None:
    if not entry.fact.startswith(BY_HAND):
        return None
    return read_uuid(entry.fact.removeprefix(BY_HAND))


def _told(entry: Entry, known: dict[UUID, Adjustment], back: str) -> Entry:
    """A line with the reason that somebody gave, and who they are."""
    number = _given(entry)
    row = known.get(number) if number else None
    if row is None:
        return structs.replace(entry, back=back)
    by = adjustments.name_of(row.asked_by, row.asked_key)
    meta = " · ".join(filter(None, (row.reason, by, entry.meta)))
    return structs.replace(entry, meta=meta, back=back)


def _back(entry: Entry, programme: str, person: Person, reader: Staff, open_ones: set[str]) -> str:
    """Where a line can be taken back by this reader; empty if it cannot."""
    number = person.customer.public_id
    if entry.redeemed and entry.fact in open_ones:
        page = reverse("console:customer_back", args=[number])
        return page + "?" + urlencode({"redemption": entry.fact})
    if _given(entry) is None or not may(reader, Right.CHANGE_CUSTOMERS):
        return ""
    amount = Decimal(entry.units)
    told = {
        "what": f"{programme}/{entry.asset}",
        "way": "take" if amount > 0 else "give",
        "amount": f"{abs(amount):f}",
        "reason": _("Taken back, from %(day)s") % {"day": short_day(entry.at)},
    }
    return reverse("console:customer_adjust", args=[number]) + "?" + urlencode(told)
