"""`regulars install`: printed in two languages, refused where there are no services."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.cli import main
from regulars.run import install


def said(capsys: pytest.CaptureFixture[str], code: int, *words: str) -> str:
    assert main(["install", *words]) == code
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("lang", "word"),
    [("en", "must lead to this machine"), ("de", "muss auf diesen Rechner zeigen")],
)
def test_a_dry_run_shows_files_and_steps(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str, word: str
) -> None:
    monkeypatch.setattr(install, "elsewhere", lambda: iter(()))
    monkeypatch.setattr(install, "write", None)
    told = said(capsys, 0, "club.example.org", "--dry-run", "--lang", lang)
    for part in ("/etc/regulars/settings.env", "/etc/systemd/system/regulars.service", word):
        assert part in told
    assert "systemctl restart regulars" in told


@pytest.mark.parametrize(
    ("code", "en", "de"),
    [
        ("system", "On macOS", "Unter macOS"),
        ("container", "compose file", "Compose-Datei"),
        ("systemd", "no systemd", "kein systemd"),
        ("root", "sudo", "sudo"),
    ],
)
def test_elsewhere_nothing_is_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, code: str, en: str, de: str
) -> None:
    monkeypatch.setattr(install, "elsewhere", lambda: iter((code,)))
    monkeypatch.setattr(install, "write", None)
    assert en in said(capsys, 2, "club.example.org")
    assert de in said(capsys, 2, "club.example.org", "--lang", "de")


def test_as_root_it_is_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "elsewhere", lambda: iter(()))
    monkeypatch.setattr(install, "hindrance", lambda _plan: "")
    monkeypatch.setattr(install, "write", lambda plan: [plan.etc / "a"])
    assert said(capsys, 0, "club.example.org").startswith(
        f"Written: {Path('/etc/a')}\nNow, as root"
    )
    monkeypatch.setattr(install, "hindrance", lambda _plan: "/srv/closed")
    assert main(["install", "club.example.org"]) == 2
    assert "cannot start programs in /srv/closed" in capsys.readouterr().err


def test_what_is_no_domain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "10.0.0.1"]) == 2
    assert "no domain that can have a certificate" in capsys.readouterr().err
