"""Take in facts: the one way in, for a single order as for a file of millions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeGuard
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from msgspec import Struct, structs

from regulars.actions import own_codes, own_keys, telling
from regulars.actions.anew import whole
from regulars.actions.booking import Given, Placed, Sitting, book
from regulars.actions.telling import Beside
from regulars.db import catalogue, factstore, histories, people
from regulars.db.factstore import KnownKey, NewFact
from regulars.db.histories import Waiting
from regulars.db.ids import customer_ids
from regulars.db.people import Acquaintances, Crowd
from regulars.engine import moments
from regulars.engine.arrivals import AnyFact, Arrival, content_hash, decode, encode
from regulars.engine.facts import Link, Order, Refund, Unlink, Who
from regulars.engine.fold import needs
from regulars.engine.happenings import FoldFact
from regulars.engine.position import names

AHEAD = timedelta(days=1)
"""How far ahead of now a fact may be dated, by whatever door it comes: one of a year to come would
let a year pass for its member. (Doors that know the clock of the sender allow less.)"""
MOST_WAITING = 100
"""So many facts wait for one that is unknown, and no more."""

State = Literal["recorded", "restated", "known", "refused"]


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of one arrival. A refusal has a code from the closed list of `words.reasons`;
    `given` is what each programme that it concerns made of it; it `waits` while the fact that it
    is about is unknown."""

    key: str
    state: State
    code: str = ""
    given: list[Given] = []
    waits: bool = False


class Source(Struct, frozen=True, kw_only=True):
    """Where batches come from and how they are to be taken.

    `owner` is the customer number of facts that say themselves whom they are about (links);
    `met` remembers people between the batches of one source. `explain`: say why each rule gave
    what it gave. `quiet`: tell no webhook what is booked.
    """

    import_id: UUID | None = None
    restate: bool = False
    owner: int | None = None
    met: Acquaintances = {}
    explain: bool = False
    quiet: bool = False


def record(
    arrivals: Sequence[Arrival], *, now: datetime, source: Source | None = None
) -> list[Outcome]:
    """Store facts that happened, each once for ever, all or nothing.

    A key that came before with the same content is `known` and changes nothing, as is a version
    that a later one has overtaken on the way; with other content it is `refused` (`key_reused`),
    unless the fact carries a higher version or the source says that it restates. Unknown people
    become customers; a fact without a person is a guest's. One transaction for the batch; outcomes
    come in the order of the arrivals.
    """
    source = source or Source()

    def act(cursor: CursorWrapper, also: frozenset[int]) -> tuple[_Batch, list[Outcome]]:
        batch = _Batch(now=now, source=source, also=also)
        return batch, _in_rounds(cursor, batch, arrivals)

    batch, outcomes = whole(act)
    people.remember(batch.crowd, batch.people, batch.numbers)
    return outcomes


class _Batch(Struct):
    """One attempt at recording: when, from where, and whom it met."""

    now: datetime
    source: Source
    people: list[Who] = []
    numbers: list[int] = []
    crowd: Crowd = Crowd()
    also: frozenset[int] = frozenset()


class _Fresh(Struct, frozen=True, kw_only=True):
    """An arrival that passed every check."""

    fact: AnyFact
    who: Who | None
    content_hash: bytes
    body: bytes
    programme: str = ""
    arrival: Arrival


def _in_rounds(cursor: CursorWrapper, batch: _Batch, arrivals: Sequence[Arrival]) -> list[Outcome]:
    """What comes twice under one key and says something else the second time is recorded after
    what it restates, as if it had come later."""
    if len({one.fact.key for one in arrivals}) == len(arrivals):
        return _record(cursor, batch, arrivals)
    rounds: list[list[int]] = []
    told: dict[str, list[Arrival]] = {}
    for place, arrival in enumerate(arrivals):
        before = told.setdefault(arrival.fact.key, [])
        if arrival not in before:
            before.append(arrival)
        turn = before.index(arrival)
        rounds.extend([] for _ in range(len(rounds), turn + 1))
        rounds[turn].append(place)
    found: dict[int, Outcome] = {}
    for places in rounds:
        outcomes = _record(cursor, batch, [arrivals[place] for place in places])
        found.update(zip(places, outcomes, strict=True))
    return [found[place] for place in range(len(arrivals))]


