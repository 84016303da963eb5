"""Many facts at once: one that cannot be booked stops the others only if that is asked for."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import OperationalError, transaction
from msgspec import structs

from regulars.actions.booking import Given
from regulars.actions.record import Outcome, Source, record
from regulars.engine.arrivals import Arrival

log = logging.getLogger("regulars.batches")

AT_ONCE = 100
"""Facts in one transaction. A thousand cost hardly less each, and nearly always have a member in
common with the next thousand, which would wait from its first lock to the end of theirs."""


class _Stopped(Exception):
    """One was refused, and all were to go in or none."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def record_batch(
    arrivals: Sequence[Arrival], *, now: datetime, source: Source, strict: bool = False
) -> list[Outcome]:
    """Record facts in transactions of a hundred, the oldest first; what became of each, in their
    order, with where members stand at the end.

    Where a fact breaks its transaction, the others go in without it. `strict`: all go in, in one
    transaction, or none.
    """
    if strict or len(arrivals) <= AT_ONCE:
        return (_together if strict else _apart)(arrivals, now, source)
    places = _oldest_first(arrivals)
    found: dict[int, Outcome] = {}
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        outcomes = _apart([arrivals[place] for place in some], now, source)
        found.update(zip(some, outcomes, strict=True))
    return _at_the_end([found[place] for place in range(len(arrivals))])


def _oldest_first(arrivals: Sequence[Arrival]) -> list[int]:
    """The places of facts by their time, so that none is late because of how it was sent. What
    comes twice under one key stays in its order: the second restates the first."""
    places = list(range(len(arrivals)))
    if len({one.fact.key for one in arrivals}) == len(arrivals):
        places.sort(key=lambda place: arrivals[place].fact.at)
    return places


def _at_the_end(outcomes: list[Outcome]) -> list[Outcome]:
    """The same outcomes; who is in several transactions stands as after the last."""
    last: dict[tuple[str, str], Given] = {}
    told = [one for outcome in outcomes for one in outcome.given]
    for one in told:
        before = last.get((one.programme, one.member))
        if before is None or before.revision < one.revision:
            last[one.programme, one.member] = one
    if len(last) == len(told):
        return outcomes
    return [
        structs.replace(
            outcome, given=[_stands(one, last[one.programme, one.member]) for one in outcome.given]
        )
        for outcome in outcomes
    ]


def _stands(given: Given, last: Given) -> Given:
    if given is last:
        return given
    return structs.replace(given, figures=last.figures, tier=last.tier, revision=last.revision)


def stopped(arrivals: Sequence[Arrival]) -> list[Outcome]:
    """The outcomes of good facts that did not go in because of another one."""
    return [Outcome(key=one.fact.key, state="refused", code="batch_stopped") for one in arrivals]


def _together(arrivals: Sequence[Arrival], now: datetime, source: Source) -> list[Outcome]:
    try:
        with transaction.atomic():
            outcomes = record(arrivals, now=now, source=source)
            if any(one.state == "refused" for one in outcomes):
                raise _Stopped(outcomes)
            return outcomes
    except _Stopped as stop:
        return [_left_out(one) for one in stop.outcomes]


def _left_out(outcome: Outcome) -> Outcome:
    if outcome.state == "refused":
        return outcome
    return structs.replace(outcome, state="refused", code="batch_stopped", given=[])


def _apart(arrivals: Sequence[Arrival], now: datetime, source: Source) -> list[Outcome]:
    """The same, halving a batch that breaks until the fact that breaks it stands alone."""
    if not arrivals:
        return []
    try:
        return record(arrivals, now=now, source=source)
    except OperationalError:
        raise
    except Exception:
        if len(arrivals) == 1:
            log.exception("the fact %r cannot be booked", arrivals[0].fact.key)
            return [Outcome(key=arrivals[0].fact.key, state="refused", code="broken")]
    half = len(arrivals) // 2
    return [*_apart(arrivals[:half], now, source), *_apart(arrivals[half:], now, source)]
