"""What every measure is: a definition, parameters, and a computation on counted orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from msgspec import Meta, Struct

from regulars.insight.counting import Choice, Counted, Counts
from regulars.insight.errors import InsightError
from regulars.insight.params import taken
from regulars.insight.result import Note, NotEnoughData, Outcome, Result, Scalar, Table
from regulars.insight.sales import Sales, open_sales


class Params(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every measure can be asked with."""

    as_of: Annotated[
        date | None,
        Meta(description="the last day that is looked at; without it, the last there is"),
    ] = None
    counts: Annotated[Counts, Meta(description="net of refunds, or gross as rung up")] = "net"
    currency: Annotated[
        str, Meta(description="the currency that is counted; without it, the one with most orders")
    ] = ""


P = TypeVar("P", bound=Params)
YEARS = range(1900, 2200)
"""Of days that can be asked for: months and windows are counted before and behind them."""

NOBODY = Note(text="No order of a known customer counts up to this day.")
EMPTY = Note(text="The table has no rows.")


class Measure(Generic[P]):
    """One measure.

    `kind` is its name, `definition` one line; `who`, `when` and `what` are the three choices that
    every figure needs, a sentence each: whom it looks at, over which time, what counts.
    """

    kind: ClassVar[str]
    definition: ClassVar[str]
    who: ClassVar[str]
    when: ClassVar[str]
    what: ClassVar[str]
    params_type: type[P]

    def work(self, counted: Counted, params: P) -> Outcome:
        """The answer for orders that are already counted; at least one of them exists."""
        raise AssertionError(f"{type(self).__name__} has no computation")

    def compute(self, sales: Sales, params: P) -> Outcome:
        """The answer for an opened table: a Result, or NotEnoughData with the reason."""
        last = sales.last_date
        if last is None:
            return NotEnoughData(measure=self.kind, as_of=params.as_of, reason=EMPTY)
        currencies = sales.currencies
        if params.currency and params.currency not in currencies:
            raise InsightError(
                f"No order is in {params.currency}; there are {', '.join(currencies)}."
            )
        choice = Choice(
            counts=params.counts,
            as_of=params.as_of or last,
            currency=params.currency or next(iter(currencies)),
        )
        counted = Counted(sales, choice)
        if not counted.any_orders:
            return NotEnoughData(measure=self.kind, as_of=choice.as_of, reason=NOBODY)
        return self.work(counted, params)

    def params(self, options: Mapping[str, Any]) -> P:
        """Parameters from values or texts. Raises InsightError that names the wrong one."""
        params = taken(self.kind, options, self.params_type)
        if params.as_of and params.as_of.year not in YEARS:
            raise InsightError(f"{self.kind}: {params.as_of} is no day of the years 1900 to 2199.")
        return params

    def __call__(
        self, source: Any, *, columns: Mapping[str, str] | None = None, **options: Any
    ) -> Outcome:
        """Compute on a table, a file path or an opened `Sales`.

        `columns` maps names of the sales table to the source's own; options are the parameters,
        such as `as_of`, `counts` and `currency`. Raises InsightError with one sentence.
        """
        params = self.params(options)
        if isinstance(source, Sales):
            return self.compute(source, params)
        with open_sales(source, columns=columns) as sales:
            return self.compute(sales, params)

    def result(
        self,
        counted: Counted,
        headline: Mapping[str, Scalar],
        tables: tuple[Table, ...],
        notes: tuple[Note, ...] = (),
    ) -> Result:
        """A result that says what was counted."""
        choice = counted.choice
        return Result(
            measure=self.kind,
            as_of=choice.as_of,
            counts=choice.counts,
            currency=choice.currency,
            headline=dict(headline),
            tables=tables,
            notes=notes + counted.currency_notes(),
        )

    def too_early(self, counted: Counted, text: str, **values: str | int | float) -> NotEnoughData:
        """There is data, but not enough of it to answer."""
        reason = Note(text=text, values=values)
        return NotEnoughData(measure=self.kind, as_of=counted.as_of, reason=reason)
