"""What was done about keys, programmes, adjustments and webhooks, and by whom: written with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from msgspec import Struct

from regulars.db.models import AuditRow, Staff, StaffWord
from regulars.db.queries.staff_words import key_of, with_reasons

COMMAND_LINE = "command line"
BROWSER = "its browser"
MOST_LISTED = 1000


class Entry(Struct, frozen=True, kw_only=True):
    """One thing that was done, as people see it."""

    at: datetime
    who: str
    what: str
    about: str
    details: dict[str, Any] = {}


def note(
    what: str, about: object, who: str, now: datetime | None = None, details: Mapping[str, Any] = {}
) -> None:
    """Write down what is being done, in the transaction that does it: one is not without the
    other."""
    AuditRow.objects.create(
        at=now or datetime.now(UTC),
        who=who[:200] or COMMAND_LINE,
        what=what,
        about=str(about)[:200],
        details=dict(details),
    )


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What differs, as details of an entry: from what, and to what."""
    names = [name for name in after if before[name] != after[name]]
    return {
        "from": {name: before[name] for name in names},
        "to": {name: after[name] for name in names},
    }


def give_reason(
    what: str, about: object, customer_id: int, text: str, now: datetime | None = None
) -> None:
    """Keep the reason that staff gave for what `note` writes down, where it can go with the
    customer: they may have named them."""
    keep_reason(key_of(what, str(about)[:200]), customer_id, text, now or datetime.now(UTC))


def keep_reason(key: str, customer_id: int, text: str, now: datetime) -> None:
    """The same for what a fact of this key says; an empty text is none."""
    if text:
        told = {"text": text, "at": now}
        StaffWord.objects.get_or_create(customer_id=customer_id, key=key, defaults=told)


def staff_name(staff: Staff) -> str:
    """What somebody of the staff is called here: by their id, which says nothing of the person."""
    return f"staff {staff.pk}"


@transaction.atomic
def entries(
    *, what: str = "", about: str = "", since: datetime | None = None, most: int = 100
) -> list[Entry]:
    """What was done, the newest first: of one kind (`key`, or `key.made`), about one thing, since
    an instant."""
    rows = AuditRow.objects.order_by("-id")
    if what:
        rows = rows.filter(what__startswith=what)
    if about:
        rows = rows.filter(about=about)
    if since is not None:
        rows = rows.filter(at__gte=since)
    names = Entry.__struct_fields__
    return [
        Entry(**{name: getattr(row, name) for name in names})
        for row in with_reasons(list(rows[: min(most, MOST_LISTED)]))
    ]
