"""`regulars restore`: an installation back from a backup; nothing is sent again."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.cli import Unclear
from regulars.cli.installation import add_common, spoken
from regulars.run import database
from regulars.run.folder import prepare


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the backup")
    parser.add_argument("--force", action="store_true", help="replace what is there")
    parser.add_argument(
        "--forgotten",
        metavar="LIST",
        help="who asked to be forgotten and who stopped mails, where the list is not in the data "
        "folder",
    )
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    from regulars.run import backup  # noqa: PLC0415 - read with the command

    folder, source = prepare(arguments.data), Path(arguments.file).absolute()
    asked = Path(arguments.forgotten).absolute() if arguments.forgotten else None
    if asked and not asked.is_file():
        raise Unclear(f"There is no list of those who asked to be forgotten at {asked}.")
    with database.connected(folder) as addresses:
        told = backup.restore(folder, addresses, source, force=arguments.force)
    with spoken(arguments, kept=True):
        again, stopped = _forget_again(asked), _stop_again(asked)
        said = _(
            "Restored as of %(at)s UTC. Messages that waited then are not sent again. Run "
            "`regulars verify` to be sure."
        )
        print(said % {"at": f"{told.made_at:%Y-%m-%d %H:%M}"})
        if again:
            people = ngettext(
                "One person who has asked for it since was forgotten again.",
                "%(n)s people who have asked for it since were forgotten again.",
                again,
            )
            print(people % {"n": again})
        if stopped:
            mails = ngettext(
                "One address, whose owner has stopped mails since, was stopped again.",
                "%(n)s addresses, whose owners have stopped mails since, were stopped again.",
                stopped,
            )
            print(mails % {"n": stopped})
    return 0


def _lists(elsewhere: Path | None) -> list[Path]:
    """What the data folder knows of, and a list from elsewhere."""
    from regulars.db import forgotten  # noqa: PLC0415 - Django is set up now

    return [forgotten.place(), *([elsewhere] if elsewhere else [])]


def _forget_again(elsewhere: Path | None) -> int:
    from regulars.actions.portal_erasing import erase_again  # noqa: PLC0415 - the same

    return sum(erase_again(one, datetime.now(UTC)) for one in _lists(elsewhere))


def _stop_again(elsewhere: Path | None) -> int:
    from regulars.actions.stops import stop_again  # noqa: PLC0415 - the same

    return sum(map(stop_again, _lists(elsewhere)))
