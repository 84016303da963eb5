"""`regulars programme publish`, `withdraw`, `editions`: what is in force, and what will be."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from regulars.cli import Unclear
from regulars.cli.installation import add_common, spoken

if TYPE_CHECKING:
    from regulars.actions.publishing import Preview

ACTS = ("publish", "withdraw", "editions")
FIRST_YEAR, LAST_YEAR = 1901, 2198
"""Years in which facts may happen, wherever on earth."""


def configure(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    publish = commands.add_parser("publish", help="put an edition into force")
    publish.add_argument("file", metavar="FILE", help="the programme file")
    publish.add_argument(
        "--from", dest="begins", metavar="TIME", help="when a later edition begins (now)"
    )
    publish.add_argument(
        "--reason", metavar="TEXT", default="", help="why members are not told in good time"
    )
    publish.add_argument(
        "--preview", action="store_true", help="tell what it changes for members, write nothing"
    )
    add_common(publish)
    withdraw = commands.add_parser("withdraw", help="take an edition back before it begins")
    withdraw.add_argument("programme", metavar="PROGRAMME", help="the programme's id")
    withdraw.add_argument("edition", metavar="EDITION", help="the edition's id")
    add_common(withdraw)
    editions = commands.add_parser("editions", help="list the editions that were published")
    add_common(editions)


def run(arguments: argparse.Namespace) -> int:
    told = {"publish": _told, "withdraw": _withdrawn, "editions": _editions}[arguments.what]
    if arguments.what == "publish":
        _check_file(arguments.file)
    with spoken(arguments):
        print("\n".join(told(arguments)))
    return 0


def _check_file(name: str) -> None:
    """Whether there is a file to read, before anything is started for it."""
    from regulars.blueprints import blueprints  # noqa: PLC0415 - read with the command

    if name in blueprints() and not Path(name).exists():
        raise Unclear(
            f"{name} is a ready programme: make it yours first, with "
            f"`regulars programme copy {name} > {name}.yaml`, and publish that file."
        )
    read_text(Path(name))


def read_text(path: Path) -> str:
    """What stands in a file that people wrote."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Unclear(f"{path} is no text in UTF-8: save it as UTF-8 and try again.") from None


def moment(text: str) -> datetime:
    """An instant as people write it: 2027-01-01, or with a time; UTC where no offset is given."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or not FIRST_YEAR <= read.year <= LAST_YEAR:
        said = _("%(text)s is no time: write it like 2027-01-01 or 2027-01-01T06:00+01:00.")
        raise Unclear(said % {"text": repr(text)})
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _withdrawn(arguments: argparse.Namespace) -> Iterator[str]:
    from regulars.actions.publishing import withdraw  # noqa: PLC0415 - Django is set up by now

    withdraw(arguments.programme, arguments.edition, now=datetime.now(UTC))
    said = _("%(edition)s is withdrawn; it will not begin.")
    yield said % {"edition": arguments.edition}


def _told(arguments: argparse.Namespace) -> Iterator[str]:
    from regulars.actions import publishing  # noqa: PLC0415 - Django is set up by now

    text = read_text(Path(arguments.file))
    now = datetime.now(UTC)
    if arguments.preview:
        yield from _previewed(_preview(text, now), arguments.lang)
        return
    begins = moment(arguments.begins) if arguments.begins else None
    edition = publishing.publish(
        text, now=now, by="regulars programme publish", begins=begins, reason=arguments.reason
    )
    said = _("%(edition)s of %(programme)s is published.")
    yield said % {"edition": edition.edition, "programme": edition.programme_id}


def _preview(text: str, now: datetime) -> Preview:
    from regulars.actions import publishing  # noqa: PLC0415 - Django is set up by now
    from regulars.actions.refused import Refused  # noqa: PLC0415 - the same

    try:
        return publishing.preview(text, now=now)
    except Refused as refusal:
        if refusal.code != "programme_unknown":
            raise
        said = _(
            "Nothing to compare: %(programme)s has no edition in force yet. Publish this one; it "
            "changes nothing until customers join."
        )
        raise Unclear(said % {"programme": refusal.params["programme"]}) from None


def _editions(arguments: argparse.Namespace) -> Iterator[str]:
    from regulars.db.models import EditionRow  # noqa: PLC0415 - Django is set up by now

    now = datetime.now(UTC)
    rows = list(EditionRow.objects.order_by("programme", "published_at"))
    if not rows:
        yield _("None yet. Publish one with `regulars programme publish FILE`.")
    for row in rows:
        begins = f"{row.begins:%Y-%m-%d %H:%M} UTC" if row.begins else _("from the beginning")
        state = _("in force") if row.begins is None or row.begins <= now else _("to come")
        if row.withdrawn_at is not None:
            state = _("withdrawn")
        yield f"{row.programme}\t{row.edition}\t{state}\t{begins}"


def _previewed(found: Preview, language: str) -> Iterator[str]:
    from regulars.actions.publishing import first_day  # noqa: PLC0415 - the same
    from regulars.words.formats import number, signed  # noqa: PLC0415 - Django is set up by now

    names = ("holders", "more", "less", "tiers")
    told = {name: number(getattr(found, name), language) for name in names}
    yield _had_it_been() % {**told, "since": f"{found.since:%Y-%m-%d}"}
    for asset, amount in sorted(found.sums.items()):
        all_members = _("in the smallest unit, all members together")
        yield f"{asset:<20} {signed(amount, language):>14} {all_members}"
    for one in found.largest:
        changes = [f"{signed(amount, language)} {asset}" for asset, amount in one.amounts.items()]
        tier = f"  {one.tier_was} → {one.tier}" if one.tier != one.tier_was else ""
        yield f"  {one.customer}  {', '.join(changes)}{tier}"
    for worse in found.harsher:
        yield f"{_('Dearer or shorter:')} {worse.place}: {worse.was or '–'} → {worse.now or '–'}"
    if found.harsher and found.earliest:
        said = _("It may begin on %(day)s, or at once with --reason.")
        yield said % {"day": first_day(found.earliest).isoformat()}


def _had_it_been() -> str:
    return _(
        "Had it been in force since %(since)s: of %(holders)s members %(more)s would have more, "
        "%(less)s less, %(tiers)s another tier."
    )
