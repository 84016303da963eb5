"""`regulars measure NAME`: a measure over the installation's orders, or over a file's."""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.cli import Unclear
from regulars.cli.file_options import FILE_OPTIONS, add_file_options, hints_of, limits_of
from regulars.cli.installation import add_data, installation

if TYPE_CHECKING:
    from regulars.insight import NotEnoughData, Outcome, Result
    from regulars.sources.files.reading import Reading

Name = Callable[[list[str]], Mapping[str, str]]
"""Gives customers' numbers of a result the names that people know them by."""

SHOWN_ROWS = 40


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="the measure; without it, all are listed")
    add_data(parser)
    parser.add_argument("--orders", type=Path, metavar="FILE", help="measure this file's orders")
    parser.add_argument("--as-of", metavar="DATE", help="the last day that is looked at")
    parser.add_argument("--counts", choices=["net", "gross"], help="net of refunds (default)")
    parser.add_argument(
        "--format", choices=["table", "csv", "json"], default="table", help="default: table"
    )
    parser.add_argument("--table", metavar="NAME", help="which table of the result to print")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another parameter, as days=90 or currency=EUR",
    )
    add_file_options(parser)


def run(arguments: argparse.Namespace) -> int:
    from regulars.insight import (  # noqa: PLC0415 - read with the command
        EVERY,
        measure,
        open_sales,
        owed,
    )

    if not arguments.name:
        for known in EVERY:
            print(f"{known.kind:<12} {known.definition}")
        return 0
    _check_file_options(arguments)
    if arguments.name == owed.kind:
        return _owed(arguments)
    wanted = measure(arguments.name)
    params = wanted.params(_options(arguments))
    with _sales(arguments) as (source, name_of), open_sales(source) as sales:
        outcome = wanted.compute(sales, params)
        _print(outcome, arguments, name_of)
    return 0 if outcome else 1


def _check_file_options(arguments: argparse.Namespace) -> None:
    """Raises Unclear where something is said about a file, and no file is named."""
    told = [name for name in FILE_OPTIONS if getattr(arguments, name)]
    if arguments.orders or not told:
        return
    option = told[0].replace("_", "-")
    said = f"--{option} says how to read a file: name it with --orders."
    meant = " To count one currency, write --set currency=EUR." if option == "currency" else ""
    raise Unclear(said + meant)


def _owed(arguments: argparse.Namespace) -> int:
    """What members hold, from the books of the installation."""
    if arguments.orders or arguments.counts:
        raise Unclear("“owed” looks at what was booked: leave --orders and --counts away.")
    with installation(arguments.data) as folder:
        from regulars.actions.business import known_business  # noqa: PLC0415 - Django is set up
        from regulars.actions.owing import points_owed  # noqa: PLC0415 - the same

        now = datetime.now(UTC)
        known_business(now)
        outcome = points_owed(folder.root, _options(arguments), now=now)
        _print(outcome, arguments, _as_they_are)
    return 0 if outcome else 1


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for text in arguments.set:
        name, equals, value = text.partition("=")
        if not equals:
            raise Unclear(f"--set '{text}' has no value: write --set NAME=VALUE.")
        options[name] = value
    told = {"as_of": arguments.as_of, "counts": arguments.counts}
    return options | {name: value for name, value in told.items() if value is not None}


@contextmanager
def _sales(arguments: argparse.Namespace) -> Iterator[tuple[Any, Name]]:
    if arguments.orders:
        with _file_sales(arguments) as paths:
            yield paths, _as_they_are
        return
    with installation(arguments.data) as folder:
        from regulars.actions.business import known_business  # noqa: PLC0415 - Django is set up
        from regulars.db.mirror import Mirror  # noqa: PLC0415 - the same
        from regulars.db.queries.names import public_names  # noqa: PLC0415 - the same

        now = datetime.now(UTC)
        mirror = Mirror(folder.root, zone=known_business(now).zone)
        mirror.advance(now=now)
        yield mirror.sales, public_names


def _as_they_are(numbers: list[str]) -> Mapping[str, str]:
    return {number: number for number in numbers}


@contextmanager
def _file_sales(arguments: argparse.Namespace) -> Iterator[list[Path]]:
    from regulars.sources.files.inspection import inspect  # noqa: PLC0415 - with --orders only
    from regulars.sources.files.reading import (  # noqa: PLC0415 - the same
        Handling,
        open_file,
        sales_table,
    )

    limits = limits_of(arguments)
    mapping = inspect(arguments.orders, hints_of(arguments), limits).mapping
    with (
        tempfile.TemporaryDirectory(prefix="regulars-") as work,
        open_file(
            arguments.orders,
            mapping,
            region="",
            work_dir=Path(work),
            handling=Handling(limits=limits),
        ) as reading,
    ):
        _tell_left_out(reading)
        yield sales_table(reading)


def _tell_left_out(reading: Reading) -> None:
    """Say of rows that could not be read that there are some."""
    left_out = reading.counts.rows_rejected
    if not left_out:
        return
    rows = "1 row is" if left_out == 1 else f"{left_out:,} rows are"
    first = min(one.line for one in reading.problems())
    print(
        f"{rows} left out, the first in line {first}, which cannot be read. "
        "`regulars import orders` hands such rows back with reasons.",
        file=sys.stderr,
    )


def _print(outcome: Outcome, arguments: argparse.Namespace, name_of: Name) -> None:
    from regulars.insight import Result  # noqa: PLC0415 - read with the command

    if arguments.format == "json":
        print(json.dumps(outcome.to_dict(), ensure_ascii=False, indent=1))
        return
    if not isinstance(outcome, Result):
        _print_nothing(outcome)
        return
    names, rows = _cells(outcome, arguments.table, name_of)
    if arguments.format == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
        return
    _print_table(outcome, names, rows)


def _print_nothing(outcome: NotEnoughData) -> None:
    print(f"Too early to say: {outcome.reason}", file=sys.stderr)


def _cells(
    result: Result, table: str | None, name_of: Name
) -> tuple[list[str], list[list[object]]]:
    try:
        chosen = result[table] if table else result.main
    except KeyError as error:
        raise Unclear(f"The result has no table {error.args[0]}.") from None
    names = [column.name for column in chosen.columns]
    rows = [list(row) for row in chosen.rows]
    if "customer_id" in names:
        place = names.index("customer_id")
        called = name_of([str(row[place]) for row in rows])
        for row in rows:
            row[place] = called.get(str(row[place]), "")
    return names, rows


def _print_table(result: Result, names: list[str], rows: list[list[object]]) -> None:
    about = f"{result.measure} as of {result.as_of}, {result.counts}"
    print(f"{about}, {result.currency}" if result.currency else about)
    for name, value in result.headline.items():
        print(f"  {name}: {_plain(value)}")
    shown = [[_plain(value) for value in row] for row in rows[:SHOWN_ROWS]]
    widths = [max(map(len, column)) for column in zip(names, *shown, strict=True)]
    for line in [names, *shown]:
        cells = zip(line, widths, strict=True)
        print("  ".join(cell.rjust(width) for cell, width in cells))
    if len(rows) > SHOWN_ROWS:
        print(f"… {len(rows) - SHOWN_ROWS:,} more rows; --format csv prints all.")
    for note in result.notes:
        print(str(note))


def _plain(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return str(value)
