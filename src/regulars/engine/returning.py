"""What came back of an order: noted in its record, and asked by the rules that undo.

Fees (postage, service) are no goods and earned nothing: what came back of them takes nothing.
"""

from __future__ import annotations

from fractions import Fraction

from regulars.engine.facts import Line, Refund
from regulars.engine.state import Record
from regulars.engine.weighing import half_up, thousandths


def take_note(record: Record, refund: Refund) -> str:
    """Add a refund to the record; returns a code if it is in another currency or more than is left,
    and changes nothing then."""
    if record.currency not in ("", refund.currency):
        return "wrong_currency"
    goods = tuple(line for line in refund.lines if line.kind == "goods")
    lines = _back_by_lines(record, goods)
    if lines is None or _below_nothing(refund) or _counts_exceed(record, refund):
        return "exceeds_order"
    if refund.full:
        return _all(record)
    beside = max(refund.amount_minor - _by_lines(record, goods, lines), 0)
    money = beside - min(_fees(record, refund, beside), beside)
    if refund.eligible_minor is not None:
        money = 0
    trial = Trial(record, lines, record.back + money, (refund.eligible_minor or 0))
    if trial.exceeds():
        return "exceeds_order"
    trial.keep()
    for name, count in refund.counts.items():
        record.back_counts[name] = record.back_counts.get(name, 0) + thousandths(count)
    return ""


class Trial:
    """What the record would say, before it is known whether it may."""

    def __init__(self, record: Record, lines: list[int], back: int, eligible: int) -> None:
        self.record = record
        self.lines = lines
        self.back = back
        self.eligible = record.back_eligible + eligible

    def exceeds(self) -> bool:
        """Whether more would have come back than was paid, or than had earned."""
        record = self.record
        if record.closed and (self.back > record.back or self.eligible > record.back_eligible):
            return True
        returned = half_up(sum(self.lines) * record.basis, record.total) if record.total else 0
        most = record.eligible or record.basis
        return self.back + returned > record.basis or self.eligible > most

    def keep(self) -> None:
        """Write it."""
        self.record.back_lines = self.lines
        self.record.back = self.back
        self.record.back_eligible = self.eligible


def _all(record: Record) -> str:
    if record.closed:
        return "exceeds_order"
    record.back_lines = [piece.amount for piece in record.pieces]
    record.back_counts = dict(record.counts)
    record.closed = True
    return ""


def _below_nothing(refund: Refund) -> bool:
    """Whether a refund would take something back that came back before."""
    amounts = (refund.amount_minor, refund.eligible_minor or 0)
    return min(amounts) < 0 or any(thousandths(count) < 0 for count in refund.counts.values())


def _counts_exceed(record: Record, refund: Refund) -> bool:
    return any(
        record.back_counts.get(name, 0) + thousandths(count) > record.counts.get(name, 0)
        for name, count in refund.counts.items()
    )


def _back_by_lines(record: Record, lines: tuple[Line, ...]) -> list[int] | None:
    """What of each piece has come back with these lines too; None where there is no such piece
    left. A line without an amount is the whole of it."""
    back = list(record.back_lines)
    for line in lines:
        for index, piece in enumerate(record.pieces):
            left = piece.amount - back[index]
            if piece.product == line.product and left > 0:
                back[index] += _part(record, line, left)
                break
        else:
            return None
    return back


def _by_lines(record: Record, lines: tuple[Line, ...], back: list[int]) -> int:
    """The money that lines of goods stand for; a line that tells none for what was paid."""
    told = sum(line.amount_minor for line in lines)
    if all(line.amount_minor for line in lines) or not record.total:
        return told
    goods = sum(back) - sum(record.back_lines)
    return max(told, half_up(goods * record.basis, record.total))


def _fees(record: Record, refund: Refund, beside: int) -> int:
    """The money that the fees of a refund stand for. One that tells none stands for the rest
    `beside` the goods, as far as more than the goods was paid."""
    fees = [line.amount_minor for line in refund.lines if line.kind == "fee"]
    told = max(sum(fees), 0)
    return told if all(fees) else max(told, min(beside, record.pays - record.basis))


def _part(record: Record, line: Line, left: int) -> int:
    if not line.amount_minor or not record.basis:
        return left
    if line.amount_minor * record.total >= left * record.basis:
        return left
    return half_up(line.amount_minor * record.total, record.basis)


def pieces_left(record: Record) -> list[int]:
    """What is left of each line, in smallest units, before the money that came back beside."""
    return [
        piece.amount - back for piece, back in zip(record.pieces, record.back_lines, strict=True)
    ]


def share_left(record: Record, earned_from: Fraction) -> Fraction:
    """Of what is left of the lines, the share that money returned beside them leaves.

    `earned_from` is what the lines left would earn from, in smallest units paid.
    """
    return Fraction(*rest(record, earned_from.numerator, earned_from.denominator))


def rest(record: Record, eligible: int, unit: int) -> tuple[int, int]:
    """The same as two integers, for `eligible / unit` that the lines left would earn from."""
    if record.total <= 0:
        return (0 if record.closed else 1), 1
    left = sum(pieces_left(record))
    if left <= 0 or eligible <= 0 or not record.basis:
        return (0 if record.back_lines and left <= 0 else 1), 1
    if not record.back and not record.back_eligible:
        return 1, 1
    whole = eligible * left * record.basis
    told_apart = record.back_eligible * unit * left * record.basis
    beside = record.back * record.total * eligible
    return max(whole - told_apart - beside, 0), whole


def money_left(record: Record) -> int:
    """What was paid for an order and has not come back, in smallest units, rounded half up."""
    if not record.total:
        return 0
    lines = Fraction(sum(pieces_left(record)) * record.basis, record.total)
    left = lines - record.back - record.back_eligible
    return max(half_up(left.numerator, left.denominator), 0)


def all_back(record: Record) -> bool:
    """Whether nothing of the order is left."""
    return record.closed or (money_left(record) == 0 and record.basis > 0)


def count_left(record: Record, name: str) -> int:
    """What is left of a count, in thousandths."""
    return record.counts.get(name, 0) - record.back_counts.get(name, 0)
