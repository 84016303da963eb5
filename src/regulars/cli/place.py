"""`regulars place`: shops and counters, for tills and staff."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from regulars.cli.installation import add_common, spoken


def configure(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    listed = acts.add_parser("list", help="all places", description="All places.")
    add_common(listed)
    added = acts.add_parser("add", help="a place of yours", description="Add a place of yours.")
    added.add_argument("name", metavar="NAME", help="as your orders name it")
    add_common(added)


def run(arguments: argparse.Namespace) -> int:
    with spoken(arguments):
        from regulars.actions import places  # noqa: PLC0415 - Django is set up by now
        from regulars.db.queries.names import place_names  # noqa: PLC0415 - the same

        if arguments.act == "list":
            names = sorted(place_names().values())
            print("\n".join(names) or _("No place yet."))
            return 0
        made = places.add(arguments.name, datetime.now(UTC))
        print(_("The place is added.") if made else _("The place was there already."))
    return 0
