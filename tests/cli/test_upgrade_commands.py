"""`regulars upgrade`, and commands that meet the database of a later release."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connections

from cli.conftest import Regulars
from ports import free_port
from regulars.cli import upgrade
from regulars.run.upgrade import Upgraded
from regulars.words.speaking import speaking
from server import address


@pytest.fixture
def as_owner(own_database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    app, owner = (connections[alias].settings_dict for alias in ("default", "owner"))
    told = (f"{one['USER']}:{one['PASSWORD']}@" for one in (app, owner))
    monkeypatch.setenv("REGULARS_OWNER_URL", address().replace(*told))


@pytest.mark.usefixtures("as_owner")
def test_what_is_up_to_date_stays_and_what_is_later_is_refused(regulars: Regulars) -> None:
    now = regulars("upgrade", "--lang", "de")
    assert (now.returncode, now.stderr) == (0, "")
    assert now.stdout == "Die Tabellen sind auf dem neuesten Stand: nichts zu tun.\n"
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('regulars', '9999_later', now())"
        )
    for words in (["upgrade"], ["verify"], ["serve", "--port", free_port()]):
        refused = regulars(*words)
        assert refused.returncode == 2, words
        assert "belongs to a later release of Regulars" in refused.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["As it was before: a.backup", "2 changes were made", "`regulars serve` again"]),
        ("de", ["Wie es vorher war: a.backup", "2 Änderungen", "`regulars serve` wieder"]),
    ],
)
def test_what_was_done_is_told(language: str, said: list[str]) -> None:
    with speaking(language):
        lines = upgrade._lines(Upgraded(changes=2, backup=Path("a.backup")))
    assert len(lines) == len(said)
    assert all(part in line for part, line in zip(said, lines, strict=True))


def test_a_first_start_asks_for_nothing() -> None:
    with speaking("en"):
        assert len(upgrade._lines(Upgraded(changes=91))) == 1
