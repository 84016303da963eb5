"""`regulars import orders FILE…`: a shop's past, from its files."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.cli.file_options import add_file_options, hints_of, limits_of, loosened
from regulars.cli.installation import add_data, installation
from regulars.cli.progress import bar

if TYPE_CHECKING:
    from regulars.actions.imports import Summary
    from regulars.run.folder import Folder


def configure(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", metavar="orders", required=True)
    orders = kinds.add_parser("orders", help="orders, one row each or one row an item")
    orders.add_argument(
        "files", nargs="+", metavar="FILE", type=Path, help="CSV, Excel, Parquet, packed or not"
    )
    add_data(orders)
    add_file_options(orders)
    orders.add_argument("--strict", action="store_true", help="all rows of a file, or none")
    orders.add_argument(
        "--restate", action="store_true", help="where an order is known, the file's word counts"
    )
    orders.add_argument("--rejected", type=Path, metavar="FILE", help="where bad rows are written")
    orders.add_argument("--map", metavar="NAME", help="use the mapping saved under this name")
    orders.add_argument("--save-map", metavar="NAME", help="save the mapping under this name")
    orders.add_argument("--show-map", action="store_true", help="show the mapping and end")


def run(arguments: argparse.Namespace) -> int:
    with installation(arguments.data) as folder:
        for path in arguments.files:
            _import(path, arguments, folder)
    return 0


def _import(path: Path, arguments: argparse.Namespace, folder: Folder) -> None:
    from regulars.actions import imports, mappings  # noqa: PLC0415 - Django is set up by now
    from regulars.actions.business import known_business  # noqa: PLC0415 - the same
    from regulars.cli import texts  # noqa: PLC0415 - the same
    from regulars.sources.files.inspection import inspect  # noqa: PLC0415 - the same
    from regulars.sources.files.reading import Handling  # noqa: PLC0415 - the same

    now = datetime.now(UTC)
    business = known_business(now)
    limits = limits_of(arguments)
    if arguments.map:
        mapping = loosened(mappings.saved(arguments.map), arguments)
    else:
        proposal = inspect(path, hints_of(arguments, business), limits)
        mapping = proposal.mapping
    if arguments.save_map:
        mappings.save(arguments.save_map, mapping, now=now)
    print("\n".join(texts.mapping_lines(path.name, mapping)))
    if arguments.show_map:
        return
    run_ = imports.begin(path.resolve(), mapping, name=path.name, by="", now=now)
    run_.strict, run_.restate = arguments.strict, arguments.restate
    with _work_dir(folder) as work, bar() as report:
        summary = imports.run_import(run_, work, report=report, handling=Handling(limits=limits))
        rejected = _keep_rejected(summary, path, arguments.rejected)
    print("\n".join(texts.import_lines(summary, rejected)))


@contextmanager
def _work_dir(folder: Folder) -> Iterator[Path]:
    work = Path(tempfile.mkdtemp(prefix="work-", dir=folder.imports))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _keep_rejected(summary: Summary, path: Path, wanted: Path | None) -> Path | None:
    """Move the bad rows to where they are wanted: by default beside the command's caller."""
    if not summary.rejected_file:
        return None
    target = wanted or Path(f"{path.name.removesuffix('.gz').rsplit('.', 1)[0]}.rejected.csv")
    shutil.copyfile(summary.rejected_file, target)
    return target
