"""`regulars member`: customers take part in a programme, with what they had in an old scheme."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from regulars.cli import Unclear
from regulars.cli.installation import add_common, spoken
from regulars.cli.publishing import moment

if TYPE_CHECKING:
    from regulars.actions.opening import Opened, Row


def configure(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    join = acts.add_parser("join", help="let all customers take part in a programme")
    join.add_argument("--all", action="store_true", required=True, help="every customer")
    join.add_argument(
        "--since",
        metavar="TIME",
        required=True,
        help="from when on what they did counts; UTC where no offset is given",
    )
    opening = acts.add_parser("open", help="bring in balances of an old scheme from a CSV file")
    opening.add_argument("file", metavar="FILE", help="customer, amount; asset, expires, tier")
    opening.add_argument(
        "--at",
        metavar="TIME",
        required=True,
        help="when the balances held; UTC where no offset is given",
    )
    for act in (join, opening):
        act.add_argument("--programme", metavar="ID", required=True, help="the programme's id")
        add_common(act)


def run(arguments: argparse.Namespace) -> int:
    with spoken(arguments):
        return _join(arguments) if arguments.act == "join" else _open(arguments)


def _join(arguments: argparse.Namespace) -> int:
    from regulars.actions.members import join_everybody  # noqa: PLC0415 - Django is set up by now
    from regulars.words.formats import number  # noqa: PLC0415 - the same

    since, now = moment(arguments.since), datetime.now(UTC)
    count = sum(join_everybody(arguments.programme, since=since, now=now))
    said = _(
        "%(count)s customers joined %(programme)s; what they did since %(since)s counts. Who took "
        "part before is as before."
    )
    told = {"count": number(count, arguments.lang), "programme": arguments.programme}
    print(said % {**told, "since": f"{since:%Y-%m-%d %H:%M %Z}"})
    return 0


def _open(arguments: argparse.Namespace) -> int:
    from regulars.actions import opening  # noqa: PLC0415 - Django is set up by now

    path = Path(arguments.file)
    found = opening.open_balances(
        _rows(path),
        arguments.programme,
        at=moment(arguments.at),
        now=datetime.now(UTC),
    )
    print("\n".join(_lines(found, path, arguments.lang)))
    return 1 if found.rejected else 0


def _rows(path: Path) -> Iterator[Row]:
    """The rows of the file, all of it read before anything is written."""
    from regulars.actions import opening  # noqa: PLC0415 - Django is set up by now

    try:
        yield from list(opening.read(path))
    except (UnicodeDecodeError, csv.Error):
        said = _("%(path)s is no CSV file in UTF-8: save it as one and run the command again.")
        raise Unclear(said % {"path": path}) from None


def _lines(found: Opened, path: Path, language: str) -> Iterator[str]:
    from regulars.words.formats import number  # noqa: PLC0415 - Django is set up by now

    told = {"done": number(found.done, language), "known": number(found.known, language)}
    yield _("%(done)s balances and tiers brought in, %(known)s known before.") % told
    if not found.rejected:
        return
    target = path.with_name(f"{path.stem}.rejected.csv")
    _write_rejected(found, target)
    count = {"count": number(len(found.rejected), language)}
    print(_("%(count)s rows did not go in.") % count, file=sys.stderr)
    said = _("Rows that did not go in stand with their reasons in %(file)s.")
    yield said % {"file": target}


def _write_rejected(found: Opened, target: Path) -> None:
    from regulars.words.reasons import sentence  # noqa: PLC0415 - needs Django

    with target.open("w", encoding="utf-8", newline="") as stream:
        names = [*found.rejected[0].row.told, "line", "reason"]
        table = csv.DictWriter(stream, names)
        table.writeheader()
        for one in found.rejected:
            reason = sentence(one.code, one.params)
            table.writerow({**one.row.told, "line": one.row.line, "reason": reason})
