"""Look after these people: each with one reason and one action."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from regulars.console.insights.links import address
from regulars.console.insights.scene import Scene
from regulars.console.views.customers.labels import segment_name, segment_tone
from regulars.db.queries import results, today
from regulars.db.queries.today import Places, Seen
from regulars.words import formats

SHOWN = 4
THANKS_WITHIN = timedelta(days=7)
WINNABLE = timedelta(days=120)
"""Who has been silent for longer is not urgent any more; the list has them all."""
BIG = 2
"""A refund is big from so many usual orders on."""


ENOUGH = 20
"""Of fewer customers no share is told, nor that they come as usual."""


def enough_people(scene: Scene) -> bool:
    """Whether enough customers bought to tell anything of them in hundredths."""
    return int(scene.of("next-order").headline.get("customers") or 0) >= ENOUGH


class Watch(Struct, frozen=True, kw_only=True):
    """Whom to look for: the places of the reader, the day that figures are as of, the money."""

    places: Places
    day: datetime
    currency: str


def to_look_after(scene: Scene, watch: Watch) -> list[dict[str, Any]]:
    """At most four: a big refund, then two who drift away, a first order worth a thank-you."""
    refunds = _refunds(scene, watch)[:1]
    gone = [
        _drifting(scene, watch, seen)
        for seen in today.drifting(watch.places, watch.day - WINNABLE, SHOWN)
    ]
    since = watch.day - THANKS_WITHIN
    first = [_first(scene, watch, seen) for seen in today.first_orders(watch.places, since, SHOWN)]
    chosen = refunds + gone[:2] + first[:1]
    rest = gone[2:] + first[1:]
    picked = different(chosen + rest)[:SHOWN]
    return [{**person, "primary": n == 0} for n, person in enumerate(picked)]


def different(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Everybody once, for the first reason."""
    found: dict[str, dict[str, Any]] = {}
    for person in people:
        found.setdefault(person["key"], person)
    return list(found.values())


def _line(seen: Seen, reason: str, action: str) -> dict[str, Any]:
    return {
        "key": seen.public_id,
        "name": seen.name or _("No name"),
        "url": address("customer", public_id=seen.public_id),
        "tag": segment_name(seen.segment),
        "tag_tone": segment_tone(seen.segment),
        "reason": reason,
        "action": action,
    }


def _drifting(scene: Scene, watch: Watch, seen: Seen) -> dict[str, Any]:
    gap = max(round(seen.usual_gap_days or 1), 1)
    silent = (watch.day.date() - seen.last_at.astimezone(watch.day.tzinfo).date()).days
    rhythm = ngettext("Comes every day as a rule.", "Comes every %(n)s days as a rule.", gap) % {
        "n": scene.number(gap)
    }
    silence = ngettext("Not seen for a day.", "Not seen for %(n)s days.", silent) % {
        "n": scene.number(silent)
    }
    spent = formats.whole_money(seen.stake_minor, watch.currency, scene.language)
    stake = _("Spent %(money)s a month.") % {"money": spent}
    return _line(seen, f"{rhythm} {silence} {stake}", _("Get in touch"))


def _first(scene: Scene, watch: Watch, seen: Seen) -> dict[str, Any]:
    at = seen.last_at.astimezone(watch.day.tzinfo)
    reason = _("Ordered for the first time on %(day)s, for %(money)s.") % {
        "day": formats.day(at.date(), scene.language, scene.today.year),
        "money": formats.money(seen.revenue_minor, watch.currency, scene.language),
    }
    return _line(seen, reason, _("Say thanks"))


def _refunds(scene: Scene, watch: Watch) -> list[dict[str, Any]]:
    """The big refunds of the last days, the largest first."""
    answer = scene.of("given-back")
    usual = scene.of("revenue", period="week").headline.get("revenue_per_order")
    if not answer.ready or usual is None:
        return []
    big = [
        row
        for row in answer.rows("refunds")
        if row["amount"] >= BIG * Decimal(usual) and _here(row["place"], watch.places)
    ]
    recent = [row for row in big if watch.day.replace(tzinfo=None) - row["at"] < THANKS_WITHIN]
    people = results.people(row["customer_id"] for row in recent)
    return [
        {
            "key": who.public_id,
            "name": who.name or _("No name"),
            "url": address("customer", public_id=who.public_id),
            "reason": _("%(money)s went back on %(day)s. Ask whether all is well now.")
            % {
                "money": formats.money(
                    answer.minor(row["amount"]), answer.currency, scene.language
                ),
                "day": formats.day(row["at"].date(), scene.language, scene.today.year),
            },
            "action": _("Follow up"),
        }
        for row in recent
        if (who := people.get(row["customer_id"]))
    ]


def _here(place: str | None, places: Places) -> bool:
    return places is None or place in places
