"""Reads for the customers' pages: the list with its filters and sorts, search, one person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db import connection
from msgspec import Struct, structs

from regulars.db.queries.finding import MOST_FOUND, find
from regulars.db.queries.uncounted import bought
from regulars.identity import alphabet_of

Filter = Literal["all", "regulars", "drifting", "new", "once", "prospects"]
Sort = Literal["name", "last", "spent", "orders", "stake"]

PAGE = 25
EXPORT_PAGE = 1000

SORT_COLUMNS = {
    "last": "s.last_at",
    "spent": "s.revenue_12m_minor",
    "orders": "s.orders_12m",
    "stake": "s.stake_minor",
}
CONDITIONS = {
    "all": "true",
    "regulars": "s.is_regular",
    "drifting": "s.is_drifting",
    "new": "s.first_at >= %(new_since)s",
    "once": "s.orders = 1",
    "prospects": "NOT c.has_bought",
}
IN_SEGMENT = "s.segment = %(segment)s"
TAGGED = (
    "EXISTS (SELECT 1 FROM regulars_customertag t WHERE t.customer_id = c.id AND t.tag = %(tag)s)"
)
HOLDS = (
    "EXISTS (SELECT 1 FROM regulars_holder h WHERE h.customer_id = c.id AND h.left_at IS NULL"
    " AND h.programme = ANY(%(programmes)s)"
)
MEMBERS = f"{HOLDS})"
IN_TIER = f"{HOLDS} AND h.tier = %(tier)s)"
IN_PLACES = "s.places && %(places)s::varchar[]"
NEWCOMERS = "(SELECT * FROM regulars_standing WHERE first_at >= %(new_since)s OFFSET 0)"
"""Few, and rarely those who spent most: found first (OFFSET 0 keeps it so), sorted then."""


class Part(Struct, frozen=True, kw_only=True):
    """A part of a list: what it is read from, under which condition, the column that sorts it, and
    the one that decides between equals (of the sorted table: one index then holds both)."""

    source: str
    column: str
    tie: str
    only: str = "true"


UNCOUNTED = Part(
    source="regulars_customer c LEFT JOIN regulars_standing s ON s.customer_id = c.id",
    column="''::text",
    tie="c.id",
    only="s.customer_id IS NULL",
)
"""Everybody whom no computation of standings saw yet, or who has not bought: after all others."""
BOUGHT = ("orders", "orders_12m", "revenue_minor", "revenue_12m_minor", "first_at", "last_at")
COLUMNS = """
    c.id, c.public_id, c.name, s.orders, s.orders_12m, s.revenue_minor, s.revenue_12m_minor,
    s.first_at, s.last_at, s.usual_gap_days, s.segment, s.is_regular, s.is_drifting, s.stake_minor
"""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which customers a page asks for, in which order, from where on.

    `after` is the `here` of the last row of the page before; `places` limits to customers who
    bought in one of them (None: no limit); `new_since` is when somebody is still new; `segment`
    and `tag` narrow the filter further. `programmes` are those whose members are told as such, in
    their order; with `members` nobody else is listed, and with a `tier` only who stands there.
    """

    new_since: datetime
    filter: Filter = "all"
    segment: str = ""
    tag: str = ""
    query: str = ""
    sort: Sort = "spent"
    descending: bool = True
    language: str = "en"
    after: tuple[str, int] | None = None
    places: tuple[str, ...] | None = None
    size: int = PAGE
    programmes: tuple[str, ...] = ()
    members: bool = False
    tier: str = ""


class Membership(Struct, frozen=True):
    """Where somebody stands in the first programme that they take part in: what can be used of
    each asset, in its smallest unit."""

    programme: str
    tier: str
    available: dict[str, int]


class ListedCustomer(Struct, frozen=True, kw_only=True):
    """One row of the list; standing is empty for people without orders, and the segment for those
    whom the last computation did not see yet."""

    id: int
    public_id: UUID
    name: str
    here: tuple[str, int]
    identifier: str = ""
    identifier_kind: str = ""
    tags: tuple[str, ...] = ()
    member: Membership | None = None
    orders: int = 0
    orders_12m: int = 0
    revenue_minor: int = 0
    revenue_12m_minor: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    usual_gap_days: Decimal | None = None
    segment: str = ""
    is_regular: bool = False
    is_drifting: bool = False
    stake_minor: int = 0


class ExportedCustomer(Struct, frozen=True, kw_only=True):
    """A row of the list with all identifiers, those of a kind in one text."""

    row: ListedCustomer
    identifiers: dict[str, str]


class Page(Struct, frozen=True, kw_only=True):
    """One page of the list; `more` tells whether there is another, `cut` that a search found
    more people than it looks through; `total` is told where counting costs nothing."""

    rows: list[ListedCustomer]
    more: bool
    cut: bool = False
    total: int | None = None


