"""The pages of Insights: what each asks for and what it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from msgspec import Struct

from regulars.actions.results import Wish
from regulars.console.insights import links, numbers, products, repeat, rhythm, sales, standing
from regulars.console.insights import owed as owing
from regulars.console.insights.asking import Asked
from regulars.console.insights.scene import Scene, whole_percent

Built = dict[str, Any]

TELLING = 2
"""Of 100: a smaller change is no news."""


class Tab(Struct, frozen=True, kw_only=True):
    """A page: its address, its title, the results that it needs, what it makes of them. `nets`
    says whether refunds can be taken off or not."""

    url_name: str
    label: str | Promise
    title: str | Promise
    kinds: tuple[str, ...]
    build: Callable[[Scene], Built]
    by_period: bool = False
    nets: bool = True

    def wishes(self, asked: Asked) -> list[Wish]:
        """The results that this page needs; revenue by the period asked, and by day for new
        customers."""
        wishes = [asked.wish(kind) for kind in self.kinds]
        return [*wishes, asked.wish("revenue", period=asked.period)] if self.by_period else wishes


def _repeat(scene: Scene) -> Built:
    kpis = [
        numbers.came_back(scene),
        numbers.second_visit(scene),
        numbers.from_regulars(scene),
        numbers.drifting(scene),
    ]
    drifting = repeat.drifting(scene)
    action = ngettext("Look after one person", "Look after %(n)s people", drifting["count"])
    return {
        "lead": _repeat_lead(scene),
        "kpis": kpis,
        "meanings": numbers.meanings(scene),
        "came_back": repeat.came_back(scene),
        "drifting": drifting,
        "all_drifting_url": links.customers("drifting") if scene.asked.usual else "",
        "action": action % {"n": scene.number(drifting["count"])} if drifting["count"] else "",
        "cohorts": repeat.cohorts(scene),
        "visits": standing.visits(scene),
        "asks": standing.asks(scene),
    }


def _repeat_lead(scene: Scene) -> dict[str, str]:
    head = scene.of("repeat").headline
    now, before = head.get("came_back_share"), head.get("came_back_share_before")
    if now is None:
        return {}
    text = _("%(now)s of 100 buyers returned within 30 days.")
    values = {"now": scene.hundred(now)}
    if before is None:
        return {"text": text % values}
    gap = whole_percent(now) - whole_percent(before)
    moved = (gap > 0) - (gap < 0) if abs(gap) >= TELLING else 0
    strong = (
        _("People come back as before:"),
        _("Yes, people come back more:"),
        _("No, fewer people come back:"),
    )[moved]
    text = _("%(now)s of 100 buyers returned within 30 days, %(before)s a month ago.")
    return {"strong": strong, "text": text % {**values, "before": scene.hundred(before)}}


def _sales(scene: Scene) -> Built:
    head = scene.of("revenue", period=scene.asked.period).headline
    lead = {}
    if head:
        answer = scene.of("revenue", period=scene.asked.period)
        text = _("%(money)s from %(orders)s orders of %(customers)s customers in all.")
        lead["text"] = text % {
            "money": scene.money(answer, head["revenue"]),
            "orders": scene.number(head["orders"]),
            "customers": scene.number(head["customers"]),
        }
    if head.get("guest_orders"):
        text = _("Guests made %(orders)s orders more.")
        lead["text"] += " " + text % {"orders": scene.number(head["guest_orders"])}
    return {
        "lead": lead,
        "revenue": sales.revenue(scene),
        "orders": sales.orders(scene),
        "buyers": sales.buyers(scene),
        "regulars": sales.regulars(scene),
    }


def _rhythm(scene: Scene) -> Built:
    gaps, chances = scene.of("gaps").headline, scene.of("next-order").headline
    parts = []
    if gaps.get("median") is not None:
        text = ngettext(
            "Who comes again comes after a day as a rule.",
            "Who comes again comes after %(n)s days as a rule.",
            int(gaps["median"]),
        )
        parts.append(text % {"n": scene.number(int(gaps["median"]))})
    if chances.get("second_order_share") is not None:
        text = _("Of 100 who bought once, %(n)s bought again.")
        parts.append(text % {"n": scene.hundred(chances["second_order_share"])})
    return {
        "lead": {"text": " ".join(parts)},
        "gaps": rhythm.gaps(scene),
        "waits": rhythm.waits(scene),
        "chances": rhythm.chances(scene),
        "asks": rhythm.asks(scene),
    }


def _standing(scene: Scene) -> Built:
    head = scene.of("segments").headline
    lead = {}
    if head:
        text = ngettext("One person has bought;", "%(n)s people have bought;", head["customers"])
        text += " " + ngettext(
            "one of them not in the last 12 months.",
            "%(absent)s of them not in the last 12 months.",
            head["absent_12_months"],
        )
        lead["text"] = text % {
            "n": scene.number(head["customers"]),
            "absent": scene.number(head["absent_12_months"]),
        }
    return {
        "lead": lead,
        "segments": standing.segments(scene),
        "scores": standing.scores(scene),
        "visits": standing.visits(scene),
    }


def _products(scene: Scene) -> Built:
    head = scene.of("products").headline
    lead = {}
    if head:
        text = _("%(regulars)s of %(customers)s customers are regulars: three orders in 60 days.")
        lead["text"] = text % {
            "regulars": scene.number(head["regulars"]),
            "customers": scene.number(head["customers"]),
        }
    return {"lead": lead, "products": products.regulars_buy(scene)}


TABS = {
    "repeat": Tab(
        url_name="insights",
        label=gettext_lazy("Do they come back"),
        title=gettext_lazy("Do they come back?"),
        kinds=("repeat", "gaps", "regulars", "drifting", "cohorts", "segments", "next-order"),
        build=_repeat,
    ),
    "sales": Tab(
        url_name="insights_sales",
        label=gettext_lazy("Sales"),
        title=gettext_lazy("Sales"),
        kinds=("regulars",),
        build=_sales,
        by_period=True,
    ),
    "rhythm": Tab(
        url_name="insights_rhythm",
        label=gettext_lazy("Rhythm"),
        title=gettext_lazy("How often do they come?"),
        kinds=("gaps", "next-order"),
        build=_rhythm,
    ),
    "standing": Tab(
        url_name="insights_standing",
        label=gettext_lazy("Standing"),
        title=gettext_lazy("Where does everybody stand?"),
        kinds=("segments",),
        build=_standing,
    ),
    "products": Tab(
        url_name="insights_products",
        label=gettext_lazy("Products"),
        title=gettext_lazy("What do regulars buy?"),
        kinds=("products",),
        build=_products,
    ),
    "owed": Tab(
        url_name="insights_owed",
        label=gettext_lazy("Points owed"),
        title=gettext_lazy("Points owed"),
        kinds=("owed",),
        build=owing.owed,
        nets=False,
    ),
}
