"""The sentence under the list's title: how many, and who they are."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.console.templatetags.look import number
from regulars.console.views.customers.asked import Asked
from regulars.console.views.customers.clubs import MEMBERS, Clubs
from regulars.console.views.customers.figures import Figures
from regulars.console.views.customers.labels import COUNTED, segment_name
from regulars.db.queries.customers import Page
from regulars.db.queries.finding import MOST_FOUND


def answer(asked: Asked, known: Figures, page: Page, *, limited: bool, clubs: Clubs) -> SafeString:
    """One or two sentences, the group looked at in bold."""
    parts = [_everybody(known)] if known.counts else []
    if limited:
        parts.append(_("You see those who bought at your places."))
    if asked.query:
        parts.append(_searched(asked, page))
    elif asked.narrowed:
        who = _group(asked, _count(asked, known, page), dict(clubs.choices()))
        parts.append(format_html(_("You are looking at {who}."), who=_bold(who)))
    return format_html_join(" ", "{}", ((part,) for part in parts if part))


def _bold(text: str) -> SafeString:
    return format_html("<strong>{}</strong>", text)


def _everybody(known: Figures) -> str:
    counts = known.counts or {}
    everybody, regulars = counts.get("customers", 0), counts.get("regulars", 0)
    if not everybody:
        return _("Nobody yet.")
    people = ngettext("%(n)s person", "%(n)s people", everybody) % {"n": number(everybody)}
    if not regulars:
        return f"{people}."
    told = ngettext(
        "%(people)s, %(n)s of them a regular.", "%(people)s, %(n)s of them regulars.", regulars
    )
    return told % {"people": people, "n": number(regulars)}


def _count(asked: Asked, known: Figures, page: Page) -> int | None:
    if page.total is not None:
        return page.total
    if asked.segment or asked.tag or asked.tier or known.counts is None:
        return None
    return known.counts.get(COUNTED.get(asked.filter, asked.filter))


def _searched(asked: Asked, page: Page) -> str:
    if page.cut:
        told = _("More than %(n)s people match “%(query)s”. Type more letters.")
        return told % {"n": number(MOST_FOUND), "query": asked.query}
    found = page.total or 0
    if not found:
        return _("Nobody matches “%(query)s”.") % {"query": asked.query}
    told = ngettext("%(n)s person matches “%(query)s”.", "%(n)s people match “%(query)s”.", found)
    return told % {"n": number(found), "query": asked.query}


def _group(asked: Asked, count: int | None, tiers: dict[str, str]) -> str:
    """Who is in the list, in words: with their number where it is known."""
    text = _filtered(asked.filter, count)
    if asked.tier == MEMBERS:
        text = _("%(who)s who are members") % {"who": text}
    elif asked.tier:
        text = _("%(who)s in the tier “%(tier)s”") % {"who": text, "tier": tiers[asked.tier]}
    if asked.segment:
        text = _("%(who)s in “%(segment)s”") % {
            "who": text,
            "segment": segment_name(asked.segment),
        }
    if asked.tag:
        text = _("%(who)s tagged “%(tag)s”") % {"who": text, "tag": asked.tag}
    return text


def _filtered(shown: str, count: int | None) -> str:
    if count is None:
        return {
            "regulars": _("regulars"),
            "drifting": _("those who used to come often and have stopped"),
            "new": _("those whose first order was in the last 30 days"),
            "once": _("those who ordered once"),
            "prospects": _("those who have not ordered yet"),
        }.get(shown, _("those"))
    told = {
        "regulars": ngettext("%(n)s regular", "%(n)s regulars", count),
        "drifting": ngettext(
            "%(n)s who used to come often and has stopped",
            "%(n)s who used to come often and have stopped",
            count,
        ),
        "new": ngettext(
            "%(n)s whose first order was in the last 30 days",
            "%(n)s whose first orders were in the last 30 days",
            count,
        ),
        "once": ngettext("%(n)s who ordered once", "%(n)s who ordered once each", count),
        "prospects": ngettext(
            "%(n)s who has not ordered yet", "%(n)s who have not ordered yet", count
        ),
    }.get(shown, ngettext("%(n)s person", "%(n)s people", count))
    return told % {"n": number(count)}
