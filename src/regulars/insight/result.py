"""What a measure answers: named tables, headline numbers, notes; or that it is too early."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from regulars.insight.lazy import pyarrow

Kind = Literal["text", "count", "days", "number", "money", "share", "date", "instant", "flag"]
Scalar = str | int | float | bool | date | None


class Column(Struct, frozen=True):
    """A column's name and what its values are: money is in currency units, a share a fraction."""

    name: str
    kind: Kind


class Note(Struct, frozen=True, kw_only=True):
    """A sentence about the result; `values` fill the names in braces, so that it translates."""

    text: str
    values: dict[str, str | int | float] = {}

    def __str__(self) -> str:
        return self.text.format(**self.values)


class Table(Struct, frozen=True, kw_only=True):
    """A named table: columns with their kinds, and the cells as one Arrow table."""

    name: str
    columns: tuple[Column, ...]
    data: Any

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The cells row by row, as Python values in the order of the columns."""
        return list(zip(*(column.to_pylist() for column in self.data.columns), strict=True))

    def records(self) -> list[dict[str, Any]]:
        """The rows as mappings from column name to value."""
        records: list[dict[str, Any]] = self.data.to_pylist()
        return records

    def to_arrow(self) -> Any:
        """The cells as a pyarrow.Table."""
        return self.data

    def to_pandas(self) -> Any:
        """The cells as a pandas.DataFrame (pandas must be installed)."""
        return self.data.to_pandas()

    def to_polars(self) -> Any:
        """The cells as a polars.DataFrame (polars must be installed)."""
        import polars  # noqa: PLC0415  not a dependency: only who asks for it needs it

        return polars.from_arrow(self.data)

    def to_dict(self) -> dict[str, Any]:
        """The table in plain JSON values; days and instants in ISO 8601."""
        return {
            "name": self.name,
            "columns": [{"name": column.name, "kind": column.kind} for column in self.columns],
            "rows": [[_plain(value) for value in row] for row in self.rows],
        }


class Result(Struct, frozen=True, kw_only=True):
    """A measure's answer. The first table is the main one."""

    measure: str
    as_of: date
    counts: str
    currency: str
    headline: dict[str, Scalar]
    tables: tuple[Table, ...]
    notes: tuple[Note, ...] = ()

    def __getitem__(self, name: str) -> Table:
        """The table called `name`; KeyError names the tables that there are."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(f"{name}; there are {', '.join(table.name for table in self.tables)}")

    @property
    def main(self) -> Table:
        """The table that an export prints."""
        return self.tables[0]

    def to_arrow(self) -> Any:
        """The main table as a pyarrow.Table."""
        return self.main.to_arrow()

    def to_pandas(self) -> Any:
        """The main table as a pandas.DataFrame."""
        return self.main.to_pandas()

    def to_polars(self) -> Any:
        """The main table as a polars.DataFrame."""
        return self.main.to_polars()

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain JSON values."""
        return {
            "measure": self.measure,
            "as_of": self.as_of.isoformat(),
            "counts": self.counts,
            "currency": self.currency,
            "headline": {name: _plain(value) for name, value in self.headline.items()},
            "tables": [table.to_dict() for table in self.tables],
            "notes": [{"text": note.text, "values": note.values} for note in self.notes],
        }


class NotEnoughData(Struct, frozen=True, kw_only=True):
    """Why there is no answer yet. It is false, so `if result:` reads naturally."""

    measure: str
    as_of: date | None
    reason: Note

    def __bool__(self) -> bool:
        return False

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            raise AttributeError(f"There is no {name}, as it is too early to say: {self.reason}")

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain JSON values."""
        return {
            "measure": self.measure,
            "as_of": _plain(self.as_of),
            "not_enough_data": {"text": self.reason.text, "values": self.reason.values},
        }


Outcome = Result | NotEnoughData


def columns(kinds: Mapping[str, Kind]) -> tuple[Column, ...]:
    """Columns from a mapping of names to kinds, in its order."""
    return tuple(Column(name, kind) for name, kind in kinds.items())


def small_table(name: str, kinds: Mapping[str, Kind], rows: Iterable[Mapping[str, Any]]) -> Table:
    """A table of rows that Python has put together: bands, months, order numbers."""
    held = list(rows)
    types = {
        "text": pyarrow.string(), "count": pyarrow.int64(), "days": pyarrow.float64(),
        "number": pyarrow.float64(), "money": pyarrow.float64(), "share": pyarrow.float64(),
        "date": pyarrow.date32(), "instant": pyarrow.timestamp("us"), "flag": pyarrow.bool_(),
    }  # fmt: skip
    cells = [
        pyarrow.array([row[column] for row in held], type=types[kind])
        for column, kind in kinds.items()
    ]
    data = pyarrow.Table.from_arrays(cells, names=list(kinds))
    return Table(name=name, columns=columns(kinds), data=data)


def share(part: float, whole: float) -> float | None:
    """`part` of `whole` as a fraction; None where there is no whole."""
    return float(part) / float(whole) if whole else None


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
