"""`regulars hook`: shops that send their orders here."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import UTC, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from regulars.cli import Unclear
from regulars.cli.installation import add_common, spoken
from regulars.run.serve import HOST, PORT

ACTS = {
    "add": "let a shop send its orders; prints the address once",
    "list": "every shop, with when it last sent something",
    "remove": "take nothing more from a shop; what it sent stays",
}


def configure(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for name, text in ACTS.items():
        act = acts.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        add_common(act)
        if name == "add":
            _add_options(act)
        if name == "remove":
            act.add_argument("shop", metavar="ID", help="which one, by its id")


def _add_options(act: argparse.ArgumentParser) -> None:
    act.add_argument("kind", metavar="SYSTEM", help="shopify or woocommerce")
    told = "the domain that it names in its requests (default: any)"
    act.add_argument("--shop", metavar="DOMAIN", default="", help=told)
    told = "what its facts are called (default: the system's name)"
    act.add_argument("--source", metavar="NAME", default="", help=told)


def run(arguments: argparse.Namespace) -> int:
    acts = {"add": _add, "list": _list, "remove": _remove}
    with spoken(arguments):
        print("\n".join(acts[arguments.act](arguments)))
    return 0


def _secret() -> str:
    """The shop's secret, typed unseen or piped in: never an argument, which others could read."""
    if sys.stdin.isatty():
        return getpass.getpass(_("The secret by which the shop signs:") + " ").strip()
    return sys.stdin.readline().strip()


def _add(arguments: argparse.Namespace) -> list[str]:
    from django.conf import settings  # noqa: PLC0415 - Django is set up by now

    from regulars.actions import hooks  # noqa: PLC0415 - the same

    wanted = hooks.Wanted(
        kind=arguments.kind, secret=_secret(), shop=arguments.shop, source=arguments.source
    )
    hook, token = hooks.add(wanted, now=datetime.now(UTC))
    base = settings.BASE_URL or f"http://{HOST}:{PORT}"
    return [f"shop\t{hook}", f"address\t{base}/hooks/{token}/"]


def _list(_arguments: argparse.Namespace) -> list[str]:
    from regulars.actions import hooks  # noqa: PLC0415 - Django is set up by now

    lines = []
    for one in hooks.shops():
        last = one.last_at.isoformat(timespec="seconds") if one.last_at else _("nothing yet")
        facts = [str(one.id), one.kind, one.source, one.shop or _("any shop"), last]
        problems = _("%(count)s unreadable") % {"count": one.problems}
        lines.append("\t".join([*facts, problems]))
    return lines or [_("None yet. Add one with `regulars hook add shopify`.")]


def _remove(arguments: argparse.Namespace) -> list[str]:
    from regulars.actions import hooks  # noqa: PLC0415 - Django is set up by now

    try:
        hook = UUID(arguments.shop)
    except ValueError:
        said = _("“%(id)s” is no id of a shop; see `regulars hook list`.")
        raise Unclear(said % {"id": arguments.shop}) from None
    hooks.remove(hook)
    return [_("%(shop)s sends nothing more.") % {"shop": hook}]
