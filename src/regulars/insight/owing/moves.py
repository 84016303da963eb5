"""The table of movements: what `owed` reads, and how one is opened.

| column | meaning |
| --- | --- |
| member | whose balance moved |
| asset | of which kind of value; empty where there is one only |
| at | civil time in the business's zone, without a zone |
| kind | `earned`, `used`, `ended`; undone: `taken_back` (earned), `given_back` (used) |
| amount | how much, in the asset's own units, above zero |
| expires | of what was earned: when it ends if nobody uses it; empty where nobody knows |

`asset` and `expires` may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from msgspec import Struct

from regulars.insight.errors import InsightError
from regulars.insight.lazy import ibis, numpy, pyarrow
from regulars.insight.sources import read

KINDS = ("earned", "used", "ended", "taken_back", "given_back")
EARNED, USED, ENDED, TAKEN_BACK, GIVEN_BACK = range(5)
NEEDED = ("member", "at", "kind", "amount")
DAY = 86_400_000_000
"""Microseconds of a day."""


class Moves(Struct, frozen=True, kw_only=True):
    """What moved of one asset, by member and then by time: parallel numpy arrays.

    `member` numbers members from 0; times are days since 1970 with their fractions; `expires` is
    infinite where it is not known. `members` is how many there are.
    """

    member: Any
    at: Any
    kind: Any
    amount: Any
    expires: Any
    members: int


def opened(source: Any) -> dict[str, Moves]:
    """The movements of each asset of a table or file (as measures of sales take them).

    Raises InsightError with one sentence where a column is missing or cannot be read.
    """
    reading = read(source)
    try:
        table = _typed(reading.table)
        data = reading.connection.to_pyarrow(table)
    except Exception as error:
        if type(error).__module__.split(".")[0] not in ("duckdb", "_duckdb"):
            raise
        reason = str(error).splitlines()[0]
        raise InsightError(f"The movements cannot be read ({reason}); check the file.") from error
    finally:
        if reading.owned:
            reading.connection.disconnect()
    return dict(_by_asset({name: _array(data.column(name)) for name in data.column_names}))


def _array(column: Any) -> Any:
    """A column as numpy holds it; times as days since 1970, NaN where there is none."""
    if not pyarrow.types.is_timestamp(column.type):
        return column.to_numpy()
    numbers = column.cast(pyarrow.timestamp("us")).cast(pyarrow.int64())
    return numbers.cast(pyarrow.float64(), safe=False).to_numpy() / DAY


def _typed(table: Any) -> Any:
    for name in NEEDED:
        if name not in table.columns:
            raise InsightError(f"The table of movements has no column '{name}'; it needs it.")
    asset = table.asset.cast("string") if "asset" in table.columns else ibis.literal("")
    expires = table.expires if "expires" in table.columns else ibis.null("timestamp(6)")
    kind = ibis.literal(list(KINDS)).index(table.kind)
    return table.select(
        member=table.member.cast("string"),
        asset=asset.fill_null(""),
        at=table["at"].cast("timestamp(6)"),
        kind=kind.cast("int64"),
        amount=table.amount.cast("float64"),
        expires=expires.cast("timestamp(6)"),
    )


def _by_asset(cells: dict[str, Any]) -> Iterator[tuple[str, Moves]]:
    if (cells["kind"] < 0).any():
        raise InsightError(f"A movement has another kind than {', '.join(KINDS)}.")
    if (numpy.isnan(cells["amount"]) | (cells["amount"] < 0)).any():
        raise InsightError("A movement has an amount that is no number from 0 on.")
    cells["expires"] = numpy.nan_to_num(cells["expires"], nan=numpy.inf)
    for asset in sorted(set(cells["asset"].tolist())):
        mine = (cells["asset"] == asset) & (cells["amount"] > 0)
        names, member = numpy.unique(cells["member"][mine].astype(str), return_inverse=True)
        at, kind = cells["at"][mine], cells["kind"][mine]
        order = numpy.lexsort((kind, at, member))
        yield (
            asset,
            Moves(
                member=member[order],
                at=at[order],
                kind=kind[order],
                amount=cells["amount"][mine][order],
                expires=cells["expires"][mine][order],
                members=len(names),
            ),
        )


def until(moves: Moves, end: float) -> Moves:
    """What moved before an instant, in days since 1970."""
    seen = moves.at < end
    return Moves(
        member=moves.member[seen],
        at=moves.at[seen],
        kind=moves.kind[seen],
        amount=moves.amount[seen],
        expires=moves.expires[seen],
        members=moves.members,
    )


def day_number(day: date) -> int:
    """The number of a civil day, counted from 1970."""
    return (day - date(1970, 1, 1)).days
