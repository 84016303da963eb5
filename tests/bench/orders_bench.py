"""Orders over HTTP, durable, with keys, rules, ledger and checks on, against the plain ways.

A café's members, 32 clients of wrk with an order each, then 4 with a thousand in a request. The
references are our own recorded rows as one statement of pgbench, and the baselines' programs.
Ours and each reference run in turns, the best of the rounds counts. Senders ask for short answers.
"""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from _pytest.outcomes import Skipped

from bench import orders_reference as reference
from regulars.run import embedded
from regulars.run.folder import PASSABLE, prepare
from shared import shared_path

MEMBERS = 100_000
SECONDS, WARM, ROUNDS = 6, 2, 2
WORKERS = 2
BATCH, SENDERS = 1000, 4
HERE = Path(__file__).parent
ORDERS = HERE / "orders.lua"
SHORT = "return=minimal"
OWN_AIM, SINGLE_AIM, ORM_AIM, BATCH_AIM = 1.0, 0.7, 8.0, 6.0


def run(place: Path) -> list[dict[str, Any]]:
    """A row for each reference."""
    if shutil.which("wrk") is None:
        raise Skipped("wrk is not installed (on Debian: apt-get install wrk)")
    folder = prepared(place / f"orders-{MEMBERS}", MEMBERS)
    key = (folder.parent / "key").read_text().strip()
    told = (str(MEMBERS), key)
    with served(folder) as port:

        def ours() -> float:
            return reference.wrk(ORDERS, port, SECONDS, reference.CLIENTS, *told, "1", SHORT)

        def batches() -> float:
            return BATCH * reference.wrk(ORDERS, port, SECONDS, SENDERS, *told, str(BATCH), SHORT)

        reference.wrk(ORDERS, port, WARM, reference.CLIENTS, *told, "1", SHORT)
        rows = [
            _row(
                "order-own-rows",
                "our own rows, one statement of pgbench",
                OWN_AIM,
                _turns(ours, own_rows(folder)),
            )
        ]
        with reference.running(place / "plain"):
            rows += _against_plain(ours, batches)
    return rows


def _against_plain(ours: Callable[[], float], batches: Callable[[], float]) -> list[dict[str, Any]]:
    ingest = shared_path("baselines/ingest/pgb_single.sql").parent
    single = ingest / "pgb_single.sql"
    rows = [
        _row(
            "order-one-statement",
            "pgb_single.sql",
            SINGLE_AIM,
            _turns(ours, lambda: reference.pgbench(single, reference.ADDRESS, SECONDS)),
        )
    ]
    with reference.django_view():
        rows.append(_row("order-django-orm", "Django ORM view, dj.py", ORM_AIM, _turns(ours, _one)))
        told = "bulk_create view, dj.py"
        rows.append(_row("orders-1000", told, BATCH_AIM, _turns(batches, _thousand)))
    return rows


def _one() -> float:
    script = shared_path("baselines/ingest/wrk.lua")
    return reference.wrk(script, reference.HTTP, SECONDS, reference.CLIENTS, "/v1/orders")


def _thousand() -> float:
    script = shared_path("baselines/ingest/batch.lua")
    return BATCH * reference.wrk(script, reference.HTTP, SECONDS, SENDERS)


Turns = list[tuple[float, float]]


def _turns(ours: Callable[[], float], theirs: Callable[[], float]) -> Turns:
    return [(ours(), theirs()) for _round in range(ROUNDS)]


def _row(name: str, told: str, aim: float, turns: Turns) -> dict[str, Any]:
    ours, theirs = (max(column) for column in zip(*turns, strict=True))
    return {
        "name": name,
        "value": round(ours),
        "unit": "orders/s",
        "reference": told,
        "reference_value": round(theirs),
        "ratio": round(ours / theirs, 3),
        "aim": aim,
        "load": "wrk",
        "workers": WORKERS,
        "members": MEMBERS,
        "rounds": [[round(one) for one in turn] for turn in turns],
    }


def prepared(place: Path, members: int) -> Path:
    """The data folder of a café with so many members; its key stands beside it."""
    folder = place / "data"
    if (place / "key").exists():
        return folder
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    place.chmod(PASSABLE)
    script = HERE / "orders_prepared.py"
    done = subprocess.run(
        [sys.executable, str(script), str(folder), str(members)],
        capture_output=True,
        text=True,
        check=True,
    )
    (place / "key").write_text(done.stdout)
    return folder


@contextmanager
def served(folder: Path, workers: int = WORKERS) -> Iterator[int]:
    """The folder served; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    script = HERE / "orders_served.py"
    server = subprocess.Popen(
        [sys.executable, str(script), str(folder), str(port), str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        server.stdout.readline()
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


OWN = """
\\set r random(1, {members})
\\set k random(1, 9000000000000000)
WITH c AS (SELECT customer_id AS id FROM regulars_identifier
        WHERE kind = 'external' AND value = 'c' || lpad(:r::text, 7, '0')),
    k AS (INSERT INTO regulars_factkey (key, version, customer_id, content_hash)
        SELECT 'p-' || :k, 1, c.id, '\\x{hash}'::bytea FROM c ON CONFLICT DO NOTHING
        RETURNING customer_id AS id),
    f AS (INSERT INTO regulars_fact (customer_id, at, type, key, version, guest, body, received_at)
        SELECT k.id, now(), 'order', 'p-' || :k, 1, false, '{body}'::jsonb, now() FROM k),
    b AS (UPDATE regulars_customer SET has_bought = true FROM k
        WHERE regulars_customer.id = k.id AND NOT has_bought),
    t AS (INSERT INTO regulars_transfer (customer_id, programme, asset, amount, source, target, at,
            booked_at, fact, rule, step, lot, cause)
        SELECT k.id, '{programme}', a.asset, 34, 'issued', 'available', now(), now(), 'p-' || :k,
            a.rule, 'earn', '', 'p-' || :k
        FROM k, (VALUES ('points', 'per_amount'), ('stamps', 'stamp')) AS a(asset, rule))
UPDATE regulars_holder h SET head = '{head}', figures = '{figures}'::jsonb,
    revision = revision + 1, due_at = now(), passed_at = now()
FROM k WHERE h.customer_id = k.id AND h.programme = '{programme}' RETURNING h.revision;
"""
LATEST = """
    SELECT f.body::text, encode(k.content_hash, 'hex'), h.head, h.figures::text, h.programme
    FROM regulars_fact f JOIN regulars_factkey k USING (key, version)
    JOIN regulars_holder h ON h.customer_id = f.customer_id
    WHERE f.type = 'order' ORDER BY f.received_at DESC LIMIT 1
"""


def own_rows(folder: Path) -> Callable[[], float]:
    """The rows of one of our recorded orders, written by one statement to the same tables, for
    the same number of members."""
    address = embedded.superuser_address(prepare(folder), "regulars")
    with psycopg.connect(address) as link:
        found = link.execute(LATEST).fetchone()
    assert found, "nothing was recorded"
    body, told, head, figures, programme = map(_literal, found)
    script = folder.parent / "own.sql"
    script.write_text(
        OWN.format(
            members=MEMBERS, hash=told, body=body, head=head, figures=figures, programme=programme
        )
        .replace("\n", " ")
        .replace(" \\set", "\n\\set")
        .replace(" WITH c", "\nWITH c")
    )
    return lambda: reference.pgbench(script, address, SECONDS)


def _literal(text: str) -> str:
    """JSON inside a literal in which pgbench sees no variable: no sign follows a colon."""
    spaced = text.replace("'", "''").replace('":', '": ')
    return re.sub(r":(?=\w)", r"\\u003a", spaced)
