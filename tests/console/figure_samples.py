"""Sample figures: one of each kind, with the values of a year at Corner Coffee."""

from __future__ import annotations

from decimal import Decimal

from regulars.console.charts.figures import (
    AnyFigure,
    Bar,
    BarChart,
    FlatBar,
    Grid,
    GridCell,
    GridRow,
    HeatRow,
    HeatTable,
    Histogram,
    Level,
    Levels,
    LineChart,
    Note,
    Part,
    Series,
)

MONTHS = ["Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]
NOTES = (
    Note(term="Who", text="Everybody known by name, card or e-mail; staff left out"),
    Note(term="When", text="Calendar months in Berlin time; the last one is not complete"),
)


def shares(text: str) -> tuple[Decimal | None, ...]:
    return tuple(None if word == "-" else Decimal(word) / 100 for word in text.split())


CAFE = shares("38 36.5 38.2 40.1 41 42.2 43.1 44.8 45 46.2 47.5 50.4")
SHOP = shares("29.8 31 30.2 30.9 29.5 30.4 31.2 30.1 30.6 29.9 30.8 30.3")


def around(values: tuple[Decimal | None, ...], by: str) -> tuple[Decimal | None, ...]:
    return tuple(None if value is None else value + Decimal(by) for value in values)


LINES = LineChart(
    key="cameback",
    title="The café climbs, the shop stands still",
    caption="Of 100 buyers of a month, how many bought again within 30 days.",
    name="Buyers who came back within 30 days",
    description="Café rises from 38 to 50 of 100. Online shop stays between 29 and 31.",
    unit="share",
    from_zero=False,
    labels=tuple(MONTHS),
    long_labels=tuple(f"{month} 2026" for month in MONTHS),
    axis="Month",
    band="Where the true value lies, 19 times in 20",
    series=(
        Series(
            name="Café",
            values=CAFE,
            low=around(CAFE, "-0.02"),
            high=around(CAFE, "0.022"),
        ),
        Series(
            name="Online shop",
            end="Shop",
            values=SHOP,
            low=around(SHOP, "-0.033"),
            high=around(SHOP, "0.034"),
            colour=3,
            dash="dash",
        ),
    ),
    counts=NOTES,
    csv_url="/console/insights/cameback.csv",
)

REVENUE = LineChart(
    key="revenue",
    title="Regulars carry the year",
    caption="Sales by month, net of refunds.",
    description="Sales of regulars rise from €9,100 to €14,300.",
    unit="money",
    currency="EUR",
    labels=tuple(MONTHS * 2),
    axis="Month",
    span=True,
    series=tuple(
        Series(
            name=name,
            values=tuple(None if n in gaps else base + step * n for n in range(24)),
            colour=colour,
            dash=dash,
        )
        for name, base, step, colour, dash, gaps in (
            ("Regulars", 910_000, 22_000, 1, "", ()),
            ("Newcomers", 850_000, 24_000, 2, "dash", (5, 6)),
            ("Guests", 400_000, 1_000, 6, "dots", ()),
            ("Brought by a friend", 405_000, 3_000, 4, "dash", (0, 1, 2)),
        )
    ),
    counts=NOTES,
)

WEEK = ["Wed", "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon"]
VISITS = [118, 124, 151, 188, 171, 96, 131, 121, 133, 158, 196, 142, 101]
LOWS = [110, 116, 140, 175, 160, 88, 108, 110, 116, 140, 175, 160, 88]
HIGHS = [130, 136, 165, 205, 186, 108, 132, 130, 136, 165, 205, 186, 108]
BARS = BarChart(
    key="visits",
    title="Sunday was quieter than usual",
    caption="142 visits instead of 160 to 186. Every other day was as usual.",
    name="Visits a day",
    description="All days lie inside the usual range except Sunday: 142 visits, usual 160 to 186.",
    series="Visits",
    axis="Day",
    usual="Usual for that weekday",
    tones={"low": "Below usual"},
    narrow=7,
    bars=tuple(
        Bar(
            label=label,
            long_label=f"{label}, {n + 4} Nov",
            value=value,
            low=LOWS[n],
            high=HIGHS[n],
            tone="low" if value == 142 else "",
            marked=value in (142, 101),
        )
        for n, (label, value) in enumerate(zip(WEEK, VISITS, strict=True))
    ),
    counts=NOTES,
)

STACKED = BarChart(
    key="newandknown",
    title="Most orders come from people we know",
    caption="Orders by month, of newcomers and of those who had bought before.",
    series="Orders",
    axis="Month",
    parts=("Had bought before", "Newcomers", "Guests"),
    bars=tuple(
        Bar(label=month, value=1200 + 40 * n, parts=(800 + 30 * n, 300 + 10 * n, 100))
        for n, month in enumerate(MONTHS)
    ),
    span=True,
)

SPREAD = Histogram(
    key="gaps",
    title="Half of them are back within nine days",
    caption="Days between one order and the next.",
    series="Times",
    axis="Days",
    bars=tuple(
        Bar(label=str(n), long_label=f"{n} days", value=value)
        for n, value in enumerate([20, 90, 140, 150, 120, 110, 240, 160, 90, 70, 50, 44, 38, 60])
    ),
    marker=Decimal("9.5"),
    marker_label="half of them: 9 days",
    counts=NOTES,
)

FLAT = FlatBar(
    key="made",
    title="Two of three euros come from regulars",
    caption="Sales of the last 12 months.",
    unit="money",
    currency="EUR",
    axis="Who",
    series="Sales",
    parts=(
        Part(label="Regulars", value=11_640_000, colour=1),
        Part(label="Newcomers", value=3_100_000, colour=2),
        Part(label="Drifting away", value=1_900_000, colour=3),
        Part(label="Guests", value=90_000, colour=6),
    ),
)

COHORT = [
    "40 31 29 24 22 23 23 21 20 18 18",
    "41 32 28 26 27 25 23 22 18 19 -",
    "43 36 32 29 24 25 23 21 19 - -",
    "44 34 33 30 26 24 25 22 - - -",
    "46 38 32 29 27 25 22 - - - -",
    "45 39 31 28 28 25 - - - - -",
    "46 38 33 32 27 - - - - - -",
    "47 38 36 31 - - - - - - -",
    "49 42 36 - - - - - - - -",
    "51 44 - - - - - - - - -",
    "51 - - - - - - - - - -",
]
HEAT = HeatTable(
    key="cohorts",
    title="Newcomers since summer stay longer",
    caption="Of 100 people who first bought in a month, how many bought again later.",
    description="Of the people who first bought in a month, how many of 100 bought again.",
    unit="share",
    columns=tuple(str(n) for n in range(1, 12)),
    rows=(
        *(
            HeatRow(label=month, size=96 + 3 * n, cells=shares(cells))
            for n, (month, cells) in enumerate(zip(MONTHS, COHORT, strict=False))
        ),
        HeatRow(label="Nov", size=118, cells=(), note="too early to say"),
    ),
    row_label="First bought",
    size_label="People",
    across="months later",
    hint="Read across: each line is one group of newcomers growing older.",
    few=100,
    counts=NOTES,
)

NAMES = "Best Best Slipping Slipping Lost"
GRID = Grid(
    key="rfm",
    title="Where your 2,418 people stand",
    caption="Down: how often they came in 12 months. Across: days since the last visit.",
    columns=("0–7", "8–21", "22–45", "46–120", "over 120"),
    rows=tuple(
        GridRow(
            label=label,
            cells=tuple(
                GridCell(value=41 + 17 * n * (m + 1), level=max(6 - n - m, 0), label=name, url="/x")
                for n, name in enumerate(NAMES.split())
            ),
        )
        for m, label in enumerate(("15 or more", "8 to 14", "4 to 7", "2 to 3", "1"))
    ),
    row_label="Visits",
    across="days since the last visit",
    less="spend less",
    more="spend more",
)

OWED = Levels(
    key="owed",
    title="What you owe, in three steps",
    caption="Worth at the counter, then what people will use.",
    unit="money",
    currency="EUR",
    axis="Step",
    series="Worth",
    usual="9 times in 10",
    levels=(
        Level(label="If all came tomorrow", value=462_000, colour=6),
        Level(label="Likely to be used", value=328_000, low=295_700, high=355_700),
        Level(label="What that costs you", value=0, colour=2),
    ),
)
ENDING = Levels(
    key="ending",
    title="When points end",
    axis="Ends",
    series="Held",
    part="Likely used",
    rest="Likely to end unused",
    levels=(
        Level(label="Nov 2026", value=3150, part=1640),
        Level(label="Jan–Mar 2027", value=17_900, part=0),
        Level(label="no fixed end", value=1, part=1),
    ),
)

NOTHING = LineChart(
    key="nothing",
    title="Repeat business",
    labels=(),
    series=(),
    empty="There are no orders yet. Bring in a file of orders, and this fills.",
)

ALL: tuple[AnyFigure, ...] = (
    LINES,
    REVENUE,
    BARS,
    STACKED,
    SPREAD,
    FLAT,
    HEAT,
    GRID,
    OWED,
    ENDING,
    NOTHING,
)
