"""Looking at a file before reading it: what it seems to be, and what only its owner can know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from regulars.identity import without_cards
from regulars.sources.files.contents import by_content, denies, look_of
from regulars.sources.files.dates import orders_of
from regulars.sources.files.headers import field_of
from regulars.sources.files.layouts import layout_of
from regulars.sources.files.numbers import decimal_of
from regulars.sources.files.problems import FileProblem
from regulars.sources.files.rows import Piece, Source
from regulars.sources.files.shapes import (
    FIELDS,
    LIMITS,
    NO_HINTS,
    Column,
    DateOrder,
    Hints,
    Limits,
    Mapping,
    Proposal,
    Question,
)

SAMPLE = 2_000
MONEY_FIELDS = ("unit_price", "amount", "total", "fee", "refunded", "quantity")
PREFERRED = {
    "at": ("order", "bestell", "auftrag", "zamow", "comand"),
    "customer": ("unique", "household"),
}
SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "zł": "PLN", "lei": "RON", "dollar": "USD"}


def inspect(path: Path, hints: Hints = NO_HINTS, limits: Limits = LIMITS) -> Proposal:
    """What the file seems to be, with what `hints` already say.

    What is missing or can be read in two ways becomes a question. Raises FileProblem if the file
    cannot be read at all.
    """
    layout = layout_of(path, hints, limits)
    source = Source(path, layout, limits)
    sample = source.head(SAMPLE)
    if not sample.rows:
        raise FileProblem("only_header", file=path.name)
    values = _columns(sample, len(source.columns))
    columns = _meanings(source.columns, values, hints, headed=layout.header)
    mapped = {column.header: column.field for column in columns if column.field}
    questions = _missing(path, source.columns, mapped)
    told, notes = _dates(source, mapped, hints, questions)
    decimal = _decimal(source, mapped, hints, questions)
    mapping = Mapping(
        layout=layout,
        columns=mapped,
        decimal=decimal,
        dates=told,
        zone=hints.zone or "UTC",
        currency=hints.currency or _currency(mapped, columns),
        source=hints.source or "orders",
        choices=hints.choices,
    )
    if not mapping.currency and "currency" not in mapped.values():
        questions.append(Question(code="missing_currency", column="", example="", options=()))
    return Proposal(
        file=path.name,
        mapping=mapping,
        columns=columns,
        questions=tuple(questions),
        notes=notes,
    )


def require_answers(proposal: Proposal) -> None:
    """Raises the FileProblem of the first question that is open."""
    for question in proposal.questions:
        params = {"file": proposal.file, "column": question.column, "example": question.example}
        if question.code == "missing_column":
            columns = ", ".join(column.header for column in proposal.columns)[:400]
            params |= {"field": question.column, "columns": columns}
        raise FileProblem(question.code, **params)


def _missing(path: Path, columns: tuple[str, ...], mapped: dict[str, str]) -> list[Question]:
    """Questions for what every order needs and no column gives."""
    try:
        check_columns(path, columns, mapped)
    except FileProblem as problem:
        if problem.code != "missing_column":
            raise
        field = str(problem.params["field"])
        return [Question(code="missing_column", column=field, example="", options=columns)]
    return []


def check_columns(path: Path, columns: tuple[str, ...], mapped: dict[str, str]) -> None:
    """Raises FileProblem unless the mapped columns exist and suffice for orders."""
    listed = ", ".join(columns)[:400]
    for column, field in mapped.items():
        if column not in columns:
            raise FileProblem("unknown_column", file=path.name, column=column[:80], columns=listed)
        if field not in FIELDS and not field.startswith("attribute:"):
            raise FileProblem(
                "unknown_field", column=column[:80], field=field[:80], fields=", ".join(FIELDS)
            )
    _check_once(path, mapped)
    if len(columns) == 1:
        raise FileProblem("one_column", file=path.name, columns=listed[:120])
    fields = set(mapped.values())
    if "at" not in fields:
        raise FileProblem("missing_column", file=path.name, field="at (date)", columns=listed)
    if not fields & {"unit_price", "amount", "total"}:
        raise FileProblem(
            "missing_column", file=path.name, field="unit_price, amount or total", columns=listed
        )


def check_answered(path: Path, mapping: Mapping) -> None:
    """Raises FileProblem where the mapping leaves a question open or says what cannot be."""
    if not mapping.dates:
        column = column_of(mapping, "at")
        raise FileProblem("ambiguous_dates", file=path.name, column=column, example="a date")
    if not mapping.decimal:
        raise FileProblem(
            "ambiguous_decimal", file=path.name, column="", example="a number such as 1,234"
        )
    if not mapping.currency and "currency" not in mapping.columns.values():
        raise FileProblem("missing_currency", file=path.name)
    _check_settings(mapping)


def column_of(mapping: Mapping, field: str) -> str:
    """The column that is mapped to `field`, or empty."""
    return next((name for name, what in mapping.columns.items() if what == field), "")


def _check_settings(mapping: Mapping) -> None:
    try:
        ZoneInfo(mapping.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        remedy = "Name a time zone such as Europe/Berlin."
        raise FileProblem(
            "bad_setting", setting="zone", value=mapping.zone[:60], remedy=remedy
        ) from error
    code = mapping.currency
    if code and not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        remedy = "Write three capital letters such as EUR."
        raise FileProblem("bad_setting", setting="currency", value=code[:60], remedy=remedy)
    if not 1 <= len(mapping.source.strip()) <= 40 or ":" in mapping.source:
        remedy = "Write a short name of at most 40 characters without a colon."
        raise FileProblem("bad_setting", setting="source", value=mapping.source[:60], remedy=remedy)


def _check_once(path: Path, mapped: dict[str, str]) -> None:
    seen: dict[str, str] = {}
    for column, field in mapped.items():
        if field in seen:
            raise FileProblem(
                "two_columns", file=path.name, field=field, first=seen[field], second=column
            )
        seen[field] = column


def _columns(sample: Piece, count: int) -> list[list[str]]:
    """The sample turned on its side, stripped; ragged rows left out."""
    rows = [row for row in sample.rows if len(row) == count]
    if not rows:
        return [[] for _ in range(count)]
    return [[cell.strip() for cell in column] for column in zip(*rows, strict=True)]


def _meanings(
    headers: tuple[str, ...], values: list[list[str]], hints: Hints, *, headed: bool
) -> tuple[Column, ...]:
    looks = [look_of(cells) for cells in values]
    named = _named(headers, values, hints)
    guessed = by_content(looks, set(named.values()), headed=headed)
    columns = []
    for place, header in enumerate(headers):
        field = named.get(place) or ("" if header in hints.columns else guessed.get(place, ""))
        why: Literal["header", "content", "told", ""] = ""
        if header in hints.columns:
            why = "told"
        elif field:
            why = "header" if place in named else "content"
        sure: Literal["sure", "likely", "no"] = "no"
        if field:
            sure = "likely" if why == "content" else "sure"
        seen = dict.fromkeys(without_cards(cell[:60]) for cell in values[place] if cell)
        examples = tuple(seen)[:3]
        columns.append(Column(header=header, examples=examples, field=field, sure=sure, why=why))
    return tuple(columns)


def _named(headers: tuple[str, ...], values: list[list[str]], hints: Hints) -> dict[int, str]:
    """Fields by header, each once: what is told, then the likelier of several, then the first.
    A header that its values deny says nothing."""
    told = {
        place: hints.columns[header]
        for place, header in enumerate(headers)
        if hints.columns.get(header)
    }
    unknown = set(hints.columns) - set(headers)
    if unknown:
        raise FileProblem(
            "unknown_column",
            file="The file",
            column=min(unknown)[:80],
            columns=", ".join(headers)[:400],
        )
    found = dict(told)
    candidates = [
        (place, field)
        for place, header in enumerate(headers)
        if header not in hints.columns
        and (field := field_of(header))
        and not denies(field, values[place])
    ]
    candidates.sort(key=lambda item: (not _preferred(headers[item[0]], item[1]), item[0]))
    for place, field in candidates:
        if field not in found.values():
            found[place] = field
    return found


def _preferred(header: str, field: str) -> bool:
    return any(word in header.lower() for word in PREFERRED.get(field, ()))


def _dates(
    source: Source, mapped: dict[str, str], hints: Hints, questions: list[Question]
) -> tuple[DateOrder, dict[str, str]]:
    """The order of day and month and what proved it; asks if nothing does.

    The whole column is read until a value proves it: sorted files begin with the early days.
    """
    places = [at for at, name in enumerate(source.columns) if mapped.get(name) == "at"]
    if hints.dates or not places:
        return hints.dates or "ymd", {}
    proofs: dict[str, str] = {}
    for values in _all_of(source, places[0]):
        proofs = orders_of(sorted(values)) | proofs
        if "both" not in proofs or {"dmy", "mdy"} & set(proofs):
            break
    for order, other in (("dmy", "mdy"), ("mdy", "dmy")):
        if order in proofs and other not in proofs:
            return cast(DateOrder, order), {f"dates_{order}": proofs[order]}
    if not {"both", "dmy"} & set(proofs):
        return "ymd", {}
    example = proofs.get("both") or proofs["dmy"]
    questions.append(
        Question(
            code="ambiguous_dates",
            column=source.columns[places[0]],
            example=example,
            options=("dmy", "mdy"),
        )
    )
    return "", {}


def _all_of(source: Source, place: int) -> Iterator[list[str]]:
    for piece in source.pieces():
        yield list({row[place].strip() for row in piece.rows if len(row) > place} - {""})


def _decimal(
    source: Source, mapped: dict[str, str], hints: Hints, questions: list[Question]
) -> Literal["", ".", ","]:
    """Which sign marks decimals; asks if every telling number can be read in two ways."""
    if hints.decimal:
        return hints.decimal
    if source.layout.format in ("parquet",):
        return "."
    places = [at for at, name in enumerate(source.columns) if mapped.get(name) in MONEY_FIELDS]
    example = ""
    for piece in source.pieces():
        values = {row[at].strip() for row in piece.rows for at in places if len(row) > at}
        found = decimal_of(sorted(values))
        if found:
            return found
        if found is None and not example:
            return "."
        example = example or next(value for value in sorted(values) if "," in value or "." in value)
    if not example:
        return "."
    column = source.columns[places[0]] if places else ""
    questions.append(
        Question(code="ambiguous_decimal", column=column, example=example, options=(".", ","))
    )
    return ""


def _currency(mapped: dict[str, str], columns: tuple[Column, ...]) -> str:
    """The currency that a header or a value names, such as Price (EUR) or 12,50 €."""
    if "currency" in mapped.values():
        return ""
    for column in columns:
        if column.field not in MONEY_FIELDS:
            continue
        for text in (column.header, *column.examples):
            for sign, code in SIGNS.items():
                if (
                    sign in text.lower()
                    or code in text.upper().replace("(", " ").replace(")", " ").split()
                ):
                    return code
    return ""
