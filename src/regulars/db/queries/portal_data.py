"""Everything that is known of one person, for that person: as one JSON text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Model, QuerySet

from regulars.db.models import (
    Adjustment,
    AttemptRow,
    CodeRow,
    Consent,
    ConsentWording,
    Customer,
    CustomerLink,
    CustomerNote,
    CustomerTag,
    FactRow,
    Friend,
    HolderState,
    IdentifierRow,
    Leaving,
    MemberSession,
    OutMail,
    Signal,
    Standing,
    TransferRow,
    VoucherRow,
)
from regulars.db.queries.history import same_person

TABLES: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    "identifiers": (IdentifierRow, ("kind", "value")),
    "tags": (CustomerTag, ("tag", "at")),
    "notes": (CustomerNote, ("at", "text")),
    "facts": (FactRow, ("at", "received_at", "type", "key", "version", "programme", "body")),
    "memberships": (HolderState, ("programme", "since", "joined_at", "tier", "figures")),
    "transfers": (
        TransferRow,
        ("programme", "asset", "amount", "source", "target", "at", "booked_at", "fact", "rule"),
    ),
    "vouchers": (
        VoucherRow,
        (
            "programme",
            "kind",
            "item",
            "value_minor",
            "currency",
            "issued_at",
            "expires_at",
            "state",
            "code",
        ),
    ),
    "asked_for": (AttemptRow, ("programme", "at", "accepted", "body")),
    "codes": (CodeRow, ("code", "kind", "programme", "made_at")),
    "adjustments": (Adjustment, ("programme", "asset", "amount", "reason", "asked_at", "state")),
    "friend_since": (Friend, ("programme", "at")),
    "known_by": (Signal, ("kind", "value", "at")),
    "measures": (
        Standing,
        (
            "orders",
            "orders_12m",
            "revenue_minor",
            "revenue_12m_minor",
            "first_at",
            "last_at",
            "segment",
            "is_regular",
            "is_drifting",
            "places",
        ),
    ),
    "consents": (Consent, ("purpose", "channel", "given", "wording", "at", "source", "place")),
    "leavings": (Leaving, ("programme", "left_at", "ends_at")),
    "mails": (OutMail, ("queued_at", "kind", "recipient", "subject", "text", "state")),
    "sessions": (MemberSession, ("device", "created_at", "seen_at", "expires_at")),
}
"""What is kept by person, and which of it says something about them; a test compares this with the
tables that there are."""
LEFT_OUT = {
    "regulars_searchtoken": "parts of the name and the identifiers, for finding",
    "regulars_promise": "which decisions were made: the facts say them",
    "regulars_sent_effect": "what was told to friends' books: their facts say it",
    "regulars_milestone": "earlier states, worked out from facts that are told",
    "regulars_named_fact": "which fact waits for which",
    "regulars_customerlink": "with whom somebody is one: told as facts",
    "regulars_refundtie": "which refund belongs to which order",
    "regulars_factkey": "keys of facts that are told",
    "regulars_scan": "which code was scanned: the facts that came of it are told",
    "regulars_till_deed": "what a cashier did: the facts that came of it are told",
    "regulars_entry_ticket": "links that let somebody in, by their hash",
}
"""Tables with a column for a customer that are not told, and why."""


def everything(customer_id: int, now: datetime) -> str:
    """All that is known of a customer, and of whoever was merged into them."""
    numbers = same_person(customer_id)
    customer = Customer.objects.get(id=customer_id)
    told: dict[str, Any] = {
        "written_at": now,
        "person": {
            "id": customer.public_id,
            "name": customer.name,
            "language": customer.language,
            "country": customer.country,
            "birth_date": customer.birth_date,
            "details": customer.attributes,
            "known_since": customer.created_at,
        },
    }
    for name, (model, columns) in TABLES.items():
        rows: QuerySet[Any] = model._default_manager.filter(customer_id__in=numbers)
        told[name] = list(rows.values(*columns))
    told["merged"] = CustomerLink.objects.filter(into_id__in=numbers, undone_at=None).count()
    texts = {row["wording"] for row in told["consents"]}
    told["wordings"] = dict(ConsentWording.objects.filter(id__in=texts).values_list("id", "text"))
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def consents(customer_id: int) -> list[Consent]:
    """What somebody said yes or no to, the newest first."""
    return list(Consent.objects.filter(customer_id=customer_id).order_by("-at", "-id"))


def wording(name: str) -> str:
    """The text that somebody read."""
    return ConsentWording.objects.filter(id=name).values_list("text", flat=True).first() or ""


def columns_told() -> Iterable[str]:
    """The tables that are told, by their names in the database."""
    return (model._meta.db_table for model, _columns in TABLES.values())
