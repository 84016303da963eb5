"""Codes that members chose for their friends say who they are: facts hold a random mark instead,
which leads to the same member as long as they are known, and to nobody after that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from django.db.backends.utils import CursorWrapper
from msgspec import Struct, structs

from regulars.db import advocates, factstore
from regulars.db.introductions import code_form
from regulars.engine.arrivals import AnyFact, Arrival, decode
from regulars.engine.facts import Order
from regulars.engine.happenings import Activity, Click, SignUp

VIA = "via"


def put_away(
    cursor: CursorWrapper, arrivals: Sequence[Arrival], known: Collection[str]
) -> Sequence[Arrival]:
    """The arrivals, with marks for the codes that members chose. What is `known` under its key
    keeps the marks that it has, also of whoever was forgotten since; where another code is told
    now, that one counts."""
    told = {arrival.fact.key: _codes(arrival.fact) for arrival in arrivals}
    written = sorted({code_form(code) for codes in told.values() for code in codes})
    if not written:
        return arrivals
    marks = advocates.marks(cursor, written)
    again = sorted(key for key, codes in told.items() if codes and key in known)
    bodies = factstore.bodies(cursor, again) if again else {}
    before = {key: [decode(body) for body in bodies.get(key, ())] for key in again}
    had = {code for facts in before.values() for fact in facts for code in _codes(fact)}
    kept = sorted(filter(_is_mark, had))
    books = _Books(marks, advocates.chosen(cursor, kept) if kept else {})
    return [
        _marked(arrival, books, before.get(arrival.fact.key, ())) if told[arrival.fact.key]
        else arrival
        for arrival in arrivals
    ]  # fmt: skip


class _Books(Struct, frozen=True):
    """The marks of codes that were told, and the codes of marks that facts have."""

    marks: dict[str, str]
    chosen: dict[str, str]

    def may_keep(self, mark: str, code: str) -> bool:
        """Whether a mark stands for a code that is told, or for one that nobody knows any more."""
        return self.chosen.get(mark, code_form(code)) == code_form(code)


def _codes(fact: AnyFact) -> list[str]:
    """The codes that a fact tells, in their order."""
    found: list[str] = []

    def note(code: str) -> str:
        found.append(code)
        return code

    _each(fact, note)
    return found


def _marked(arrival: Arrival, books: _Books, before: Sequence[AnyFact]) -> Arrival:
    """With its marks; where as many codes are known of it, with those that it has."""
    now = _codes(arrival.fact)
    kept: dict[str, str] = {}
    for fact in before:
        codes = _codes(fact)
        same = fact.version == arrival.fact.version
        pairs = zip(now, codes, strict=True) if len(codes) == len(now) else ()
        for one, had in pairs:
            if books.may_keep(had, one) if _is_mark(had) else same and had == one:
                kept[one] = had

    def mark(code: str) -> str:
        return kept.get(code) or books.marks.get(code_form(code), code)

    return structs.replace(arrival, fact=_each(arrival.fact, mark))


def _is_mark(code: str) -> bool:
    return code.startswith(advocates.MARK)


def _each(fact: AnyFact, change: Callable[[str], str]) -> AnyFact:
    """The fact with each code that it tells changed; nothing is not changed."""
    if isinstance(fact, Order) and (fact.via or fact.codes):
        codes = tuple(change(one) for one in fact.codes)
        return structs.replace(fact, codes=codes, via=change(fact.via) if fact.via else "")
    if isinstance(fact, SignUp | Click) and fact.via:
        return structs.replace(fact, via=change(fact.via))
    if isinstance(fact, Activity) and fact.labels.get(VIA):
        return structs.replace(fact, labels={**fact.labels, VIA: change(fact.labels[VIA])})
    return fact