def list_customers(wanted: Wanted) -> Page:
    """A page of customers."""
    found = find(wanted.query) if wanted.query.strip() else None
    if found == [] or not _anybody_at(wanted.places):
        return Page(rows=[], more=False, total=0)
    conditions = _conditions(wanted, searched=found is not None)
    parameters = _parameters(wanted, found)
    parts = _parts(wanted, searched=found is not None)
    total = None if found is None else _count(parts[0].source, conditions, parameters)
    rows: list[tuple[Any, ...]] = []
    for n, part in enumerate(parts):
        limit = {"limit": wanted.size + 1 - len(rows)}
        if limit["limit"]:
            statement = _statement(wanted, part, conditions, goes_on=n == 0)
            rows += _rows(statement, parameters | limit)
    more = len(rows) > wanted.size
    listed = _with_details([_listed(row) for row in rows[: wanted.size]], wanted.programmes)
    if total is None and not more and not wanted.after:
        total = len(rows)
    return Page(
        rows=listed, more=more, cut=found is not None and len(found) >= MOST_FOUND, total=total
    )


def _statement(wanted: Wanted, part: Part, conditions: list[str], *, goes_on: bool) -> str:
    """One part of a list; the first `goes_on` after the last row of the page before."""
    direction, before = ("DESC", "<") if wanted.descending else ("ASC", ">")
    held = [*conditions, part.only]
    if wanted.after and goes_on:
        held.append(f"({part.column}, {part.tie}) {before} (%(at)s, %(id)s)")
    return (
        f"SELECT {part.column}::text, {COLUMNS} FROM {part.source}"  # noqa: S608 - own texts only
        f" WHERE {' AND '.join(held)}"
        f" ORDER BY {part.column} {direction}, {part.tie} {direction} LIMIT %(limit)s"
    )


def place_after(wanted: Wanted, public_id: UUID) -> tuple[str, int] | None:
    """Where somebody stands in a list (their `here`), to go on after them; None if they do not."""
    anew = structs.replace(wanted, after=None)
    for part in _parts(anew, searched=bool(wanted.query.strip())):
        rows = _rows(
            f"SELECT {part.column}::text, c.id FROM {part.source}"  # noqa: S608 - own texts only
            f" WHERE c.public_id = %(who)s AND {part.only}",
            {"who": public_id},
        )
        if rows:
            return (rows[0][0], rows[0][1])
    return None


def whole_list(wanted: Wanted) -> Iterator[ExportedCustomer]:
    """Everybody in a list, read page by page."""
    while True:
        page = list_customers(structs.replace(wanted, size=EXPORT_PAGE))
        identifiers = _all_identifiers([row.id for row in page.rows])
        for row in page.rows:
            yield ExportedCustomer(row=row, identifiers=identifiers.get(row.id, {}))
        if not page.more:
            return
        wanted = structs.replace(wanted, after=page.rows[-1].here)


def _all_identifiers(numbers: list[int]) -> dict[int, dict[str, str]]:
    rows = _rows(
        "SELECT customer_id, kind, string_agg(value, ' ' ORDER BY value) FROM regulars_identifier"
        " WHERE customer_id = ANY(%(ids)s) GROUP BY customer_id, kind",
        {"ids": numbers},
    )
    found: dict[int, dict[str, str]] = {}
    for number, kind, values in rows:
        found.setdefault(number, {})[kind] = values
    return found


def _anybody_at(places: tuple[str, ...] | None) -> bool:
    """Whether anybody bought in one of the places; else a sorted list would look through all."""
    if places is None:
        return True
    statement = f"SELECT EXISTS (SELECT 1 FROM regulars_standing s WHERE {IN_PLACES})"  # noqa: S608
    [(found,)] = _rows(statement, {"places": list(places)})
    return bool(found)


def _conditions(wanted: Wanted, *, searched: bool) -> list[str]:
    narrower = {
        IN_SEGMENT: bool(wanted.segment),
        TAGGED: bool(wanted.tag),
        IN_TIER: bool(wanted.tier),
        MEMBERS: wanted.members and not wanted.tier,
        IN_PLACES: wanted.places is not None,
        "c.id = ANY(%(found)s)": searched,
    }
    return [
        CONDITIONS[wanted.filter],
        "NOT c.merged",
        *(condition for condition, holds in narrower.items() if holds),
    ]


def _count(source: str, conditions: list[str], parameters: dict[str, Any]) -> int:
    statement = f"SELECT count(*) FROM {source} WHERE {' AND '.join(conditions)}"  # noqa: S608 - own
    [(total,)] = _rows(statement, parameters)
    return int(total)


def _parts(wanted: Wanted, *, searched: bool) -> list[Part]:
    """What a list is made of, from where it goes on: who was counted, in order, then the rest."""
    column, source = _source(wanted, searched=searched)
    sorted_by_standing = column.startswith("s.")
    tie = "s.customer_id" if sorted_by_standing else "c.id"
    counted = Part(source=source, column=column, tie=tie)
    if (
        not sorted_by_standing
        or wanted.filter != "all"
        or wanted.segment
        or wanted.places is not None
    ):
        return [counted]
    in_the_rest = wanted.after is not None and not wanted.after[0]
    return [UNCOUNTED] if in_the_rest else [counted, UNCOUNTED]


