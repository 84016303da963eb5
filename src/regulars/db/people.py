"""Whom a fact is about: identifiers to customers, found or made, many at once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.backends.utils import CursorWrapper
from msgspec import Struct, structs

from regulars.db import hot
from regulars.db.arrays import NUMBERS, TEXTS, numbers, texts
from regulars.db.bulk import copy_rows
from regulars.db.ids import customer_ids
from regulars.engine.facts import Identifier, Profile, Who
from regulars.identity import sort_key, tokens

SORTED_FOR = {"sort_latin": "en", "sort_pl": "pl", "sort_ro": "ro"}
CUSTOMER_COLUMNS = [
    "id",
    "public_id",
    "name",
    *SORTED_FOR,
    "language",
    "country",
    "birth_date",
    "attributes",
    "merged",
    "has_bought",
    "created_at",
]
NOBODY = Profile()
MOST_ATTRIBUTES = 50
"""So many further details are kept of a customer, whoever tells them."""

# One index look-up an identifier, however large the table (see `factstore.KNOWN`).
KNOWN = f"""
    SELECT i.*, (SELECT has_bought FROM regulars_customer WHERE id = i.customer_id)
    FROM unnest({TEXTS}, {TEXTS}) AS w(kind, value) CROSS JOIN LATERAL (
        SELECT kind, value, customer_id FROM regulars_identifier
        WHERE kind = w.kind AND value = w.value COLLATE "C" OFFSET 0
    ) AS i
"""  # noqa: S608 - own texts
CLAIM = f"""
    INSERT INTO regulars_identifier (kind, value, customer_id)
    SELECT * FROM unnest({TEXTS}, {TEXTS}, {NUMBERS}) ON CONFLICT DO NOTHING
"""  # noqa: S608 - own texts
ADD_TOKENS = f"""
    INSERT INTO regulars_searchtoken (token, customer_id)
    SELECT * FROM unnest({TEXTS}, {NUMBERS}) ON CONFLICT DO NOTHING
"""  # noqa: S608 - own texts
BOUGHT = f"""
    UPDATE regulars_customer SET has_bought = true WHERE NOT has_bought AND id IN (
        SELECT id FROM regulars_customer WHERE id = ANY({NUMBERS}) AND NOT has_bought
        ORDER BY id FOR UPDATE)
