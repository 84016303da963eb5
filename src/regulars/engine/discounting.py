"""What discounts take off an order: they lower what its goods cost, before anything pays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from regulars.engine.facts import Line, Order
from regulars.engine.run import Run
from regulars.engine.state import Mark
from regulars.engine.weighing import half_up

EVERY_LINE = -1
"""The place of a mark that lowers all goods alike."""


def marked_down(run: Run, order: Order) -> Order:
    """The order as it is when what discounts take off is gone from its lines. What they took pays
    nothing any more: it is no part of what the goods cost."""
    payments = [one for one in run.state.paid.get(order.key, ()) if one.marks]
    for payment in payments:
        order, payment.amount_minor = lowered(order, payment.marks), 0
    return order


def so_far(run: Run, order: Order) -> Order:
    """The same, looked at while more is still being decided."""
    for payment in run.state.paid.get(order.key, ()):
        order = lowered(order, payment.marks)
    return order


def lowered(order: Order, marks: Sequence[Mark]) -> Order:
    """The order with these marks taken off its goods; no line goes below zero."""
    if not marks:
        return order
    lines = list(order.lines) or [Line(amount_minor=order.amount_minor)]
    for mark in marks:
        for place, off in _shared(lines, mark):
            line = lines[place]
            lines[place] = replace(line, amount_minor=line.amount_minor - off)
    off_all = sum(line.amount_minor for line in lines) - _total(order)
    amount = order.amount_minor + off_all
    return replace(order, lines=tuple(lines) if order.lines else (), amount_minor=amount)


def taken_off(order: Order, marks: Sequence[Mark]) -> int:
    """How much less the goods cost by these marks, in the currency's smallest unit."""
    return _total(order) - _total(lowered(order, marks))


def percent_off(order: Order, places: Sequence[int] | None, percent: tuple[int, int]) -> list[Mark]:
    """The marks of a percentage (`num` of every `den`) off some lines; `None` for all goods.
    Rounded once for all of them, half up."""
    num, den = percent
    if places is None:
        return [Mark(EVERY_LINE, num, den)] if num else []
    amounts = {place: order.lines[place].amount_minor for place in places}
    total = sum(amounts.values())
    return list(_spread(amounts, half_up(total * num, den))) if total > 0 else []


def amount_off(order: Order, places: Sequence[int] | None, amount: int) -> list[Mark]:
    """The marks of an amount off some lines, at most what they cost; `None` for all goods."""
    lines = order.lines or (Line(amount_minor=order.amount_minor),)
    chosen = _goods(lines) if places is None else places
    cost = sum(lines[place].amount_minor for place in chosen)
    amounts = {place: max(lines[place].amount_minor, 0) for place in chosen}
    shares = _spread(amounts, min(amount, cost)) if cost > 0 else ()
    return [Mark(one.line, one.off) for one in shares]


def told(marks: Iterable[Mark]) -> dict[str, str]:
    """Marks as details of a promise, by the place of the line."""
    return {str(mark.line): f"{mark.off}/{mark.of}" for mark in marks}


def read(details: Mapping[str, str]) -> list[Mark]:
    """The marks that details of a promise tell."""
    marks = []
    for place, share in details.items():
        off, _, of = share.partition("/")
        marks.append(Mark(int(place), int(off), int(of)))
    return marks


def _spread(amounts: Mapping[int, int], off: int) -> Iterator[Mark]:
    """Share what is taken off among lines by what they cost, so that the parts add up to it. A line
    that costs something keeps its share where the order is told anew with another amount."""
    total = sum(amounts.values())
    cost = done = 0
    for place, amount in amounts.items():
        cost += amount
        upto = half_up(cost * off, total) if total > 0 else 0
        if upto != done:
            yield Mark(place, upto - done if amount > 0 else done - upto, abs(amount))
        done = upto


def _shared(lines: Sequence[Line], mark: Mark) -> Iterator[tuple[int, int]]:
    """What a mark takes off each line."""
    if mark.line != EVERY_LINE:
        if mark.line < len(lines):
            amount = lines[mark.line].amount_minor
            most = max(amount, 0)
            yield mark.line, half_up(amount * mark.off, mark.of) if mark.of else min(mark.off, most)
        return
    cost = done = 0
    for place in _goods(lines):
        cost += lines[place].amount_minor
        upto = half_up(cost * mark.off, mark.of)
        yield place, upto - done
        done = upto


def _goods(lines: Sequence[Line]) -> list[int]:
    return [place for place, line in enumerate(lines) if line.kind == "goods"]


def _total(order: Order) -> int:
    return sum(line.amount_minor for line in order.lines) if order.lines else order.amount_minor
