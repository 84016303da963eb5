"""`regulars demo`: Corner Coffee, made up from a seed, brought in like any shop's orders."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from regulars.cli import Unclear, values
from regulars.cli.installation import installation
from regulars.cli.progress import bar
from regulars.cli.serve import add_address, named
from regulars.run.folder import Folder, default_path, prepare
from regulars.run.serve import Wanted, serve
from regulars.sources.corner_coffee import (
    BUSINESS,
    CASHIER,
    GOODS,
    MARKET_STREET,
    MOST_CUSTOMERS,
    OWNER,
    picture,
    programme,
    write,
)

CLUB = "corner_club"
MOST_USES = 1200
"""Rewards that members of the demonstration have taken before it opens: each costs a moment."""
FIXED = ("de", "pl", "ro")
"""Languages whose readers see their pages in them, whatever the browser wants: all that pages are
written in besides English."""
FINISHED = "demo-finished"
"""A file in the data folder: everything of the demonstration has been brought in."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="DIR", help="the demonstration's own data folder")
    parser.add_argument(
        "--customers",
        type=values.whole(1, MOST_CUSTOMERS),
        default=8000,
        help="how many (default 8000)",
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed, another past")
    parser.add_argument("--until", type=values.day, help="its last day (default yesterday)")
    parser.add_argument("--prepare", action="store_true", help="make everything, serve nothing")
    add_address(parser)


def run(arguments: argparse.Namespace) -> int:
    folder = prepare(arguments.data or default_path().parent / f"{default_path().name}-demo")
    if not (folder.root / FINISHED).exists():
        _make(folder, arguments)
    if arguments.prepare:
        return 0
    wanted = Wanted(host=arguments.host, port=arguments.port)
    os.environ["REGULARS_DEMONSTRATION"] = "1"
    os.environ.setdefault("REGULARS_BASE_URL", named(wanted.address))
    return serve(folder, wanted, on_ready=_tell)


def _make(folder: Folder, arguments: argparse.Namespace) -> None:
    _say("Making Corner Coffee: two years of a café with a shop. This happens once.")
    with installation(str(folder.root)), tempfile.TemporaryDirectory(dir=folder.imports) as work:
        if not _begun():
            if _in_use():
                raise Unclear(
                    f"The database of {folder.root} holds a business of its own: name another "
                    "folder for the demonstration with --data, and leave DATABASE_URL away."
                )
            _set_up()
        until = arguments.until or datetime.now(ZoneInfo(BUSINESS.zone)).date() - timedelta(days=1)
        _bring_in(folder, Path(work), arguments, until)
        _open_the_club(until)
        _fill_the_shelf(folder)
        _hire_a_cashier()
    (folder.root / FINISHED).touch()


def _begun() -> bool:
    """Whether this is the demonstration, its first start broken off."""
    from regulars.db.models import Staff  # noqa: PLC0415 - exists once Django is set up

    return Staff.objects.filter(email=OWNER.email).exists()


def _in_use() -> bool:
    from regulars.db.models import FactRow, Staff  # noqa: PLC0415 - exists once Django is set up

    return Staff.objects.exists() or FactRow.objects.exists()


def _set_up() -> None:
    from regulars.actions.business import (  # noqa: PLC0415 - exists once Django is set up
        BusinessSettings,
        Owner,
        set_up,
    )

    settings = BusinessSettings(
        name=BUSINESS.name,
        zone=BUSINESS.zone,
        currency=BUSINESS.currency,
        region=BUSINESS.region,
        language=BUSINESS.language,
    )
    set_up(settings, Owner(name=OWNER.name, email=OWNER.email), datetime.now(UTC))


def _bring_in(folder: Folder, work: Path, arguments: argparse.Namespace, until: date) -> None:
    from regulars.actions import imports  # noqa: PLC0415 - exists once Django is set up
    from regulars.actions.measuring import refresh  # noqa: PLC0415 - the same
    from regulars.sources.files.inspection import inspect  # noqa: PLC0415 - the same
    from regulars.sources.files.shapes import Hints  # noqa: PLC0415 - the same

    written = write(work, customers=arguments.customers, seed=arguments.seed, until=until)
    orders = written.paths[0]
    hints = Hints(
        zone=BUSINESS.zone,
        currency=BUSINESS.currency,
        source="corner-coffee",
        columns={"Brought by": "attribute:brought_by"},
    )
    mapping = inspect(orders, hints).mapping
    run_ = imports.begin(orders, mapping, name=orders.name, by=OWNER.name, now=datetime.now(UTC))
    with bar() as report:
        summary = imports.run_import(run_, work / "work", report=report)
    _say(f"{summary.recorded:,} orders and refunds of {summary.counts.customers:,} customers.")
    _say("Measuring what they mean …")
    refresh(folder.root, now=datetime.now(UTC))


def _open_the_club(until: date) -> None:
    """Everybody is a member, and what they bought in the last year counts."""
    from regulars.actions.members import join_everybody  # noqa: PLC0415 - Django is set up by now
    from regulars.actions.publishing import publish  # noqa: PLC0415 - the same
    from regulars.db.models import EditionRow  # noqa: PLC0415 - the same

    now = datetime.now(UTC)
    if not EditionRow.objects.filter(programme=CLUB).exists():
        publish(programme(), now=now, by=OWNER.name)
    begins = datetime.combine(until - timedelta(days=365), time.min, ZoneInfo(BUSINESS.zone))
    _say("Opening its club to them, with what they bought in the last year …")
    count = sum(join_everybody(CLUB, since=begins, now=now))
    _say(f"{count:,} members.")


def _fill_the_shelf(folder: Folder) -> None:
    """Rewards have pictures, and some of the members have used what they had collected."""
    from regulars.actions import demonstrating  # noqa: PLC0415 - Django is set up by now
    from regulars.actions.measuring import refresh_owed  # noqa: PLC0415 - the same
    from regulars.db.models import Role, Staff  # noqa: PLC0415 - the same

    now = datetime.now(UTC)
    goods = [
        demonstrating.Shown(
            reward=one.reward,
            price=one.price,
            worth_minor=one.worth_minor,
            cost_minor=one.cost_minor,
            picture=picture(one.picture),
            left=one.left,
        )
        for one in GOODS
    ]
    demonstrating.furnish(
        CLUB, Staff.objects.filter(role=Role.OWNER).earliest("created_at"), goods, now
    )
    used = demonstrating.use_points(CLUB, goods, most=MOST_USES, now=now)
    refresh_owed(folder.root, now=datetime.now(UTC))
    _say(f"{used:,} rewards were taken.")


def _hire_a_cashier() -> None:
    from regulars.actions import tills  # noqa: PLC0415 - Django is set up by now
    from regulars.db.models import Cashier  # noqa: PLC0415 - the same

    if not Cashier.objects.filter(name=CASHIER.name).exists():
        wanted = tills.Wanted(name=CASHIER.name, pin=CASHIER.pin)
        tills.add_cashier(None, wanted, datetime.now(UTC))


def _tell(address: str) -> None:
    import django  # noqa: PLC0415 - the server has told the settings meanwhile

    django.setup()
    from regulars.actions.entry import Purpose, make_link  # noqa: PLC0415 - Django is set up now
    from regulars.console.links import entry_address  # noqa: PLC0415 - the same
    from regulars.db.models import Role, Staff  # noqa: PLC0415 - the same

    owner = Staff.objects.filter(role=Role.OWNER).earliest("created_at")
    address = named(address)
    token = make_link(Purpose.ENTER, owner, datetime.now(UTC))
    _say(f"\nCorner Coffee is open at {address}/")
    _say(f"Come in as {owner.name}, once, within a day: {entry_address(address, token)}")
    _tell_member(address)
    _tell_till(address)
    _say("Ctrl-C closes it; `make demo` opens it again, with everything kept.")


def _tell_member(address: str) -> None:
    from regulars.actions.signing_in import make_ticket  # noqa: PLC0415 - Django is set up now
    from regulars.db.queries.portal import member_to_show  # noqa: PLC0415 - the same
    from regulars.portal.links import member_address  # noqa: PLC0415 - the same

    member = member_to_show(CLUB, FIXED)
    if member is not None:
        link = member_address(address, make_ticket(member.id, datetime.now(UTC)))
        _say(f"See the phone of {member.name}, a member, once, within a day: {link}")


def _tell_till(address: str) -> None:
    """A browser becomes the till of Market Street, and somebody who works at it."""
    from regulars.actions import tills  # noqa: PLC0415 - Django is set up now
    from regulars.db.models import Place  # noqa: PLC0415 - the same

    place = Place.objects.filter(name=MARKET_STREET.name).first()
    if place is None:
        return
    _hire_a_cashier()
    day = timedelta(days=1)
    _device, code = tills.make_code(place.code, CASHIER.till, None, datetime.now(UTC), day)
    _say(
        f"Sell as {CASHIER.name}, PIN {CASHIER.pin}; the link makes a browser the till, once, "
        f"within a day: {address}/till/pair/{code}/"
    )


def _say(text: str) -> None:
    print(text, file=sys.stdout, flush=True)
