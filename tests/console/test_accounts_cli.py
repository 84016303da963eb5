"""`regulars staff`: rescue from the machine itself."""

from __future__ import annotations

import re
from contextlib import nullcontext

import pytest
from django.test import Client
from doors import wear_totp

from regulars.cli import main
from regulars.cli import staff as command
from regulars.db.models import Role, Staff
from staff import PASSWORD, digest, employ, open_cafe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own database stands for the installation."""
    monkeypatch.setattr(command, "installation", lambda data: nullcontext())


def test_the_list_names_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staff", "list"]) == 0
    assert "prints the set-up link" in capsys.readouterr().out
    open_cafe()
    wear_totp(employ("Mara", Role.MANAGER, "Corner"))
    main(["staff", "list"])
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "olga@corner.example\towner\tactive\tpassword only\tall places\tOlga",
        "mara@corner.example\tmanager\tactive\tsecond factor\tCorner\tMara",
    ]


@pytest.mark.parametrize(("act", "inside"), [("link", True), ("reset", False)])
def test_a_printed_link_works(act: str, inside: bool, capsys: pytest.CaptureFixture[str]) -> None:
    open_cafe()
    assert main(["staff", act, "OLGA@corner.example"]) == 0
    printed = capsys.readouterr().out.strip()
    found = re.fullmatch(r"http://127\.0\.0\.1:\d+(/console/enter/[\w-]{43}/)", printed)
    assert found
    client = Client()
    client.post(found[1], {"password": "a quite new one"})
    assert ("_auth_user_id" in client.session) is inside
    assert Staff.objects.get().check_password(PASSWORD if inside else "a quite new one")


def test_a_link_below_the_address_that_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    open_cafe()
    main(["staff", "link", "olga@corner.example", "--address", "https://console.example/"])
    assert capsys.readouterr().out.startswith("https://console.example/console/enter/")


def test_a_lost_phone_and_a_locked_door(capsys: pytest.CaptureFixture[str]) -> None:
    wear_totp(open_cafe())
    assert main(["staff", "disable-mfa", "olga@corner.example"]) == 0
    assert "now none" in capsys.readouterr().out
    assert main(["staff", "unlock", "olga@corner.example"]) == 0
    assert "at once" in capsys.readouterr().out


@pytest.mark.parametrize("act", ["link", "reset", "unlock", "disable-mfa"])
def test_a_stranger_is_one_line_and_nothing_changes(
    act: str, capsys: pytest.CaptureFixture[str]
) -> None:
    open_cafe()
    before = digest()
    assert main(["staff", act, "nobody@x.example"]) == 2
    spoken = capsys.readouterr()
    assert spoken.err == "regulars: Nobody with this e-mail address works here.\n"
    assert (spoken.out, digest()) == ("", before)
