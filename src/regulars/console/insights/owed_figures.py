"""The pictures of Points owed: three steps, the months, when points end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from regulars.console.charts.figures import Level, Levels, LineChart, Series
from regulars.console.insights.answers import Row
from regulars.console.insights.owed_held import Held, cost, minor
from regulars.console.insights.scene import Scene, furnished
from regulars.words import formats

ANYTHING = Decimal("0.9")
"""A range that reaches so far up says nothing."""


def steps(scene: Scene) -> Levels:
    """Worth, then what people will use, then what that costs."""
    answer = scene.of("owed")
    head = answer.headline
    levels: list[Level] = []
    if head.get("worth") is not None:
        label = _("If all came tomorrow")
        levels.append(Level(label=label, value=minor(scene, head["worth"]) or 0, colour=6))
    if head.get("likely_worth") is not None:
        levels.append(
            Level(
                label=_("Likely to be used"),
                value=minor(scene, head["likely_worth"]) or 0,
                low=minor(scene, head["low_worth"]),
                high=minor(scene, head["high_worth"]),
            )
        )
        paid = cost(scene)
        if paid is not None:
            label = _("What that costs you")
            levels.append(Level(label=label, value=minor(scene, paid) or 0, colour=2))
    rest = furnished(scene, answer, "assets")
    if not levels and not rest["empty"]:
        rest["empty"] = _("Say on the page of rewards what one is worth, and it is told in money.")
    return Levels(
        key="steps",
        title=_("What you owe, in three steps"),
        caption=_("Worth at the counter, then what people will use, then what it costs you."),
        description=", ".join(f"{one.label}: {_words(scene, one)}" for one in levels),
        unit="money",
        currency=answer.currency,
        levels=tuple(levels),
        series=_("Worth"),
        axis=_("Step"),
        usual=_("9 times in 10") if len(levels) > 1 else "",
        **rest,
    )


def _words(scene: Scene, one: Level) -> str:
    return formats.whole_money(int(one.value), scene.of("owed").currency, scene.language)


def months(scene: Scene, main: Held | None) -> LineChart:
    """What was owed at the end of each month, in money where its worth is known."""
    answer = scene.of("owed")
    rows = [row for row in answer.rows("months") if main and row["asset"] == main.key]
    best = main.best if main else None

    def scaled(value: Decimal | None) -> int | None:
        if value is None:
            return None
        return minor(scene, value * best.of_one) if best else int(value)

    said = tuple(scaled(row["owed"]) for row in rows)
    series = [Series(name=_("Owed"), values=said, colour=6, dash="dash", end=_("Owed"))]
    if any(row["likely"] is not None for row in rows):
        likely = tuple(scaled(row["likely"]) for row in rows)
        low, high = (
            tuple(scaled(row[name]) if _tells(row) else None for row in rows)
            for name in ("low", "high")
        )
        name, end = _("Likely to be used"), _("Likely")
        series.insert(0, Series(name=name, end=end, values=likely, low=low, high=high))
    return LineChart(
        key="months",
        title=_months_title(rows),
        caption=_("At the end of each month, as it would have been told then."),
        description=_months_title(rows),
        unit="money" if best else "number",
        currency=answer.currency,
        labels=tuple(formats.month(row["day"], scene.language) for row in rows),
        long_labels=tuple(formats.short_day(row["day"], scene.language) for row in rows),
        axis=_("Day"),
        series=tuple(series),
        band=_("9 times in 10") if any(map(_tells, rows)) else "",
        **furnished(scene, answer, "months"),
    )


def _tells(row: Row) -> bool:
    """Whether a range says more than that it may be anything, as it does in the first months."""
    return row["likely"] is not None and row["high"] < row["owed"] * ANYTHING


def _months_title(rows: list[Row]) -> str:
    if len(rows) < 2:
        return _("What was owed")
    first, last = rows[0]["owed"], rows[-1]["owed"]
    if last > first * Decimal("1.05"):
        return _("What you owe grows")
    return _("What you owe shrinks") if last < first * Decimal("0.95") else _("What you owe stays")


def ends(scene: Scene, main: Held | None) -> Levels:
    """What is held by when it ends, and what of it will be used before."""
    answer = scene.of("owed")
    rows = [row for row in answer.rows("ends") if main and row["asset"] == main.key]
    known = all(row["likely"] is not None for row in rows)
    rest = furnished(scene, answer, "ends")
    if not rows and not rest["empty"]:
        rest["empty"] = _("Nothing is held.")
    return Levels(
        key="ends",
        title=_("When points end"),
        caption=_("In these months, if nobody uses them before."),
        description=", ".join(
            f"{_span(first, last, scene)}: {scene.number(int(amount))}"
            for first, last, amount, _likely in _grouped(rows)
        ),
        levels=tuple(
            Level(
                label=_span(first, last, scene),
                value=int(amount),
                part=int(likely) if known and likely is not None else None,
            )
            for first, last, amount, likely in _grouped(rows)
        ),
        series=_("Held"),
        axis=_("Ends"),
        part=_("Likely used") if known and rows else "",
        rest=_("Likely to end unused") if known and rows else "",
        **rest,
    )


Group = tuple[date | None, date | None, Decimal, Decimal | None]


def _grouped(rows: list[Row]) -> list[Group]:
    """The first two months alone, then three at a time, at last what knows no end."""
    dated = [row for row in rows if row["month"] is not None]
    parts = [[row] for row in dated[:2]]
    parts += [dated[start : start + 3] for start in range(2, len(dated), 3)]
    parts += [[row] for row in rows if row["month"] is None]
    found: list[Group] = []
    for part in parts:
        likely = [row["likely"] for row in part]
        some = None if None in likely else sum(likely, Decimal(0))
        amount = sum((row["amount"] for row in part), Decimal(0))
        found.append((part[0]["month"], part[-1]["month"], Decimal(amount), some))
    return found


def _span(first: date | None, last: date | None, scene: Scene) -> str:
    if first is None or last is None:
        return _("no fixed end")
    if first == last:
        return formats.month_year(first, scene.language)
    return f"{formats.month(first, scene.language)}–{formats.month_year(last, scene.language)}"
