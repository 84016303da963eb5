"""What `regulars install` writes: read by systemd and Caddy where they are, by us everywhere."""

from __future__ import annotations

import configparser
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from regulars.run import install, settings_file
from regulars.run.errors import CannotRun
from regulars.run.folder import SYSTEM_DATA, Owner, prepare

HERE = Owner(uid=os.getuid(), gid=os.getgid())


def _plan(etc: Path, **more: object) -> install.Plan:
    told = {"domain": "club.example.org", "program": install.program(), "etc": etc, **more}
    return install.Plan(**told)  # type: ignore[arg-type]


def _text(etc: Path, name: str, **more: object) -> str:
    return next(one.text for one in install.texts(_plan(etc, **more)) if one.path == etc / name)


@pytest.mark.parametrize(
    ("given", "found"),
    [("Club.Example.org", "club.example.org"), ("café.example.", "xn--caf-dma.example")],
)
def test_a_domain(given: str, found: str) -> None:
    assert install.domain(given) == found


@pytest.mark.parametrize(
    "given",
    [
        *("", "shop", "localhost", "a.localhost", "1.2.3.4", "::1", "https://a.org", "a..org"),
        *("a.org/x", "-a.org", "a b.org", "a.org\nb.org", "a.org {", "*.a.org", "till.local"),
        "a" * 64 + ".org",
    ],
)
def test_what_is_no_domain_is_refused(given: str) -> None:
    with pytest.raises(CannotRun, match="no domain that can have a certificate"):
        install.domain(given)


def test_the_unit_is_hardened_and_serves_on_loopback(tmp_path: Path) -> None:
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(_text(tmp_path, install.UNIT, port=8100))
    service = unit["Service"]
    assert service["User"] == "regulars"
    assert service["ExecStart"].endswith("/regulars serve --host 127.0.0.1 --port 8100")
    assert service["EnvironmentFile"] == str(tmp_path / "regulars/settings.env")
    assert service["StateDirectory"] == "regulars"
    assert (service["ProtectSystem"], service["ProtectHome"]) == ("strict", "yes")
    assert (service["NoNewPrivileges"], service["Restart"]) == ("yes", "on-failure")
    assert service["CapabilityBoundingSet"] == ""


def test_another_data_folder_may_be_written(tmp_path: Path) -> None:
    unit = _text(tmp_path, install.UNIT, data=Path("/srv/a 100%"))
    assert 'ReadWritePaths="/srv/a 100%%"' in unit
    assert "StateDirectory" not in unit


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here to read units")
def test_systemd_reads_the_unit(tmp_path: Path) -> None:
    """Saboteur: a unit with a word that systemd does not know is noticed."""
    text = _text(tmp_path, install.UNIT).replace("User=regulars\nGroup=regulars\n", "")
    assert _judged(tmp_path, text) == []
    assert _judged(tmp_path, text.replace("NoNewPrivileges", "NoNewPrivilegs")) != []


def _judged(place: Path, text: str) -> list[str]:
    unit = place / "regulars.service"
    unit.write_text(text)
    (place / "regulars").mkdir(exist_ok=True)
    (place / "regulars/settings.env").touch()
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    return [line for line in done.stderr.splitlines() if unit.name in line]


@pytest.mark.skipif(not shutil.which("caddy"), reason="no Caddy here to read its files")
def test_caddy_reads_the_site(tmp_path: Path) -> None:
    wanted = install.texts(_plan(tmp_path))
    install.check_site(wanted)
    with pytest.raises(CannotRun, match="Nothing was written"):
        install.check_site([*wanted[:2], _other(wanted[2], "a {"), wanted[3]])


@pytest.mark.skipif(not shutil.which("caddy"), reason="no Caddy here to read its files")
def test_every_answer_tells_to_come_by_https_alone(tmp_path: Path) -> None:
    """As the last word, whatever the service says. Saboteur: said before its answer comes."""
    site = _text(tmp_path, install.SITE)
    assert _set_last(tmp_path, site) == {"Strict-Transport-Security": ["max-age=31536000"]}
    assert _set_last(tmp_path, site.replace("\t\tdefer\n", "")) is None


