"""Figures for Prometheus, as text: what was answered, what waits and since when, and how the
database fares. None of them is about a person.

Whoever asks on this machine itself gets them; from elsewhere a key with the scope `metrics:read` is
needed. They are gathered at most every few seconds, in a thread and on a connection of their own.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import psycopg
from msgspec import Struct

from regulars.db import disk
from regulars.run import cluster_log, counting, database, verified
from regulars.run.backup import last_made
from regulars.run.counting import BOUNDS, STATUSES, Counts, Kind
from regulars.run.folder import Folder, locate

KIND = b"text/plain; version=0.0.4; charset=utf-8"
FRESH_SECONDS = 5.0
PROXIED = (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via")
HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})

ASKED = """
    SELECT 'jobs', status::text, count(*)::float8 FROM procrastinate_jobs GROUP BY status
    UNION ALL SELECT 'jobs_oldest_seconds', '', coalesce(extract(epoch FROM now() - min(e.at)), 0)
        FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
        WHERE j.status = 'todo' AND e.type = 'deferred'
            AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())
    UNION ALL SELECT 'webhook_deliveries', state, count(*) FROM regulars_delivery
        WHERE state <> 'done' GROUP BY state
    UNION ALL SELECT 'webhook_oldest_seconds', '',
        coalesce(extract(epoch FROM now() - min(m.at)), 0)
        FROM regulars_delivery d JOIN regulars_out_message m ON m.id = d.message_id
        WHERE d.state = 'waiting'
    UNION ALL SELECT 'webhooks', state, count(*) FROM regulars_endpoint GROUP BY state
    UNION ALL SELECT 'webhooks_failing', '', count(*) FROM regulars_endpoint WHERE failures > 0
    UNION ALL SELECT 'mails', state, count(*) FROM regulars_out_mail GROUP BY state
    UNION ALL SELECT 'mail_oldest_seconds', '',
        coalesce(extract(epoch FROM now() - min(queued_at)), 0) FROM regulars_out_mail
        WHERE state IN ('waiting', 'picked')
    UNION ALL SELECT 'facts_waiting', '', count(*) FROM regulars_named_fact WHERE owner_id IS NULL
    UNION ALL SELECT 'facts_waiting_oldest_seconds', '',
        coalesce(extract(epoch FROM now() - min(arrived_at)), 0)
        FROM regulars_named_fact WHERE owner_id IS NULL
    UNION ALL SELECT 'adjustments_waiting', '', count(*) FROM regulars_adjustment
        WHERE state = 'waiting'
    UNION ALL SELECT 'facts_total', '', CASE WHEN is_called THEN last_value ELSE 0 END
        FROM regulars_fact_seq
    UNION ALL SELECT 'attempts_total', '', coalesce(sum(n_tup_ins), 0) FROM pg_stat_user_tables
        WHERE relname = 'regulars_attempt'
    UNION ALL SELECT 'database_connections', '', count(*) FROM pg_stat_activity
        WHERE datname = current_database()
    UNION ALL SELECT 'database_connections_limit', '', current_setting('max_connections')::float8
    UNION ALL SELECT 'database_transaction_seconds', '',
        coalesce(extract(epoch FROM now() - min(xact_start)), 0) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
    UNION ALL SELECT 'database_bytes', '', pg_database_size(current_database())
    UNION ALL SELECT 'database_log_bytes_total', '', (pg_current_wal_lsn() - '0/0')::float8
