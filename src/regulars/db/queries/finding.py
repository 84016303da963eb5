"""Search: customers by how their name, an identifier or the number of an order begins."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection

from regulars.db.queries.orders import orders_numbered
from regulars.identity import fold

MOST_FOUND = 1000
"""A search stops at this many people and asks for more letters."""
LAST_SIGN = "\U0010ffff"
ALSO = (
    " AND EXISTS (SELECT 1 FROM regulars_searchtoken o WHERE o.customer_id = t.customer_id"
    " AND o.token >= %(w{n})s AND o.token < %(v{n})s)"
)


def find(query: str) -> list[int]:
    """Customers whose name or identifiers begin with what was typed; at most MOST_FOUND.

    Every word must begin a word of the name or an identifier; or the whole, without blanks and
    signs, an identifier; or it is the number of an order of theirs. Who was merged leads to the
    customer they were merged into.
    """
    words = sorted(fold(query).split(), key=len, reverse=True)
    compact = re.sub(r"[\W_]+", "", query).lower()
    wanted = [words] if words else []
    wanted += [[alone] for alone in {compact, query.strip().lower()} if alone and [alone] != words]
    found: dict[int, None] = {}
    for terms in wanted:
        found.update(dict.fromkeys(_find_all(terms)))
    if len(found) < MOST_FOUND and any(sign.isdigit() for sign in query):
        found.update(dict.fromkeys(o.number for o in orders_numbered(query) if o.owner))
    return _followed(list(found)[:MOST_FOUND])


def _find_all(terms: list[str]) -> list[int]:
    first, *others = terms[:6]
    also = "".join(ALSO.format(n=n) for n, _term in enumerate(others))
    parameters: dict[str, Any] = {"first": first, "last": first + LAST_SIGN, "most": MOST_FOUND}
    for n, term in enumerate(others):
        parameters |= {f"w{n}": term, f"v{n}": term + LAST_SIGN}
    rows = _rows(
        "SELECT t.customer_id FROM regulars_searchtoken t"  # noqa: S608 - own texts only
        f" WHERE t.token >= %(first)s AND t.token < %(last)s{also}"
        " ORDER BY t.token LIMIT %(most)s",
        parameters,
    )
    return [number for (number,) in rows]


def _followed(numbers: list[int]) -> list[int]:
    """The same people, links between customers followed."""
    rows = _rows(
        "WITH RECURSIVE chain(start, id) AS (SELECT n, n FROM unnest(%(ids)s::bigint[]) AS n"
        " UNION SELECT chain.start, l.into_id FROM chain JOIN regulars_customerlink l"
        " ON l.customer_id = chain.id AND l.undone_at IS NULL)"
        " SELECT DISTINCT id FROM chain WHERE NOT EXISTS (SELECT 1 FROM regulars_customerlink l"
        " WHERE l.customer_id = chain.id AND l.undone_at IS NULL)",
        {"ids": numbers},
    )
    return [number for (number,) in rows]


def _rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