def _set_last(place: Path, site: str) -> object:
    """The headers that Caddy sets once an answer is there."""
    file = place / "Caddyfile"
    file.write_text(site)
    asked = ["caddy", "adapt", "--adapter", "caddyfile", "--config", str(file)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    (server,) = json.loads(done.stdout)["apps"]["http"]["servers"].values()
    (inner,) = server["routes"][0]["handle"]
    handlers = [one for route in inner["routes"] for one in route["handle"]]
    (response,) = [one["response"] for one in handlers if one["handler"] == "headers"]
    return response["set"] if response.get("deferred") else None


def _other(one: install.Text, text: str) -> install.Text:
    return install.Text(path=one.path, text=text)


def test_the_site_leads_to_the_service_alone(tmp_path: Path) -> None:
    site = _text(tmp_path, install.SITE, port=8100)
    assert site.count("{") == site.count("}")
    assert site.splitlines()[1] == "club.example.org {"
    assert "reverse_proxy 127.0.0.1:8100" in site


def test_caddy_s_own_file_keeps_what_is_in_it(tmp_path: Path) -> None:
    own = tmp_path / install.MAIN_SITE
    own.parent.mkdir()
    assert _text(tmp_path, install.MAIN_SITE) == "import regulars.caddy\n"
    own.write_text(":80 {\n\tfile_server\n}\n")
    once = _text(tmp_path, install.MAIN_SITE)
    assert once == ":80 {\n\tfile_server\n}\n\nimport regulars.caddy\n"
    own.write_text(once)
    assert _text(tmp_path, install.MAIN_SITE) == once


def test_settings_keep_what_the_owner_wrote(tmp_path: Path) -> None:
    path = tmp_path / "regulars/settings.env"
    path.parent.mkdir()
    path.write_text("# mine\nREGULARS_SMTP_URL=smtp://a:b@c\nREGULARS_BASE_URL=https://old.org\n")
    text = _text(tmp_path, "regulars/settings.env")
    assert text.startswith("# mine\nREGULARS_SMTP_URL=smtp://a:b@c\n")
    assert settings_file.read(text) == {
        "REGULARS_SMTP_URL": "smtp://a:b@c",
        "REGULARS_BASE_URL": "https://club.example.org",
        "REGULARS_DATA": str(SYSTEM_DATA),
        "REGULARS_PROXIES": "127.0.0.1,::1",
    }
    assert settings_file.merged(text, settings_file.read(text)) == text


def test_settings_are_for_whoever_names_no_other(tmp_path: Path) -> None:
    place = tmp_path / "settings.env"
    place.write_text("# a\nREGULARS_DATA=/var/lib/x\nREGULARS_LOG = 'json'\nnonsense\n;B=1\n")
    environ = {"REGULARS_LOG": "plain"}
    settings_file.apply(environ, place)
    assert environ == {"REGULARS_LOG": "plain", "REGULARS_DATA": "/var/lib/x"}
    for name in settings_file.CHOOSING:
        environ = {name: "mine"}
        settings_file.apply(environ, place)
        assert environ == {name: "mine"}
    environ = {}
    settings_file.apply(environ, tmp_path / "none")
    assert environ == {}


def test_writing_twice_is_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "system_user", lambda: HERE)
    plan = _plan(tmp_path / "etc", data=tmp_path / "data")
    assert len(install.write(plan)) == 4
    settings = tmp_path / "etc/regulars/settings.env"
    assert settings.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert install.write(plan) == []


def test_data_of_somebody_else_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Owner(uid=os.getuid() + 1, gid=os.getgid())
    monkeypatch.setattr(install, "system_user", lambda: other)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/file").touch()
    with pytest.raises(CannotRun, match="belongs to another account"):
        install.write(_plan(tmp_path / "etc", data=tmp_path / "data"))
    assert not (tmp_path / "etc").exists()


def test_programs_that_a_service_cannot_see(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "system_user", lambda: HERE)
    for place in install.HIDDEN:
        plan = _plan(Path("/etc"), program=place / "x/regulars")
        assert install.hindrance(plan) != ""
    monkeypatch.setattr(sys, "prefix", "/usr")
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    plan = _plan(Path("/etc"), program=Path("/usr/bin/regulars"))
    assert install.hindrance(plan) == ""


@pytest.mark.skipif(os.getuid() != 0, reason="only root could open the files of others")
def test_root_is_told_whose_installation_it_is(tmp_path: Path) -> None:
    """Saboteur: as its own account's, the same folder is taken."""
    folder = prepare(tmp_path / "data")
    os.chown(folder.keys, 65_534, 65_534)
    with pytest.raises(CannotRun, match="belongs to the account"):
        prepare(folder.root)
    os.chown(folder.keys, 0, 0)
    assert prepare(folder.root) == folder