def _record(cursor: CursorWrapper, batch: _Batch, arrivals: Sequence[Arrival]) -> list[Outcome]:
    source = batch.source
    factstore.share_writing(cursor)
    known = factstore.known_keys(cursor, [a.fact.key for a in arrivals])
    arrivals = own_codes.put_away(cursor, arrivals, known)
    arrivals = _in_known_order(cursor, arrivals, known)
    outcomes: list[Outcome] = []
    fresh: list[_Fresh] = []
    new_keys = {one.fact.key for one in arrivals if one.fact.key not in known}
    is_ours = own_keys.taken(cursor, () if source.owner is not None else new_keys)
    for arrival in arrivals:
        if is_ours(arrival.fact.key) and arrival.fact.key not in known:
            outcomes.append(Outcome(key=arrival.fact.key, state="refused", code="key_reused"))
            continue
        outcome, new = _judge(arrival, known, batch)
        outcomes.append(outcome)
        if new:
            fresh.append(new)
    crowded = _crowded(cursor, fresh)
    if crowded:
        fresh = [one for one in fresh if one.fact.key not in crowded]
        outcomes = [crowded.get(one.key, one) for one in outcomes]
    owners = _owners(cursor, batch, fresh) if source.owner is None else [source.owner] * len(fresh)
    named = _Named.of(cursor, fresh, owners)
    facts = [_new_fact(one, owner) for one, owner in zip(fresh, named.owners, strict=True)]
    factstore.append(cursor, facts, now=batch.now, import_id=source.import_id)
    factstore.hold(cursor, [one for one in facts if one.version > 1 and one.key in new_keys])
    catalogue.note_places(cursor, {_place_of(one.fact) for one in fresh})
    beside = [_beside(one, owner) for one, owner in zip(fresh, named.owners, strict=True)]
    telling.note(cursor, beside)
    sitting = Sitting(cursor, batch.now, explain=source.explain, quiet=source.quiet)
    given = book(sitting, named.placed(fresh), also=batch.also, about=named.about)
    named.note(cursor, fresh, batch.now)
    waiting = {one.fact.key for one in named.waiting}
    return [
        structs.replace(one, given=given.get(one.key, []), waits=one.key in waiting)
        for one in outcomes
    ]


def _crowded(cursor: CursorWrapper, fresh: list[_Fresh]) -> dict[str, Outcome]:
    """The refusals of those that name an unknown fact for which too many wait already: when it
    comes at last, they are all booked with it."""
    about = [(names(one.fact), one.fact.key) for one in fresh if _is_about(one.fact)]
    waiting = histories.count_waiting(cursor, sorted({name for name, _key in about if name}))
    arriving = {one.fact.key for one in fresh}
    found: dict[str, Outcome] = {}
    for name, key in about:
        waiting[name] = waiting.get(name, 0) + bool(name)
        if waiting[name] > MOST_WAITING and name not in arriving:
            found[key] = Outcome(key=key, state="refused", code="waits_too_many")
    known = histories.owners(cursor, sorted({name for name, key in about if key in found}))
    return {key: found[key] for name, key in about if key in found and name not in known}


class _Named(Struct, kw_only=True):
    """How arrivals stand to facts that name others: their `owners`, with the owner of the order
    for what is about one that is known; `waiting`, what is about an unknown one; `before`, in
    whose history earlier versions are; `about`, what is known about orders that move from there.
    """

    owners: list[int]
    waiting: list[Waiting]
    before: dict[str, int]
    about: list[Waiting]
    moving: dict[str, int]

    @classmethod
    def of(cls, cursor: CursorWrapper, fresh: list[_Fresh], owners: list[int]) -> _Named:
        """How these stand. To be read before they are stored."""
        owners, waiting = _of_what_is_named(cursor, fresh, owners)
        again = [one.fact.key for one in fresh if one.fact.version > 1]
        before = histories.holding(cursor, again)
        moving = {
            one.fact.key: owner
            for one, owner in zip(fresh, owners, strict=True)
            if before.get(one.fact.key, owner) != owner and isinstance(one.fact, Order)
        }
        about = histories.about(cursor, sorted(moving))
        return cls(owners=owners, waiting=waiting, before=before, about=about, moving=moving)

    def placed(self, fresh: list[_Fresh]) -> list[Placed]:
        """The arrivals as they are booked."""
        return [
            Placed(
                fact=one.fact,
                customer_id=owner,
                programme=one.programme,
                before=self.before.get(one.fact.key),
            )
            for one, owner in zip(fresh, self.owners, strict=True)
        ]

    def note(self, cursor: CursorWrapper, fresh: list[_Fresh], now: datetime) -> None:
        """Remember what waits, and whose is what is about others. Whoever held it has been booked
        by then: booking reads what they held."""
        again = [one.fact for one in fresh if one.fact.version > 1]
        names_of = {one.key: names(one) for one in again if not isinstance(one, Link | Unlink)}
        histories.forget_waiting(cursor, names_of)
        histories.note_waiting(cursor, self.waiting, now)
        told = {one.fact.key for one in fresh}
        followed = [one for one in self.about if one.fact.key not in told]
        histories.note_followed(cursor, followed, self.moving, now)


def _of_what_is_named(
    cursor: CursorWrapper, fresh: list[_Fresh], owners: list[int]
) -> tuple[list[int], list[Waiting]]:
    """The owners, with the owner of the order for what is about an order that is known; and what
    is about an unknown one, which waits for it."""
    needed = [names(one.fact) if _is_about(one.fact) else "" for one in fresh]
    mine = {one.fact.key: owner for one, owner in zip(fresh, owners, strict=True)}
    known = histories.owners(cursor, sorted({name for name in needed if name} - set(mine))) | mine
    waiting = [
        Waiting(name, owner, one.programme, one.fact)
        for one, name, owner in zip(fresh, needed, owners, strict=True)
        if name and name not in known and not isinstance(one.fact, Link | Unlink)
    ]
    return [known.get(name, owner) for name, owner in zip(needed, owners, strict=True)], waiting


