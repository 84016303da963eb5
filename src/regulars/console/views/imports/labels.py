"""Imports in the reader's words: counts, money, progress, states, reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from msgspec import Struct

from regulars.actions.drafts import Draft, Seen, Told
from regulars.db.models import ImportRun
from regulars.engine.money import to_minor
from regulars.sources.files.problems import RowProblem
from regulars.sources.files.shapes import Counts, Layout, Mapping, Sums
from regulars.words import formats
from regulars.words.files import field_name, spoken
from regulars.words.reasons import sentence

State = ImportRun.State
STATES: dict[str, tuple[str | Promise, str]] = {
    State.UPLOADED: (gettext_lazy("Being looked at"), "info"),
    State.PROPOSED: (gettext_lazy("Waits for you"), "warn"),
    State.WAITING: (gettext_lazy("About to begin"), "info"),
    State.RUNNING: (gettext_lazy("Coming in"), "info"),
    State.DONE: (pgettext_lazy("import", "Done"), "good"),
    State.REFUSED: (gettext_lazy("Not brought in"), "bad"),
}
"""Each state of an import: its name on a tag, and the tag's tone."""

HELD: tuple[tuple[str, str | Promise], ...] = (
    ("rows", gettext_lazy("Rows")),
    ("orders", gettext_lazy("Orders")),
    ("refunds", gettext_lazy("Refunds")),
    ("customers", gettext_lazy("Customers")),
    ("guest_orders", gettext_lazy("Orders of guests")),
)
ODD: tuple[tuple[str, str | Promise], ...] = (
    ("rows_without_customer", gettext_lazy("Rows without a customer")),
    ("rows_cancelled", gettext_lazy("Rows on cancelled orders")),
    ("rows_negative_quantity", gettext_lazy("Rows with a negative quantity")),
    ("rows_duplicate", gettext_lazy("Rows that are there twice")),
    ("rows_no_price", gettext_lazy("Rows without a price above 0")),
    ("rows_non_product", gettext_lazy("Rows that are no product")),
    ("orders_several_times", gettext_lazy("Orders with several times")),
    ("rows_dropped", gettext_lazy("Rows left out as you said")),
)
CLEAN: tuple[tuple[str, str | Promise], ...] = (
    ("clean_rows", gettext_lazy("Rows")),
    ("clean_customers", gettext_lazy("Customers")),
    ("clean_orders", gettext_lazy("Orders")),
)


ENCODINGS = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16", "ascii": "UTF-8"}
BETWEEN: dict[str, str | Promise] = {
    ",": gettext_lazy("commas"),
    ";": gettext_lazy("semicolons"),
    "\t": gettext_lazy("tabs"),
    "|": gettext_lazy("upright strokes"),
    " ": gettext_lazy("blanks"),
}
"""What stands between the columns of a text file."""


class Line(Struct, frozen=True):
    """A label and what stands beside it."""

    label: str | Promise
    value: str


class FirstRow(Struct, frozen=True, kw_only=True):
    """One of the first orders, as the page shows it."""

    who: str
    guest: bool
    refund: bool
    known: bool
    number: str
    day: str
    clock: str
    items: str
    more: int
    amount: str


class BadRow(Struct, frozen=True, kw_only=True):
    """A row that does not go in: where, what stands there, what to do."""

    line: int
    column: str
    value: str
    reason: str


class Rest(Struct, frozen=True, kw_only=True):
    """How far an import is: whole percent, rows, rows a second, seconds left if that is known."""

    percent: int
    rows: int
    rate: int
    seconds: int | None


def _language() -> str:
    return get_language() or "en"


def layout(found: Layout) -> str:
    """How a file is built: "Excel", "UTF-8 with semicolons"."""
    if found.format in ("excel", "parquet"):
        return found.format.capitalize()
    between = BETWEEN.get(found.delimiter, found.delimiter)
    encoding = ENCODINGS.get(found.encoding, found.encoding.replace("cp125", "Windows-125"))
    return _("%(encoding)s with %(signs)s") % {"encoding": encoding, "signs": between}


def counted(counts: Counts, wanted: Sequence[tuple[str, str | Promise]]) -> list[Line]:
    return [
        Line(label, formats.number(getattr(counts, name), _language())) for name, label in wanted
    ]


def odd(counts: Counts) -> list[Line]:
    """What is worth knowing about the rows; only what there is."""
    return counted(counts, [(name, label) for name, label in ODD if getattr(counts, name)])


def sums(all_sums: Sequence[Sums]) -> list[Line]:
    """Sales and refunds of each currency."""
    lines = []
    for one in all_sums:
        lines.append(Line(_("Sales in %(currency)s") % {"currency": one.currency}, _money(one)))
        if one.refunds:
            label = _("Refunds in %(currency)s") % {"currency": one.currency}
            lines.append(Line(label, money(one.refunds, one.currency)))
    return lines


def _money(one: Sums) -> str:
    return money(one.sales, one.currency)


def money(amount: Decimal, currency: str) -> str:
    return formats.money(to_minor(amount, currency), currency, _language())


def period(counts: Counts) -> str:
    """First to last day of the orders."""
    if not counts.first_at:
        return ""
    first, last = (date.fromisoformat(text[:10]) for text in (counts.first_at, counts.last_at))
    ends = [formats.short_day(one, _language()) for one in (first, last)]
    return _("%(first)s to %(last)s") % {"first": ends[0], "last": ends[1]}


def first_rows(seen: Sequence[Seen]) -> list[FirstRow]:
    return [_first_row(one) for one in seen]


def _first_row(seen: Seen) -> FirstRow:
    at = datetime.fromisoformat(seen.at)
    return FirstRow(
        who=seen.who,
        guest=not seen.who,
        refund=seen.kind == "refund",
        known=seen.known,
        number=seen.number,
        day=formats.short_day(at.date(), _language()),
        clock=f"{at:%H:%M}" if at.time() != time() else "",
        items=", ".join(seen.items),
        more=max(seen.lines - len(seen.items), 0) if seen.items else 0,
        amount=formats.money(seen.amount_minor, seen.currency, _language()),
    )


def bad_rows(problems: Sequence[RowProblem], mapping: Mapping | None) -> list[BadRow]:
    headers = {field: header for header, field in (mapping.columns if mapping else {}).items()}
    return [
        BadRow(
            line=problem.line,
            column=headers.get(problem.field) or field_name(problem.field),
            value=str(problem.params.get("value", "")),
            reason=sentence(f"row_{problem.code}", spoken(problem.params)),
        )
        for problem in problems
    ]


def told(problem: Told, file: str) -> str:
    """A problem with the file as one sentence; the file goes by its sender's name."""
    return sentence(problem.code, {**spoken(problem.params), "file": file})


def refusal(run: ImportRun) -> str:
    """Why a run was refused."""
    problem = run.problem or {}
    code = f"file_{problem.get('code', 'failed')}"
    params = dict(problem.get("params") or {})
    if "rows" in params:
        params["n"] = params["rows"]
    return told(Told(code=code, params=params), run.file_name)


def rest(run: ImportRun, draft: Draft, now: datetime) -> Rest:
    """Rows, rate and rest from when the present try began."""
    began = datetime.fromisoformat(draft.started_at) if draft.started_at else now
    spent = max(int((now - began).total_seconds()), 1)
    part = run.part_done
    left = int(spent * (1 - part) / part) if part > Decimal("0.02") and spent > 2 else None
    rate = run.rows_done // spent if spent > 1 else 0
    return Rest(percent=int(part * 100), rows=run.rows_done, rate=rate, seconds=left)
