"""`regulars backup`: the whole installation in one file."""

from __future__ import annotations

import argparse
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.cli.installation import add_common
from regulars.run import database
from regulars.run.folder import prepare


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the file to write")
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    from regulars.run import backup  # noqa: PLC0415 - read with the command
    from regulars.words.formats import number  # noqa: PLC0415 - the same
    from regulars.words.speaking import speaking  # noqa: PLC0415 - needs the database's settings

    folder, target = prepare(arguments.data), Path(arguments.file).absolute()
    with database.connected(folder) as addresses:
        backup.back_up(folder, addresses, target, backup.Manifest.of_now())
    with speaking(arguments.lang):
        said = _("%(file)s holds everything (%(bytes)s bytes). Keep it safe.")
        size = number(target.stat().st_size, arguments.lang)
        print(said % {"file": target, "bytes": size})
    return 0
