"""Why a balance is what it is: one line for every movement, down to the facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct

from regulars.engine.compiled import Compiled
from regulars.engine.fold import follow, ordered
from regulars.engine.happenings import FoldFact
from regulars.engine.run import GIVES, Row, Run, Why


class Line(Struct, frozen=True):
    """A movement of what is available: `amount` in the asset's smallest unit, below zero where it
    went. `fact` and `rule` caused it, `lot` names whose lot it concerns where that is another's;
    `whys` is what the rules said to the fact, in their order."""

    fact: str
    rule: str
    step: str
    at: int
    amount: int
    lot: str = ""
    whys: tuple[Why, ...] = ()


def explain(
    programme: Compiled, facts: Iterable[FoldFact], asset: str, until: int | None = None
) -> list[Line]:
    """The lines whose amounts add up to the balance of an asset, after the last fact or at
    `until`, in the order in which they happened."""
    return lines_of(explained(programme, facts, until), asset)


def lines_of(run: Run, asset: str) -> list[Line]:
    """The same of what was folded with every rule telling why."""
    whys: defaultdict[str, list[Why]] = defaultdict(list)
    for why in run.whys or ():
        whys[why.key].append(why)
    return [_line(row, tuple(whys[row.key])) for row in run.rows if _counts(row, asset)]


def explained(programme: Compiled, facts: Iterable[FoldFact], until: int | None = None) -> Run:
    """The same fold with every rule telling why: what it comes to is the same."""
    history = ordered(facts)
    run = Run(programme, programme.start())
    run.known = history.promised
    run.whys = []
    follow(run, history, until)
    return run


def _counts(row: Row, asset: str) -> bool:
    return row.asset == asset and row.step in GIVES


def _line(row: Row, whys: tuple[Why, ...]) -> Line:
    amount = row.amount * GIVES[row.step]
    return Line(row.key, row.rule, row.step, row.at, amount, row.lot, whys)
