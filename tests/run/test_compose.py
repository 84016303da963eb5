"""The compose file and what lies beside it: read, compared with what they name, and run as far as
that goes without containers."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from ruamel.yaml import YAML

from regulars.run import doctor_database, embedded, install, programs, proxies
from regulars.run.doctor_database import Link
from regulars.run.embedded import Addresses
from regulars.run.folder import Folder

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
GIVEN = re.compile(r"\$\{(\w+)")


@pytest.fixture(scope="module")
def compose() -> Any:
    return YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text())


def _environment(compose: Any) -> dict[str, str]:
    found: dict[str, str] = compose["services"]["regulars"]["environment"]
    return found


def test_settings_are_those_that_the_code_reads(compose: Any) -> None:
    named = {name for name in _environment(compose) if name != "DATABASE_URL"}
    text = (ROOT / "src/regulars/settings.py").read_text() + "REGULARS_PROXIES"
    assert [name for name in named if name not in text] == []


def test_secrets_come_from_the_environment_alone(compose: Any) -> None:
    """Saboteur: a password that stands in the file is noticed."""
    for service in compose["services"].values():
        assert _written_out(service.get("environment", {})) == []
    assert _written_out({"APP_PASSWORD": "hunter2"}) == ["APP_PASSWORD"]
    assert _written_out({"DATABASE_URL": "postgresql://a:b@c/d"}) == ["DATABASE_URL"]
    example = (DEPLOY / "example.env").read_text()
    needed = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()))
    assert set(re.findall(r"^(\w+)=$", example, flags=re.MULTILINE)) == needed


def _written_out(environment: dict[str, str]) -> list[str]:
    return [
        name
        for name, value in environment.items()
        if ("PASSWORD" in name and not GIVEN.match(value))
        or ("://" in value and "@" in value and not re.search(r":\$\{\w+[^}]*\}@", value))
    ]


def test_what_is_named_is_there(compose: Any) -> None:
    volumes, networks = set(compose["volumes"]), set(compose["networks"])
    for service in compose["services"].values():
        for mount in service["volumes"]:
            source = mount.split(":")[0]
            assert source in volumes or (DEPLOY / source).exists(), mount
        assert set(service["networks"]) <= networks
        assert set(service.get("depends_on", [])) <= set(compose["services"])
    built = compose["services"]["regulars"]["build"]
    assert (DEPLOY / built["context"] / built["dockerfile"]).is_file()
    assert (
        compose["services"]["database"]["environment"]["POSTGRES_DB"]
        in (_environment(compose)["DATABASE_URL"])
    )


def test_only_the_web_server_is_seen_and_believed(compose: Any) -> None:
    services = compose["services"]
    assert [name for name, one in services.items() if "ports" in one] == ["web"]
    assert set(services["database"]["networks"]) == {"back"}
    assert compose["networks"]["back"]["internal"] is True
    trusted = proxies.parse(_environment(compose)["REGULARS_PROXIES"])
    address = services["web"]["networks"]["front"]["ipv4_address"]
    assert [str(one) for one in trusted] == [f"{address}/32"]


def test_the_health_check_asks_a_page_that_exists(compose: Any) -> None:
    asked = compose["services"]["regulars"]["healthcheck"]["test"]
    assert "http://127.0.0.1:8000/readyz" in asked[-1]
    assert "/readyz" in (ROOT / "src/regulars/run/server.py").read_text()
    compile(asked[-1], "health", "exec")


def test_the_site_is_that_of_an_installed_service() -> None:
    plan = install.Plan(domain="{$CLUB_DOMAIN}", program=Path("/x"))
    made = install._site(plan).split("\n", 1)[1].replace("127.0.0.1:", "regulars:")
    assert (DEPLOY / "Caddyfile").read_text() == made


def test_the_image_copies_what_is_there() -> None:
    told = (DEPLOY / "Dockerfile").read_text()
    left = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    for line in re.findall(r"^COPY (?!--from)(.*)$", told, flags=re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists()
            assert f"!{source.split('/')[0]}" in left
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {project["readme"], *project["license-files"]} <= set(told.split())
    assert "USER regulars" in told
    assert 'ENTRYPOINT ["regulars"]' in told


@pytest.mark.parametrize("password", ["b7", 'it\'s "hard" $HOME \\'])
def test_the_accounts_are_neither_superuser_nor_owner(folder: Folder, password: str) -> None:
    """The script on a PostgreSQL of our own, under other names than the ones it has already."""
    with embedded.running(folder):
        master = conninfo_to_dict(embedded.superuser_address(folder))
        with psycopg.connect(**master, autocommit=True) as link:  # type: ignore[arg-type]
            link.execute("CREATE DATABASE club TEMPLATE template0 ENCODING 'UTF8'")
        _run_accounts(master, password)
        told = {**master, "dbname": "club", "password": password}
        owner, app = (
            make_conninfo("", **{**told, "user": f"club_{who}"}) for who in ("owner", "app")
        )
        with psycopg.connect(owner) as link:
            link.execute("CREATE TABLE rows (id serial PRIMARY KEY, word text)")
        with psycopg.connect(app, autocommit=True) as link:
            link.execute("INSERT INTO rows (word) VALUES ('a')")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute("DROP TABLE rows")
            both = Addresses(app=app, owner=owner)
            at = Link(link=link, folder=folder, addresses=both, embedded=False)
            assert doctor_database._role(at).state == "ok"
            assert doctor_database._encoding(at).state == "ok"


def _run_accounts(master: dict[str, Any], password: str) -> None:
    told = (DEPLOY / "database/accounts.sh").read_text().replace("regulars_", "club_")
    place = {f"PG{name.upper()}": str(master.get(name) or "") for name in ("host", "port")}
    subprocess.run(
        ["sh", "-c", told],
        env={
            **place,
            "PGPASSWORD": str(master.get("password") or ""),
            "PATH": f"{programs.installed_home() / 'bin'}:{os.environ['PATH']}",
            "POSTGRES_DB": "club",
            "OWNER_PASSWORD": password,
            "APP_PASSWORD": password,
        },
        check=True,
    )
