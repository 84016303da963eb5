"""From movements to pieces: so much, earned then, and what became of it.

What was used came from what ends first, then from what was earned first (as the ledger pays). What
was taken back lessens what its member earned last before, what was given back what they used last.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from regulars.insight.lazy import numpy
from regulars.insight.owing.moves import EARNED, ENDED, GIVEN_BACK, TAKEN_BACK, USED, Moves

HELD = -1
"""The fate of what is still there; others are `USED` and `ENDED`."""


class Pieces(Struct, frozen=True, kw_only=True):
    """Parallel arrays: whose, how much, its age when it was used, ended or looked at (days), what
    became of it, and for how long it can be used from then on (days, infinite where not known)."""

    member: Any
    amount: Any
    age: Any
    fate: Any
    left: Any
    members: int

    def only(self, mask: Any) -> Pieces:
        """The pieces that a mask selects."""
        return Pieces(
            member=self.member[mask],
            amount=self.amount[mask],
            age=self.age[mask],
            fate=self.fate[mask],
            left=self.left[mask],
            members=self.members,
        )


def pieces(moves: Moves, end: float) -> Pieces:
    """What became, up to `end` (days since 1970), of everything that was earned."""
    moves = undone(moves)
    ins, outs = _sorted(moves, moves.kind == EARNED), moves.kind != EARNED
    total = numpy.bincount(moves.member[ins], moves.amount[ins], minlength=moves.members)
    base = numpy.cumsum(total) - total
    in_end = numpy.cumsum(moves.amount[ins])
    out_end = _ends(moves, outs, base, total)
    edges = numpy.unique(numpy.concatenate([[0.0], in_end, out_end]))
    amount, middle = numpy.diff(edges), (edges[1:] + edges[:-1]) / 2
    lot = ins[numpy.searchsorted(in_end, middle)]
    member = moves.member[lot]
    stop, fate = numpy.full(len(middle), end), numpy.full(len(middle), HELD)
    if outs.any():
        which = numpy.minimum(numpy.searchsorted(out_end, middle), outs.sum() - 1)
        theirs = moves.member[outs][which]
        taken = (theirs == member) & (out_end[which] > middle)
        stop[taken], fate[taken] = moves.at[outs][which][taken], moves.kind[outs][which][taken]
    return Pieces(
        member=member,
        amount=amount,
        age=numpy.maximum(stop - moves.at[lot], 0.0),
        fate=fate,
        left=numpy.maximum(moves.expires[lot] - end, 0.0),
        members=moves.members,
    )


def _sorted(moves: Moves, mask: Any) -> Any:
    """The places of what was earned, by member, in the order in which it is spent."""
    places = numpy.flatnonzero(mask)
    order = numpy.lexsort((moves.at[places], moves.expires[places], moves.member[places]))
    return places[order]


def _ends(moves: Moves, outs: Any, base: Any, total: Any) -> Any:
    """Where each spending ends on the line on which all earnings lie one behind the other; what is
    spent beyond what was earned lies nowhere."""
    member, amount = moves.member[outs], moves.amount[outs]
    spent = numpy.bincount(member, amount, minlength=moves.members)
    before = numpy.cumsum(spent) - spent
    within = numpy.cumsum(amount) - before[member]
    return base[member] + numpy.minimum(within, total[member])


def undone(moves: Moves) -> Moves:
    """The same without what was undone: the last of its kind before it is lessened."""
    amount = moves.amount.copy()
    for undoes, done in ((TAKEN_BACK, EARNED), (GIVEN_BACK, USED)):
        for place in numpy.flatnonzero(moves.kind == undoes):
            left, before = amount[place], place - 1
            while left > 0 and before >= 0 and moves.member[before] == moves.member[place]:
                if moves.kind[before] == done:
                    part = min(left, amount[before])
                    amount[before] -= part
                    left -= part
                before -= 1
    kept = numpy.isin(moves.kind, (EARNED, USED, ENDED)) & (amount > 0)
    return replace(
        moves,
        member=moves.member[kept],
        at=moves.at[kept],
        kind=moves.kind[kept],
        amount=amount[kept],
        expires=moves.expires[kept],
    )
