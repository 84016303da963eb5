"""Take in facts: the one way in, for a single order as for a file of millions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, TypeGuard
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from msgspec import Struct, structs

from regulars.actions import own_keys, telling
from regulars.actions.booking import Given, NotLocked, Placed, Sitting, book
from regulars.actions.telling import Beside
from regulars.db import catalogue, factstore, histories, people
from regulars.db.factstore import KnownKey, NewFact
from regulars.db.histories import Waiting
from regulars.db.ids import customer_ids
from regulars.db.people import Acquaintances, Crowd, Raced
from regulars.engine import moments
from regulars.engine.arrivals import AnyFact, Arrival, content_hash, decode, encode
from regulars.engine.facts import Link, Order, Refund, Unlink, Who
from regulars.engine.fold import needs
from regulars.engine.happenings import FoldFact
from regulars.engine.position import names

ATTEMPTS = 8
MET = {"40P01", "40001", "23505"}
"""Each waited for the other; what was read changed; the other wrote the same row first."""

State = Literal["recorded", "restated", "known", "refused"]


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of one arrival. A refusal has a code from the closed list of `words.reasons`;
    `given` is what each programme that it concerns made of it."""

    key: str
    state: State
    code: str = ""
    given: list[Given] = []


class Source(Struct, frozen=True, kw_only=True):
    """Where batches come from and how they are to be taken.

    `owner` is the customer number of facts that say themselves whom they are about (links);
    `met` remembers people between the batches of one source. `explain`: say why each rule gave
    what it gave.
    """

    import_id: UUID | None = None
    restate: bool = False
    owner: int | None = None
    met: Acquaintances = {}
    explain: bool = False


def record(
    arrivals: Sequence[Arrival], *, now: datetime, source: Source | None = None
) -> list[Outcome]:
    """Store facts that happened, each once for ever, all or nothing.

    A key that came before with the same content is `known` and changes nothing; with other
    content it is `refused` (`key_reused`), unless the fact carries a higher version or the source
    says that it restates. Unknown people become customers; a fact without a person is a guest's.
    One transaction for the batch; outcomes come in the order of the arrivals.
    """
    source = source or Source()
    also: frozenset[int] = frozenset()
    for _attempt in range(ATTEMPTS):
        batch = _Batch(now=now, source=source, also=also)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                outcomes = _record(cursor, batch, arrivals)
        except Raced:
            continue
        except NotLocked as more:
            also |= more.customers
            continue
        except DatabaseError as error:
            if not met(error):
                raise
            continue
        people.remember(batch.crowd, batch.people, batch.numbers)
        return outcomes
    raise RuntimeError("the same keys or identifiers kept arriving from elsewhere; send again")


def met(error: DatabaseError) -> bool:
    """Whether two transactions met, so that this one is to be tried again."""
    return getattr(error.__cause__, "sqlstate", "") in MET


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


def _record(cursor: CursorWrapper, batch: _Batch, arrivals: Sequence[Arrival]) -> list[Outcome]:
    source = batch.source
    factstore.share_writing(cursor)
    known = factstore.known_keys(cursor, [a.fact.key for a in arrivals])
    arrivals = _in_known_order(cursor, arrivals, known)
    outcomes: list[Outcome] = []
    fresh: list[_Fresh] = []
    is_ours = own_keys.taken(cursor, () if source.owner is not None else _new_keys(arrivals, known))
    for arrival in arrivals:
        if is_ours(arrival.fact.key) and arrival.fact.key not in known:
            outcomes.append(Outcome(key=arrival.fact.key, state="refused", code="key_reused"))
            continue
        outcome, new = _judge(arrival, known, restate=source.restate)
        outcomes.append(outcome)
        if new:
            fresh.append(new)
    owners = _owners(cursor, batch, fresh) if source.owner is None else [source.owner] * len(fresh)
    owners = _of_what_is_named(cursor, batch, fresh, owners)
    before = histories.owners(cursor, [one.fact.key for one in fresh if one.fact.version > 1])
    facts = [_new_fact(one, owner) for one, owner in zip(fresh, owners, strict=True)]
    factstore.append(cursor, facts, now=batch.now, import_id=source.import_id)
    catalogue.note_places(cursor, {_place_of(one.fact) for one in fresh})
    telling.note(cursor, [_beside(one, owner) for one, owner in zip(fresh, owners, strict=True)])
    placed = [
        Placed(
            fact=one.fact,
            customer_id=owner,
            programme=one.programme,
            before=before.get(one.fact.key),
        )
        for one, owner in zip(fresh, owners, strict=True)
    ]
    sitting = Sitting(cursor, batch.now, explain=source.explain)
    given = book(sitting, placed, also=batch.also)
    return [structs.replace(one, given=given.get(one.key, [])) for one in outcomes]


def _new_keys(arrivals: Sequence[Arrival], known: dict[str, KnownKey]) -> list[str]:
    return [one.fact.key for one in arrivals if one.fact.key not in known]


def _of_what_is_named(
    cursor: CursorWrapper, batch: _Batch, fresh: list[_Fresh], owners: list[int]
) -> list[int]:
    """The owners, with the owner of the order for what is about an order that is known; what is
    about an unknown one waits for it."""
    needed = [names(one.fact) if _is_about(one.fact) else "" for one in fresh]
    mine = {one.fact.key: owner for one, owner in zip(fresh, owners, strict=True)}
    known = histories.owners(cursor, sorted({name for name in needed if name} - set(mine))) | mine
    waiting = [
        Waiting(name, owner, one.programme, one.fact)
        for one, name, owner in zip(fresh, needed, owners, strict=True)
        if name and name not in known and not isinstance(one.fact, Link | Unlink)
    ]
    histories.note_waiting(cursor, waiting, batch.now)
    return [known.get(name, owner) for name, owner in zip(needed, owners, strict=True)]


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
    arrival: Arrival, known: dict[str, KnownKey], *, restate: bool
) -> tuple[Outcome, _Fresh | None]:
    """Whether an arrival is new, known or refused; a new one is entered among the known keys."""
    if not moments.in_order(arrival.fact):
        return Outcome(key=arrival.fact.key, state="refused", code="bad_time"), None
    fact = _in_utc(arrival.fact)
    body = encode(fact)
    told = content_hash(body, arrival.who) if fact.version == 1 else _told(fact, arrival.who)
    before = known.get(fact.key)
    state: State = "recorded"
    if before is not None:
        if fact.version <= before.latest:
            same = told == before.hashes[before.latest]
            if same or (not restate and told in before.hashes.values()):
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
