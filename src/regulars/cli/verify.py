"""`regulars verify`: everything that is kept is worked out anew and compared."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from regulars.cli.installation import add_data, installation

if TYPE_CHECKING:
    from regulars.actions.verifying import Progress, Verified


def configure(parser: argparse.ArgumentParser) -> None:
    add_data(parser)


def run(arguments: argparse.Namespace) -> int:
    with installation(arguments.data):
        from regulars.actions.verifying import verify  # noqa: PLC0415 - Django is set up by now

        found = verify(_show if sys.stderr.isatty() else lambda progress: None)
        if sys.stderr.isatty():
            print(file=sys.stderr)
        print("\n".join(_lines(found)))
    return 1 if found.finding else 0


def _show(progress: Progress) -> None:
    print(f"\r{progress.part.capitalize():<10} {progress.done:>12,}", end="", file=sys.stderr)


def _lines(found: Verified) -> list[str]:
    from regulars.words.reasons import sentence  # noqa: PLC0415 - needs Django

    if found.finding is not None:
        return [sentence(found.finding.code, found.finding.params)]
    lines = [
        f"All agree: {found.holders:,} holders, {found.facts:,} facts, "
        f"{found.transfers:,} transfers, {found.seals:,} sealed blocks."
    ]
    if found.stale:
        lines.append(
            f"{found.stale:,} states were made under earlier rules; they are made anew when "
            "they are needed, or at once with `regulars rebuild`."
        )
    lines += [f"Newest seal of {kind}s: {told}" for kind, told in sorted(found.anchor.items())]
    return lines
