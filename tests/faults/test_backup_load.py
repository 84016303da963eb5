"""A backup is made while orders pour in; put back elsewhere it is whole, holds every order that was
acknowledged before, and sends nothing again (R45)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from booking_kit import FULL, bought, digest, wrong
from django.db import connection
from killed_shop import (
    NAMES,
    Sales,
    Shop,
    all_told,
    await_more,
    disagreeing,
    pointed_at,
    running,
    selling,
    stored,
)
from msgspec import Struct

from furnished import BARE, furnished
from people import NOW
from receivers import Clock, postbox, receiver
from regulars.actions import webhooks
from regulars.actions.record import record
from regulars.actions.verifying import verify
from regulars.db import outbox
from regulars.db.models import Delivery, OutMail
from regulars.run import backup, embedded
from regulars.run.backup import Manifest, back_up, restore
from regulars.run.embedded import Addresses
from regulars.run.errors import CannotRun
from regulars.run.folder import PASSABLE, Folder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600 if FULL else 900)]
SEED = 20_261_127
BACKUPS = 20 if FULL else 1
ORDERS = 2_000 if FULL else 40
"""So many are acknowledged before each backup."""
TOLD = Manifest(format=1, version="0", made_at=datetime(2026, 1, 1, tzinfo=UTC))
QUEUED = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, status)
    VALUES ('mail', 'mail_link', 'todo')
"""


class Place(Struct):
    """A shop that sells, an empty installation, and where backups go."""

    shop: Shop
    empty: Folder
    addresses: Addresses
    root: Path


@pytest.fixture(scope="module")
def place(django_db_setup: None, django_db_blocker: Any) -> Iterator[Place]:
    root = Path(tempfile.mkdtemp(prefix="regulars-backup-"))
    root.chmod(PASSABLE)
    there = furnished(root / "there" / "data", BARE)
    try:
        with (
            django_db_blocker.unblock(),
            running(furnished(root / "data")) as shop,
            embedded.running(there) as addresses,
        ):
            yield Place(shop, there, addresses, root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def restored(place: Place, source: Path) -> Iterator[None]:
    """Look at what a backup comes to in the other installation."""
    restore(place.empty, place.addresses, source, force=True)
    with pointed_at(place.addresses.app):
        yield


def home(shop: Shop) -> Addresses:
    """The way into the shop's own database."""
    found = psycopg.conninfo.conninfo_to_dict(embedded.superuser_address(shop.folder))
    return embedded.addresses(shop.folder, Path(str(found["host"])))


def test_a_backup_under_load_is_whole(place: Place) -> None:
    sales = Sales(SEED)
    for _number in range(BACKUPS):
        sales.over = False
        with selling(place.shop, sales, first=len(sales.acknowledged)):
            await_more(sales, ORDERS)
            before = {sales.key(one, 0) for one in list(sales.acknowledged)}
            back_up(place.shop.folder, home(place.shop), place.root / "busy.backup", TOLD)
            await_more(sales, 8)
        all_told(sales)
        after = set(stored(sales))
        with restored(place, place.root / "busy.backup"):
            assert before <= set(stored(sales)) < after, f"seed {SEED}"
            assert wrong() == []
            assert verify().finding is None
    assert disagreeing(sales) == []


def test_at_rest_a_backup_is_the_same_again(place: Place) -> None:
    source, older, sales = place.root / "rest.backup", place.root / "older.backup", Sales(SEED + 1)
    back_up(place.shop.folder, home(place.shop), older, TOLD)
    with selling(place.shop, sales):
        await_more(sales, 8)
    all_told(sales)
    told = digest()
    back_up(place.shop.folder, home(place.shop), source, TOLD)
    with restored(place, source):
        assert digest() == told
    with pytest.raises(CannotRun, match="already"):
        restore(place.empty, place.addresses, older, force=False)
    with pointed_at(place.addresses.app):
        assert digest() == told, "what was refused changed nothing"
    restore(place.empty, place.addresses, older, force=True)
    with pointed_at(place.addresses.app):
        assert digest() != told


def waiting_message(url: str) -> None:
    """A message on its way to a receiver, a mail, and a job that is queued."""
    webhooks.add(url, [], now=NOW)
    outbox.forget_wanted()
    with connection.cursor() as cursor:
        outbox.put(cursor, [outbox.News("points.changed", {"n": 1})], NOW)
        cursor.execute(QUEUED)
    OutMail.objects.create(
        kind="link",
        recipient="mia@example.com",
        subject="s",
        text="let in",
        secret=True,
        queued_at=NOW,
        next_at=NOW,
        until=NOW + timedelta(days=1),
    )


def sent_by_the_restored(place: Place, settings: Any) -> tuple[int, int, int]:
    """How many messages, mails and jobs go out of an installation that was put back."""
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    place.shop.stop()
    source = place.root / "waiting.backup"
    with receiver() as listening:
        waiting_message(listening.url)
        back_up(place.shop.folder, home(place.shop), source, TOLD)
        assert Delivery.objects.filter(state="waiting").exists()
        with restored(place, source), postbox(Clock(NOW)) as box:
            box.empty()
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM procrastinate_jobs")
                (jobs,) = cursor.fetchone()
            mails = OutMail.objects.exclude(state="failed", text="").count()
        return len(listening.got), mails, jobs


def test_what_is_put_back_sends_nothing_again(place: Place, settings: Any) -> None:
    assert sent_by_the_restored(place, settings) == (0, 0, 0)


def test_saboteur_what_waited_waits_again(
    place: Place, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "SILENCED", {})
    assert min(sent_by_the_restored(place, settings)) > 0


def test_saboteur_a_backup_of_several_moments(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts of one moment beside transfers of another are found."""
    real: Callable[..., None] = backup._run

    def torn(program: str, address: str, *options: str) -> None:
        more = ["--exclude-table-data=regulars_transfer"] if program == "pg_dump" else []
        real(program, address, *options, *more)

    at = datetime(2026, 10, 1, 8, tzinfo=UTC)
    record([bought("torn", 1200, NAMES[0], at=at)], now=at)
    monkeypatch.setattr(backup, "_run", torn)
    back_up(place.shop.folder, home(place.shop), place.root / "torn.backup", TOLD)
    with restored(place, place.root / "torn.backup"):
        assert wrong() != []
