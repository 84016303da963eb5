"""Somebody asks to be forgotten: what says who they are goes, the books stay balanced.

Facts hold no personal data and stay, under a number that leads to nobody any more. What was held
is forfeited by an Erasure fact, as every programme counts it. It cannot be undone: whoever restores
an older backup erases again.
"""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Model

from regulars.actions.later import refresh_later
from regulars.actions.record import Source, record
from regulars.db.models import (
    CodeRow,
    Customer,
    CustomerNote,
    CustomerTag,
    EntryTicket,
    IdentifierRow,
    Invitation,
    Leaving,
    MemberSession,
    OutMail,
    SearchToken,
    Signal,
    SignInTry,
    Standing,
)
from regulars.db.people import sort_keys
from regulars.db.queries.history import same_person
from regulars.engine.arrivals import Arrival
from regulars.engine.happenings import Erasure

ABOUT: tuple[type[Model], ...] = (
    IdentifierRow,
    SearchToken,
    CustomerTag,
    CustomerNote,
    Signal,
    Standing,
    MemberSession,
    EntryTicket,
    OutMail,
    Leaving,
)
"""Tables of which every row of a person goes."""


@transaction.atomic
def erase(customer_id: int, now: datetime) -> None:
    """Forget somebody, and whoever was merged into them, in one transaction."""
    numbers = same_person(customer_id)
    list(Customer.objects.select_for_update().filter(id__in=numbers).order_by("id"))
    fact = Erasure(key=f"erased:{uuid4()}", at=now)
    record([Arrival(fact=fact)], now=now, source=Source(owner=customer_id))
    rows = IdentifierRow.objects.filter(customer_id__in=numbers, kind="email")
    addresses = list(rows.values_list("value", flat=True))
    for by_address in (SignInTry, Invitation):
        by_address._default_manager.filter(email__in=addresses).delete()
    OutMail.objects.filter(recipient__in=addresses).delete()
    for model in ABOUT:
        model._default_manager.filter(customer_id__in=numbers).delete()
    CodeRow.objects.filter(customer_id__in=numbers, kind=CodeRow.Kind.ADVOCATE).delete()
    Customer.objects.filter(id__in=numbers).update(
        name="",
        language="",
        country="",
        birth_date=None,
        attributes={},
        **sort_keys(""),
    )
    refresh_later()
