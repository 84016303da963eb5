"""What an owner is told before customers come."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from regulars import settings
from regulars.run import backup, doctor, doctor_live
from regulars.run.findings import Finding
from regulars.run.folder import Folder, locate, prepare

SMTP = {"REGULARS_SMTP_URL": "smtps://a:b@mail.example.org"}
PROVIDER = {"REGULARS_MAIL_PROVIDER": "postmark", "REGULARS_MAIL_KEY": "k"}


@pytest.mark.parametrize(
    ("environ", "state"),
    [
        ({}, "warn"),
        ({"REGULARS_SMTP_URL": ""}, "warn"),
        (SMTP, "ok"),
        (PROVIDER, "ok"),
        ({"REGULARS_MAIL_PROVIDER": "postmark"}, "fail"),
        (PROVIDER | {"REGULARS_MAIL_PROVIDER": "pigeon"}, "fail"),
        ({"REGULARS_SMTP_URL": "mail.example.org"}, "fail"),
        ({"REGULARS_SMTP_URL": "https://a:secret@mail.example.org"}, "fail"),
    ],
)
def test_mail(tmp_path: Path, environ: dict[str, str], state: str) -> None:
    found = doctor_live.mail(locate(tmp_path), environ)
    assert found.state == state
    assert "secret" not in found.sentence + found.remedy


def test_providers_are_those_that_the_settings_know() -> None:
    assert set(doctor_live.PROVIDERS) == set(settings._PROVIDERS)


@pytest.mark.parametrize(
    ("environ", "state"),
    [
        ({}, "ok"),
        (SMTP, "warn"),
        (PROVIDER | {"REGULARS_MAIL_FROM": "regulars@localhost"}, "warn"),
        (SMTP | {"REGULARS_MAIL_FROM": "Corner <hello@corner.example>"}, "ok"),
    ],
)
def test_the_sender(tmp_path: Path, environ: dict[str, str], state: str) -> None:
    found = doctor_live.sender(locate(tmp_path), environ)
    assert found.state == state
    if environ and state == "ok":
        assert found.sentence == "corner.example."


@pytest.mark.parametrize(
    ("listed", "address", "state"),
    [
        ("127.0.0.1,::1", "https://club.example.org", "ok"),
        ("", "https://club.example.org", "warn"),
        ("", "http://localhost:8000", "ok"),
        ("", "", "ok"),
        ("::/0", "https://club.example.org", "fail"),
    ],
)
def test_the_proxy_in_front(tmp_path: Path, listed: str, address: str, state: str) -> None:
    environ = {"REGULARS_PROXIES": listed, "REGULARS_BASE_URL": address}
    assert doctor_live.trusted_proxies(locate(tmp_path), environ).state == state


def test_backups(tmp_path: Path) -> None:
    """Saboteur: a note that is no note counts as none."""
    folder = prepare(tmp_path / "data")
    assert doctor_live.backups(folder, {}).sentence == "There is nothing to lose yet."
    folder.postgres.mkdir()
    assert "ever made" in _asked(folder, "warn").sentence
    _note(folder, datetime.now(UTC) - timedelta(hours=3))
    assert _asked(folder, "ok").sentence.startswith("The newest is of 20")
    _note(folder, datetime.now(UTC) - timedelta(days=8))
    assert _asked(folder, "warn").remedy.startswith("Make one every night")
    (folder.logs / backup.LAST).write_text("{}")
    assert "ever made" in _asked(folder, "warn").sentence


def _asked(folder: Folder, state: str) -> Finding:
    found = doctor_live.backups(folder, {})
    assert found.state == state
    return found


def _note(folder: Folder, at: datetime) -> None:
    told = backup.Manifest(format=backup.FORMAT, version="0", made_at=at)
    (folder.logs / backup.LAST).write_bytes(msgspec.json.encode(told))


@pytest.mark.skipif(os.getuid() != 0, reason="only root could open the files of others")
def test_root_is_told_to_look_as_the_service(tmp_path: Path) -> None:
    folder = prepare(tmp_path / "data")
    folder.postgres.mkdir()
    os.chown(folder.keys, 65_534, 65_534)
    found = doctor.examine(folder, {})[-1]
    assert (found.name, found.state) == ("database", "fail")
    assert found.remedy.startswith("Give the command with sudo -u")
    assert list(folder.run.iterdir()) == []
