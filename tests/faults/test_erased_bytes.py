"""Who was forgotten is left in no byte of the database's files: not in freed pages, not in what it
knows of a table's values, not in its log (P09)."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from killed_shop import pointed_at

from furnished import furnished
from portal.portal_kit import NOW, member
from regulars.actions import customers, portal_erasing
from regulars.actions.publishing import publish
from regulars.actions.verifying import verify
from regulars.db.models import Customer
from regulars.run import embedded, roles, scrub
from regulars.run.folder import PASSABLE, Folder
from regulars.sources.corner_coffee import programme
from staff import open_cafe

CANARY = re.compile(rb"(?i)kanarienvogel|491715550482")
NAMES = [f"Kanarienvogel {one}" for one in ("Anna", "Bela", "Cleo", "Dora")]


@pytest.fixture
def folder(django_db_setup: None, django_db_blocker: Any, settings: Any) -> Iterator[Folder]:
    root = Path(tempfile.mkdtemp(prefix="regulars-erased-"))
    root.chmod(PASSABLE)
    made = furnished(root / "data")
    settings.DATA = made.root
    try:
        with (
            django_db_blocker.unblock(),
            embedded.running(made) as addresses,
            pointed_at(addresses.app),
        ):
            yield made
    finally:
        shutil.rmtree(root, ignore_errors=True)


def left(folder: Folder) -> set[str]:
    """The folders of the database in which a canary stands in any byte of a file."""
    files = [one for one in folder.postgres.rglob("*") if one.is_file()]
    found = [one for one in files if CANARY.search(one.read_bytes())]
    return {one.relative_to(folder.postgres).parts[0] for one in found}


def asked(folder: Folder, statement: str) -> None:
    """One statement of the database's master."""
    address = embedded.superuser_address(folder, roles.DATABASE)
    with psycopg.connect(address, autocommit=True) as link:
        link.execute(statement)


def forget_four(folder: Folder) -> None:
    """Four people come, leave traces everywhere, and ask to be forgotten."""
    owner = open_cafe()
    publish(programme(), now=NOW - timedelta(days=30), by="Olga")
    numbers = [member(name, email=f"{name.split()[1]}@kanarienvogel.example") for name in NAMES]
    for number in numbers:
        public = Customer.objects.get(id=number).public_id
        customers.add_note(public, "Kanarienvogel likes oats", by=owner, now=NOW)
    asked(folder, "ANALYZE")
    for number in numbers:
        portal_erasing.erase(number, NOW)
    asked(folder, "CHECKPOINT")
    assert not Customer.objects.filter(name__icontains="kanarienvogel").exists()


def test_nothing_is_left_of_who_was_forgotten(folder: Folder) -> None:
    forget_four(folder)
    assert left(folder) == {"base", "pg_wal"}, "what is deleted lies there until it is written over"
    assert scrub.is_wanted(folder)
    found = scrub.scrub(folder)
    assert not found.left
    assert left(folder) == set()
    assert not scrub.is_wanted(folder)
    assert verify().finding is None


def test_who_still_looks_at_the_past_is_waited_for(folder: Folder) -> None:
    address = embedded.superuser_address(folder, roles.DATABASE)
    with psycopg.connect(address) as link:
        link.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        link.execute("SELECT count(*) FROM regulars_customer")
        forget_four(folder)
        found = scrub.scrub(folder)
        assert (found.tables, "regulars_customer" in found.busy) == (0, True)
        assert scrub.is_wanted(folder), "it is done again"
    assert not scrub.scrub(folder).left
    assert left(folder) == set()


def test_a_table_in_use_is_written_later(folder: Folder) -> None:
    forget_four(folder)
    address = embedded.superuser_address(folder, roles.DATABASE)
    with psycopg.connect(address) as link:
        link.execute("LOCK TABLE regulars_customer IN ACCESS SHARE MODE")
        assert scrub.scrub(folder).busy == ("regulars_customer",)
    assert scrub.is_wanted(folder)


def test_large_tables_wait_for_somebody_to_say_so(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_four(folder)
    monkeypatch.setattr(scrub, "LARGE", 0)
    found = scrub.scrub(folder)
    assert (found.tables, "regulars_customer" in found.large) == (1, True)
    assert "base" in left(folder)
    assert scrub.is_wanted(folder), "the doctor tells of it"
    assert not scrub.scrub(folder, whole=True).left
    assert left(folder) == set()
