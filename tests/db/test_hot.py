"""Statements that are prepared once a connection: what they find, and what breaks them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from regulars.db import hot

in_database = pytest.mark.django_db

KINDS = """
    SELECT true, %s::bytea, 7::smallint, -8, 9::bigint, %s::text, 'wörd'::varchar,
        '2026-11-22 08:00:00.25+01'::timestamptz, NULL::text,
        '6f1c2a4e-0000-4000-8000-00000000000a'::uuid
"""
PLACE = "INSERT INTO regulars_place (code, name) VALUES (%s, %s)"


@in_database
def test_values_are_read_as_what_they_are() -> None:
    with connection.cursor() as cursor:
        found = hot.run(cursor, KINDS, ["\\x00ff", "a\tb'\\"])
    assert found.fetchone() == (
        True,
        b"\x00\xff",
        7,
        -8,
        9,
        "a\tb'\\",
        "wörd",
        datetime(2026, 11, 22, 7, 0, 0, 250_000, tzinfo=UTC),
        None,
        UUID("6f1c2a4e-0000-4000-8000-00000000000a"),
    )


@in_database
def test_a_statement_is_prepared_once_and_told_how_many_rows() -> None:
    with connection.cursor() as cursor:
        before = _prepared()
        for code in ("one", "two"):
            assert hot.run(cursor, PLACE + " ON CONFLICT DO NOTHING", [code, code]).rowcount == 1
        assert hot.run(cursor, PLACE + " ON CONFLICT DO NOTHING", ["two", "two"]).rowcount == 0
        assert _prepared() - before == 1


@in_database
def test_what_is_rolled_back_is_gone_and_the_statement_still_there() -> None:
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            _write_twice(cursor)
        assert getattr(refused.value.__cause__, "sqlstate", "") == "23505"
        assert hot.run(cursor, PLACE, ["here", "here"]).rowcount == 1


@in_database
def test_statements_that_the_server_forgot_are_prepared_again() -> None:
    with connection.cursor() as cursor:
        hot.run(cursor, "SELECT 1")
        cursor.execute("DEALLOCATE ALL")
        with pytest.raises(DatabaseError), transaction.atomic():
            hot.run(cursor, "SELECT 1")
        assert hot.run(cursor, "SELECT 1").fetchone() == (1,)


@in_database
def test_statements_whose_columns_became_others_are_prepared_again() -> None:
    query = "SELECT seen FROM changing"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE changing AS SELECT 1 AS seen")
        assert hot.run(cursor, query).fetchone() == (1,)
        hot.run(cursor, "SELECT 2")
        cursor.execute("ALTER TABLE changing ALTER seen TYPE text")
        with pytest.raises(DatabaseError), transaction.atomic():
            hot.run(cursor, query)
        assert hot.run(cursor, query).fetchone() == ("1",)
        assert hot.run(cursor, "SELECT 2").fetchone() == (2,)


def test_a_lost_connection_is_an_error_that_tells_so(own_database: object) -> None:
    with connection.cursor() as cursor:
        hot.run(cursor, "SELECT 1")
        with pytest.raises(OperationalError):
            hot.run(cursor, "SELECT pg_terminate_backend(pg_backend_pid())")
        with pytest.raises(OperationalError):
            hot.run(cursor, "SELECT 1")
    connection.close()
    with connection.cursor() as cursor:
        assert hot.run(cursor, "SELECT 1").fetchone() == (1,)


def _write_twice(cursor: CursorWrapper) -> None:
    for _time in range(2):
        hot.run(cursor, PLACE, ["here", "here"])


def _prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'regulars%'")
        (count,) = cursor.fetchone()
    return int(count)
