"""Questions about referrals are answered by look-ups, however many customers there are."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, connections

from regulars.db import introductions
from regulars.db.introductions import Scene
from regulars.engine.calendar import instant_of
from regulars.engine.questions import Introduced, Introduction

MANY = 100_000 if os.environ.get("REGULARS_TORTURE") else 20_000
AT = datetime(2026, 3, 1, tzinfo=UTC)
BEFORE = "timestamptz '2026-01-01'"
FILL = f"""
    INSERT INTO regulars_customer (id, public_id, name, sort_latin, sort_pl, sort_ro, language,
        country, attributes, merged, has_bought, created_at)
    SELECT n, md5(n::text)::uuid, '', '', '', '', '', '', '{{}}', false, true, {BEFORE}
    FROM generate_series(1, {MANY}) n;
    INSERT INTO regulars_customerlink (customer_id, key, into_id, at)
    SELECT n, 'l' || n, n + 1, {BEFORE} FROM generate_series(1, {MANY}, 2) n;
    INSERT INTO regulars_holder (customer_id, programme, number, since, joined_at, head, figures,
        tier, revision, left_at)
    SELECT n, 'club', md5(n::text), {BEFORE}, {BEFORE}, '', '{{}}', '', 0,
        CASE WHEN n % 7 = 0 THEN {BEFORE} END FROM generate_series(1, {MANY}) n;
    INSERT INTO regulars_signal (kind, value, loose, customer_id, key, at)
    SELECT kind, kind || n / 2, kind || n / 2, n, 'c' || n, {BEFORE}
    FROM generate_series(1, {MANY}) n, unnest(ARRAY['email', 'phone', 'visitor', 'party']) kind;
    INSERT INTO regulars_signal (kind, value, loose, customer_id, key, at)
    SELECT 'ip', 'everybody', 'everybody', n, '', {BEFORE} FROM generate_series(1, {MANY}) n;
    INSERT INTO regulars_code (code, kind, programme, customer_id, voucher, percent, made_at)
    SELECT 'CODE' || n, 'advocate', 'club', n, '', 0, {BEFORE} FROM generate_series(1, {MANY}) n;
    INSERT INTO regulars_friend (customer_id, programme, at)
    SELECT n, 'club', {BEFORE} FROM generate_series(1, {MANY}) n;
    INSERT INTO regulars_factkey (key, version, customer_id, content_hash)
    SELECT t || n, 1, n, '' FROM generate_series(1, {MANY}) n, unnest(ARRAY['o', 'c']) t;
    INSERT INTO regulars_fact (customer_id, at, type, key, version, received_at, guest, body)
    SELECT n, {BEFORE}, t, left(t, 1) || n, 1, {BEFORE}, false,
        jsonb_build_object('via', 'CODE' || n, 'session', 's' || n)
    FROM generate_series(1, {MANY}) n, unnest(ARRAY['order', 'click']) t;
"""
LOOK = """
    ANALYZE regulars_customer, regulars_customerlink, regulars_holder, regulars_signal,
        regulars_code, regulars_friend, regulars_factkey, regulars_fact
"""
"""Only the owner of the tables may have them counted."""
SCANNED = "Seq Scan"


class Explained:
    """A cursor that notes how each query was planned and what it read."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor
        self.plans: list[str] = []

    def execute(self, query: str, told: list[Any]) -> None:
        """Explain a query, then run it."""
        self.cursor.execute(f"EXPLAIN {query}", told)
        self.plans.append("\n".join(line for (line,) in self.cursor.fetchall()))
        self.cursor.execute(query, told)

    def fetchall(self) -> list[Any]:
        """What the query found."""
        return list(self.cursor.fetchall())

    def fetchone(self) -> Any:
        """The first row of it."""
        return self.cursor.fetchone()


def scanned(**asked: Any) -> list[str]:
    """The plans of a question that read a whole table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT md5('6')::uuid::text")
        holder = cursor.fetchone()[0]
        explained = Explained(cursor)
        question = Introduction(key="now", at=instant_of(AT), **asked)
        reply = Scene(explained, "club", question).introduced(holder)  # type: ignore[arg-type]
        assert isinstance(reply, Introduced)
        assert reply.advocate
        return [plan for plan in explained.plans if SCANNED in plan]


@pytest.mark.usefixtures("own_database")
def test_no_table_is_read_from_end_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL)
    with connections["owner"].cursor() as cursor:
        cursor.execute(LOOK)
    by = ("email", "phone", "ip")
    assert scanned(codes=("CODE8",), session="s40", by=by) == []
    assert scanned(session="s40", by=by, emails="dots_and_tags", first=True) == []
    indexed = "type = 'click' AND body ->> 'session' ="
    assert indexed in introductions.CLICKS
    slow = introductions.CLICKS.replace(indexed, "body ->> 'place' =")
    monkeypatch.setattr(introductions, "CLICKS", slow)
    assert scanned(codes=("CODE8",), session="s40")
