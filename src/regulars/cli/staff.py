"""`regulars staff`: who works with the console, and rescue for those who cannot get in."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from regulars.cli.installation import add_data, installation
from regulars.run.serve import HOST, PORT

ACTS = {
    "list": "everybody, with role, places and second factor",
    "link": "print a link that signs somebody in once, within a day",
    "reset": "print a link for a new password, for 30 minutes",
    "unlock": "forget wrong passwords and codes, so that somebody may try again at once",
    "disable-mfa": "take away somebody's second factors and recovery codes",
}
LINKS = ("link", "reset")
ADDRESS = f"where the console is open (default: REGULARS_BASE_URL, or http://{HOST}:{PORT})"


def configure(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for name, text in ACTS.items():
        act = acts.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        add_data(act)
        if name != "list":
            act.add_argument("email", metavar="EMAIL", help="whom, by e-mail address")
        if name in LINKS:
            act.add_argument("--address", metavar="URL", default="", help=ADDRESS)


def run(arguments: argparse.Namespace) -> int:
    with installation(arguments.data):
        lines = _list() if arguments.act == "list" else [_act(arguments)]
    print("\n".join(lines))
    return 0


def _list() -> list[str]:
    from regulars.db.queries.staff import colleagues  # noqa: PLC0415 - Django is set up by now

    lines = []
    for one in colleagues():
        state = "invited" if one.invited else "active" if one.person.is_active else "gone"
        factor = "second factor" if one.second_factor else "password only"
        places = ", ".join(one.places) or "all places"
        facts = [one.person.email, one.person.role, state, factor, places]
        lines.append("\t".join([*facts, one.person.name]))
    return lines or ["Nobody yet. `regulars serve` prints the set-up link."]


def _act(arguments: argparse.Namespace) -> str:
    from regulars.actions import staff  # noqa: PLC0415 - Django is set up by now
    from regulars.actions.entry import Purpose  # noqa: PLC0415 - the same
    from regulars.console import accounts  # noqa: PLC0415 - the same

    act, email = arguments.act, arguments.email
    if act == "unlock":
        accounts.unlock(staff.known(email))
        return f"{email} may try again at once."
    if act == "disable-mfa":
        count = staff.remove_second_factor(email)
        return f"{email} had {count} second factors and recovery code sheets; now none."
    purpose = Purpose.ENTER if act == "link" else Purpose.RESET
    token = staff.host_link(email, purpose, datetime.now(UTC))
    return _address(token, arguments.address.rstrip("/"))


def _address(token: str, said: str) -> str:
    from django.conf import settings  # noqa: PLC0415 - Django is set up by now

    from regulars.actions.entry import address_of  # noqa: PLC0415 - the same

    return address_of(token, said or settings.BASE_URL or f"http://{HOST}:{PORT}")
