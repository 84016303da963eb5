"""Do they come back: buyers of a month by place, newcomers growing older, who drifts away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.console.charts.figures import HeatRow, HeatTable, LineChart, Series
from regulars.console.insights import links
from regulars.console.insights.answers import Answer, Row
from regulars.console.insights.scene import Scene, furnished
from regulars.console.insights.trends import Share, change, together
from regulars.db.queries.results import Person
from regulars.words import formats

MONTHS = 12
COMPARED = 3
"""Months at each end of a line that are compared."""
MOST_PLACES = 4
FEW = 20
LISTED = 6
DASHES = ("", "dash", "dots", "dash")
COLOURS = (1, 3, 2, 4)


def came_back(scene: Scene) -> LineChart:
    """Of 100 buyers of a month, how many bought again within 30 days; by place if there are two."""
    answer = scene.of("repeat")
    lines = _lines(answer)
    months = sorted({row["month"] for rows in lines.values() for row in rows})[-MONTHS:]
    lines = {place: rows for place, rows in lines.items() if _within(rows, months)}
    furniture = furnished(scene, answer, "buyers")
    if answer.ready and len(months) < 2:
        furniture["empty"] = _("Two whole months must pass before they can be compared.")
    title = _trend_title(scene, lines, months) if len(months) > 1 else _("Who comes back")
    return LineChart(
        key="came-back",
        title=title,
        caption=_("Of 100 buyers of a month, how many bought again within 30 days."),
        name=_("Buyers who came back within 30 days"),
        description=_line_words(scene, lines),
        unit="share",
        from_zero=False,
        axis=_("Month"),
        band=_("Where the true value lies, 19 times in 20"),
        labels=tuple(formats.month(month, scene.language) for month in months),
        long_labels=tuple(formats.month_year(month, scene.language) for month in months),
        series=tuple(_series(scene, lines, months)),
        **furniture,
    )


def _lines(answer: Answer) -> dict[str | None, list[Row]]:
    """Whole months by place, the busiest places first; all together where there is one place."""
    found: dict[str | None, list[Row]] = {}
    for row in answer.rows("buyers"):
        if row["complete"]:
            found.setdefault(row["place"], []).append(row)
    together_ = found.pop(None, [])
    ranked = sorted(found, key=lambda place: -sum(row["buyers"] for row in found[place]))
    if len(ranked) < 2:
        return {None: together_}
    return {place: found[place] for place in ranked[:MOST_PLACES]}


def _within(rows: list[Row], months: list[date]) -> bool:
    return any(row["month"] in months for row in rows)


def _series(scene: Scene, lines: dict[str | None, list[Row]], months: list[date]) -> list[Series]:
    made = []
    for n, (place, rows) in enumerate(lines.items()):
        by_month = {row["month"]: row for row in rows}
        cells = [by_month.get(month, {}) for month in months]
        made.append(
            Series(
                name=scene.place(place) or _("All buyers"),
                values=tuple(cell.get("share") for cell in cells),
                low=tuple(cell.get("low") for cell in cells),
                high=tuple(cell.get("high") for cell in cells),
                colour=COLOURS[n],
                dash=DASHES[n],  # type: ignore[arg-type]
            )
        )
    return made


def _moved(rows: list[Row], months: list[date]) -> int:
    """Whether the last months differ from the first ones that are shown."""
    shares = [
        Share(part=row["came_back"], whole=row["buyers"]) for row in rows if row["month"] in months
    ]
    width = min(COMPARED, len(shares) // 2)
    return change(together(shares[:width]), together(shares[-width:])) if width else 0


def _trend_title(scene: Scene, lines: dict[str | None, list[Row]], months: list[date]) -> str:
    moves = {place: _moved(rows, months) for place, rows in lines.items()}
    if len(moves) == 1:
        since = {"month": formats.month_year(months[0], scene.language, long=True)}
        return (
            _("As many buyers come back as in %(month)s"),
            _("More buyers come back than in %(month)s"),
            _("Fewer buyers come back than in %(month)s"),
        )[moves.popitem()[1]] % since
    if len(set(moves.values())) == 1:
        return (
            _("All places stand still"),
            _("All places climb"),
            _("All places fall"),
        )[moves.popitem()[1]]
    groups = {
        move: [scene.place(place) for place in moves if moves[place] == move] for move in (1, 0, -1)
    }
    return ", ".join(_move_words(scene, names, move) for move, names in groups.items() if names)


def _move_words(scene: Scene, names: list[str], move: int) -> str:
    words = (
        ngettext("%(names)s stands still", "%(names)s stand still", len(names)),
        ngettext("%(names)s climbs", "%(names)s climb", len(names)),
        ngettext("%(names)s falls", "%(names)s fall", len(names)),
    )[move]
    return words % {"names": formats.joined(names, scene.language)}


def _line_words(scene: Scene, lines: dict[str | None, list[Row]]) -> str:
    return " ".join(
        _("%(place)s: from %(first)s to %(last)s of 100.")
        % {
            "place": scene.place(place) or _("All buyers"),
            "first": scene.hundred(rows[0]["share"]),
            "last": scene.hundred(rows[-1]["share"]),
        }
        for place, rows in lines.items()
        if rows
    )


def cohorts(scene: Scene) -> HeatTable:
    """Of 100 people who first bought in a month, how many bought again in each later one."""
    answer = scene.of("cohorts")
    groups: dict[date, list[Row]] = {}
    for row in answer.rows("cohorts"):
        groups.setdefault(row["cohort"], []).append(row)
    shown = dict(sorted(groups.items())[-MONTHS:])
    return HeatTable(
        key="cohorts",
        title=_cohort_title(scene, groups),
        caption=_(
            "Of 100 people who first bought in a month, how many bought again one month later, "
            "two months later and so on."
        ),
        name=_("Newcomers by month"),
        unit="share",
        columns=tuple(str(n) for n in range(1, MONTHS)),
        rows=tuple(
            _heat_row(scene, n, cohort, rows) for n, (cohort, rows) in enumerate(shown.items())
        ),
        row_label=_("First bought"),
        size_label=_("People"),
        across=_("months later"),
        hint=_("Read across: each line is one group of newcomers growing older."),
        few=FEW,
        **furnished(scene, answer, "cohorts"),
    )


def _heat_row(scene: Scene, n: int, cohort: date, rows: list[Row]) -> HeatRow:
    cells = {row["months_later"]: row["share"] for row in rows if row["complete"]}
    named = n == 0 or cohort.month == 1
    label = formats.month_year if named else formats.month
    known = any(later in cells for later in range(1, MONTHS))
    return HeatRow(
        label=label(cohort, scene.language),
        size=rows[0]["size"],
        cells=tuple(cells.get(later) for later in range(1, MONTHS)),
        note="" if known else _("too early to say"),
    )


def _cohort_title(scene: Scene, groups: dict[date, list[Row]]) -> str:
    """Compares the month after the first of the last three groups with that of those before."""
    firsts = {
        cohort: Share(part=row["customers"], whole=row["size"])
        for cohort, rows in sorted(groups.items())
        for row in rows
        if row["months_later"] == 1 and row["complete"]
    }
    late = list(firsts)[-COMPARED:]
    early = list(firsts)[-MONTHS:-COMPARED]
    if not early:
        return _("Newcomers, month by month")
    moved = change(together(firsts[c] for c in early), together(firsts[c] for c in late))
    since = {"month": formats.month_year(late[0], scene.language, long=True)}
    return (
        _("Newcomers come back as before"),
        _("Newcomers since %(month)s come back more often"),
        _("Newcomers since %(month)s come back less often"),
    )[moved] % since


def drifting(scene: Scene) -> dict[str, Any]:
    """The figures around the list of those who drift away."""
    answer = scene.of("drifting")
    count = answer.headline.get("customers", 0)
    return {
        "answer": answer,
        "count": count,
        "stake": scene.money(answer, answer.headline.get("stake_a_month")) if answer.ready else "",
        "rows": answer.rows("customers")[:LISTED],
        **furnished(scene, answer, "customers"),
    }


def drifting_people(scene: Scene, people: Mapping[str, Person]) -> list[dict[str, Any]]:
    """Those who drift away with most money at stake, as the page shows them."""
    answer = scene.of("drifting")
    return [
        {
            "name": found.name or _("No name"),
            "url": links.person(found),
            "ago": formats.days_ago(int(row["days_since_last"]), scene.language),
            "usual": rhythm(scene, row["usual_gap_days"]),
            "stake_minor": answer.minor(row["stake_a_month"]),
        }
        for row in answer.rows("customers")[:LISTED]
        if (found := people.get(row["customer_id"]))
    ]


def rhythm(scene: Scene, gap: Decimal | None) -> str:
    """A usual gap in words."""
    days = max(int(Decimal(gap or 0).quantize(Decimal(1), rounding=ROUND_HALF_UP)), 1)
    text = ngettext("usually every day", "usually every %(n)s days", days)
    return text % {"n": scene.number(days)}
