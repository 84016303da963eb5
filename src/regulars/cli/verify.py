"""`regulars verify`: everything that is kept is worked out anew and compared."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from regulars.cli.installation import add_common, spoken
from regulars.run import verified
from regulars.run.folder import prepare

if TYPE_CHECKING:
    from regulars.actions.verifying import Progress, Verified


def configure(parser: argparse.ArgumentParser) -> None:
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    with spoken(arguments):
        from regulars.actions.verifying import verify  # noqa: PLC0415 - Django is set up by now

        found = verify(_show if sys.stderr.isatty() else lambda progress: None)
        if sys.stderr.isatty():
            print(file=sys.stderr)
        told = verified.Verified(at=datetime.now(UTC), agrees=found.finding is None)
        verified.note(prepare(arguments.data), told)
        print("\n".join(_lines(found, arguments.lang)))
    return 1 if found.finding else 0


def _show(progress: Progress) -> None:
    print(f"\r{progress.part.capitalize():<10} {progress.done:>12,}", end="", file=sys.stderr)


def _lines(found: Verified, language: str) -> list[str]:
    from regulars.words.formats import number  # noqa: PLC0415 - read with the command
    from regulars.words.reasons import sentence  # noqa: PLC0415 - needs Django

    if found.finding is not None:
        return [sentence(found.finding.code, found.finding.params)]
    names = ("holders", "facts", "transfers", "seals", "stale")
    told = {name: number(getattr(found, name), language) for name in names}
    agree = _(
        "All agree: %(holders)s holders, %(facts)s facts, %(transfers)s transfers, "
        "%(seals)s sealed blocks."
    )
    stale = _(
        "%(stale)s states were made under earlier rules; they are made anew when they are needed, "
        "or at once with `regulars rebuild`."
    )
    lines = [agree % told, *([stale % told] if found.stale else [])]
    newest = {
        "fact": _("Newest seal of facts: %(anchor)s"),
        "transfer": _("Newest seal of transfers: %(anchor)s"),
    }
    return lines + [newest[kind] % {"anchor": one} for kind, one in sorted(found.anchor.items())]
