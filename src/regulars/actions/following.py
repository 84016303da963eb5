"""What waits to be mailed follows a member who is called otherwise or read elsewhere by now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from regulars.db.models import OutMail
from regulars.db.queries.portal import first_name

GONE = "address_gone"
NOTICE = "address_changed"
"""What tells an old address of the change itself goes there still."""
State = OutMail.State


def to_address(numbers: Sequence[int], old: str, new: str, now: datetime) -> None:
    """Send what waits for an address that was taken away to another one of theirs; empty: there is
    none, and nothing is sent. What would let somebody in goes to neither."""
    waiting = _waiting().filter(customer_id__in=numbers, recipient=old).exclude(kind=NOTICE)
    ended = waiting.filter(secret=True) if new else waiting
    ended.update(state=State.FAILED, code=GONE, text="", settled_at=now)
    if new:
        waiting.update(recipient=new)


def to_name(numbers: Sequence[int], old: str, new: str) -> None:
    """Say the new name where the old one stands, in mails to them and in those that name them."""
    renamed = {one: by for one, by in ((old, new), (first_name(old), first_name(new))) if one}
    if not renamed or not new:
        return
    names = re.compile(r"\b(" + "|".join(map(re.escape, renamed)) + r")\b")
    named = Q(customer_id__in=numbers) | Q(about_id__in=numbers)
    for row in _waiting().select_for_update().filter(named):
        said = (row.subject, row.text)
        subject, text = (names.sub(lambda found: renamed[found[0]], one) for one in said)
        OutMail.objects.filter(pk=row.pk).update(subject=subject[:300], text=text)


def _waiting() -> QuerySet[OutMail]:
    """What nobody has taken up."""
    return OutMail.objects.filter(state=State.WAITING)