def _source(wanted: Wanted, *, searched: bool) -> tuple[str, str]:
    """The column to sort by and the join to read from.

    Sorted by what somebody bought, people who were not counted have no place among the others.
    """
    by_name = wanted.sort == "name" or wanted.filter == "prospects"
    if by_name or searched:
        column = f"c.sort_{alphabet_of(wanted.language)}" if by_name else _or_nothing(wanted.sort)
        return column, ("regulars_customer c LEFT JOIN regulars_standing s ON s.customer_id = c.id")
    standings = "regulars_standing"
    if wanted.filter == "new" and wanted.sort != "last":
        standings = NEWCOMERS
    return SORT_COLUMNS[wanted.sort], (
        f"{standings} s JOIN regulars_customer c ON c.id = s.customer_id"
    )


def _or_nothing(sort: Sort) -> str:
    nothing = "'-infinity'::timestamptz" if sort == "last" else "0"
    return f"coalesce({SORT_COLUMNS[sort]}, {nothing})"


def _parameters(wanted: Wanted, found: list[int] | None) -> dict[str, Any]:
    at, number = wanted.after or ("", 0)
    return {
        "new_since": wanted.new_since,
        "segment": wanted.segment,
        "tag": wanted.tag,
        "tier": wanted.tier,
        "programmes": list(wanted.programmes),
        "found": found,
        "places": list(wanted.places or ()),
        "at": at,
        "id": number,
    }


def _rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _listed(row: tuple[Any, ...]) -> ListedCustomer:
    sorted_by, number, public_id, name, *standing = row
    fields = ListedCustomer.__struct_fields__[ListedCustomer.__struct_fields__.index("orders") :]
    has = {field: value for field, value in zip(fields, standing, strict=True) if value is not None}
    return ListedCustomer(
        id=number, public_id=public_id, name=name, here=(sorted_by, number), **has
    )


def _with_details(rows: list[ListedCustomer], programmes: tuple[str, ...]) -> list[ListedCustomer]:
    """The same rows with the identifier to show, the tags and where members stand; what they
    bought too, where the last computation did not see it."""
    rows = _with_bought(rows)
    numbers = [row.id for row in rows]
    identifiers = _rows(
        "SELECT DISTINCT ON (customer_id) customer_id, kind, value FROM regulars_identifier"
        " WHERE customer_id = ANY(%(ids)s) ORDER BY customer_id,"
        " array_position(ARRAY['email', 'phone', 'card', 'external'], kind::text), value",
        {"ids": numbers},
    )
    tags = _rows(
        "SELECT customer_id, array_agg(tag ORDER BY tag) FROM regulars_customertag"
        " WHERE customer_id = ANY(%(ids)s) GROUP BY customer_id",
        {"ids": numbers},
    )
    members = _rows(
        "SELECT DISTINCT ON (customer_id) customer_id, programme, tier, figures::text"
        " FROM regulars_holder WHERE customer_id = ANY(%(ids)s) AND left_at IS NULL"
        " AND programme = ANY(%(programmes)s)"
        " ORDER BY customer_id, array_position(%(programmes)s::varchar[], programme)",
        {"ids": numbers, "programmes": list(programmes)},
    )
    stand = {number: _membership(*told) for number, *told in members}
    shown = {number: (kind, value) for number, kind, value in identifiers}
    tagged = {number: tuple(words) for number, words in tags}
    return [
        structs.replace(
            row,
            identifier_kind=shown.get(row.id, ("", ""))[0],
            identifier=shown.get(row.id, ("", ""))[1],
            tags=tagged.get(row.id, ()),
            member=stand.get(row.id),
        )
        for row in rows
    ]


def _with_bought(rows: list[ListedCustomer]) -> list[ListedCustomer]:
    known = bought([row.id for row in rows if row.last_at is None])
    return [
        structs.replace(row, **{name: getattr(known[row.id], name) for name in BOUGHT})
        if row.id in known
        else row
        for row in rows
    ]


def _membership(programme: str, tier: str, figures: str) -> Membership:
    told: dict[str, dict[str, int]] = json.loads(figures)
    available = {asset: one.get("available", 0) for asset, one in told.items()}
    return Membership(programme, tier, available)


def tags_in_use(most: int = 200) -> list[str]:
    """The tags that staff gave, in order: a walk along the index, from one tag to the next."""
    rows = _rows(
        "WITH RECURSIVE walk(tag, n) AS (SELECT min(tag), 1 FROM regulars_customertag UNION ALL"
        " SELECT (SELECT min(t.tag) FROM regulars_customertag t WHERE t.tag > walk.tag), n + 1"
        " FROM walk WHERE walk.tag IS NOT NULL AND n <= %(most)s)"
        " SELECT tag FROM walk WHERE tag IS NOT NULL",
        {"most": most},
    )
    return [tag for (tag,) in rows]
