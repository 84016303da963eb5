"""What the list was asked for: the address read into values, and values back into addresses."""

from __future__ import annotations

from typing import Any, cast, get_args
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from msgspec import Struct, structs

from regulars.console.views.customers.labels import SEGMENTS
from regulars.db.queries.customers import Filter, Sort

LONGEST_QUERY = 200


class Asked(Struct, frozen=True, kw_only=True):
    """The parts of the list's address. Unknown or broken values are read as not given.

    `?filter=drifting&segment=loyal&tag=vip&tier=members&q=anna&sort=name&dir=asc
    &after=<id of the last shown>`
    """

    filter: Filter = "all"
    segment: str = ""
    tag: str = ""
    tier: str = ""
    query: str = ""
    sort: Sort = "spent"
    descending: bool = True
    after: UUID | None = None

    def address(self, **changes: Any) -> str:
        """The query of the same list with something changed; a change leads to its first page."""
        asked = structs.replace(self, **{"after": None, **changes})
        start = default_order(asked.filter, asked.tier)
        parts = {
            "filter": "" if asked.filter == "all" else asked.filter,
            "segment": asked.segment,
            "tag": asked.tag,
            "tier": asked.tier,
            "q": asked.query,
            "sort": "" if asked.sort == start else asked.sort,
            "dir": "" if asked.descending == starts_descending(asked.sort) else _dir(asked),
            "after": asked.after,
        }
        return "?" + urlencode({name: value for name, value in parts.items() if value})

    @property
    def narrowed(self) -> bool:
        return bool(self.filter != "all" or self.segment or self.tag or self.tier or self.query)


def _dir(asked: Asked) -> str:
    return "desc" if asked.descending else "asc"


def default_order(shown: Filter, tier: str = "") -> Sort:
    """By what a filter's list is sorted where nothing is said. Members by name: those who have not
    bought yet have no place among those who have."""
    if tier and shown == "all":
        return "name"
    starts: dict[Filter, Sort] = {"prospects": "name", "drifting": "stake", "new": "last"}
    return starts.get(shown, "spent")


def starts_descending(sort: Sort) -> bool:
    return sort != "name"


def read(values: QueryDict) -> Asked:
    """The list that an address asks for."""
    shown = cast(Filter, _one_of(values.get("filter"), get_args(Filter), "all"))
    tier = _text(values.get("tier"), 130)
    start = default_order(shown, tier)
    sort = cast(Sort, _one_of(values.get("sort"), get_args(Sort), start))
    if shown == "prospects":
        sort = "name"
    direction = {"asc": False, "desc": True}.get(values.get("dir", ""), starts_descending(sort))
    return Asked(
        filter=shown,
        segment=_one_of(values.get("segment"), tuple(SEGMENTS), ""),
        tag=_text(values.get("tag"), 60),
        tier=tier,
        query=_text(values.get("q"), LONGEST_QUERY),
        sort=sort,
        descending=direction,
        after=read_uuid(values.get("after")),
    )


def _one_of(value: str | None, known: tuple[str, ...], otherwise: str) -> str:
    return value if value in known else otherwise


def _text(value: str | None, most: int) -> str:
    return (value or "").replace("\x00", "").strip()[:most]


def read_uuid(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None
