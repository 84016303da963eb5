"""A stored result as a page reads it: rows by name, words in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from msgspec import Struct

from regulars.actions.results import Wish
from regulars.console.charts.figures import Note
from regulars.db.queries.results import Stored
from regulars.engine.money import to_minor
from regulars.insight import measure

Row = dict[str, Any]


class Table(Struct, frozen=True, kw_only=True):
    """A table of a result. `cut` is how many rows there are in all, if not all were stored."""

    kinds: dict[str, str]
    rows: list[Row]
    cut: int = 0


class Answer(Struct, frozen=True, kw_only=True):
    """What is known about one wish. Without `ready`, `reason` says why there is nothing to see;
    `waiting` if that is because it is still being computed."""

    wish: Wish
    ready: bool = False
    waiting: bool = False
    reason: str = ""
    as_of: date | None = None
    computed_at: datetime | None = None
    currency: str = ""
    headline: Row = {}
    tables: dict[str, Table] = {}
    notes: tuple[str, ...] = ()

    def rows(self, table: str) -> list[Row]:
        """The rows of a table; none if there is no such table or no answer."""
        return self.tables[table].rows if table in self.tables else []

    def minor(self, amount: Decimal | int | None) -> int:
        """Money of this result in its smallest unit."""
        return to_minor(Decimal(amount or 0), self.currency) if self.currency else 0


def answer(wish: Wish, stored: Stored | None) -> Answer:
    """The answer to a wish from what is stored under its key."""
    if stored is None or stored.told is None:
        return Answer(
            wish=wish,
            waiting=True,
            reason=_("This is being computed. It takes a few seconds."),
        )
    told = stored.told
    if "problem" in told:
        return Answer(wish=wish, computed_at=stored.computed_at, reason=told["problem"])
    as_of = date.fromisoformat(told["as_of"]) if told.get("as_of") else None
    if early := told.get("not_enough_data"):
        reason = filled(early["text"], early["values"])
        return Answer(wish=wish, computed_at=stored.computed_at, reason=reason, as_of=as_of)
    return Answer(
        wish=wish,
        ready=True,
        as_of=as_of,
        computed_at=stored.computed_at,
        currency=told["currency"],
        headline=told["headline"],
        tables={table["name"]: _table(table) for table in told["tables"]},
        notes=tuple(filled(note["text"], note["values"]) for note in told["notes"]),
    )


def filled(text: str, values: Mapping[str, object]) -> str:
    """A note in the reader's language, its values put in afterwards."""
    return _(text).format(**values)


def _table(told: Mapping[str, Any]) -> Table:
    kinds = {column["name"]: column["kind"] for column in told["columns"]}
    rows = [
        {name: _cell(value, kind) for (name, kind), value in zip(kinds.items(), row, strict=True)}
        for row in told["rows"]
    ]
    return Table(kinds=kinds, rows=rows, cut=told.get("cut", 0))


def _cell(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "date":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if kind == "instant" else value


def definition(kind: str, zone: str) -> tuple[Note, ...]:
    """Who, when and what counts, as the measure of that name defines it."""
    defined = measure(kind)
    return (
        Note(term=_("Who"), text=_(defined.who)),
        Note(
            term=_("When"),
            text=_("%(when)s Days end at midnight in %(zone)s.")
            % {"when": _(defined.when), "zone": zone.replace("_", " ")},
        ),
        Note(term=_("What counts"), text=_(defined.what)),
    )
