"""Where everybody stands: visits against silence, scores, named segments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.console.charts.figures import Grid, GridCell, GridRow
from regulars.console.insights import links
from regulars.console.insights.answers import Answer, Row
from regulars.console.insights.names import GROUPS, MEANINGS
from regulars.console.insights.scene import Scene, furnished
from regulars.console.views.customers.labels import segment_name

LEVELS = 6
SCORES = range(5, 0, -1)


def visits(scene: Scene) -> Grid:
    """How often somebody came in 12 months, by days since the last visit."""
    answer = scene.of("segments")
    cells = answer.rows("visits")
    levels = _levels(cells)
    rows: dict[int, list[Row]] = {}
    for cell in cells:
        rows.setdefault(cell["visits_from"], []).append(cell)
    seen = sum(cell["customers"] for cell in cells)
    title = ngettext("Where your one customer stands", "Where your %(n)s customers stand", seen) % {
        "n": scene.number(seen)
    }
    return Grid(
        key="visits",
        title=title if answer.ready else _("Where your customers stand"),
        caption=_("Down: how often they came in 12 months. Across: days since the last visit.")
        + _choose(scene),
        description=_("Customers by visits in 12 months and days since the last one"),
        columns=tuple(silence(cell["days_from"], cell["days_to"]) for cell in _first(rows)),
        rows=tuple(
            GridRow(
                label=span(line[0]["visits_from"], line[0]["visits_to"]),
                cells=tuple(_visit_cell(scene, cell, levels) for cell in line),
            )
            for line in rows.values()
        ),
        row_label=_("Visits"),
        across=_("days since the last visit"),
        less=_("spend less"),
        more=_("spend more"),
        **furnished(scene, answer, "visits"),
    )


def _choose(scene: Scene) -> str:
    """What to do with a grid whose fields lead to their people."""
    return " " + _("Choose a field to see the people.") if scene.asked.usual else ""


def _first(rows: dict[int, list[Row]]) -> list[Row]:
    return next(iter(rows.values()), [])


def span(low: int, high: int | None) -> str:
    """A band in words: "8–14", "15 or more", "1"."""
    if high is None:
        return _("%(n)s or more") % {"n": low}
    return str(low) if low == high else f"{low}–{high}"


def silence(low: int, high: int | None) -> str:
    """A band of days in words: "8–21", "over 120"."""
    return span(low, high) if high is not None else _("over %(n)s") % {"n": low - 1}


def band(low: int, high: int | None) -> str:
    """The same band as a part of an address: "8-14", "15-"."""
    return f"{low}-{'' if high is None else high}"


def bands_of(cell: Row) -> tuple[str, str]:
    """The bands of visits and of silence of a cell, as an address names them."""
    return (
        band(cell["visits_from"], cell["visits_to"]),
        band(cell["days_from"], cell["days_to"]),
    )


def _visit_cell(scene: Scene, cell: Row, levels: dict[int, int]) -> GridCell:
    visited, silent = bands_of(cell)
    query = {"visits": visited, "days": silent}
    leads = scene.asked.usual and cell["customers"]
    return GridCell(
        value=cell["customers"],
        level=levels[id(cell)],
        label=str(GROUPS[cell["group"]]),
        url=links.address("insights_people", query) if leads else "",
    )


def _levels(cells: list[Row]) -> dict[int, int]:
    """The tint of each cell, 0 to 6, by the rank of what its people spent on average."""
    spent = {
        id(cell): cell["revenue"] / Decimal(cell["customers"])
        for cell in cells
        if cell["customers"]
    }
    ranks = {value: rank for rank, value in enumerate(sorted(set(spent.values())))}
    most = max(len(ranks) - 1, 1)
    return {
        id(cell): LEVELS * ranks[spent[id(cell)]] // most if id(cell) in spent else 0
        for cell in cells
    }


def scores(scene: Scene) -> Grid:
    """Customers by their scores for recency and frequency."""
    answer = scene.of("segments")
    found = {(row["f"], row["r"]): row for row in answer.rows("grid")}
    levels = _levels(list(found.values()))
    rows = tuple(
        GridRow(
            label=str(f),
            cells=tuple(_score_cell(scene, found.get((f, r)), levels) for r in reversed(SCORES)),
        )
        for f in SCORES
    )
    return Grid(
        key="scores",
        title=_("How lately and how often, in fifths"),
        caption=_(
            "Down: how often, 5 is the fifth that comes most. Across: how lately, 5 is the fifth "
            "that was here last."
        )
        + _choose(scene),
        description=_("Customers by their scores for frequency and recency"),
        columns=tuple(str(r) for r in reversed(SCORES)),
        rows=rows,
        row_label=_("How often"),
        across=_("how lately"),
        less=_("spend less"),
        more=_("spend more"),
        **furnished(scene, answer, "grid"),
    )


def _score_cell(scene: Scene, cell: Row | None, levels: dict[int, int]) -> GridCell:
    if cell is None:
        return GridCell(value=0, level=0)
    query = {"recency": str(cell["r"]), "frequency": str(cell["f"])}
    return GridCell(
        value=cell["customers"],
        level=levels[id(cell)],
        url=links.address("insights_people", query) if scene.asked.usual else "",
    )


def segments(scene: Scene) -> dict[str, Any]:
    """The named segments, those to be happiest about first."""
    answer = scene.of("segments")
    found = answer.rows("segments")
    people = sum(row["customers"] for row in found)
    money = sum(answer.minor(row["revenue"]) for row in found)
    rows = [{**_segment(scene, answer, row), **_meters(scene, row, people, money)} for row in found]
    return {
        "key": "segments",
        "title": _segment_title(scene, answer),
        "caption": _("Everybody who ever bought, by how lately, how often and for how much."),
        "rows": rows,
        **furnished(scene, answer, "segments"),
    }


def _segment(scene: Scene, answer: Answer, row: Row) -> dict[str, Any]:
    return {
        "name": segment_name(row["segment"]),
        "meaning": MEANINGS[row["segment"]],
        "customers": row["customers"],
        "customer_share": row["customer_share"],
        "revenue_minor": answer.minor(row["revenue"]),
        "currency": answer.currency,
        "revenue_share": row["revenue_share"],
        "url": links.segment(row["segment"]) if scene.asked.usual and row["customers"] else "",
    }


def _meters(scene: Scene, row: Row, people: int, money: int) -> dict[str, Any]:
    """The two bars beside a segment: its part of all people and of all money."""
    part = int(money * max(row["revenue_share"] or 0, 0))
    return {
        "people_label": _("%(share)s of people") % {"share": scene.share(row["customer_share"])},
        "people_part": row["customers"],
        "people_rest": people - row["customers"],
        "money_label": _("%(share)s of money") % {"share": scene.share(row["revenue_share"])},
        "money_part": part,
        "money_rest": max(money - part, 0),
    }


def _segment_title(scene: Scene, answer: Answer) -> str:
    best = next((row for row in answer.rows("segments") if row["customers"]), None)
    if best is None or best["revenue_share"] is None:
        return _("Named segments")
    return _("%(name)s: %(people)s of the people, %(money)s of the money") % {
        "name": segment_name(best["segment"]),
        "people": scene.share(best["customer_share"]),
        "money": scene.share(best["revenue_share"]),
    }


def asks(scene: Scene) -> list[dict[str, str]]:
    """What the grid of visits asks of its reader."""
    cells = scene.of("segments").rows("visits")

    def count(wanted: Callable[[Row], bool]) -> int:
        return sum(cell["customers"] for cell in cells if wanted(cell))

    best = count(lambda cell: cell["group"] == "best" and (cell["days_to"] or 999) <= 21)
    slipping = count(lambda cell: cell["group"] == "slipping")
    once = count(lambda cell: cell["group"] == "once_only")
    return [
        item
        for item in (_best(scene, best), _slipping(scene, slipping), _once(scene, once))
        if item
    ]


def _best(scene: Scene, count: int) -> dict[str, str]:
    if not count:
        return {}
    text = ngettext(
        "One of the best came in the last three weeks.",
        "%(n)s of the best came in the last three weeks.",
        count,
    )
    return {
        "icon": "heart",
        "text": text % {"n": scene.number(count)},
        "detail": _("Say thanks; ask them to bring somebody."),
        "url": _usual(scene, links.segment("champion")),
    }


def _slipping(scene: Scene, count: int) -> dict[str, str]:
    if not count:
        return {}
    text = ngettext(
        "One is slipping after four visits or more.",
        "%(n)s are slipping after four visits or more.",
        count,
    )
    return {
        "icon": "clock",
        "text": text % {"n": scene.number(count)},
        "detail": _("Begin with those who spend most; a word in person costs nothing."),
        "url": _usual(scene, links.customers("drifting")),
    }


def _once(scene: Scene, count: int) -> dict[str, str]:
    if not count:
        return {}
    text = ngettext(
        "One bought once in a year and not again.",
        "%(n)s bought once in a year and not again.",
        count,
    )
    chance = scene.of("next-order").headline.get("second_order_share")
    detail = _("Of 100 first orders, %(n)s are followed by a second.") % {
        "n": scene.hundred(chance)
    }
    return {
        "icon": "bag",
        "text": text % {"n": scene.number(count)},
        "detail": detail if chance is not None else "",
        "url": _usual(scene, links.customers("once")),
    }


def _usual(scene: Scene, url: str) -> str:
    """Lists of customers know only today, net of refunds."""
    return url if scene.asked.usual else ""


def numbers_of(rows: Iterable[Row]) -> list[str]:
    """The internal numbers that rows name, to look their people up by."""
    return [row["customer_id"] for row in rows if row.get("customer_id")]
