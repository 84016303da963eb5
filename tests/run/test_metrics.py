"""Figures for Prometheus: they can be read, name nobody, add up over processes, raise alarms."""

from __future__ import annotations

import asyncio
import operator
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection
from ruamel.yaml import YAML

from regulars.actions import mailing, webhooks
from regulars.actions.api_keys import Wanted, create
from regulars.api import gate
from regulars.db import outbox
from regulars.db.models import NamedFact
from regulars.db.outbox import News
from regulars.run import backup, counting, verified
from regulars.run.counting import Counts
from regulars.run.folder import Folder, prepare
from regulars.run.metrics import FAMILIES, Metrics, is_here
from server import address

pytestmark = pytest.mark.usefixtures("own_database")
ALERTS = Path(__file__).parents[2] / "deploy" / "prometheus" / "alerts.yaml"
SAMPLE = re.compile(r'regulars_([a-z_]+)(?:\{([a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*)\})? (\S+)')
COMPARED = {"==": operator.eq, "<": operator.lt, ">": operator.gt}
Figures = dict[tuple[str, str], float]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    made = prepare(tmp_path / "data")
    monkeypatch.setenv("REGULARS_DATA", str(made.root))
    monkeypatch.setenv("REGULARS_DATABASE_URL", address())
    return made


@pytest.fixture
def metrics(folder: Folder) -> Iterator[Metrics]:
    made = Metrics()
    yield made
    made.close()


def scraped(metrics: Metrics, *, ready: bool = True) -> Figures:
    """The figures by name and labels; whatever is no figure is no good."""
    found: Figures = {}
    families: list[str] = []
    for line in asyncio.run(metrics.text(ready=ready)).decode().splitlines():
        if line.startswith("# TYPE "):
            families.append(line.split()[2].removeprefix("regulars_"))
        elif not line.startswith("# HELP "):
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            found[sample[1], sample[2] or ""] = float(sample[3])
    assert len(set(families)) == len(families)
    assert set(families) <= set(FAMILIES)
    return found


def alarms(found: Figures) -> set[str]:
    """The alerts of the file that is shipped whose condition holds."""
    rules = YAML(typ="safe").load(ALERTS.read_text())["groups"][0]["rules"]
    raised = set()
    for rule in rules:
        name, sign, bound = rule["expr"].split()
        told = name.removeprefix("regulars_")
        assert told in FAMILIES, name
        values = [value for (one, _), value in found.items() if one == told]
        if any(COMPARED[sign](value, float(bound)) for value in values):
            raised.add(rule["alert"].removeprefix("Regulars"))
    return raised


def waiting_since(at: datetime) -> None:
    """A message, a mail and a fact that nobody took."""
    webhooks.add("https://8.8.8.8/", [], now=at)
    outbox.forget_wanted()
    with connection.cursor() as cursor:
        outbox.put(cursor, [News("points.earned", {"customer": "x"})], at)
    mailing.queue(
        mailing.Wanted(kind="test", recipient="mia@example.org", subject="Hi", text="Hi"), at
    )
    NamedFact.objects.create(names="o1", key="r1", customer_id=1, arrived_at=at)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = %s", [at])


def test_what_waits_raises_an_alarm(metrics: Metrics, folder: Folder) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=3)
    told = backup.Manifest(format=1, version="0", made_at=long_ago)
    (folder.logs / backup.LAST).write_bytes(msgspec.json.encode(told))
    verified.note(folder, verified.Verified(at=long_ago, agrees=False))
    waiting_since(long_ago)
    found = scraped(metrics, ready=False)
    assert found["webhook_deliveries", 'state="waiting"'] == 1
    assert found["mails", 'state="waiting"'] == 1
    assert found["jobs", 'state="todo"'] >= 1
    assert found["facts_waiting", ""] == 1
    late = {"NotReady", "JobsLate", "WebhooksLate", "MailLate", "NoBackup", "Disagrees"}
    late |= {"FactsWait"}
    assert alarms(found) - {"DiskFull", "TransactionStuck"} == late


