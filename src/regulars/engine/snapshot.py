"""A state written down, so that a history need not be folded from its beginning.

A snapshot is a cache: it belongs to the facts before its position. It is thrown away where its
fold or its editions are others than the programme's, and of no use to a fact that stands before
it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from regulars.engine.advance import next_due
from regulars.engine.compiled import Compiled
from regulars.engine.position import Position
from regulars.engine.run import Run
from regulars.engine.state import Record


class Snapshot(Struct, frozen=True):
    """`state` as `Compiled.dump` wrote it after the fact at `position`, the records that later
    facts may name, and under which fold and editions it was made; `windows` is what was kept of
    each metric then."""

    programme: str
    fold: int
    editions: tuple[str, ...]
    position: Position
    windows: dict[str, str]
    state: msgspec.Raw
    records: dict[str, Record]


def taken(run: Run, position: Position, needed: Iterable[str] | None = None) -> Snapshot:
    """A snapshot of a run that has applied everything up to a position; of its records those
    `needed`, all if left out."""
    records = run.records
    if needed is not None:
        records = {key: records[key] for key in needed if key in records}
    return Snapshot(
        programme=run.programme.id,
        fold=run.edition.edition.fold,
        editions=_names(run.programme),
        position=position,
        windows=run.programme.windows,
        state=msgspec.Raw(run.programme.dump(run.state)),
        records=records,
    )


def resumed(programme: Compiled, snapshot: Snapshot, holder: str = "") -> Run | None:
    """A run that goes on after a snapshot; None where it was made under another fold, or under
    editions that are not the beginning of the programme's, or kept less than a later one needs."""
    known = _names(programme)
    fits = known[: len(snapshot.editions)] == snapshot.editions and (
        snapshot.windows.items() <= programme.windows.items()
    )
    if snapshot.programme != programme.id or not fits:
        return None
    state = programme.load(bytes(snapshot.state))
    edition = programme.editions[min(state.edition, len(known) - 1)]
    if edition.edition.fold != snapshot.fold:
        return None
    run = Run(programme, state, holder)
    state.due = next_due(run)
    if snapshot.records:
        body = msgspec.json.encode(snapshot.records)
        run.records = msgspec.json.decode(body, type=dict[str, Record])
    return run


def _names(programme: Compiled) -> tuple[str, ...]:
    return tuple([one.edition.edition for one in programme.editions])


_decoder = msgspec.json.Decoder(Snapshot)


def encode(snapshot: Snapshot) -> bytes:
    """The snapshot as JSON."""
    return msgspec.json.encode(snapshot)


def decode(body: bytes) -> Snapshot:
    """The snapshot that `encode` wrote. Raises msgspec.ValidationError on anything else."""
    return _decoder.decode(body)
