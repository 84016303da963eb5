"""The programmes that run, made ready to fold: read in every transaction, compiled once."""

from __future__ import annotations

import threading
from datetime import datetime

from django.db.backends.utils import CursorWrapper

from regulars.db import hot
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.edition import Edition
from regulars.programmes.loading import load

Stamp = tuple[tuple[str, str, datetime | None, datetime, str], ...]
"""Which editions of which programmes are published, when, and by which transaction their rows were
written: what is compiled is good for one of these. After a restore the same names may stand for
other rules."""

PUBLISHED = """
    SELECT e.programme, e.edition, e.begins, e.published_at, e.xmin::text FROM regulars_edition e
    JOIN regulars_programme p ON p.id = e.programme
    WHERE p.ended_at IS NULL AND e.withdrawn_at IS NULL
    ORDER BY p.position, e.programme, e.begins NULLS FIRST, e.published_at
"""

_lock = threading.Lock()
_ready: dict[Stamp, dict[str, Compiled]] = {}
MOST_READY = 4
"""Sets of editions kept ready: the present one, and those of transactions still under way."""


def running(cursor: CursorWrapper) -> dict[str, Compiled]:
    """The programmes that run, by id, in the order in which they answer to a fact."""
    stamp: Stamp = tuple(hot.run(cursor, PUBLISHED))
    ready = _ready.get(stamp)
    if ready is None:
        with _lock:
            ready = _ready.get(stamp) or _compiled(cursor, stamp)
            while len(_ready) >= MOST_READY:
                del _ready[next(iter(_ready))]
            _ready[stamp] = ready
    return ready


def _compiled(cursor: CursorWrapper, stamp: Stamp) -> dict[str, Compiled]:
    programmes = list(dict.fromkeys(programme for programme, *_edition in stamp))
    return {one: _programme(cursor, one, stamp) for one in programmes}


def _programme(cursor: CursorWrapper, programme: str, stamp: Stamp) -> Compiled:
    published = [(edition, begins) for one, edition, begins, *_when in stamp if one == programme]
    cursor.execute("SELECT edition, body FROM regulars_edition WHERE programme = %s", [programme])
    bodies = dict(cursor.fetchall())
    editions = [read(bodies[edition], edition) for edition, _begins in published]
    return compiled(
        editions, {edition: instant_of(begins) for edition, begins in published if begins}
    )


def read(body: str, name: str) -> Edition:
    """A published edition from its file. Raises ValueError where it cannot be read any more: a
    kind of rule that came from another package is missing."""
    loaded = load(body, name)
    if loaded.edition is None:
        raise ValueError(f"edition {name} cannot be read: {loaded.problems}")
    return loaded.edition
