"""Worth doing next: at most three things, each with its effect, leading to its page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.console.insights import links
from regulars.console.insights.scene import Scene
from regulars.console.permissions import Right, StaffRequest, may
from regulars.console.views.today.news import import_page, rejected
from regulars.console.views.today.people import enough_people
from regulars.db.models import ImportRun
from regulars.db.queries import today
from regulars.db.queries.staff import has_second_factor

SHOWN = 3
Item = dict[str, Any]


def next_things(request: StaffRequest, scene: Scene, last_import: ImportRun | None) -> list[Item]:
    """What this reader may do, the most urgent first."""
    items: list[Item] = []
    if last_import and may(request.user, Right.IMPORT):
        items.append(_rejected(scene, last_import))
    items.append(_second_factor(request))
    items.append(_drifting(scene))
    if may(request.user, Right.CHANGE_SETTINGS):
        items.append(_places(scene))
    items.append(_once(scene))
    return [item for item in items if item.get("url")][:SHOWN]


def second_factor(request: StaffRequest) -> list[Item]:
    """What everybody can do for their own account."""
    return [item for item in [_second_factor(request)] if item]


def _rejected(scene: Scene, run: ImportRun) -> Item:
    count = rejected(run)
    if not count:
        return {}
    n = {"n": scene.number(count), "file": run.file_name}
    return {
        "title": _("Finish the import"),
        "text": ngettext(
            "One row of %(file)s could not go in.", "%(n)s rows of %(file)s could not go in.", count
        )
        % n,
        "action": ngettext("Look at the row", "Look at %(n)s rows", count) % n,
        "url": import_page(run),
        "effect": _("Until then they are missing in every figure"),
    }


def _second_factor(request: StaffRequest) -> Item:
    if has_second_factor(request.user):
        return {}
    return {
        "title": _("Protect your account"),
        "text": _("With a second factor, a stolen password alone opens nothing."),
        "action": _("Set it up"),
        "url": reverse("mfa_index"),
        "effect": _("2 minutes"),
    }


def _drifting(scene: Scene) -> Item:
    answer = scene.of("drifting")
    count = answer.headline.get("customers", 0)
    if not count:
        return {}
    stake = scene.money(answer, answer.headline["stake_a_month"])
    return {
        "title": _("Look after those who drift away"),
        "text": ngettext(
            "One person used to come often and has stopped.",
            "%(n)s people used to come often and have stopped.",
            count,
        )
        % {"n": scene.number(count)},
        "action": _("See the list"),
        "url": links.customers("drifting"),
        "effect": _("%(money)s a month at stake") % {"money": stake},
    }


def _places(scene: Scene) -> Item:
    count = today.unnamed_places()
    if not count:
        return {}
    return {
        "title": _("Name your places"),
        "text": ngettext(
            "One place is still called by its code.",
            "%(n)s places are still called by their codes.",
            count,
        )
        % {"n": scene.number(count)},
        "action": _("Name them"),
        "url": links.address("places"),
        "effect": _("Every figure by place reads better"),
    }


def _once(scene: Scene) -> Item:
    head = scene.of("next-order").headline
    if head.get("second_order_share") is None or not enough_people(scene):
        return {}
    return {
        "title": _("Win the second order"),
        "text": _("Of 100 first orders, %(n)s are followed by a second.")
        % {"n": scene.hundred(head["second_order_share"])},
        "action": _("See who bought once"),
        "url": links.customers("once"),
        "effect": _("The second order is where most are lost"),
    }
