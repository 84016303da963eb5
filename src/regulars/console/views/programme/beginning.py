"""From which day on an edition may begin: one day, in the form, where it is refused, proposed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from regulars.actions import publishing
from regulars.actions.refused import Refused
from regulars.console.templatetags.look import short_day
from regulars.console.views.programme.differing import told_worse
from regulars.console.views.programme.drafts import refusal
from regulars.db import programmes
from regulars.db.queries.programmes import Published, editions_of
from regulars.engine.edition import Edition
from regulars.programmes.harsher import harsher

UNTIL = ("edition_past", "notice_needed")
"""Refusals that name a day."""


def coming_of(editions: Sequence[Published]) -> Published | None:
    """The edition that begins last of those to come."""
    return next((one for one in editions if one.state == "coming"), None)


def newest_of(programme: str, now: datetime) -> Edition | None:
    """The edition that the next one follows."""
    valid = [one for one in editions_of(programme, now) if one.state != "withdrawn"]
    return programmes.read(valid[0].body, valid[0].edition) if valid else None


def number_of(edition: Edition, now: datetime) -> int:
    """Which one of its programme an edition is that was published."""
    known = editions_of(edition.programme_id, now)
    return next((one.number for one in known if one.edition == edition.edition), 0)


def earliest_day(edition: Edition, now: datetime, *, notice: bool = True) -> date:
    """The first day on which it may begin; without notice, where an owner says why."""
    return publishing.first_day(publishing.earliest_begin(edition, now, notice=notice))


def why_not(refused: Refused, edition: Edition, now: datetime, reason: str) -> str:
    """Why it was not published; rules by their names, and the day that the form proposes."""
    if refused.code not in UNTIL:
        return refusal(refused)
    params: dict[str, Any] = dict(refused.params)
    params["earliest"] = short_day(earliest_day(edition, now, notice=not reason))
    before = newest_of(edition.programme_id, now)
    if refused.code == "notice_needed" and before is not None:
        worse = [told_worse(one, (before, edition)) for one in harsher(before, edition)]
        params["what"] = ", ".join(dict.fromkeys(one["place"] for one in worse))
    return refusal(Refused(refused.code, **params))
