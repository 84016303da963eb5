"""`regulars install`: serve an installation at a domain of one's own, with a certificate."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from regulars.cli import values
from regulars.run import install
from regulars.run.folder import SYSTEM_DATA
from regulars.run.serve import PORT


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("domain", metavar="DOMAIN", help="its name, such as club.example.org")
    parser.add_argument(
        "--data", metavar="DIR", default=str(SYSTEM_DATA), help=f"data folder ({SYSTEM_DATA})"
    )
    parser.add_argument(
        "--port", type=values.PORT, default=PORT, help=f"where it listens, on loopback ({PORT})"
    )
    parser.add_argument("--dry-run", action="store_true", help="print the files, write nothing")
    values.add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    from regulars.words.speaking import speaking  # noqa: PLC0415 - sets up translations alone

    plan = install.Plan(
        domain=install.domain(arguments.domain),
        program=install.program(),
        data=Path(arguments.data).absolute(),
        port=arguments.port,
    )
    with speaking(arguments.lang):
        against = next(install.elsewhere(), "")
        if arguments.dry_run or against:
            print("\n".join(_shown(plan)))
            if against:
                print(_why(against))
            if against in ("", "root"):
                print(_wholly(plan))
            return 0 if arguments.dry_run else 2
        return _written(plan)


def _written(plan: install.Plan) -> int:
    from django.utils.translation import gettext as _  # noqa: PLC0415 - ready by now

    if closed := install.hindrance(plan):
        print(f"regulars: {_unreachable(closed)}", file=sys.stderr)
        return 2
    for path in install.write(plan):
        print(_("Written: %(path)s") % {"path": path})
    print(_wholly(plan))
    return 0


def _shown(plan: install.Plan) -> Iterator[str]:
    for one in install.texts(plan):
        yield f"── {one.path}"
        yield one.text


def _wholly(plan: install.Plan) -> str:
    """What is left to do, in order."""
    from django.utils.translation import gettext as _  # noqa: PLC0415 - ready by now

    steps = [
        _("Now, as root:"),
        "  systemctl daemon-reload",
        "  systemctl enable regulars",
        "  systemctl restart regulars",
        "  systemctl reload-or-restart caddy",
        _("Caddy comes from your system's packages (apt install caddy). Ports 80 and 443 must be "
          "open, and %(domain)s must lead to this machine."),
        _("The link that sets it up, once: journalctl -u regulars | grep 'Set it up'"),
        _("Then look: sudo -u regulars %(program)s doctor"),
    ]  # fmt: skip
    return "\n".join(steps) % {"domain": plan.domain, "program": plan.program}


def _unreachable(closed: str) -> str:
    from django.utils.translation import gettext as _  # noqa: PLC0415 - ready by now

    said = _(
        "A service cannot start programs in %(place)s, which is closed to it. Install Regulars "
        "where every account may read, such as /opt/regulars, and run the command from there."
    )
    return said % {"place": closed}


def _why(against: str) -> str:
    """Why nothing was written, and what to do instead."""
    from django.utils.translation import gettext as _  # noqa: PLC0415 - ready by now

    reasons = {
        "system": _(
            "Nothing was written: services are made for Linux with systemd. On macOS try it with "
            "`regulars serve`; for customers, take a Linux server or the compose file."
        ),
        "container": _(
            "Nothing was written: this is a container, which has no services. Use the compose "
            "file, which serves the same domain."
        ),
        "systemd": _(
            "Nothing was written: this machine has no systemd. Let its own service manager start "
            "`regulars serve` as the account regulars with these settings, and give the site to "
            "Caddy."
        ),
        "root": _(
            "Nothing was written: that needs root. Run it with sudo, or put each file where the "
            "line above it says."
        ),
    }
    return reasons[against]
