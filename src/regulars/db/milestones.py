"""Milestones along long histories: found by their instant, set anew with what comes late."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.db import hot
from regulars.db.arrays import NUMBERS, TEXTS, numbers, texts
from regulars.db.histories import histories
from regulars.db.holders import HolderRow
from regulars.engine import snapshot
from regulars.engine.calendar import datetime_of, instant_of
from regulars.engine.happenings import Effect, FoldFact
from regulars.engine.head import Laid
from regulars.engine.milestones import Milestone, Road
from regulars.engine.state import BEGINNING
from regulars.ledger.lots import FOREVER

BEFORE = """
    SELECT at, passed, body FROM regulars_milestone
    WHERE customer_id = %s AND programme = %s AND at <= %s ORDER BY at DESC LIMIT 1
"""
ALONG = f"""
    SELECT DISTINCT customer_id FROM regulars_milestone
    WHERE customer_id = ANY({NUMBERS}) AND programme = %s
"""  # noqa: S608 - own texts
# The keys say whose the facts are; all of them are found by one look at what each has.
TOLD = f"""
    WITH k AS MATERIALIZED (
        SELECT DISTINCT k.key, k.customer_id FROM unnest({TEXTS}) AS w(key)
        JOIN regulars_factkey k ON k.key = w.key COLLATE "C"
    )
    SELECT min(f.at) FROM (SELECT DISTINCT customer_id FROM k) AS c
    CROSS JOIN LATERAL (SELECT key, at FROM regulars_fact
        WHERE customer_id = c.customer_id OFFSET 0) f
    WHERE f.key IN (SELECT key FROM k)
"""  # noqa: S608 - own texts
ALL = f"""
    SELECT customer_id, at, passed, body FROM regulars_milestone
    WHERE customer_id = ANY({NUMBERS}) AND programme = %s ORDER BY customer_id, at
"""  # noqa: S608 - own texts
FORGET = f"""
    DELETE FROM regulars_milestone m
    USING unnest({NUMBERS}, {TEXTS}, {NUMBERS}) AS w(customer_id, programme, after)
    WHERE m.customer_id = w.customer_id AND m.programme = w.programme COLLATE "C"
    AND m.at > w.after
"""  # noqa: S608 - own texts
KEEP = f"""
    INSERT INTO regulars_milestone (customer_id, programme, at, passed, body)
    SELECT * FROM unnest({NUMBERS}, {TEXTS}, {NUMBERS}, {NUMBERS}, {TEXTS})
"""  # noqa: S608 - own texts


class Kept(Struct, frozen=True):
    """The milestones of a holder `after` an instant, as they are from now on."""

    row: HolderRow
    after: int
    milestones: Sequence[Milestone] = ()


def road(cursor: CursorWrapper, row: HolderRow, leaving_out: Collection[tuple[str, int]]) -> Road:
    """What lies along the history of a holder; `leaving_out` are (key, version) of facts that are
    about to be taken."""

    def since(milestone: Milestone) -> tuple[list[FoldFact], list[Effect]]:
        begins = datetime_of(milestone.at)
        read = histories(cursor, [row], leaving_out=leaving_out, begins=begins)
        found = read[row.customer_id]
        sent = [one for one in found.sent if instant_of(one.at) > milestone.reached]
        return found.facts, sent

    return Road(_before(cursor, row), lambda keys: first_told(cursor, keys), since)


def _before(cursor: CursorWrapper, row: HolderRow) -> Callable[[int], Milestone | None]:
    def before(at: int) -> Milestone | None:
        found = hot.run(cursor, BEFORE, [row.customer_id, row.programme, at]).fetchone()
        return made(*found) if found else None

    return before


def made(at: int, passed: int, body: str) -> Milestone:
    """A milestone as it is stored."""
    return Milestone(at, passed, snapshot.decode(body.encode()))


def first_told(cursor: CursorWrapper, keys: Collection[str]) -> int:
    """The first instant that facts with these keys were told of, in any version; FOREVER where
    nothing was told under any of them."""
    if not keys:
        return FOREVER
    cursor.execute(TOLD, [texts(sorted(keys))])
    (at,) = cursor.fetchone()
    return FOREVER if at is None else instant_of(at)


def along(cursor: CursorWrapper, rows: Iterable[HolderRow]) -> frozenset[int]:
    """Which of these holders of one programme have milestones, by customer."""
    wanted = list(rows)
    if not wanted:
        return frozenset()
    who = [numbers(row.customer_id for row in wanted), wanted[0].programme]
    return frozenset(number for (number,) in hot.run(cursor, ALONG, who))


def of(cursor: CursorWrapper, rows: Sequence[HolderRow]) -> dict[int, list[Milestone]]:
    """All milestones of these holders of one programme, in their order, by customer."""
    found: dict[int, list[Milestone]] = {}
    if rows:
        who = [numbers(row.customer_id for row in rows), rows[0].programme]
        for customer, *told in hot.run(cursor, ALL, who):
            found.setdefault(customer, []).append(made(*told))
    return found


def renewed(row: HolderRow, laid: Laid | None, *, gone: bool) -> Kept | None:
    """The milestones of a holder, where they are others now: of somebody who is gone, or was away
    and is back, there are none that are of use."""
    if gone or (laid is None and not row.head and row.revision):
        return Kept(row, BEGINNING)
    return Kept(row, laid.after, laid.milestones) if laid is not None else None


def keep(cursor: CursorWrapper, renewed: Iterable[Kept | None]) -> None:
    """Write the milestones of these holders, where they are others now."""
    kept = [one for one in renewed if one is not None]
    if not kept:
        return
    forget(cursor, kept)
    told = [(one.row, milestone) for one in kept for milestone in one.milestones]
    if told:
        hot.run(
            cursor,
            KEEP,
            [
                numbers(row.customer_id for row, _one in told),
                texts(row.programme for row, _one in told),
                numbers(one.at for _row, one in told),
                numbers(one.reached for _row, one in told),
                texts(snapshot.encode(one.snapshot).decode() for _row, one in told),
            ],
        )


def forget(cursor: CursorWrapper, kept: Sequence[Kept]) -> None:
    """Have these holders no milestones after these instants."""
    hot.run(
        cursor,
        FORGET,
        [
            numbers(one.row.customer_id for one in kept),
            texts(one.row.programme for one in kept),
            numbers(one.after for one in kept),
        ],
    )
