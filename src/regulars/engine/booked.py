"""What a book says of one arrival, or of time: what is to be booked, told and sent."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from regulars.engine.happenings import Effect, FoldFact, Promise
from regulars.engine.run import Change, Row, Why


class Booked(Struct):
    """What one arrival, or time, brought: rows to book (differences may be negative), other
    changes, promises decided, effects to send, and why. `cause` is the key of the fact that
    arrived, empty for time."""

    rows: list[Row] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    whys: list[Why] = field(default_factory=list)
    cause: str = ""


class Mark(Struct):
    """How far the lists of a run went before something was applied."""

    rows: int
    changes: int
    promises: int
    effects: int


def parted(booked: Booked, facts: Iterable[FoldFact]) -> list[Booked]:
    """What several facts brought together, as what each brought: the rows, the reasons and the
    refusal that name it. What came of all of them stands with the last."""
    parts = {fact.key: Booked(cause=fact.key) for fact in facts}
    *_, last = parts.values()
    for row in booked.rows:
        parts.get(row.key, last).rows.append(row)
    for change in booked.changes:
        parts.get(change.id, last).changes.append(change)
    for why in booked.whys:
        parts.get(why.key, last).whys.append(why)
    whole = replace(last, promises=booked.promises, effects=booked.effects)
    return [*list(parts.values())[:-1], whole]
