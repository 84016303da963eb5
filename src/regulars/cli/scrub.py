"""`regulars scrub`: nothing of what was deleted is left in the database's files."""

from __future__ import annotations

import argparse
import os

from django.utils.translation import gettext as _

from regulars.cli.installation import add_common, spoken
from regulars.run import database, scrub
from regulars.run.scrub import Scrubbed


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--all",
        action="store_true",
        help="large tables too: orders wait while one is written, so do it when the shop is closed",
    )
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    with spoken(arguments) as folder:
        outside = database.outside(os.environ)
        owner = "" if outside is None else outside.owner
        found = scrub.scrub(folder, owner, whole=arguments.all)
        print("\n".join(_lines(found, own=not owner)))
    return 1 if found.left else 0


def _lines(found: Scrubbed, *, own: bool) -> list[str]:
    done = (
        _("Written anew: %(tables)s tables and the database's log.")
        if own
        else _("Written anew: %(tables)s tables. The log is your database server's own.")
    )
    left = (
        (found.large, _("Left out since they are large: %(names)s. Give --all in a quiet hour.")),
        (found.busy, _("Left out since they were in use: %(names)s. Run it again in a while.")),
        (
            found.foreign,
            _("Left out since they are another role's: %(names)s. Name it in REGULARS_OWNER_URL."),
        ),
    )
    told = [said % {"names": ", ".join(names)} for names, said in left if names]
    return [done % {"tables": found.tables}, *told]
