"""`regulars key`: keys for machines that use the API."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from regulars.cli.installation import add_common, spoken

if TYPE_CHECKING:
    from regulars.db.models import ApiKey

ACTS = {
    "create": "make a key and print it, once",
    "list": "the keys that hold: prefix, name, scopes, last day of use",
    "rotate": "make a new key in place of one, which goes on for a day",
    "revoke": "end a key at once, and the keys that it made",
}
SCOPES_HELP = "what the key may do, several with commas; `list` says what there is"
GIVES_HELP = "so much it gives or takes by hand a day without a second key, in whole points (50)"
ALONE_HELP = "leave the keys alone that it made"
KEY_HELP = "which key, by the beginning that `list` shows"


def configure(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for name, text in ACTS.items():
        act = acts.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        add_common(act)
        if name == "create":
            act.add_argument("name", metavar="NAME", help="what the key is for: till, web shop")
            act.add_argument("--scopes", metavar="SCOPES", required=True, help=SCOPES_HELP)
            act.add_argument(
                "--per-minute", metavar="N", type=int, default=1200, help="requests a minute (1200)"
            )
            act.add_argument("--gives", metavar="N", type=int, help=GIVES_HELP)
        elif name != "list":
            act.add_argument("key", metavar="PREFIX", help=KEY_HELP)
            if name == "revoke":
                act.add_argument("--alone", action="store_true", help=ALONE_HELP)


def run(arguments: argparse.Namespace) -> int:
    with spoken(arguments):
        lines = _list() if arguments.act == "list" else _act(arguments)
    print("\n".join(lines))
    return 0


def _list() -> list[str]:
    from regulars.actions import api_keys  # noqa: PLC0415 - Django is set up by now

    rows = [_row(row) for row in api_keys.holding(datetime.now(UTC))]
    known = [f"{scope}\t{_(text)}" for scope, text in api_keys.SCOPES.items()]
    return [*(rows or [_("No key yet.")]), "", _("Scopes:"), *known]


def _row(row: ApiKey) -> str:
    used = _("last used %(day)s") % {"day": row.last_used} if row.last_used else _("never used")
    ends = ""
    if row.ends_at:
        ends = _("ends %(at)s UTC") % {"at": f"{row.ends_at:%Y-%m-%d %H:%M}"}
    return "\t".join([row.prefix, row.name, ",".join(row.scopes), used, ends]).rstrip()


def _act(arguments: argparse.Namespace) -> list[str]:
    from regulars.actions import api_keys  # noqa: PLC0415 - Django is set up by now

    now = datetime.now(UTC)
    if arguments.act == "revoke":
        found = api_keys.revoke(arguments.key, now, alone=arguments.alone)
        said = _("%(prefix)s (%(name)s) is revoked.")
        rows = (found.row, *found.also)
        return [said % {"prefix": row.prefix, "name": row.name} for row in rows]
    if arguments.act == "rotate":
        made = api_keys.rotate(arguments.key, now)
        return [made.key, _("The old key goes on for a day. This one is not shown again.")]
    scopes = tuple(one.strip() for one in arguments.scopes.split(","))
    wanted = api_keys.Wanted(
        name=arguments.name,
        scopes=scopes,
        per_minute=arguments.per_minute,
        by="command line",
        gives=arguments.gives,
    )
    return [api_keys.create(wanted, now).key, _("This key is not shown again.")]
