"""Where numbers lead: the customers' list with a filter, a person's page."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from regulars.db.queries.results import Person


def address(name: str, query: Mapping[str, str] | None = None, **parts: object) -> str:
    """The address of a page, or nothing if this installation does not have it."""
    try:
        url = reverse(f"console:{name}", kwargs=parts or None)
    except NoReverseMatch:
        return ""
    return f"{url}?{urlencode(query)}" if query else url


def customers(group: str = "", **more: str) -> str:
    """The customers' list, filtered: regulars, drifting, new, once, prospects."""
    return address("customers", {"filter": group, **more} if group else dict(more))


def segment(name: str) -> str:
    """The people of one named segment."""
    return customers(segment=name)


def person(who: Person) -> str:
    """Somebody's page."""
    return address("customer", public_id=who.public_id)
