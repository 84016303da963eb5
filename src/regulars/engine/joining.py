"""Two holders become one, and two again: a holder is whatever set of facts is folded together.

Facts are never rewritten: each remembers whom it came for, so that what was joined can be parted.
Promises of both are kept in both directions.
"""

from __future__ import annotations

from regulars.engine.booking import Book, Booked
from regulars.engine.desk import Desk
from regulars.engine.difference import difference
from regulars.engine.happenings import MEMBER, Erasure, FoldFact, Opening
from regulars.engine.position import place
from regulars.engine.refusing import refused


def join(desk: Desk, into: str, other: str) -> tuple[Booked, Booked]:
    """Make one holder of two: the facts of both are folded together from now on.

    Both differences come back: what is booked for `into`, and what is taken back from `other`, each
    at its own instant. ValueError where they are one already; Refused (`member_gone`) where one of
    them was erased, unless they took part anew before the other did anything: what the other has
    would be forfeited, too. Nothing has changed then.
    """
    into, other = desk.resolved(into), desk.resolved(other)
    if into == other:
        raise ValueError(f"'{other}' and '{into}' are one holder already")
    left, kept = desk.book(other), desk.book(into)
    if _takes_away(left, kept) or _takes_away(kept, left):
        raise refused("member_gone")
    for key in kept.facts:
        desk.own(key, into)
    for key in left.facts:
        desk.own(key, other)
    desk.links[other] = into
    kept.others = desk.joined(into)
    desk.owners.update(dict.fromkeys(left.facts, into))
    del desk.books[other]
    kept.sent.effects.update(left.sent.effects)
    gone = Booked(rows=difference(left.run.rows, []), cause=f"join/{other}")
    booked = kept.refold(list(left.facts.values()))
    desk.settle(into, booked)
    desk.advance(desk.clock)
    return booked, gone


def _takes_away(book: Book, other: Book) -> bool:
    """Whether somebody's leaving for good would take something of the other with it."""
    facts = book.facts.values()
    if book.state.gone or not any(isinstance(fact, Erasure) for fact in facts):
        return book.state.gone
    returned = [place(fact, book.facts) for fact in facts if _returns(fact)]
    if not returned:
        return True
    return any(place(fact, other.facts) < max(returned) for fact in other.facts.values())


def _returns(fact: FoldFact) -> bool:
    return isinstance(fact, Opening) and fact.what == MEMBER


def part(desk: Desk, other: str) -> tuple[Booked, Booked]:
    """Make two of one again: each has the facts that came for them, whenever they came.

    Both differences come back, that of the one they were joined into first. ValueError where
    `other` was joined into nobody.
    """
    if other not in desk.links:
        raise ValueError(f"'{other}' was not joined into anybody")
    into = desk.resolved(other)
    del desk.links[other]
    book = desk.books[into]
    new = desk.books[other] = desk.opened(other)
    book.others, new.others = desk.joined(into), desk.joined(other)
    going = new.refold(_leaving(desk, book, other))
    _take_over(book, new, going)
    staying = book.refold([])
    desk.settle(into, staying)
    desk.settle(other, going)
    desk.advance(desk.clock)
    return staying, going


def _leaving(desk: Desk, book: Book, other: str) -> list[FoldFact]:
    """Take the facts that came for a holder out of a book."""
    leaving = [
        fact
        for key, fact in book.facts.items()
        if desk.resolved(desk.origins.get(key, book.holder)) == other
    ]
    book.known.forget(fact.key for fact in leaving)
    for fact in leaving:
        desk.owners[fact.key] = other
    return leaving


def _take_over(book: Book, new: Book, going: Booked) -> None:
    """What has been sent already for the facts that leave is not sent again."""
    effects = []
    for effect in going.effects:
        before = book.sent.effects.pop(effect.key, None)
        if before is None:
            effects.append(effect)
        else:
            new.sent.effects[effect.key] = before
            effects.extend(new.sent.of([effect], withdraw=False))
    going.effects = effects
