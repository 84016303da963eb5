"""`regulars import orders FILE…`: a shop's past, from its files."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.cli import Unclear
from regulars.cli.file_options import add_file_options, hints_of, limits_of, loosened
from regulars.cli.installation import add_data, installation
from regulars.cli.progress import bar

if TYPE_CHECKING:
    from regulars.run.folder import Folder
    from regulars.sources.files.shapes import Mapping


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
    orders.add_argument(
        "--announce", action="store_true", help="tell webhooks what comes of it, as of new orders"
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
    from regulars.actions import imports  # noqa: PLC0415 - Django is set up by now
    from regulars.cli import texts  # noqa: PLC0415 - the same
    from regulars.sources.files.reading import Handling  # noqa: PLC0415 - the same

    now = datetime.now(UTC)
    mapping = _understood(path, arguments, now)
    if arguments.show_map:
        return
    target = _target(path, arguments.rejected)
    run_ = imports.begin(path.resolve(), mapping, name=path.name, by="", now=now)
    run_.strict, run_.restate = arguments.strict, arguments.restate
    with _work_dir(folder) as work, bar() as report:
        handling = Handling(limits=limits_of(arguments))
        try:
            summary = imports.run_import(
                run_, work, report=report, handling=handling, announce=arguments.announce
            )
        except imports.Strict as refusal:
            raise imports.Strict(refusal.rows, _kept(str(refusal.rejected or ""), target)) from None
        rejected = _kept(summary.rejected_file, target)
    print("\n".join(texts.import_lines(summary, rejected)))


def _understood(path: Path, arguments: argparse.Namespace, now: datetime) -> Mapping:
    """How the file is to be read: as saved, or as found out; shown, and saved where asked."""
    from regulars.actions import mappings  # noqa: PLC0415 - Django is set up by now
    from regulars.actions.business import known_business  # noqa: PLC0415 - the same
    from regulars.cli import texts  # noqa: PLC0415 - the same
    from regulars.sources.files.inspection import inspect  # noqa: PLC0415 - the same

    business = known_business(now)
    left_out: list[str] = []
    if arguments.map is not None:
        mapping = loosened(mappings.saved(arguments.map), arguments)
    else:
        found = inspect(path, hints_of(arguments, business), limits_of(arguments))
        mapping = found.mapping
        left_out = [column.header for column in found.columns if not column.field]
    if arguments.save_map is not None:
        mappings.save(arguments.save_map, mapping, now=now)
    print("\n".join(texts.mapping_lines(path.name, mapping, left_out)))
    return mapping


@contextmanager
def _work_dir(folder: Folder) -> Iterator[Path]:
    work = Path(tempfile.mkdtemp(prefix="work-", dir=folder.imports))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _target(path: Path, wanted: Path | None) -> Path:
    """Where bad rows go: by default beside the command's caller. Asked before anything goes in."""
    target = wanted or Path(f"{path.name.removesuffix('.gz').rsplit('.', 1)[0]}.rejected.csv")
    if target.is_dir() or not os.access(target if target.exists() else target.parent, os.W_OK):
        raise Unclear(f"{target} cannot be written: say with --rejected where bad rows may go.")
    return target


def _kept(rejected: str, target: Path) -> Path | None:
    if not rejected:
        return None
    shutil.copyfile(rejected, target)
    return target
