"""What somebody can say about a file of orders on the command line."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from regulars.cli import Unclear, values

if TYPE_CHECKING:
    from regulars.db.models import Business
    from regulars.sources.files.shapes import Choices, Hints, Limits, Mapping

MOST_RATIO = 1_000_000
FILE_OPTIONS = (
    "column",
    "dates",
    "decimal",
    "zone",
    "currency",
    "source",
    "encoding",
    "delimiter",
    "sheet",
    "no_header",
    "drop",
    "unpack_ratio",
)
"""What can be said of a file, as it stands among the arguments."""
DROPPABLE = {"duplicates": "duplicates", "no-price": "no_price", "non-products": "non_products"}


def add_file_options(parser: argparse.ArgumentParser) -> None:
    """How to read a file; what is not said is found out, and asked for where it cannot be."""
    add = parser.add_argument
    add("--column", action="append", default=[], metavar="'HEADER=FIELD'", help="what a column is")
    add("--dates", choices=["dmy", "mdy", "ymd"], help="which of day and month comes first")
    add("--decimal", choices=[",", "."], help="the sign that marks decimals")
    add("--zone", metavar="ZONE", help="the time zone of times without one, as Europe/Berlin")
    add("--currency", metavar="EUR", help="the currency of amounts without one")
    add("--source", metavar="NAME", help="whose order numbers these are (default: orders)")
    add("--encoding", metavar="NAME", help="the text's encoding, as utf-8 or cp1250")
    add("--delimiter", metavar="SIGN", help="the sign between columns")
    add("--sheet", metavar="NAME", help="the sheet of an Excel file")
    add("--no-header", action="store_true", help="the first row is no header")
    add(
        "--drop",
        action="append",
        default=[],
        choices=sorted(DROPPABLE),
        help="leave such rows out; all are kept unless told otherwise",
    )
    add(
        "--unpack-ratio",
        type=values.whole(1, MOST_RATIO),
        metavar="N",
        help="the most a packed file may grow",
    )


def hints_of(arguments: argparse.Namespace, business: Business | None = None) -> Hints:
    """The options as hints, with the business's zone and currency where none are said."""
    from regulars.sources.files.shapes import Hints  # noqa: PLC0415 - read with the command

    return Hints(
        encoding=arguments.encoding or "",
        delimiter=(arguments.delimiter or "").replace("\\t", "\t"),
        header=False if arguments.no_header else None,
        sheet=arguments.sheet or "",
        columns=dict(_column(text) for text in arguments.column),
        decimal=arguments.decimal or "",
        dates=arguments.dates or "",
        zone=arguments.zone or (business.zone if business else ""),
        currency=arguments.currency or (business.currency if business else "EUR"),
        source=arguments.source or "",
        choices=_choices(arguments),
    )


def loosened(mapping: Mapping, arguments: argparse.Namespace) -> Mapping:
    """A saved mapping with what is said beside it."""
    said = {
        "dates": arguments.dates,
        "decimal": arguments.decimal,
        "zone": arguments.zone,
        "currency": arguments.currency,
        "source": arguments.source,
        "columns": {**mapping.columns, **dict(_column(text) for text in arguments.column)},
        "choices": _choices(arguments) if arguments.drop else None,
    }
    return structs.replace(mapping, **{name: value for name, value in said.items() if value})


def limits_of(arguments: argparse.Namespace) -> Limits:
    """The guards against hostile files, loosened where told."""
    from regulars.sources.files.shapes import Limits  # noqa: PLC0415 - read with the command

    return Limits(unpack_ratio=arguments.unpack_ratio) if arguments.unpack_ratio else Limits()


def _column(text: str) -> tuple[str, str]:
    header, equals, field = text.rpartition("=")
    if not equals or not header:
        raise Unclear(f"--column '{text}' says no field: write --column 'HEADER=FIELD'.")
    return header, field


def _choices(arguments: argparse.Namespace) -> Choices:
    from regulars.sources.files.shapes import Choices  # noqa: PLC0415 - read with the command

    return msgspec.convert({DROPPABLE[name]: "drop" for name in arguments.drop}, Choices)
