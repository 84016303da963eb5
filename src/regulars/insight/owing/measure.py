"""Points owed as a measure: what members hold, how much of it will be used, what it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from msgspec import Meta, Struct

from regulars.insight.errors import InsightError
from regulars.insight.lazy import numpy
from regulars.insight.measures.base import YEARS
from regulars.insight.owing.books import (
    balances,
    holder_rows,
    journal_rows,
    largest,
    month_ends,
)
from regulars.insight.owing.estimate import (
    FEWEST_AGES,
    FEWEST_USERS,
    HIGH,
    LOW,
    Estimate,
    estimate,
)
from regulars.insight.owing.moves import (
    EARNED,
    ENDED,
    GIVEN_BACK,
    TAKEN_BACK,
    USED,
    Moves,
    day_number,
    opened,
    until,
)
from regulars.insight.owing.pieces import HELD, pieces
from regulars.insight.owing.tables import TABLES, Row, curve_rows, end_rows
from regulars.insight.params import taken
from regulars.insight.result import Note, NotEnoughData, Outcome, Result, small_table

NOTHING = Note(text="Nothing has been earned up to this day.")
EARLY = Note(
    text="It is too early to say how much will be used: that takes {months} months of points and "
    "{members} members who used some. Until then the range is from nothing to all.",
    values={"months": FEWEST_AGES, "members": FEWEST_USERS},
)
NO_WORTH = Note(
    text="What a point is worth is not known: no reward says what it saves its buyer in money."
)
SMALL_PART = 0.1
"""Of the worth of all that is owed: so much may be too early to tell without hiding the rest."""
FEWER_DRAWS = 60
"""For each month of the past, whose range is drawn to be looked at."""


class OwedParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it can be asked with."""

    as_of: Annotated[
        date | None,
        Meta(description="the last day that is looked at; without it, the last there is"),
    ] = None
    worth: Annotated[
        dict[str, float], Meta(description="by asset, what one of it is worth in money")
    ] = {}
    currency: Annotated[str, Meta(description="the currency of `worth`")] = ""
    months: Annotated[int, Meta(ge=0, le=60, description="months of the past to tell")] = 12
    draws: Annotated[int, Meta(ge=100, le=10_000, description="draws for the range")] = 400
    seed: Annotated[int, Meta(ge=0, description="where the draws begin")] = 1


class Owed:
    """What members hold, and how much of it will be used."""

    kind = "owed"
    definition = "Points owed: what members hold, how much of it will be used, and how sure it is."
    who = "Everybody who holds points, stamps or credit."
    when = "Up to the end of the chosen day."
    what = (
        "What was earned and neither used nor ended. Likely: by the rates at which points of each "
        "age were used so far; the range holds 9 times in 10."
    )
    params_type = OwedParams

    def params(self, options: Mapping[str, Any]) -> OwedParams:
        """Parameters from values or texts. Raises InsightError that names the wrong one."""
        params = taken("owed", options, OwedParams)
        if params.as_of and params.as_of.year not in YEARS:
            raise InsightError(f"owed: {params.as_of} is no day of the years 1900 to 2199.")
        return params

    def __call__(self, source: Any, **options: Any) -> Outcome:
        """Compute on a table or file of movements (`insight.owing.moves` says its columns).

        `worth` says what one of each asset is worth: `{"points": 0.05}`. Raises InsightError.
        """
        return self.compute(opened(source), self.params(options))

    def compute(self, assets: Mapping[str, Moves], params: OwedParams) -> Outcome:
        """The answer for opened movements: a Result, or NotEnoughData with the reason."""
        last = max((one.at.max() for one in assets.values() if len(one.at)), default=None)
        if last is None:
            return NotEnoughData(measure=self.kind, as_of=params.as_of, reason=NOTHING)
        as_of = params.as_of or date(1970, 1, 1) + timedelta(days=int(last))
        rows: dict[str, list[Row]] = {name: [] for name in TABLES}
        draws, notes = numpy.zeros((params.draws, 2)), list[Note]()
        for asset, moves in assets.items():
            told = _asset(asset, moves, as_of, params)
            if told is None:
                continue
            for name, found in told.rows.items():
                rows[name] += found
            worth = params.worth.get(asset)
            draws = draws + told.found.draws * (worth or 0.0)
            notes += [EARLY] if told.found.early and told.found.held and EARLY not in notes else []
        if not rows["assets"]:
            return NotEnoughData(measure=self.kind, as_of=as_of, reason=NOTHING)
        notes += [] if any(row["worth"] is not None for row in rows["assets"]) else [NO_WORTH]
        return Result(
            measure=self.kind,
            as_of=as_of,
            counts="net",
            currency=params.currency,
            headline=_headline(rows["assets"], draws),
            tables=tuple(small_table(name, TABLES[name], rows[name]) for name in TABLES),
            notes=tuple(notes),
        )


