"""Facts that were stored are decided and booked, in the transaction that stores them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.backends.utils import CursorWrapper
from msgspec import Struct, field, structs

from regulars.actions.desks import LiveBook, LiveDesk, Shelf, write
from regulars.db import histories, holders, milestones, programmes
from regulars.db.answers import Answers, Shared
from regulars.db.holders import Figures, HolderRow
from regulars.engine.arrivals import AnyFact
from regulars.engine.booked import Booked
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.facts import Link, Unlink
from regulars.engine.fold import needs, stands_for
from regulars.engine.happenings import FoldFact
from regulars.engine.position import names, position
from regulars.engine.run import GIVES, Why
from regulars.engine.together import Answer, Coming, record_all


class Placed(Struct, frozen=True, kw_only=True):
    """A fact that was just stored, and whose row it is; `before` whose its earlier version was."""

    fact: AnyFact
    customer_id: int
    programme: str = ""
    before: int | None = None


class Given(Struct, frozen=True, kw_only=True):
    """What a programme made of a fact: its status, why not, and what it gave by asset, in the
    asset's smallest unit.

    `whys` is what its rules answered, where that was asked for. `member` stands there as they are
    when everything that came with the fact is booked: `figures`, `tier` and `revision` too.
    """

    programme: str
    status: str
    code: str = ""
    params: dict[str, object] = {}
    gave: dict[str, int] = {}
    whys: tuple[Why, ...] = ()
    member: str = ""
    figures: Figures = {}
    tier: str = ""
    revision: int = 0


class Sitting(Struct):
    """One transaction's booking: who is locked, whether any of them is `linked` to somebody else,
    and a desk for each programme."""

    cursor: CursorWrapper
    now: datetime
    rows: list[HolderRow] = field(default_factory=list)
    places: dict[tuple[int, str], HolderRow] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)
    desks: dict[str, LiveDesk] = field(default_factory=dict)
    shared: list[Shared] = field(default_factory=list)
    explain: bool = False
    quiet: bool = False
    linked: bool = True

    def lock(self, customers: Iterable[int]) -> None:
        """Lock the rows of these customers, or of whom they were merged into."""
        concerned = set(customers)
        self.linked = holders.are_linked(self.cursor, concerned)
        self.ends = holders.ends(self.cursor, concerned) if self.linked else {}
        self.rows = holders.locked(self.cursor, {self.end(one) for one in concerned})
        self.places = {(row.customer_id, row.programme): row for row in self.rows}

    def lock_known(self, customers: Iterable[int], running: Iterable[str]) -> None:
        """The same for facts that are stored: who takes no part in one of the programmes that run
        may be joining just now, and does so before that is known, or with these facts."""
        concerned = set(customers)
        self.lock(concerned)
        places = [(self.end(one), name) for one in concerned for name in running]
        outside = {customer for customer, name in places if (customer, name) not in self.places}
        if outside and holders.stay_out(self.cursor, outside):
            self.lock(concerned)

    def end(self, customer: int) -> int:
        """Who somebody is now."""
        return self.ends.get(customer, customer)

    def row(self, customer: int, programme: str) -> HolderRow | None:
        """The locked row of a customer in a programme, if they take part."""
        return self.places.get((self.end(customer), programme))

    def since(self, customer: int, row: HolderRow) -> datetime:
        """Since when what a customer does counts: somebody who was merged into another member
        keeps the day on which they joined themselves."""
        if customer == row.customer_id:
            return row.since
        return holders.since(self.cursor, customer, row.programme) or row.since

    def desk(self, programme: Compiled, arriving: Sequence[FoldFact] = ()) -> LiveDesk:
        """The desk of a programme, at which these facts are about to arrive."""
        if programme.id in self.desks:
            return self.desks[programme.id]
        rows = {row.number: row for row in self.rows if row.programme == programme.id}
        customers = {name: row.customer_id for name, row in rows.items()}
        cursor, shared = self.cursor, Shared(self.cursor, programme.id, customers)
        self.shared.append(shared)
        shelf = Shelf(
            cursor,
            programme,
            rows,
            frozenset((fact.key, fact.version) for fact in arriving),
            frozenset(fact.key for fact in arriving if fact.version == 1),
            others=None if self.linked else {},
        )
        # Nothing that a desk holds leads back to it: its books go when it goes, and no garbage
        # has to be looked for.
        desk = LiveDesk(
            programme=programme,
            answer=lambda holder, question: Answers(cursor, holder, shared).answer(question),
            shelf=shelf,
            answers=lambda holder: Answers(cursor, holder, shared),
            explain=self.explain,
        )
        self.desks[programme.id] = desk
        return desk

    def write(self) -> None:
        """Write everything that came of it."""
        for one in self.shared:
            one.save()
        write(self.cursor, self.desks.values(), self.now, quiet=self.quiet)


def book(
    sitting: Sitting,
    placed: Sequence[Placed],
    *,
    also: frozenset[int],
    about: Sequence[histories.Waiting] = (),
) -> dict[str, list[Given]]:
    """Decide and book facts that were just stored, in every programme that they concern; what came
    of them, by key. `sitting` has nobody locked yet.

    `also` are customers to lock besides those whom the facts are about; `about` is what was stored
    before about facts that turn out to be somebody else's, and goes with them. Raises NotLocked
    where somebody else turns out to be concerned.
    """
    ready = programmes.running(sitting.cursor)
    facts = [one for one in placed if not isinstance(one.fact, Link | Unlink)]
    if not ready or not facts:
        return {}
    arrival = _arrival(sitting, facts, also, ready)
    arrival.about.extend(about)
    if not sitting.rows:
        return {}
    booked = [one for programme in ready.values() for one in _book_in(programme, arrival)]
    sitting.write()
    answers: dict[str, list[Given]] = {}
    for key, given, row in booked:
        answers.setdefault(key, []).append(_standing(given, row))
    return answers


def _standing(given: Given, row: HolderRow) -> Given:
    """The same, with where the member stands now that everything is written."""
    return structs.replace(
        given, member=row.number, figures=row.figures, tier=row.tier, revision=row.revision
    )


class _Arrival(Struct):
    """What arrives, what had waited for it, and whose the facts are that it names; what goes with
    it to somebody else."""

    sitting: Sitting
    placed: list[Placed]
    waiting: list[histories.Waiting]
    owners: dict[str, int]
    about: list[histories.Waiting] = []


def _arrival(
    sitting: Sitting, placed: list[Placed], also: frozenset[int], running: Iterable[str]
) -> _Arrival:
    cursor = sitting.cursor
    facts = [one.fact for one in placed if not isinstance(one.fact, Link | Unlink)]
    keys = {key for fact in facts for key in (fact.key, stands_for(fact)) if key}
    waiting = histories.waiting_for(cursor, sorted(keys))
    owners = histories.owners(cursor, sorted({names(fact) for fact in facts} - {""} - keys))
    owners |= {one.fact.key: one.customer_id for one in placed}
    concerned = {one.customer_id for one in placed} | set(owners.values()) | also
    concerned |= {one.before for one in placed if one.before is not None}
    sitting.lock_known(concerned, running)
    histories.note_found(cursor, waiting, owners)
    return _Arrival(sitting, placed, waiting, owners)


def _book_in(programme: Compiled, arrival: _Arrival) -> Iterable[tuple[str, Given, HolderRow]]:
    """Let the facts that concern a programme arrive at its desk, one by one, the oldest first: what
    comes together, in whatever order, makes none of it late."""
    sitting = arrival.sitting
    concerned = [
        (one, row)
        for one in arrival.placed
        if one.programme in ("", programme.id)
        and (row := sitting.row(one.customer_id, programme.id))
        and (one.programme or one.fact.at >= sitting.since(one.customer_id, row))
    ]
    gone = _gone(arrival, programme, [one for one, _row in concerned])
    if not concerned and not gone:
        return
    facts = [one.fact for one, _row in concerned if not isinstance(one.fact, Link | Unlink)]
    waiting = [one for one in arrival.waiting if one.programme in ("", programme.id)]
    desk = sitting.desk(
        programme, [*facts, *(fact for fact, _row in gone), *(one.fact for one in waiting)]
    )
    _tell(desk, arrival, waiting)
    _bring(desk, arrival)
    for fact, row in gone:
        _leave(desk, fact.key, row.number)
    told = sorted(zip(concerned, facts, strict=True), key=lambda one: position(one[1]))
    coming: dict[str, list[FoldFact]] = {}
    for (_one, row), fact in told:
        coming.setdefault(row.number, []).append(fact)
    desk.shelf.coming = coming
    _look_back(sitting, desk, concerned)
    arriving = [Coming(fact, desk.called(one.customer_id, row)) for (one, row), fact in told]
    answers = record_all(desk, arriving, instant_of(sitting.now))
    for ((_one, row), fact), answer in zip(told, answers, strict=True):
        yield fact.key, _given(programme, answer, _brought(desk, row, fact.key)), row


def _gone(
    arrival: _Arrival, programme: Compiled, concerned: Sequence[Placed]
) -> list[tuple[FoldFact, HolderRow]]:
    """The facts that counted for somebody in a programme and count for nobody there as they are
    told now: of a guest, of somebody who takes no part, of a day before they did."""
    counting = {one.fact.key for one in concerned}
    return [
        (one.fact, row)
        for one in arrival.placed
        if one.before is not None
        and not isinstance(one.fact, Link | Unlink)
        and one.fact.key not in counting
        and (row := arrival.sitting.row(one.before, programme.id)) is not None
    ]


def _tell(desk: LiveDesk, arrival: _Arrival, waiting: Sequence[histories.Waiting]) -> None:
    """Tell a desk whose the facts are that are named, and who waits for what arrives."""
    programme = desk.programme.id
    arriving = {one.fact.key for one in arrival.placed}
    for key, customer in arrival.owners.items():
        row = arrival.sitting.row(customer, programme)
        if row is not None and key not in arriving:
            desk.owners[key], desk.origins[key] = row.number, desk.called(customer, row)
    for one in arrival.placed:
        was = arrival.sitting.row(one.before, programme) if one.before is not None else None
        now = arrival.sitting.row(one.customer_id, programme)
        if was is not None and now is not None:
            desk.owners[one.fact.key], desk.origins[one.fact.key] = was.number, now.number
    for kept in waiting:
        desk.parked.setdefault(kept.names, {})[kept.fact.key] = (kept.fact, "")
        desk.waits[kept.fact.key] = kept.names


def _bring(desk: LiveDesk, arrival: _Arrival) -> None:
    """Have what is about facts that turn out to be another holder's wait for them, so that it
    follows. Those who held it are read first, as long as it is theirs."""
    programme, sitting = desk.programme.id, arrival.sitting
    about = {one.fact.key: one for one in arrival.about if one.programme in ("", programme)}
    if not about:
        return
    ends = {one.fact.key: one for one in arrival.placed if one.before is not None}
    held = [sitting.row(one.before, programme) for one in ends.values() if one.before is not None]
    desk.shelf.fetch({row.number: row for row in held if row is not None}.values())
    desk.shelf.arriving |= {(key, one.fact.version) for key, one in about.items()}
    for key, one in about.items():
        placed = ends[one.names]
        was = sitting.row(placed.before, programme) if placed.before is not None else None
        if was is not None:
            desk.owners[key] = desk.origins[key] = was.number
        if sitting.row(placed.customer_id, programme) is not None:
            desk.parked.setdefault(one.names, {})[key] = (one.fact, "")
            desk.waits[key] = one.names


def _leave(desk: LiveDesk, key: str, holder: str) -> None:
    """A book forgets a fact, and what is about it."""
    desk.leave(key, holder)
    for one in desk.about(key, holder):
        desk.leave(one.key, holder)


def _look_back(
    sitting: Sitting, desk: LiveDesk, concerned: Sequence[tuple[Placed, HolderRow]]
) -> None:
    """Have the histories at hand that will be needed as a whole, by one query."""
    needed = {row.number: row for one, row in concerned if _looks_back(one, row)}
    long = milestones.along(sitting.cursor, [row for row in needed.values() if row.head])
    desk.shelf.fetch([row for row in needed.values() if row.customer_id not in long])


def _looks_back(one: Placed, row: HolderRow) -> bool:
    """Whether a fact will surely need the history of its holder."""
    fact = one.fact
    if isinstance(fact, Link | Unlink):
        return False
    return fact.version > 1 or needs(fact) or not row.head


def _brought(desk: LiveDesk, row: HolderRow, key: str) -> Booked | None:
    """What a fact brought to its member's book: what had waited for it stands there after it."""
    book = desk.books.get(row.number)
    out = book.out if isinstance(book, LiveBook) else ()
    return next((one for one in reversed(out) if one.cause == key), None)


def _given(programme: Compiled, answer: Answer, brought: Booked | None) -> Given:
    outcome, booked = answer.outcome, answer.booked or brought
    gave: dict[str, int] = {}
    for one in booked.rows if booked is not None else ():
        if one.key == outcome.key and one.step in GIVES:
            gave[one.asset] = gave.get(one.asset, 0) + GIVES[one.step] * one.amount
    return Given(
        programme=programme.id,
        status=outcome.status,
        code=outcome.code,
        params=dict(outcome.params),
        gave=gave,
        whys=outcome.whys,
    )


__all__ = ["Given", "Placed", "Sitting", "book"]
