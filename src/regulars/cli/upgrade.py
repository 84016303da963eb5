"""`regulars upgrade`: after a new release was installed, before it serves."""

from __future__ import annotations

import argparse

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.cli.installation import add_common
from regulars.run import backup, database
from regulars.run.folder import prepare
from regulars.run.upgrade import Upgraded, upgrade


def configure(parser: argparse.ArgumentParser) -> None:
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    from regulars.words.speaking import speaking  # noqa: PLC0415 - needs the database's settings

    folder = prepare(arguments.data)
    with database.environment(folder) as addresses:
        done = upgrade(folder, addresses, backup.Manifest.of_now())
    with speaking(arguments.lang):
        print("\n".join(_lines(done)))
    return 0


def _lines(done: Upgraded) -> list[str]:
    if not done.changes:
        return [_("The tables are up to date: nothing was done.")]
    lines = [
        ngettext(
            "The tables are up to date: %(count)s change was made.",
            "The tables are up to date: %(count)s changes were made.",
            done.changes,
        )
        % {"count": done.changes}
    ]
    if not done.backup:
        return lines
    before = _("As it was before: %(file)s") % {"file": done.backup}
    return [before, *lines, _("Start `regulars serve` again, and look with `regulars verify`.")]
