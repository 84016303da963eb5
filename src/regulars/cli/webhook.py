"""`regulars webhook`: addresses that are told what was booked."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from regulars.cli import Unclear
from regulars.cli.installation import add_common, spoken

if TYPE_CHECKING:
    from regulars.actions.webhooks import View

ACTS = {
    "add": "tell an address what is booked from now on; prints the secret once",
    "list": "every webhook, with its state and what is waiting",
    "rotate": "make a new secret; the old one signs too for 24 hours",
    "disable": "send nothing more for now",
    "enable": "send again, beginning with what was still waiting",
    "remove": "forget a webhook and everything on its way to it",
    "replay": "deliver again what happened in a span of time, with the same ids",
    "log": "the newest deliveries, and how far they got",
}
WITHOUT_ID = ("add", "list")


def configure(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for name, text in ACTS.items():
        act = acts.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        add_common(act)
        if name not in WITHOUT_ID:
            act.add_argument("webhook", metavar="ID", help="which one, by its id")
        if name == "add":
            act.add_argument("url", metavar="URL", help="the address, with https")
            told = "a message type; several times for several (default: all)"
            act.add_argument("--type", metavar="TYPE", action="append", default=[], help=told)
        if name == "rotate":
            told = "how long the old secret signs too, in hours (default: 24)"
            act.add_argument("--hours", metavar="N", type=int, default=24, help=told)
        if name == "replay":
            told = "from this moment on, as in 2026-11-21T08:00Z"
            act.add_argument("--from", dest="since", metavar="TIME", required=True, help=told)
            told = "before this moment (default: now)"
            act.add_argument("--to", dest="until", metavar="TIME", default="", help=told)
        if name == "log":
            told = "only those that are waiting, done or failed"
            act.add_argument("--state", choices=["waiting", "done", "failed"], default="")
            act.add_argument("--most", metavar="N", type=int, default=50, help="how many at most")


def run(arguments: argparse.Namespace) -> int:
    with spoken(arguments):
        print("\n".join(ACT[arguments.act](arguments)))
    return 0


def _add(arguments: argparse.Namespace) -> list[str]:
    from regulars.actions import webhooks  # noqa: PLC0415 - Django is set up by now

    endpoint, secret = webhooks.add(arguments.url, arguments.type, now=datetime.now(UTC))
    return [f"webhook\t{endpoint}", f"secret\t{secret}"]


def _list(_arguments: argparse.Namespace) -> list[str]:
    from regulars.actions import webhooks  # noqa: PLC0415 - Django is set up by now

    lines = []
    for one in webhooks.endpoints():
        types = ", ".join(one.types) or _("all types")
        state = f"{one.state} ({one.reason})" if one.reason else one.state
        facts = [str(one.id), state, *_counts(one)]
        lines.append("\t".join([*facts, types, one.url]))
    return lines or [_("None yet. Add one with `regulars webhook add URL`.")]


def _counts(one: View) -> list[str]:
    waiting = _("%(count)s waiting") % {"count": one.waiting}
    return [waiting, _("%(count)s failures") % {"count": one.failures}]


def _rotate(arguments: argparse.Namespace) -> list[str]:
    from regulars.actions import webhooks  # noqa: PLC0415 - Django is set up by now

    overlap = timedelta(hours=min(max(arguments.hours, 0), 24 * 365))
    secret = webhooks.rotate(_id(arguments), now=datetime.now(UTC), overlap=overlap)
    return [f"secret\t{secret}"]


def _simple(verb: str, said: Callable[[], str]) -> Callable[[argparse.Namespace], list[str]]:
    def act(arguments: argparse.Namespace) -> list[str]:
        from regulars.actions import webhooks  # noqa: PLC0415 - Django is set up by now

        getattr(webhooks, verb)(_id(arguments))
        return [said() % {"webhook": arguments.webhook}]

    return act


def _replay(arguments: argparse.Namespace) -> list[str]:
    from regulars.actions import webhooks  # noqa: PLC0415 - Django is set up by now

    now = datetime.now(UTC)
    since = _moment(arguments.since, "--from")
    until = _moment(arguments.until, "--to") if arguments.until else now
    count = webhooks.replay(_id(arguments), since, until, now=now)
    return [_("%(count)s messages go out again.") % {"count": count}]


def _log(arguments: argparse.Namespace) -> list[str]:
    from regulars.actions import webhooks  # noqa: PLC0415 - Django is set up by now

    lines = []
    most = max(arguments.most, 0)
    for one in webhooks.log(_id(arguments), state=arguments.state, most=most):
        answer = str(one.status or "") or one.code or "-"
        count = _("%(count)s attempts") % {"count": one.attempts}
        at = one.at.isoformat(timespec="seconds")
        lines.append(
            "\t".join([one.message, at, one.type, one.state, count, answer, one.request or "-"])
        )
    return lines or [_("Nothing yet.")]


ACT: dict[str, Callable[[argparse.Namespace], list[str]]] = {
    "add": _add,
    "list": _list,
    "rotate": _rotate,
    "disable": _simple("disable", lambda: _("%(webhook)s gets nothing more.")),
    "enable": _simple("enable", lambda: _("%(webhook)s gets messages again.")),
    "remove": _simple("remove", lambda: _("%(webhook)s is forgotten.")),
    "replay": _replay,
    "log": _log,
}


def _id(arguments: argparse.Namespace) -> UUID:
    try:
        return UUID(arguments.webhook)
    except ValueError:
        said = _("“%(id)s” is no id of a webhook; see `regulars webhook list`.")
        raise Unclear(said % {"id": arguments.webhook}) from None


def _moment(text: str, option: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        said = _("%(option)s: write a moment with its offset, as in 2026-11-21T08:00Z.")
        raise Unclear(said % {"option": option})
    return moment