"""
"""Name, state, value: each look counts what is there, nobody is named."""


class Family(Struct, frozen=True):
    """What a figure says, and what tells its values apart."""

    told: str
    label: str = ""


FAMILIES = {
    "ready": Family("1 when the installation can do its work"),
    "requests_total": Family("Answers, by kind of address and status"),
    "request_seconds": Family("How long answers took"),
    "jobs": Family("Jobs in the queue", "state"),
    "jobs_oldest_seconds": Family("Age of the oldest job that is due"),
    "webhook_deliveries": Family("Messages that are not delivered", "state"),
    "webhook_oldest_seconds": Family("Age of the oldest message that waits"),
    "webhooks": Family("Webhooks", "state"),
    "webhooks_failing": Family("Webhooks whose last message was not taken"),
    "mails": Family("Mails of the last weeks", "state"),
    "mail_oldest_seconds": Family("Age of the oldest mail that waits"),
    "facts_waiting": Family("Facts that wait for the one that they name"),
    "facts_waiting_oldest_seconds": Family("Age of the oldest of them"),
    "adjustments_waiting": Family("What waits for a second approval"),
    "facts_total": Family("Facts that arrived or were booked"),
    "attempts_total": Family("Rewards and vouchers that were asked for"),
    "database_connections": Family("Connections to the database"),
    "database_connections_limit": Family("Connections that the database allows"),
    "database_transaction_seconds": Family("Age of the oldest transaction"),
    "database_bytes": Family("Size of the database"),
    "database_log_bytes_total": Family("Bytes that the database wrote into its log"),
    "database_log_ready_bytes": Family("What its log can still write where its disk is full"),
    "disk_free_bytes": Family("Room on the fuller of the disks"),
    "backup_age_seconds": Family("Since the last backup by regulars backup"),
    "verify_age_seconds": Family("Since regulars verify was last run"),
    "verify_ok": Family("1 when regulars verify found that all agrees"),
}


def is_here(scope: Mapping[str, Any]) -> bool:
    """Whether somebody asks on this machine, and not by way of a proxy."""
    headers = {name.lower(): value for name, value in scope["headers"]}
    host = headers.get(b"host", b"").decode("latin-1").rsplit(":", 1)
    named = host[0] if len(host) == 2 and host[1].isdigit() else ":".join(host)
    try:
        near = ipaddress.ip_address((scope.get("client") or ("", 0))[0]).is_loopback
    except ValueError:
        return False
    return near and named in HERE and not any(name in headers for name in PROXIED)


class Metrics:
    """Gathers the figures of this installation."""

    def __init__(self) -> None:
        told = os.environ.get("REGULARS_DATA")
        self.folder = locate(told) if told else None
        self._place = self.folder.run / counting.FOLDER if self.folder else None
        if self.folder is not None and not self.folder.run.is_dir():
            self._place = None
        self.counts = Counts(self._place)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="metrics")
        self._kept: tuple[float, list[tuple[str, str, float]]] = (-FRESH_SECONDS, [])

    async def text(self, *, ready: bool) -> bytes:
        """All there is to say."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._gathered, ready)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _gathered(self, ready: bool) -> bytes:
        at = time.monotonic()
        if at - self._kept[0] >= FRESH_SECONDS:
            self._kept = (at, [*_asked(self.folder), *_around(self.folder)])
        rows = [("ready", "", float(ready)), *self._kept[1]]
        lines = [*_lines(rows), *_requests(counting.added_up(self._place, self.counts))]
        return ("\n".join(lines) + "\n").encode()


def _asked(folder: Folder | None) -> list[tuple[str, str, float]]:
    """What the database says; nothing where it does not answer."""
    try:
        with psycopg.connect(
            os.environ["REGULARS_DATABASE_URL"],
            autocommit=True,
            connect_timeout=3,
            application_name="regulars-metrics",
        ) as link:
            link.execute("SELECT set_config('statement_timeout', '5000', false)")
            found = [(name, state, float(value)) for name, state, value in link.execute(ASKED)]
            return [*found, *_log_ready(folder, link)]
    except psycopg.Error:
        return []


def _log_ready(
    folder: Folder | None, link: psycopg.Connection[Any]
) -> Iterator[tuple[str, str, float]]:
    """How much the log of the embedded database can write."""
    if folder is not None and database.outside(os.environ) is None:
        with suppress(OSError):
            ready = cluster_log.measured(folder, link).ready
            yield "database_log_ready_bytes", "", float(ready)


def _around(folder: Folder | None) -> Iterator[tuple[str, str, float]]:
    """What lies beside the database."""
    if folder is None:
        return
    now = datetime.now(UTC)
    with suppress(OSError):
        yield "disk_free_bytes", "", disk.free(folder.root)
    made = last_made(folder)
    if made is not None:
        yield "backup_age_seconds", "", (now - made).total_seconds()
    found = verified.last(folder)
    if found is not None:
        yield "verify_age_seconds", "", (now - found.at).total_seconds()
        yield "verify_ok", "", float(found.agrees)


def _lines(rows: Iterable[tuple[str, str, float]]) -> Iterator[str]:
    by_name: dict[str, list[tuple[str, float]]] = {}
    for name, state, value in rows:
        by_name.setdefault(name, []).append((state, value))
    for name, values in by_name.items():
        yield from _head(name, "counter" if name.endswith("_total") else "gauge")
        for state, value in values:
            label = f'{{{FAMILIES[name].label}="{state}"}}' if state else ""
            yield f"regulars_{name}{label} {value:.15g}"


def _head(name: str, kind: str) -> Iterator[str]:
    yield f"# HELP regulars_{name} {FAMILIES[name].told}"
    yield f"# TYPE regulars_{name} {kind}"


def _requests(kinds: Iterable[Kind]) -> Iterator[str]:
    found = list(kinds)
    yield from _head("requests_total", "counter")
    for one in found:
        for status, count in zip(STATUSES, one.statuses, strict=True):
            if count:
                yield f'regulars_requests_total{{kind="{one.name}",status="{status}"}} {count}'
    yield from _head("request_seconds", "histogram")
    for one in found:
        so_far = 0
        for bound, count in zip([*map(str, BOUNDS), "+Inf"], one.took, strict=True):
            so_far += count
            name = f'kind="{one.name}",le="{bound}"'
            yield f"regulars_request_seconds_bucket{{{name}}} {so_far}"
        yield f'regulars_request_seconds_sum{{kind="{one.name}"}} {one.seconds:.6f}'
        yield f'regulars_request_seconds_count{{kind="{one.name}"}} {so_far}'
