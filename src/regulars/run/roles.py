"""Roles of the embedded database: who owns, and who only reads and writes.

`regulars_owner` owns database and tables and runs migrations. `regulars_app` is neither superuser
nor owner: it reads and writes rows of what the owner makes, and can change no table.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

DATABASE = "regulars"
SUPERUSER = "postgres"
OWNER = "regulars_owner"
APP = "regulars_app"


def set_up(superuser_address: str, *, owner_password: str, app_password: str) -> None:
    """Make both roles and the database, or bring passwords up to date; harmless when repeated."""
    with psycopg.connect(superuser_address, autocommit=True) as link:
        _role(link, OWNER, owner_password)
        _role(link, APP, app_password)
        found = link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone() is None:
            link.execute(_named("CREATE DATABASE {database} OWNER {owner}"))
    with psycopg.connect(superuser_address, dbname=DATABASE, autocommit=True) as link:
        for statement in _RIGHTS:
            link.execute(_named(statement))


_RIGHTS = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
    "ALTER SCHEMA public OWNER TO {owner}",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public "
    "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public "
    "GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public "
    "GRANT EXECUTE ON FUNCTIONS TO {app}",
)


def _named(statement: str) -> sql.Composed:
    return sql.SQL(statement).format(
        database=sql.Identifier(DATABASE), owner=sql.Identifier(OWNER), app=sql.Identifier(APP)
    )


def _role(link: psycopg.Connection, name: str, password: str) -> None:
    found = link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    # Hashed here: the password itself never travels, nor stands in a log of the server.
    hashed = link.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    verb = "ALTER" if found else "CREATE"
    link.execute(
        sql.SQL(
            verb + " ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {hash}"
        ).format(name=sql.Identifier(name), hash=sql.Literal(hashed.decode()))
    )