"""  # noqa: S608 - own texts
REMEMBERED = 200_000


class Raced(Exception):
    """Somebody else took an identifier or a key at the same moment; try the whole batch again."""


class Met(Struct, frozen=True):
    """Somebody whom a long import has met: their number, and what was said about them."""

    number: int
    profile: Profile | None
    bought: bool


Ids = tuple[Identifier, ...]
Acquaintances = dict[Ids, Met]
"""People met earlier in one import, by all their identifiers: as they were when it met them."""


class Crowd(Struct, frozen=True, kw_only=True):
    """Beside whom a batch is about: who of them ordered something, who was met before."""

    buyers: frozenset[Ids] = frozenset()
    met: Acquaintances = {}


class _Known(Struct, frozen=True):
    """Whose an identifier is, and whether they have bought: who has stays so."""

    number: int
    bought: bool


class _Plan(Struct):
    """What a batch needs written: new customers and identifiers, profiles to fill in."""

    customer_of: dict[Identifier, int]
    added: dict[Identifier, int]
    made: dict[int, Who]
    met: dict[int, list[Who]]
    bought: set[int]


def find_or_make(
    cursor: CursorWrapper, people: Sequence[Who], *, now: datetime, crowd: Crowd
) -> list[int]:
    """The customer number of each of `people`, in order; unknown people become customers.

    A person is known by the first of their identifiers that is known; the others are added to
    them unless they belong to somebody else. What a source says fills blanks, never overwrites.
    Whoever said the same before is not looked up again. Raises Raced when another transaction
    took one of the identifiers first.
    """
    met = crowd.met
    distinct = {who.identifiers: who for who in people if not _is_met(met, who)}
    known = _known(cursor, distinct)
    customer_of = {identifier: one.number for identifier, one in known.items()}
    plan = _Plan(customer_of=customer_of, added={}, made={}, met={}, bought=set())
    numbers = {ids: _place(cursor, plan, who) for ids, who in distinct.items()}
    plan.bought = {numbers[ids] for ids in crowd.buyers if ids in numbers}
    _write_identifiers(cursor, plan.added)
    _write_customers(cursor, plan, now)
    _fill_blanks(cursor, plan)
    first = {met[ids].number for ids in crowd.buyers if ids in met and not met[ids].bought}
    have = {one.number for one in known.values() if one.bought}
    _note_buyers(cursor, (plan.bought | first) - have - set(plan.made))
    return [
        numbers[who.identifiers] if who.identifiers in numbers else met[who.identifiers].number
        for who in people
    ]


def _note_buyers(cursor: CursorWrapper, customers: set[int]) -> None:
    """They were prospects perhaps, and have bought now."""
    if customers:
        hot.run(cursor, BOUGHT, [numbers(sorted(customers))])


def _is_met(met: Acquaintances, who: Who) -> bool:
    known = met.get(who.identifiers)
    return known is not None and (who.profile is None or who.profile == known.profile)


def remember(crowd: Crowd, people: Sequence[Who], numbers: Sequence[int]) -> None:
    """Note, once the transaction holds, whom an import has met."""
    met = crowd.met
    if len(met) > REMEMBERED:
        met.clear()
    for who, number in zip(people, numbers, strict=True):
        before = met.get(who.identifiers)
        bought = who.identifiers in crowd.buyers or (before is not None and before.bought)
        met[who.identifiers] = Met(number, who.profile, bought)


def _known(cursor: CursorWrapper, people: Iterable[Ids]) -> dict[Identifier, _Known]:
    wanted = list({identifier for identifiers in people for identifier in identifiers})
    if not wanted:
        return {}
    told = [texts(i.kind for i in wanted), texts(i.value for i in wanted)]
    found = hot.run(cursor, KNOWN, told)
    return {Identifier(kind, value): _Known(number, bool(b)) for kind, value, number, b in found}


def known(cursor: CursorWrapper, people: Sequence[Who]) -> dict[Ids, int]:
    """The customer numbers, by all identifiers, of those of `people` who are known by any."""
    numbers = _known(cursor, [who.identifiers for who in people])
    found: dict[Ids, int] = {}
    for who in people:
        one = next((numbers[one] for one in who.identifiers if one in numbers), None)
        if one is not None:
            found[who.identifiers] = one.number
    return found


def _place(cursor: CursorWrapper, plan: _Plan, who: Who) -> int:
    known = next((plan.customer_of[i] for i in who.identifiers if i in plan.customer_of), None)
    number = known if known is not None else customer_ids(cursor, 1)[0]
    if known is None:
        plan.made[number] = who
    else:
        plan.met.setdefault(number, []).append(who)
    for identifier in who.identifiers:
        if identifier not in plan.customer_of:
            plan.customer_of[identifier] = plan.added[identifier] = number
    return number


def _write_identifiers(cursor: CursorWrapper, added: dict[Identifier, int]) -> None:
    if not added:
        return
    rows = sorted((i.kind, i.value, number) for i, number in added.items())
    kinds, values, owners = zip(*rows, strict=True)
    cursor.execute(CLAIM, [texts(kinds), texts(values), numbers(owners)])
    if cursor.rowcount < len(rows):
        raise Raced


def _write_customers(cursor: CursorWrapper, plan: _Plan, now: datetime) -> None:
    if not plan.made and not plan.added:
        return
    identifiers: dict[int, list[Identifier]] = {}
    for identifier, number in plan.added.items():
        identifiers.setdefault(number, []).append(identifier)
    profiles = {number: _told(plan, number) for number in plan.made}
    copy_rows(
        cursor,
        "regulars_customer",
        CUSTOMER_COLUMNS,
        (
            _customer_row(number, profile, number in plan.bought, now)
            for number, profile in profiles.items()
        ),
    )
    write_tokens(
        cursor,
        {n: (profiles.get(n, NOBODY).name, mine) for n, mine in identifiers.items()},
    )


def _told(plan: _Plan, number: int) -> Profile:
    """Everything that this batch says about a new customer, the first word on each point."""
    told = plan.made[number].profile or NOBODY
    for who in plan.met.pop(number, []):
        told = merged_profile(told, who.profile or NOBODY)
    return told


def merged_profile(first: Profile, more: Profile) -> Profile:
    """`first` with its blanks filled from `more`, as far as there is room for attributes."""
    new = [name for name in more.attributes if name not in first.attributes]
    room = max(MOST_ATTRIBUTES - len(first.attributes), 0)
    return Profile(
        name=first.name or more.name,
        language=first.language or more.language,
        country=first.country or more.country,
        birth_date=first.birth_date or more.birth_date,
        attributes={**first.attributes, **{name: more.attributes[name] for name in new[:room]}},
    )


def _customer_row(number: int, profile: Profile, bought: bool, now: datetime) -> list[object]:
    return [
        number,
        uuid.uuid4(),
        profile.name,
        *sort_keys(profile.name).values(),
        profile.language,
        profile.country,
        profile.birth_date,
        json.dumps(profile.attributes, ensure_ascii=False),
        False,
        bought,
        now,
    ]


def sort_keys(name: str) -> dict[str, str]:
    """The sort columns of a name, each for readers of one group of languages."""
    return {column: sort_key(name, language)[:400] for column, language in SORTED_FOR.items()}


def write_tokens(
    cursor: CursorWrapper, people: dict[int, tuple[str, Sequence[Identifier]]]
) -> None:
    """Make customers findable by their name's words and their identifiers."""
    pairs = sorted(
        {
            (token[:254], number)
            for number, (name, identifiers) in people.items()
            for token in tokens(name, identifiers)
        }
    )
    if pairs:
        words, owners = zip(*pairs, strict=True)
        cursor.execute(ADD_TOKENS, [texts(words), numbers(owners)])


def _fill_blanks(cursor: CursorWrapper, plan: _Plan) -> None:
    told = {number: _all_told(whos) for number, whos in plan.met.items()}
    told = {number: profile for number, profile in told.items() if profile != NOBODY}
    if not told:
        return
    cursor.execute(
        "SELECT id, name, language, country, birth_date, attributes::text"
        " FROM regulars_customer WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
        [list(told)],
    )
    for number, name, language, country, birth_date, attributes in cursor.fetchall():
        had = Profile(
            name=name,
            language=language,
            country=country,
            birth_date=birth_date,
            attributes=json.loads(attributes),
        )
        has = merged_profile(had, told[number])
        if has != had:
            save_profile(cursor, number, has)


def _all_told(whos: list[Who]) -> Profile:
    told = NOBODY
    for who in whos:
        told = merged_profile(told, who.profile or NOBODY)
    return told


def save_profile(cursor: CursorWrapper, number: int, profile: Profile) -> None:
    """Write a customer's profile, with what is derived from the name."""
    columns = {
        **structs.asdict(profile),
        "attributes": json.dumps(profile.attributes, ensure_ascii=False),
        **sort_keys(profile.name),
    }
    assignments = ", ".join(f"{column} = %s" for column in columns)
    cursor.execute(
        f"UPDATE regulars_customer SET {assignments} WHERE id = %s",  # noqa: S608 - own names
        [*columns.values(), number],
    )
    write_tokens(cursor, {number: (profile.name, [])})