class Told(Struct, frozen=True):
    """What is told of one asset: its estimate, and its rows by table."""

    found: Estimate
    rows: dict[str, list[Row]]


def _asset(asset: str, moves: Moves, as_of: date, params: OwedParams) -> Told | None:
    end = float(day_number(as_of) + 1)
    seen = until(moves, end)
    if not (seen.kind == EARNED).any():
        return None
    whole = pieces(seen, end)
    found = estimate(whole, draws=params.draws, seed=params.seed)
    worth = params.worth.get(asset)
    rows = {
        "assets": [_summed(asset, seen, found, worth) | largest(balances(seen, end))],
        "ends": end_rows(asset, whole.only(whole.fate == HELD), found, as_of),
        "months": list(_months(asset, moves, as_of, params)),
        "journal": list(journal_rows(asset, seen, month_ends(as_of, params.months), worth)),
        "holders": holder_rows(asset, balances(seen, end)),
        "moved": _moved(asset, seen, as_of, found),
        "curve": curve_rows(asset, found),
    }
    return Told(found, rows)


def _summed(asset: str, moves: Moves, found: Estimate, worth: float | None) -> Row:
    sums = numpy.bincount(moves.kind, moves.amount, minlength=5)
    row: Row = {
        "asset": asset,
        "earned": sums[EARNED] - sums[TAKEN_BACK],
        "used": sums[USED] - sums[GIVEN_BACK],
        "ended": sums[ENDED],
        "owed": found.held,
        "holders": found.holders,
        "likely": found.likely,
        "low": found.low,
        "high": found.high,
        "share": found.likely / found.held if found.likely and found.held else None,
        "users": found.users,
        "known_months": found.ages,
        "worth_of_one": worth,
    }
    for name, source in (("worth", "owed"), ("likely_worth", "likely")):
        known = worth is not None and row[source] is not None
        row[name] = row[source] * worth if known else None
    return row


def _headline(assets: list[Row], draws: Any) -> dict[str, Any]:
    worth = [row for row in assets if row["worth"] is not None]
    return {
        "holders": max(row["holders"] for row in assets),
        "worth": sum(row["worth"] for row in worth) if worth else None,
        "likely_worth": _likely(worth),
        "low_worth": float(numpy.quantile(draws[:, 0], LOW)) if worth else None,
        "high_worth": float(numpy.quantile(draws[:, 1], HIGH)) if worth else None,
    }


def _likely(worth: list[Row]) -> float | None:
    """What all that has a worth comes to in the end. What is too early to tell counts in full where
    it is a small part; else nothing can be told of the whole."""
    known = [row["likely_worth"] for row in worth if row["likely_worth"] is not None]
    early = sum(row["worth"] for row in worth if row["likely_worth"] is None)
    whole = sum(row["worth"] for row in worth)
    return sum(known) + early if known and early <= SMALL_PART * whole else None


def _months(asset: str, moves: Moves, as_of: date, params: OwedParams) -> Iterator[Row]:
    """What was owed at the end of each month before, as it would have been told then."""
    for last in month_ends(as_of, params.months):
        end = float(day_number(last) + 1)
        seen = until(moves, end)
        if not (seen.kind == EARNED).any():
            continue
        found = estimate(pieces(seen, end), draws=FEWER_DRAWS, seed=params.seed)
        yield {
            "asset": asset,
            "day": last,
            "owed": found.held,
            "likely": found.likely,
            "low": found.low,
            "high": found.high,
        }


def _moved(asset: str, moves: Moves, as_of: date, found: Estimate) -> list[Row]:
    """What moved since the first of the month."""
    start = float(day_number(as_of.replace(day=1)))
    sums = numpy.bincount(
        moves.kind[moves.at >= start], moves.amount[moves.at >= start], minlength=5
    )
    signed = {
        "earned": sums[EARNED],
        "used": -(sums[USED] - sums[GIVEN_BACK]),
        "taken_back": -sums[TAKEN_BACK],
        "ended": -sums[ENDED],
    }
    begin = found.held - sum(signed.values())
    told = {"begin": begin, **signed, "now": found.held}
    return [{"asset": asset, "what": name, "amount": amount} for name, amount in told.items()]
