"""Why an amount is what it is: the first cause that explains a difference, as a code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from regulars.engine.booking import Book
from regulars.engine.run import GIVES, PENDS, Row
from regulars.ledger.lots import FOREVER
from regulars.programmes.cases.comparing import Answer, written
from regulars.programmes.cases.problems import Reason
from regulars.programmes.cases.units import Units
from regulars.programmes.cases.values import Value

IDLE = frozenset(
    {"not_for_this", "not_modified", "within_limit", "within_times", "earned", "earned_per_amount"}
)
"""What a rule says that gave nothing to a fact because it had nothing to do with it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def missing(expected: Value, got: Answer) -> Fraction | None:
    """How much more there is than expected; None where these are no numbers."""
    if isinstance(expected, int | Decimal) and isinstance(got, int | Decimal | Fraction):
        return Fraction(got) - Fraction(expected)
    return None


def of_amount(book: Book, asset: str, units: Units, more: Fraction | None) -> Reason | None:
    """A lot that is still there and makes up the difference, else the last movement."""
    scale = 10 ** units.places(asset)
    if more is not None and more > 0:
        for lot in book.state.holdings[book.programme.assets[asset]].lots:
            if lot.left == more * scale and lot.expires < FOREVER:
                until = _day(lot.expires, units)
                return Reason("case_because_lot_lives", {"lot": lot.key, "at": until})
    rows = [row for row in book.booked if row.asset == asset]
    if more is not None:
        exact = [row for row in rows if _moved(row) == more * scale]
        rows = exact or rows
    if not rows:
        return Reason("case_because_nothing", {"asset": asset})
    return _of_row(rows[-1], units)


def _moved(row: Row) -> int:
    return row.amount * (GIVES.get(row.step) or PENDS.get(row.step, 0))


def _of_row(row: Row, units: Units) -> Reason:
    amount = abs(row.amount)
    given = _moved(row) > 0
    code = "case_because_given" if given else "case_because_taken"
    told = written(units.shown(amount, row.asset))
    params = {"key": row.key, "amount": told, "asset": row.asset, "rule": row.rule}
    return Reason(code, {**params, "at": _day(row.at, units)})


def _day(at: int, units: Units) -> str:
    moment = (_EPOCH + timedelta(microseconds=at)).astimezone(units.zone)
    return moment.isoformat(timespec="minutes")


__all__ = ["IDLE", "missing", "of_amount"]
