"""How a file would come in: its head is read by the ordinary reading, and nothing is recorded."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection
from msgspec import Struct, structs

from regulars.actions.drafts import Check, Seen
from regulars.db.factstore import known_keys
from regulars.db.models import Business
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Order, Refund, Who
from regulars.sources.files.opened import text_of
from regulars.sources.files.problems import RowProblem
from regulars.sources.files.reading import Reading, open_file
from regulars.sources.files.rows import Source
from regulars.sources.files.shapes import LIMITS, Layout, Mapping

SAMPLE_ROWS = 2_000
SHOWN = 8
SHOWN_PROBLEMS = 20
ITEMS = 2
SMALL = 4 * 2**20
"""Plain files up to this many bytes are read whole."""

STRAY_LINES = 500
"""How many lines more are taken to reach the end of a cell in quotes."""


class Sample(Struct, frozen=True, kw_only=True):
    """A file to read in place of the whole: where, by which mapping, and whether it is the whole.

    `lines` are the lines in the original of the sample's rows; empty where they are the same.
    """

    path: Path
    mapping: Mapping
    whole: bool
    lines: tuple[int, ...] = ()


def check(path: Path, mapping: Mapping, folder: Path) -> Check:
    """Read the head of the file into `folder`, which is removed again. Raises FileProblem."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        sample = sample_of(path, mapping, folder)
        region = Business.objects.get().region
        with open_file(
            sample.path, sample.mapping, region=region, work_dir=folder / "read"
        ) as read:
            return _checked(read, sample)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sample_of(path: Path, mapping: Mapping, folder: Path) -> Sample:
    """The file itself if it is small, else a copy of its head."""
    with path.open("rb") as stream:
        packed = stream.read(2) in (b"\x1f\x8b", b"PK")
    text = mapping.layout.format in ("delimited", "spaces")
    if text and not packed and path.stat().st_size <= SMALL:
        return Sample(path=path, mapping=mapping, whole=True)
    target = folder / "head"
    if text:
        whole = _copy_lines(path, mapping.layout, target)
        return Sample(path=target, mapping=mapping, whole=whole)
    return _copy_rows(path, mapping, target)


def _copy_lines(path: Path, layout: Layout, target: Path) -> bool:
    """Copy the first lines as they are; returns whether that was all of them."""
    errors = "replace" if layout.encoding.startswith("utf-16") else "surrogateescape"
    with (
        text_of(path, layout.encoding, LIMITS) as text,
        target.open("w", encoding=layout.encoding, errors=errors, newline="") as copy,
    ):
        quotes = 0
        for line in islice(text, SAMPLE_ROWS + 1):
            quotes += line.count('"')
            copy.write(line)
        if layout.format == "delimited" and layout.quote:
            _close_quotes(text, copy.write, quotes)
        return next(iter(text), None) is None


def _close_quotes(text: Iterator[str], write: Callable[[str], object], quotes: int) -> None:
    """Go on to the end of a cell that the cut would have left open."""
    for line in islice(text, STRAY_LINES):
        if quotes % 2 == 0:
            return
        quotes += line.count('"')
        write(line)


def _copy_rows(path: Path, mapping: Mapping, target: Path) -> Sample:
    """The first rows of a spreadsheet or Parquet file as a table of text."""
    source = Source(path, mapping.layout, LIMITS, decimal=mapping.decimal)
    head = source.head(SAMPLE_ROWS + 1)
    with target.open("w", encoding="utf-8", newline="") as copy:
        writer = csv.writer(copy)
        writer.writerow(source.columns)
        writer.writerows(
            [" ".join(cell.split()) for cell in row] for row in head.rows[:SAMPLE_ROWS]
        )
    return Sample(
        path=target,
        mapping=structs.replace(mapping, layout=Layout()),
        whole=len(head.rows) <= SAMPLE_ROWS,
        lines=tuple(head.lines),
    )


def _checked(reading: Reading, sample: Sample) -> Check:
    names: dict[str, str] = {}
    arrivals: list[Arrival] = []
    for batch in reading.batches():
        arrivals.extend(batch.arrivals)
        names |= {product.code: product.name for product in batch.products.values()}
    with connection.cursor() as cursor:
        known = set(known_keys(cursor, [one.fact.key for one in arrivals]))
    zone = ZoneInfo(sample.mapping.zone)
    found = islice(reading.problems(), SHOWN_PROBLEMS)
    return Check(
        whole=sample.whole,
        counts=reading.counts,
        facts=len(arrivals),
        known=len(known),
        first=tuple(_seen(one, zone, names, known=known) for one in arrivals[:SHOWN]),
        problems=tuple(_placed(problem, sample.lines) for problem in found),
    )


def _placed(problem: RowProblem, lines: tuple[int, ...]) -> RowProblem:
    """The problem with the line of the original file; the sample's header is its line 1."""
    at = problem.line - 2
    return structs.replace(problem, line=lines[at]) if 0 <= at < len(lines) else problem


def _seen(arrival: Arrival, zone: ZoneInfo, names: dict[str, str], *, known: set[str]) -> Seen:
    fact = arrival.fact
    assert isinstance(fact, Order | Refund)  # noqa: S101 - files hold nothing else
    products = dict.fromkeys(
        names.get(line.product) or line.product for line in fact.lines if line.product
    )
    return Seen(
        kind="order" if isinstance(fact, Order) else "refund",
        number=fact.number,
        at=fact.at.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes"),
        who=_name(arrival.who),
        lines=len(fact.lines),
        items=tuple(products)[:ITEMS],
        amount_minor=fact.amount_minor,
        currency=fact.currency,
        known=fact.key in known,
    )


def _name(who: Who | None) -> str:
    if who is None:
        return ""
    named = who.profile.name if who.profile else ""
    return named or next((one.value for one in who.identifiers), "")
