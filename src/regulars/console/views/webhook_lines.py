"""Webhooks and their deliveries in words."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from regulars.actions.webhooks import Logged, View
from regulars.console.machine_forms import TOLD
from regulars.console.templatetags.look import moment, number

ACTIVE = "active"
CAME = {
    "redirected": gettext_lazy("It leads elsewhere; redirects are not followed"),
    "gone": gettext_lazy("It no longer exists"),
    "overloaded": gettext_lazy("It has too much to do"),
    "refused": gettext_lazy("It refused the message"),
    "broken": gettext_lazy("It broke over the message"),
    "not_reached": gettext_lazy("Nobody was there"),
    "too_slow": gettext_lazy("It took longer than 15 seconds"),
    "tls_failed": gettext_lazy("Its certificate is not right"),
    "no_http": gettext_lazy("It does not speak HTTP"),
    "name_unknown": gettext_lazy("Its name leads nowhere"),
    "address_private": gettext_lazy("Its name leads to an address that is not public"),
    "url_not_https": gettext_lazy("Not https"),
    "url_private": gettext_lazy("Its address is not public"),
    "restored": gettext_lazy("Held back: a backup was brought in"),
}
"""What came of an attempt, by its code."""
STATES = {
    "": gettext_lazy("All"),
    "waiting": gettext_lazy("On the way"),
    "failed": gettext_lazy("Given up"),
    "done": gettext_lazy("Arrived"),
}
"""How far deliveries got, in the order of their chips."""
TONES = {"waiting": "info", "failed": "bad", "done": "good"}


class Shown(Struct, frozen=True, kw_only=True):
    """An endpoint as it is listed. `place` is its address without what may be a secret in it."""

    id: UUID
    host: str
    place: str
    told: str
    state: str
    tone: str
    note: str
    waiting: int
    active: bool


class Sent(Struct, frozen=True, kw_only=True):
    """A delivery as it is listed. `answer` is what came of the last attempt."""

    message: str
    what: str
    type: str
    at: datetime
    state: str
    tone: str
    note: str
    attempts: int
    answer: str
    fresh: bool


def shown(view: View) -> Shown:
    """An endpoint in words."""
    parts = urlsplit(view.url)
    state, tone, note = _state(view)
    return Shown(
        id=view.id,
        host=parts.hostname or view.url,
        place=f"{parts.netloc}{parts.path}",
        told=_told(view.types),
        state=state,
        tone=tone,
        note=note,
        waiting=view.waiting,
        active=view.state == ACTIVE,
    )


def _told(types: list[str]) -> str:
    if not types:
        return _("everything")
    return "; ".join(str(TOLD.get(one, one)) for one in types)


def _state(view: View) -> tuple[str, str, str]:
    """How an endpoint stands: a word, its tone, and what else is to be said."""
    if view.state != ACTIVE:
        return _stopped(view.reason)
    if view.failures and view.failing_since:
        since = _("Takes nothing since %(moment)s. We go on trying for three days.")
        return _("fails"), "warn", since % {"moment": moment(view.failing_since)}
    return _("works"), "good", ""


def _stopped(reason: str) -> tuple[str, str, str]:
    said = {
        "by_hand": (_("paused"), "", _("Somebody paused it. What happens meanwhile can be sent.")),
        "gone": (_("stopped"), "bad", _("It answered that it no longer exists (410 Gone).")),
        "dead": (_("stopped"), "bad", _("It has taken no message for three days.")),
    }
    return said.get(reason, (_("stopped"), "bad", ""))


def sent(row: Logged) -> Sent:
    """A delivery in words."""
    return Sent(
        message=row.message,
        what=str(TOLD.get(row.type, row.type)),
        type=row.type,
        at=row.at,
        state=str(STATES[row.state]),
        tone=TONES[row.state],
        note=_next(row),
        attempts=row.attempts,
        answer=_answer(row),
        fresh=row.state == "waiting" and not row.tried_at,
    )


def _next(row: Logged) -> str:
    if row.state != "waiting" or not (row.status or row.code):
        return ""
    return _("again %(moment)s") % {"moment": moment(row.next_at)}


def _answer(row: Logged) -> str:
    said = str(CAME.get(row.code, row.code))
    status = number(row.status) if row.status else ""
    return " · ".join(filter(None, (status, said))) or "–"
