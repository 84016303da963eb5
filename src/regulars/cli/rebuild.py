"""`regulars rebuild`: states and balances made anew from the facts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from regulars.cli.installation import add_data, installation

if TYPE_CHECKING:
    from regulars.actions.rebuilding import Rebuilt
    from regulars.actions.verifying import Progress


def configure(parser: argparse.ArgumentParser) -> None:
    add_data(parser)
    parser.add_argument(
        "--preview", action="store_true", help="tell what would change, and write nothing"
    )


def run(arguments: argparse.Namespace) -> int:
    with installation(arguments.data):
        from regulars.actions import rebuilding  # noqa: PLC0415 - Django is set up by now

        told = _show if sys.stderr.isatty() else lambda progress: None
        if arguments.preview:
            found = rebuilding.preview(told)
        else:
            found = rebuilding.rebuild(datetime.now(UTC), told)
        if sys.stderr.isatty():
            print(file=sys.stderr)
        print("\n".join(_lines(found, preview=arguments.preview)))
    return 0


def _show(progress: Progress) -> None:
    print(f"\r{progress.part.capitalize():<10} {progress.done:>12,}", end="", file=sys.stderr)


def _lines(found: Rebuilt, *, preview: bool) -> Iterator[str]:
    verb = "would be" if preview else "were"
    yield (
        f"{found.holders:,} holders looked at; {found.states:,} states {verb} made anew, and "
        f"for {found.members:,} members something {verb} booked."
    )
    for asset, amount in sorted(found.sums.items()):
        yield f"{asset:<20} {amount:>+14,} in the smallest unit, all members together"
    for one in found.largest:
        yield f"  {one.customer}  {one.programme}  {one.amount:>+14,} {one.asset}"
