"""The PostgreSQL that tests run on: embedded, or the one that REGULARS_TEST_SUPERUSER names."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from django.db import connection, connections
from msgspec import Struct

from furnished import furnished
from regulars.run import embedded, roles
from regulars.run.folder import PASSABLE


class Server(Struct, frozen=True, kw_only=True):
    """A running server as its superuser reaches it, with the two roles of an installation."""

    superuser: str
    app: str
    owner: str

    def address(self, database: str = "postgres") -> str:
        """The superuser's way into one database."""
        parts = urlsplit(self.superuser)
        return urlunsplit(parts._replace(path=f"/{database}"))

    def admin(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A connection that may do everything."""
        return psycopg.connect(self.address(database), autocommit=True)


@contextmanager
def running() -> Iterator[Server]:
    """A server for one process of tests."""
    given = os.environ.get("REGULARS_TEST_SUPERUSER")
    if given:
        yield _outside(given)
        return
    root = Path(tempfile.mkdtemp(prefix="regulars-test-"))
    root.chmod(PASSABLE)
    try:
        folder = furnished(root / "data")
        with embedded.running(folder) as addresses:
            yield Server(
                superuser=embedded.superuser_address(folder),
                app=addresses.app,
                owner=addresses.owner,
            )
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _outside(superuser: str) -> Server:
    roles.set_up(superuser, owner_password="owner", app_password="app")
    parts = urlsplit(superuser)

    def way(role: str, password: str) -> str:
        place = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{role}:{password}@{place}", path="/regulars"))

    return Server(superuser=superuser, app=way(roles.APP, "app"), owner=way(roles.OWNER, "owner"))


def address() -> str:
    """The database that Django's connection means now, as an address for another process."""
    told = connection.settings_dict
    password, host = quote(told["PASSWORD"], safe=""), quote(told["HOST"], safe="")
    port = f"&port={told['PORT']}" if told["PORT"] else ""
    return f"postgresql://{told['USER']}:{password}@/{told['NAME']}?host={host}{port}"


@contextmanager
def fresh_database(cluster: Server, name: str) -> Iterator[None]:
    """Django's connections on a new, empty database for as long as the block runs."""
    with cluster.admin() as admin:
        admin.execute(
            f"CREATE DATABASE {name} TEMPLATE clean OWNER regulars_owner STRATEGY file_copy"
        )
        old = connections["default"].settings_dict["NAME"]
        for alias in ("default", "owner"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        try:
            yield
        finally:
            for alias in ("default", "owner"):
                connections[alias].close()
                connections[alias].settings_dict["NAME"] = old
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
