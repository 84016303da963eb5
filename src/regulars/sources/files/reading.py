"""Reading a file of orders: from a path and a mapping to facts.

This module loads DuckDB and Arrow; whoever only looks at a file uses `inspection`.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Mapping_
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from msgspec import Struct, structs

from regulars.garbage import uncollected
from regulars.sources.files import counting, rejecting, sales
from regulars.sources.files.facts import BatchMaker, FactMaker
from regulars.sources.files.inspection import check_answered, check_columns
from regulars.sources.files.layouts import layout_of
from regulars.sources.files.opened import format_of
from regulars.sources.files.ordering import Ordering
from regulars.sources.files.problems import FileProblem, RowProblem, Sentence, english
from regulars.sources.files.rows import Source
from regulars.sources.files.shapes import (
    LIMITS,
    NO_HINTS,
    Batch,
    Counts,
    Limits,
    Mapping,
    Progress,
    Report,
)
from regulars.sources.files.spool import Spool

ARROW_ROWS = 20_000


def silent(_: Progress) -> None:
    """Reports to nobody."""


class Reading:
    """A file that was read: its counts, its rejected rows, its facts. Use it with `with`.

    `rejected_path` is the file of rows handed back, or None if there are none.
    """

    counts: Counts
    rejected_path: Path | None

    def __init__(self, ordering: Ordering, mapping: Mapping, work_dir: Path) -> None:
        self.mapping, self.work_dir = mapping, work_dir
        self._ordering = ordering
        self.together = False
        self.rejected_path = None

    def batches(self, skip: int = 0, size: int = 2_000) -> Iterator[Batch]:
        """Facts in batches of `size` orders, by where orders begin in the file, without the
        first `skip` batches. Same file, mapping and size: the same batches."""
        ties = dict(self._ordering.all("SELECT ref, original FROM ties"))
        maker = FactMaker(self.mapping.source, numberless=self._ordering.numberless, ties=ties)
        catalogue = counting.catalogue(self._ordering)
        stream = self._ordering.stream(together=self.together, size=ARROW_ROWS)
        return BatchMaker(maker, catalogue, size).batches(stream, skip)

    def problems(self) -> Iterator[RowProblem]:
        """Every row that was handed back, by line."""
        return rejecting.problems(self._ordering)

    def sales_table(self) -> Path:
        """The Parquet file of sale and refund lines that measures read."""
        return sales.write(self._ordering, self.mapping.source, self.work_dir / "sales.parquet")

    def finish(self, spool: Spool, source: Source, sentence: Sentence, follow: _Follower) -> None:
        """Writes the rejected rows and counts; called once, by `open_file`."""
        ordering, rejected = self._ordering, 0
        references = ordering.one("SELECT count(*) FROM heads")[0]
        together = spool.number_changes == references and not spool.bad_rows
        self.together = ordering.numberless or together
        self._source, self._sentence = source, sentence
        if ordering.one("SELECT count(*) FROM handed_back")[0]:
            follow.stage("rejecting")
            rejected = self._write_rejected()
        self.counts = counting.count(ordering, rows=spool.rows, rejected=rejected)
        follow.stage("done")

    def hand_back(self, refused: Mapping_[str, str]) -> None:
        """Adds the rows of facts that were refused elsewhere, codes by fact key, to the rejected
        rows, and counts them."""
        prefix = f"{self.mapping.source}:"
        codes = {
            key.removeprefix(prefix).removesuffix(":refund"): code for key, code in refused.items()
        }
        rejecting.add(self._ordering, codes)
        self.counts = structs.replace(self.counts, rows_rejected=self._write_rejected())

    def _write_rejected(self) -> int:
        self.rejected_path = self.work_dir / "rejected.csv"
        return rejecting.write(self._source, self.problems(), self.rejected_path, self._sentence)

    def close(self) -> None:
        self._ordering.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Handling(Struct, frozen=True):
    """How strictly a file is guarded, and who says why a row is handed back."""

    limits: Limits = LIMITS
    sentence: Sentence = english


HANDLING = Handling()


def open_file(
    path: Path,
    mapping: Mapping,
    *,
    region: str,
    work_dir: Path,
    progress: Report = silent,
    handling: Handling = HANDLING,
) -> Reading:
    """Reads the whole file into `work_dir` (made if missing; a rest of an earlier reading there
    is replaced) and returns what was found.

    `region` is the country (ISO 3166) of national phone numbers. Raises FileProblem if nothing
    can be taken.
    """
    check_answered(path, mapping)
    source = _source(path, mapping, handling.limits)
    check_columns(path, source.columns, mapping.columns)
    _prepare(work_dir)
    follow = _Follower(path, progress)
    spool = Spool(source, mapping, region, work_dir)
    _fill(spool, source, follow)
    follow.stage("sorting")
    reading = Reading(Ordering(work_dir, mapping, handling.limits), mapping, work_dir)
    try:
        reading.finish(spool, source, handling.sentence, follow)
    except BaseException:
        reading.close()
        raise
    return reading


def sales_table(reading: Reading) -> list[Path]:
    """The Parquet files of the Sales table of a reading."""
    return [reading.sales_table()]


class _Follower:
    """Keeps what progress tells: how many rows and bytes, in which stage."""

    def __init__(self, path: Path, progress: Report) -> None:
        self._progress, self._total = progress, path.stat().st_size
        self._stage: Literal["reading", "sorting", "rejecting", "done"] = "reading"
        self.bytes = self.rows = 0

    def read(self, done: int) -> None:
        self.bytes = done

    def tell(self) -> None:
        self._progress(
            Progress(
                stage=self._stage,
                rows=self.rows,
                bytes_done=min(self.bytes, self._total),
                bytes_total=self._total,
            )
        )

    def stage(self, name: Literal["reading", "sorting", "rejecting", "done"]) -> None:
        self._stage = name
        self.tell()


def _source(path: Path, mapping: Mapping, limits: Limits) -> Source:
    """The file as the mapping lays it out. A file of rejected rows may have another format than
    the file that they came from; then its layout is found out, the columns stay."""
    found = format_of(path, limits) or "delimited"
    told = mapping.layout
    same = found == told.format or (found == "delimited" and told.format == "spaces")
    if same and not _rewritten(path, mapping, limits):
        return Source(path, told, limits, decimal=mapping.decimal)
    return Source(path, layout_of(path, NO_HINTS, limits), limits, decimal=mapping.decimal)


def _rewritten(path: Path, mapping: Mapping, limits: Limits) -> bool:
    """Whether a table of blanks came back as rejected rows with commas."""
    if mapping.layout.format != "spaces":
        return False
    return layout_of(path, NO_HINTS, limits).format == "delimited"


def _prepare(work_dir: Path) -> None:
    work_dir.mkdir(parents=True, exist_ok=True)
    for name in ("rows", "bad", "numbered", "extra", "returned", "sales"):
        (work_dir / f"{name}.parquet").unlink(missing_ok=True)
    for name in ("orders.duckdb", "orders.duckdb.wal", "rejected.csv"):
        (work_dir / name).unlink(missing_ok=True)


def _fill(spool: Spool, source: Source, follow: _Follower) -> None:
    """The first pass: all rows of the source to the spool."""
    try:
        with uncollected():
            for piece in source.pieces(follow.read):
                spool.add(piece)
                follow.rows = spool.rows
                follow.tell()
    finally:
        spool.close()
    if not spool.rows:
        raise FileProblem("only_header", file=source.path.name)
