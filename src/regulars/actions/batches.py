"""Many facts at once: one that cannot be booked stops the others only if that is asked for."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import OperationalError, transaction
from msgspec import structs

from regulars.actions.record import Outcome, Source, record
from regulars.engine.arrivals import Arrival

log = logging.getLogger("regulars.batches")

AT_ONCE = 1000
"""Facts in one transaction."""


class _Stopped(Exception):
    """One was refused, and all were to go in or none."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def record_batch(
    arrivals: Sequence[Arrival], *, now: datetime, source: Source, strict: bool = False
) -> list[Outcome]:
    """Record facts in transactions of a thousand; what became of each, in their order.

    Where a fact breaks its transaction, the others go in without it. `strict`: all go in, in one
    transaction, or none.
    """
    if strict:
        return _together(arrivals, now, source)
    outcomes: list[Outcome] = []
    for start in range(0, len(arrivals), AT_ONCE):
        outcomes += _apart(arrivals[start : start + AT_ONCE], now, source)
    return outcomes


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