def _is_about(fact: AnyFact) -> TypeGuard[FoldFact]:
    return not isinstance(fact, Link | Unlink) and needs(fact)


def _in_known_order(
    cursor: CursorWrapper, arrivals: Sequence[Arrival], known: dict[str, KnownKey]
) -> Sequence[Arrival]:
    """The arrivals, their lines as the known fact has them where only the order of lines differs:
    an export that sorts the rows of an order otherwise says nothing else."""
    other = [
        arrival.fact.key
        for arrival in arrivals
        if (before := known.get(arrival.fact.key)) and _says_other(arrival, before)
    ]
    if not other:
        return arrivals
    bodies = factstore.bodies(cursor, other)
    return [_reordered(arrival, bodies.get(arrival.fact.key, [])) for arrival in arrivals]


def _says_other(arrival: Arrival, before: KnownKey) -> bool:
    fact = arrival.fact
    if not isinstance(fact, Order | Refund) or len(fact.lines) < 2 or fact.at.tzinfo is None:
        return False
    return _told(_in_utc(fact), arrival.who) not in before.hashes.values()


def _reordered(arrival: Arrival, bodies: Sequence[str]) -> Arrival:
    fact = arrival.fact
    for before in map(decode, bodies):
        if (
            isinstance(fact, Order | Refund)
            and isinstance(before, Order | Refund)
            and Counter(before.lines) == Counter(fact.lines)
        ):
            return structs.replace(arrival, fact=structs.replace(fact, lines=before.lines))
    return arrival


def _told(fact: AnyFact, who: Who | None) -> bytes:
    """The hash of what is said, whatever the version."""
    return content_hash(encode(structs.replace(fact, version=1)), who)


def _judge(
    arrival: Arrival, known: dict[str, KnownKey], batch: _Batch
) -> tuple[Outcome, _Fresh | None]:
    """Whether an arrival is new, known or refused; a new one is entered among the known keys."""
    if not moments.in_order(arrival.fact):
        return Outcome(key=arrival.fact.key, state="refused", code="bad_time"), None
    fact, restate = _in_utc(arrival.fact), batch.source.restate
    if fact.at > batch.now + AHEAD:
        return Outcome(key=fact.key, state="refused", code="time_ahead"), None
    body = encode(fact)
    told = content_hash(body, arrival.who) if fact.version == 1 else _told(fact, arrival.who)
    before = known.get(fact.key)
    state: State = "recorded"
    if before is not None:
        if fact.version <= before.latest:
            same = told == before.hashes[before.latest]
            if same or (not restate and _is_overtaken(fact, told, before)):
                return Outcome(key=fact.key, state="known"), None
            if not restate:
                return Outcome(key=fact.key, state="refused", code="key_reused"), None
            fact = structs.replace(fact, version=before.latest + 1)
            body = encode(fact)
        state = "restated"
    known.setdefault(fact.key, KnownKey({})).hashes[fact.version] = told
    new = _Fresh(
        fact=fact,
        who=arrival.who,
        content_hash=told,
        body=body,
        programme=arrival.programme,
        arrival=arrival,
    )
    return Outcome(key=fact.key, state=state), new


def _is_overtaken(fact: AnyFact, told: bytes, known: KnownKey) -> bool:
    """Whether a later version is known of what a fact says: it was told before, or it was on its
    way for so long that the later version came first."""
    return told in known.hashes.values() or not known.hashes.get(fact.version)


def _in_utc(fact: AnyFact) -> AnyFact:
    if fact.at.tzinfo is UTC:
        return fact
    return structs.replace(fact, at=fact.at.astimezone(UTC))


def _owners(cursor: CursorWrapper, batch: _Batch, fresh: list[_Fresh]) -> list[int]:
    batch.people = [one.who for one in fresh if one.who]
    buyers = (one.who for one in fresh if one.who and isinstance(one.fact, Order))
    batch.crowd = Crowd(buyers=frozenset(who.identifiers for who in buyers), met=batch.source.met)
    batch.numbers = people.find_or_make(cursor, batch.people, now=batch.now, crowd=batch.crowd)
    guests = iter(customer_ids(cursor, len(fresh) - len(batch.people)))
    numbers = iter(batch.numbers)
    return [next(numbers) if one.who else next(guests) for one in fresh]


def _new_fact(fresh: _Fresh, owner: int) -> NewFact:
    fact = fresh.fact
    return NewFact(
        customer_id=owner,
        at=fact.at,
        type=str(fact.__struct_config__.tag),
        key=fact.key,
        version=fact.version,
        guest=fresh.who is None and isinstance(fact, Order | Refund),
        content_hash=fresh.content_hash,
        body=fresh.body,
        programme=fresh.programme,
    )


def _beside(fresh: _Fresh, owner: int) -> Beside:
    told = fresh.arrival
    return Beside(
        fact=fresh.fact,
        customer_id=owner,
        who=fresh.who,
        signals=told.signals,
        party=told.party,
    )


def _place_of(fact: AnyFact) -> str:
    return fact.place if isinstance(fact, Order | Refund) else ""
