"""`regulars restore`: an installation back from a backup; nothing is sent again."""

from __future__ import annotations

import argparse
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.cli.installation import add_common, spoken
from regulars.run import database
from regulars.run.folder import prepare


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the backup")
    parser.add_argument("--force", action="store_true", help="replace what is there")
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    from regulars.run import backup  # noqa: PLC0415 - read with the command

    folder, source = prepare(arguments.data), Path(arguments.file).absolute()
    with database.connected(folder) as addresses:
        told = backup.restore(folder, addresses, source, force=arguments.force)
    with spoken(arguments):
        said = _(
            "Restored as of %(at)s UTC. Messages that waited then are not sent again. Run "
            "`regulars verify` to be sure."
        )
        print(said % {"at": f"{told.made_at:%Y-%m-%d %H:%M}"})
    return 0
