"""One case on two sides: the first thing that they do not say alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from regulars.engine.edition import Edition
from regulars.engine.run import GIVES, PENDS
from regulars.programmes.cases.answering import Answers, placed
from regulars.programmes.cases.comparing import (
    Answer,
    CannotRead,
    Difference,
    alike,
    ending,
    place_of,
    same,
    written,
)
from regulars.programmes.cases.problems import Reason
from regulars.programmes.cases.running import Ran, run_case
from regulars.programmes.cases.shapes import Case, Check, Run
from regulars.programmes.cases.sides import Opened, Unlike

WRONG_LIVE, WRONG_MEMORY = "case_side_wrong_live", "case_side_wrong_memory"
WRONG_BOTH = "case_side_wrong_both"
Standing = dict[tuple[str, str], str]
"""What everybody has in the end: by holder, and what it is."""


def run_twice(case: Case, run: Run, editions: Mapping[str, Edition], live: Opened) -> Ran:
    """Run a case in memory and on another side. Where both say the same it is as in memory; else
    the first thing that differs is what came of it."""
    ran = run_case(case, run, editions)
    if ran.answers is None:
        return ran
    found = _unlike(case, run, editions, (ran.answers, live))
    return ran if found is None else replace(ran, difference=found)


def _unlike(
    case: Case, run: Run, editions: Mapping[str, Edition], sides: tuple[Answers, Opened]
) -> Difference | None:
    memory, live = sides
    try:
        other = run_case(case, run, editions, live).answers
        if other is None:
            return None
        return first_unlike(run, memory, other) or _standing_unlike(case, memory, other)
    except Unlike as unlike:
        return Difference(Reason("case_side_unlike", {"error": str(unlike)}), case.line)
    except Exception as error:
        told = f"{type(error).__name__}: {error}".strip().partition("\n")[0]
        return Difference(Reason("case_side_broke", {"error": told}), case.line)


def first_unlike(run: Run, memory: Answers, live: Answers) -> Difference | None:
    """The first answer that differs, in the order of the file; None if none does."""
    for assertion in run.assertions:
        for check in assertion.checks:
            place = placed(check.subject, check.key, assertion.at)
            one, other = memory.kept[place], live.kept[place]
            if not alike(one, other):
                zone = memory.look.units.zone
                because = _wrong(check, one, other, zone)
                return Difference(_told(check, assertion.at, (one, other)), check.line, because)
    return None


Got = Answer | CannotRead


def _told(check: Check, at: datetime | None, got: tuple[Got, Got]) -> Reason:
    memory, live = map(_written, got)
    told = {**place_of(check, at), "memory": memory, "live": live}
    return Reason(ending("case_sides_differ", at), told)


def _written(got: Got) -> str:
    return "?" if isinstance(got, CannotRead) else written(got)


def _wrong(check: Check, memory: Got, live: Got, zone: ZoneInfo) -> Reason:
    """Which side is not as the case expects."""
    one, other = (_fits(check, got, zone) for got in (memory, live))
    code = WRONG_LIVE if one else WRONG_MEMORY if other else WRONG_BOTH
    return Reason(code, {"expected": written(check.expected)})


def _fits(check: Check, got: Got, zone: ZoneInfo) -> bool:
    return not isinstance(got, CannotRead) and same(check.expected, got, check.how, zone)


def _standing_unlike(case: Case, memory: Answers, live: Answers) -> Difference | None:
    """What somebody has in the end on one side alone, whether the case asks for it or not."""
    one, other = standing(memory), standing(live)
    for place in sorted(one.keys() | other.keys()):
        has, has_live = one.get(place, "0"), other.get(place, "0")
        if has != has_live:
            holder, what = place
            told = {"holder": holder, "what": what, "memory": has, "live": has_live}
            return Difference(Reason("case_sides_stand", dict(told)), case.line)
    return None


def standing(answers: Answers) -> Standing:
    """What everybody has: of each asset as the state says and as was booked, the tier, how many
    vouchers."""
    found: Standing = {}
    units = answers.look.units
    for name, book in answers.look.desk.books.items():
        for asset, holding in zip(book.programme.asset_names, book.state.holdings, strict=True):
            rows = [row for row in book.booked if row.asset == asset]
            moved = sum(GIVES.get(row.step, 0) * row.amount for row in rows)
            waiting = sum(PENDS.get(row.step, 0) * row.amount for row in rows)
            pending = sum(one.amount for one in holding.pending)
            found[name, asset] = written(units.shown(holding.balance, asset))
            found[name, f"pending {asset}"] = written(units.shown(pending, asset))
            found[name, f"booked {asset}"] = written(units.shown(moved, asset))
            found[name, f"booked pending {asset}"] = written(units.shown(waiting, asset))
        found[name, "vouchers"] = str(len(book.state.vouchers))
        if book.run.edition.edition.tiers:
            found[name, "tier"] = str(book.state.standing.tier)
    return found


__all__ = ["first_unlike", "run_twice", "standing"]
