"""Programmes go live: an edition is published, and its members join."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from regulars.actions.refused import Refused
from regulars.db import advocates, signals
from regulars.db.models import EditionRow, ProgrammeRow
from regulars.engine.edition import Edition
from regulars.programmes.loading import load

PUBLISHING = 5_210_005
"""Advisory lock: editions are published one at a time."""


@transaction.atomic
def publish(text: str, *, now: datetime, by: str = "", begins: datetime | None = None) -> Edition:
    """Publish an edition from its file. The first one of a programme is in force at once, for all
    that its members did since they joined; a later one from `begins` on (now, if left out).

    Refused: edition_unreadable, edition_known.
    """
    edition = load(text, "edition").edition
    if edition is None:
        raise Refused("edition_unreadable")
    _one_at_a_time()
    if EditionRow.objects.filter(edition=edition.edition, withdrawn_at=None).exists():
        raise Refused("edition_known", edition=edition.edition)
    programme = edition.programme_id
    first = not EditionRow.objects.filter(programme=programme, withdrawn_at=None).exists()
    ProgrammeRow.objects.get_or_create(
        id=programme, defaults={"position": ProgrammeRow.objects.count()}
    )
    EditionRow.objects.create(
        programme=programme,
        edition=edition.edition,
        body=text,
        begins=None if first else begins or now,
        published_at=now,
        by_name=by,
    )
    if edition.referrals:
        _begin_referrals(programme, now)
    return edition


def _begin_referrals(programme: str, now: datetime) -> None:
    """Members without a code get one; where this is the first of all referral rules, everybody is
    known by the identifiers that they have."""
    with connection.cursor() as cursor:
        advocates.give_everybody(cursor, programme, now)
        if not signals.are_kept(cursor):
            signals.begin(cursor)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
