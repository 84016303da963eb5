"""Shared by the tests of files: write a file, read it, look at what came out."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Order, Refund
from regulars.sources.files import Counts, Hints, Mapping, RowProblem, inspect
from regulars.sources.files.reading import open_file

HEADER = "Order number,Date,Customer ID,Product code,Quantity,Unit price"


EURO = Hints(currency="EUR")


class Result(Struct, frozen=True):
    """What a file became."""

    counts: Counts
    arrivals: list[Arrival]
    problems: list[RowProblem]
    rejected: Path | None

    @property
    def orders(self) -> dict[str, Order]:
        found = [arrival.fact for arrival in self.arrivals]
        return {fact.key: fact for fact in found if isinstance(fact, Order)}

    @property
    def refunds(self) -> dict[str, Refund]:
        found = [arrival.fact for arrival in self.arrivals]
        return {fact.key: fact for fact in found if isinstance(fact, Refund)}


def write(folder: Path, content: str | bytes, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(*lines: str, header: str = HEADER) -> str:
    return "\n".join((header, *lines, ""))


def read(path: Path, hints: Hints = EURO, mapping: Mapping | None = None) -> Result:
    found = mapping or inspect(path, hints).mapping
    work = path.parent / f"{path.name}-work"
    with open_file(path, found, region="DE", work_dir=work) as reading:
        return Result(
            counts=reading.counts,
            arrivals=[arrival for batch in reading.batches() for arrival in batch.arrivals],
            problems=list(reading.problems()),
            rejected=reading.rejected_path,
        )


def cells(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream, delimiter=delimiter))


def codes(problems: Iterable[RowProblem]) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.field, problem.code) for problem in problems]
