"""`regulars backup` and `restore`, as processes on an installation of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from cli.conftest import Regulars
from regulars.actions import stops
from regulars.actions.known import known_customer
from regulars.actions.portal_erasing import erase
from regulars.blueprints import PROGRAMME, blueprints
from regulars.db import forgotten
from regulars.db.models import Customer, EditionRow, IdentifierRow, StoppedAddress
from regulars.db.stopped import mark_of
from regulars.engine.facts import Identifier, Who
from server import address


@pytest.fixture
def programme(tmp_path: Path) -> Path:
    path = tmp_path / "corner.yaml"
    path.write_bytes(blueprints()["cafe_points"].joinpath(PROGRAMME).read_bytes())
    return path


@pytest.fixture
def as_owner(own_database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account that may change tables is told, as it is for a PostgreSQL of one's own."""
    app, owner = (connections[alias].settings_dict for alias in ("default", "owner"))
    told = (f"{one['USER']}:{one['PASSWORD']}@" for one in (app, owner))
    monkeypatch.setenv("REGULARS_OWNER_URL", address().replace(*told))


@pytest.mark.usefixtures("as_owner")
def test_what_was_published_comes_back(regulars: Regulars, programme: Path, tmp_path: Path) -> None:
    assert regulars("programme", "publish", programme).returncode == 0
    kept = tmp_path / "deep" / "kept.backup"
    made = regulars("backup", kept)
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.startswith(f"{kept} holds everything (")
    assert kept.stat().st_mode & 0o077 == 0
    EditionRow.objects.all().delete()
    back = regulars("restore", kept)
    assert (back.returncode, back.stderr) == (0, "")
    assert back.stdout.endswith("Run `regulars verify` to be sure.\n")
    assert list(EditionRow.objects.values_list("edition", flat=True)) == ["cafe_points"]
    assert regulars("verify").returncode == 0
    refused = regulars("restore", kept)
    assert refused.returncode == 2
    assert "give --force to replace everything" in one_line(refused.stderr)
    assert regulars("restore", kept, "--force").returncode == 0


def somebody() -> int:
    who = Who(identifiers=(Identifier("email", "ana@example.com"),))
    number = known_customer(who, datetime.now(UTC))
    Customer.objects.filter(id=number).update(name="Ana Canary")
    return number


def known() -> list[str]:
    """The names and addresses that anything is known by."""
    names = Customer.objects.exclude(name="").values_list("name", flat=True)
    return [*names, *IdentifierRow.objects.values_list("value", flat=True)]


def stopped() -> list[str]:
    return list(StoppedAddress.objects.values_list("address_hash", flat=True))


@pytest.mark.usefixtures("as_owner")
def test_who_was_forgotten_since_is_forgotten_again(
    regulars: Regulars, tmp_path: Path, settings: Any
) -> None:
    """P10, P07: an older backup brings nobody back, nor mails that were stopped."""
    settings.DATA = tmp_path / "d"
    number, kept = somebody(), tmp_path / "kept.backup"
    assert regulars("backup", kept).returncode == 0
    stops.stop([mark_of("ben@example.com")], {"news"}, datetime.now(UTC))
    erase(number, datetime.now(UTC))
    assert known() == []
    back = regulars("restore", kept, "--force")
    assert (back.returncode, back.stderr) == (0, "")
    assert back.stdout.endswith(
        "One person who has asked for it since was forgotten again.\n"
        "One address, whose owner has stopped mails since, was stopped again.\n"
    )
    assert known() == []
    assert stopped() == [mark_of("ben@example.com")]
    assert regulars("verify").returncode == 0
    again = regulars("restore", kept, "--force", "--lang", "de")
    assert "Eine Person" in again.stdout

    elsewhere = tmp_path / "list"
    forgotten.place().rename(elsewhere)
    assert regulars("restore", kept, "--force").returncode == 0
    assert known() == ["Ana Canary", "ana@example.com"], "nobody has told it"
    assert stopped() == []
    assert regulars("restore", kept, "--force", "--forgotten", elsewhere).returncode == 0
    assert known() == []
    assert stopped() == [mark_of("ben@example.com")]
    assert forgotten.listed(forgotten.place()) == forgotten.listed(elsewhere)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("restore", "nothing.backup"), "No such file"),
        (("restore", "corner.yaml"), "is no backup of Regulars"),
        (("restore", "."), "Is a directory"),
        (("restore", "corner.yaml", "--forgotten", "gone"), "no list of those who asked"),
        (("restore",), "regulars restore --help"),
        (("backup", "corner.yaml/kept"), "corner.yaml"),
        (("backup",), "regulars backup --help"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    regulars: Regulars, programme: Path, words: tuple[str, ...], said: str
) -> None:
    before = programme.read_bytes()
    done = regulars(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in one_line(done.stderr)
    assert programme.read_bytes() == before


def one_line(text: str) -> str:
    assert len(text.splitlines()) == 1, text
    assert text.startswith("regulars: ")
    return text
