"""Members made up from a seed, whose whole future is known: what they earn, use and let run out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from regulars.insight.owing.moves import EARNED, ENDED, USED, Moves

LIFE, DAYS, START = 365.0, 1100.0, 18_000.0


class Crowd(NamedTuple):
    """All movements, beyond the day looked at too, and what of it was used afterwards."""

    moves: Moves
    end: float
    used_after: float


def crowd(members: int, seed: int) -> Crowd:
    """Members who come and go, earn by gamma-distributed rates, and use what they hold whole or in
    blocks of 50, oldest first; points live a year."""
    dice = np.random.default_rng(seed)
    rows: list[tuple[float, ...]] = []
    used_after = sum(_live(member, dice, rows) for member in range(members))
    rows.sort()
    table = np.array(rows)
    kind, at = table[:, 2].astype(int), START + table[:, 1]
    moves = Moves(
        member=table[:, 0].astype(int),
        at=at,
        kind=kind,
        amount=table[:, 3],
        expires=np.where(kind == EARNED, at + LIFE, np.inf),
        members=members,
    )
    return Crowd(moves, START + DAYS, used_after)


def _live(member: int, dice: Any, rows: list[tuple[float, ...]]) -> float:
    joined = dice.uniform(0, DAYS * 0.8)
    left = joined + dice.exponential(600)
    last = min(left, DAYS + LIFE)
    earning, using = dice.gamma(1.2, 1 / 20), dice.gamma(0.6, 1 / 90)
    acts = [
        (at, True) for at in dice.uniform(joined, last, dice.poisson(earning * (last - joined)))
    ]
    acts += [
        (at, False) for at in dice.uniform(joined, left, dice.poisson(using * (left - joined)))
    ]
    held: list[list[float]] = []
    after = 0.0
    for at, earns in sorted(acts):
        _run_out(member, held, at, rows)
        if earns:
            held.append([at, float(dice.integers(3, 30))])
            rows.append((member, at, EARNED, held[-1][1]))
            continue
        there = sum(one[1] for one in held)
        wanted = there if dice.random() < 0.3 else min(50.0, there) if there >= 50 else 0.0
        if wanted:
            rows.append((member, at, USED, wanted))
            after += _use(held, wanted, at)
    _run_out(member, held, np.inf, rows)
    return after


def _run_out(member: int, held: list[list[float]], at: float, rows: list[Any]) -> None:
    while held and held[0][0] + LIFE <= at:
        earned, amount = held.pop(0)
        rows.append((member, earned + LIFE, ENDED, amount))


def _use(held: list[list[float]], wanted: float, at: float) -> float:
    """Take it, the oldest first; how much of it was earned before the day looked at and is used
    after it."""
    after = 0.0
    while wanted > 1e-9 and held:
        part = min(wanted, held[0][1])
        held[0][1] -= part
        wanted -= part
        after += part if at >= DAYS > held[0][0] else 0.0
        if held[0][1] <= 1e-9:
            held.pop(0)
    return after
