"""Writes the files that a till and a shop would give: orders by time, and sign-ups."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from msgspec import Struct

from regulars.sources.corner_coffee.days import Days
from regulars.sources.corner_coffee.dice import Dice
from regulars.sources.corner_coffee.history import History
from regulars.sources.corner_coffee.tape import CUSTOMER_COLUMNS, Tape
from regulars.sources.corner_coffee.weeks import Weeks

MOST_CUSTOMERS = 4_000_000
"""More than anybody tries out, and few enough for the numbers of cards and customers."""
PROSPECTS = 25
"""Per mille of the customers: so many more have signed up and bought nothing."""


class Written(Struct, frozen=True, kw_only=True):
    """What `write` wrote: the files, in the order in which to import them, and their content.

    `customers` have bought something, `prospects` have not; `orders` includes those of guests,
    `rows` is all lines of orders and refunds, without the header.
    """

    paths: tuple[Path, ...]
    customers: int
    prospects: int
    orders: int
    refunds: int
    rows: int


def write(
    folder: Path, *, customers: int = 8000, seed: int = 1, until: date, gz: bool = False
) -> Written:
    """Writes `orders.csv` and `prospects.csv` (with `.gz` if asked for) into `folder`.

    24 months of orders that end with the civil day `until`, of so many customers. The same
    arguments give the same bytes, on every machine (packed ones as far as zlib is the same).
    Orders stand in order of time; a large export is sorted on the disk, in `folder`, so that
    memory stays flat. Raises ValueError, with a sentence for the reader, if `customers` is out
    of range.
    """
    if not 1 <= customers <= MOST_CUSTOMERS:
        raise ValueError(
            f"Corner Coffee has 1 to {MOST_CUSTOMERS:,} customers, not {customers:,}: "
            "give a number in between."
        )
    folder.mkdir(parents=True, exist_ok=True)
    ending = ".csv.gz" if gz else ".csv"
    paths = (folder / f"orders{ending}", folder / f"prospects{ending}")
    dice = Dice(seed)
    days = Days(until, dice)
    history = History(days, dice, customers)
    with TemporaryDirectory(dir=folder, prefix=".sorting-") as scratch, _new(paths[0]) as file:
        weeks = Weeks(Path(scratch))
        for sale in history.sales():
            weeks.add(sale)
        tape = Tape(file, days.first_date)
        tape.print(weeks.in_order())
    prospects = customers * PROSPECTS // 1000
    with _new(paths[1]) as file:
        file.write(CUSTOMER_COLUMNS + "\n")
        file.writelines(f"{row}\n" for row in history.prospects(prospects))
    return Written(
        paths=paths,
        customers=customers,
        prospects=prospects,
        orders=tape.orders,
        refunds=tape.refunds,
        rows=tape.rows,
    )


@contextmanager
def _new(path: Path) -> Iterator[IO[str]]:
    """A text file that appears under its name only when it is complete."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as raw:
        if path.suffix == ".gz":
            # No name and no time within, so that the same content gives the same bytes.
            packed = gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=4, mtime=0)
            with packed, TextIOWrapper(packed, encoding="utf-8", newline="\n") as file:
                yield file
        else:
            with TextIOWrapper(raw, encoding="utf-8", newline="\n") as file:
                yield file
    part.replace(path)
