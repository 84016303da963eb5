"""Reads about mail that goes out."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from regulars.db.models import OutMail

NEWEST = 50


class Mailed(Struct, frozen=True, kw_only=True):
    """A mail as it is listed; the text of one that lets somebody in is empty."""

    recipient: str
    subject: str
    text: str
    state: str
    code: str
    queued_at: datetime
    secret: bool


def newest(*, secrets: bool = False) -> list[Mailed]:
    """The newest mails; what lets somebody in only if `secrets` are wanted. A subject may hold a
    code as well, so it goes with the text."""
    rows = OutMail.objects.order_by("-queued_at", "-id")[:NEWEST]
    return [
        Mailed(
            recipient=row.recipient,
            subject="" if row.secret and not secrets else row.subject,
            text="" if row.secret and not secrets else row.text,
            state=row.state,
            code=row.code,
            queued_at=row.queued_at,
            secret=row.secret,
        )
        for row in rows
    ]