def test_saboteur_what_waits_for_a_moment_raises_none(metrics: Metrics, folder: Folder) -> None:
    now = datetime.now(UTC)
    verified.note(folder, verified.Verified(at=now, agrees=True))
    waiting_since(now)
    assert alarms(scraped(metrics)) <= {"DiskFull", "TransactionStuck"}


def test_a_database_that_is_away_leaves_the_rest(
    metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGULARS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    found = scraped(metrics, ready=False)
    assert ("jobs_oldest_seconds", "") not in found
    assert found["ready", ""] == 0
    assert found["disk_free_bytes", ""] > 0


def test_all_processes_count_together(metrics: Metrics, folder: Folder) -> None:
    """Also one that has ended; none is counted twice, and a new start forgets them."""
    place = folder.run / counting.FOLDER
    (place / "1").write_bytes(_counted([("facts", 200, 0.004), ("facts", 503, 60.0)]))
    metrics.counts.note("facts", 200, 0.3)
    found = scraped(metrics)
    assert found["requests_total", 'kind="facts",status="2xx"'] == 2
    assert found["requests_total", 'kind="facts",status="5xx"'] == 1
    buckets = [found["request_seconds_bucket", f'kind="facts",le="{le}"'] for le in (0.005, 0.5)]
    assert buckets == [1, 2]
    assert found["request_seconds_bucket", 'kind="facts",le="+Inf"'] == 3
    assert found["request_seconds_count", 'kind="facts"'] == 3
    assert found["request_seconds_sum", 'kind="facts"'] == pytest.approx(60.304)
    counting.begin_anew(folder.run)
    assert not place.exists()


def _counted(told: list[tuple[str, int, float]]) -> bytes:
    counts = Counts()
    for one in told:
        counts.note(*one)
    return counts.bytes()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/v1/facts", "facts"),
        ("/api/v1/facts/batch", "api"),
        ("/livez", "health"),
        ("/metrics", "health"),
        ("/till/", "pages"),
    ],
)
def test_every_address_is_of_a_kind(path: str, kind: str) -> None:
    assert counting.kind_of(path, "/api/v1/facts") == kind


@pytest.mark.parametrize(
    ("client", "headers", "here"),
    [
        ("127.0.0.1", {"host": "localhost:8000"}, True),
        ("::1", {"host": "[::1]:8000"}, True),
        ("127.0.0.1", {"host": "127.0.0.1"}, True),
        ("127.0.0.1", {}, False),
        ("127.0.0.1", {"host": "club.example.org"}, False),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-for": "8.8.8.8"}, False),
        ("127.0.0.1", {"host": "localhost", "Via": "1.1 caddy"}, False),
        ("10.0.0.7", {"host": "localhost"}, False),
        ("", {"host": "localhost"}, False),
    ],
)
def test_only_who_is_here_needs_no_key(client: str, headers: dict[str, str], here: bool) -> None:
    told = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"client": (client, 1), "headers": told}
    assert is_here(scope) is here


def test_a_key_needs_the_scope() -> None:
    now = datetime.now(UTC)
    may = create(Wanted(name="prometheus", scopes=("metrics:read",)), now).key
    other = create(Wanted(name="till", scopes=("facts:write",)), now).key
    assert gate.may_measure(f"Bearer {may}")
    assert not gate.may_measure(f"Bearer {other}")
    assert not gate.may_send_batches(f"Bearer {may}")
    assert not gate.may_measure("Basic x")


def test_on_a_full_disk_each_process_counts_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int, _at: int, _size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    counts = Counts(tmp_path / "counts")
    counts.note("health", 200, 0.1)
    kinds = {one.name: one for one in counting.added_up(tmp_path / "counts", counts)}
    assert sum(kinds["health"].statuses) == 1
