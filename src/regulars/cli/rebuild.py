"""`regulars rebuild`: states and balances made anew from the facts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from regulars.cli.installation import add_common, spoken

if TYPE_CHECKING:
    from regulars.actions.rebuilding import Rebuilt
    from regulars.actions.verifying import Progress


def configure(parser: argparse.ArgumentParser) -> None:
    add_common(parser)
    parser.add_argument(
        "--preview", action="store_true", help="tell what would change, and write nothing"
    )


def run(arguments: argparse.Namespace) -> int:
    with spoken(arguments):
        from regulars.actions import rebuilding  # noqa: PLC0415 - Django is set up by now

        told = _show if sys.stderr.isatty() else lambda progress: None
        if arguments.preview:
            found = rebuilding.preview(told)
        else:
            found = rebuilding.rebuild(datetime.now(UTC), told)
        if sys.stderr.isatty():
            print(file=sys.stderr)
        print("\n".join(_lines(found, arguments)))
    return 1 if found.lost else 0


def _show(progress: Progress) -> None:
    print(f"\r{progress.part.capitalize():<10} {progress.done:>12,}", end="", file=sys.stderr)


def _lines(found: Rebuilt, arguments: argparse.Namespace) -> Iterator[str]:
    from regulars.words.formats import number, signed  # noqa: PLC0415 - read with the command

    language = arguments.lang
    told = {
        name: number(getattr(found, name), language)
        for name in ("holders", "states", "members", "promises")
    }
    yield (_would_be() if arguments.preview else _was()) % told
    if found.promises:
        yield _("Promises that were decided and not noted: %(promises)s.") % told
    for asset, amount in sorted(found.sums.items()):
        all_members = _("in the smallest unit, all members together")
        yield f"{asset:<20} {signed(amount, language):>14} {all_members}"
    for one in found.largest:
        more = signed(one.amount, language)
        yield f"  {one.customer}  {one.programme}  {more:>14} {one.asset}"
    for lost in found.lost:
        yield _lost() % {name: getattr(lost, name) for name in lost.__struct_fields__}


def _would_be() -> str:
    return _(
        "%(holders)s holders looked at; %(states)s states would be made anew, and for %(members)s "
        "members something would be booked."
    )


def _was() -> str:
    return _(
        "%(holders)s holders looked at; %(states)s states were made anew, and for %(members)s "
        "members something was booked."
    )


def _lost() -> str:
    return _(
        "%(customer)s in %(programme)s: promise %(ordinal)s of %(rule)s was decided, and the fact "
        "that says what is missing. It stays decided; only a backup can bring the fact back."
    )
