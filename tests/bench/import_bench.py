"""Import of 1 M order lines from CSV to facts, against COPY of the same rows.

Three lines an order, a hundred thousand customers. Both in one database of a cluster of its own,
in turns, the best of two rounds. The import is all of it: looking at the file, reading, people,
keys, facts, refunds. COPY writes the file's rows into a table of their types with a primary key
and an index by customer.
"""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
import sys
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from regulars.run import embedded
from regulars.run.folder import Folder, prepare

LINES = 1_000_000
LINES_AN_ORDER = 3
CUSTOMERS = 100_000
ROUNDS = 2
AIM = 0.2
TYPES = {
    **dict.fromkeys(["Order number", "Customer ID", "E-mail", "Product", "Product name"], "text"),
    "Ordered at": "timestamptz",
    "Quantity": "numeric(18, 6)",
    "Unit price": "numeric(18, 6)",
}
"""Of the table that COPY fills: as a table of order lines would have them."""


def run(place: Path) -> dict[str, Any]:
    """One row of the bench, in order lines a second."""
    orders = _orders(place / "import")
    lines = sum(1 for _row in csv.reader(orders.open())) - 1
    ours, theirs = [], []
    for _round in range(ROUNDS):
        folder = place / "import" / "data"
        shutil.rmtree(folder, ignore_errors=True)
        with embedded.running(prepare(folder)):
            ours.append(_import(orders, folder))
            theirs.append(_copy(orders, prepare(folder)))
    return {
        "name": "import-order-lines",
        "value": round(lines / min(ours)),
        "unit": "lines/s",
        "reference": f"COPY of the same {lines:,} rows",
        "reference_value": round(lines / min(theirs)),
        "ratio": round(min(theirs) / min(ours), 3),
        "aim": AIM,
    }


def _orders(place: Path) -> Path:
    """An ordinary export: eight columns, one row an item, in the order of time."""
    path = place / "orders.csv"
    if path.exists():
        return path
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o711)
    dice, start = random.Random(5), datetime(2025, 11, 20, 8)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            [
                *("Order number", "Ordered at", "Customer ID", "E-mail"),
                *("Product", "Product name", "Quantity", "Unit price"),
            ]
        )
        for line in range(LINES):
            number = line // LINES_AN_ORDER
            if line % LINES_AN_ORDER == 0:
                customer = dice.randrange(CUSTOMERS)
                at = start + timedelta(seconds=90 * number)
            product = dice.randrange(500)
            price = f"{1 + product % 40}.{product % 90 + 10}"
            person = (f"C{customer}", f"c{customer}@example.com")
            item = (f"P{product}", f"Product {product}", 1 + line % 4, price)
            rows.writerow([number, at.isoformat(" "), *person, *item])
    return path


def _import(orders: Path, folder: Path) -> float:
    """Seconds of the import alone: the command tells when its database and tables stand."""
    script = Path(__file__).with_name("import_timed.py")
    done = subprocess.run(
        [sys.executable, str(script), str(orders), str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def _copy(orders: Path, folder: Folder) -> float:
    with (
        closing(psycopg.connect(embedded.superuser_address(folder, "regulars"))) as link,
        orders.open("rb") as file,
    ):
        names = file.readline().decode().strip().split(",")
        columns = {name.lower().replace(" ", "_").replace("-", "_"): name for name in names}
        table = ", ".join(f"{column} {TYPES[name]}" for column, name in columns.items())
        link.execute(f"CREATE TABLE bench_line (id bigserial PRIMARY KEY, {table})")
        link.execute("CREATE INDEX ON bench_line (customer_id)")
        link.commit()
        started = time.perf_counter()
        copy = f"COPY bench_line ({', '.join(columns)}) FROM STDIN (FORMAT csv)"
        with link.cursor().copy(copy) as stream:
            while part := file.read(1 << 20):
                stream.write(part)
        link.commit()
        return time.perf_counter() - started
