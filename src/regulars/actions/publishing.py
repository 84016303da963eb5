"""Programmes go live: an edition is published, looked at beforehand, or taken back in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from msgspec import Struct, field

from regulars.actions import audit
from regulars.actions.anew import whole
from regulars.actions.later import later
from regulars.actions.rebuilding import rebuild_these
from regulars.actions.refused import Refused
from regulars.actions.verifying import folded
from regulars.db import advocates, birthdays, factstore, histories, programmes, proof, signals
from regulars.db.holders import HolderRow
from regulars.db.models import Business, EditionRow, ProgrammeRow
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.edition import Edition
from regulars.engine.head import Shelved
from regulars.engine.state import BEGINNING
from regulars.programmes.harsher import Dearer, Harsher, dearer, harsher
from regulars.programmes.loading import load

AHEAD = """
    SELECT customer_id FROM regulars_holder
    WHERE programme = %s AND passed_at >= %s AND left_at IS NULL ORDER BY customer_id
"""
PUBLISHING = 5_210_005
"""Advisory lock: editions are published one at a time."""
NOTICE_DAYS = 30
"""How long members are told before anything gets dearer or shorter, if the business says nothing
else."""
LOOK_BACK = timedelta(days=90)
"""So much of what members did is folded by the new rules to see the difference."""


class Wish(Struct, frozen=True, kw_only=True):
    """Who publishes, from when on, and why without notice (an owner's word; empty: with it)."""

    by: str = ""
    begins: datetime | None = None
    reason: str = ""


def publish(
    text: str, *, now: datetime, by: str = "", begins: datetime | None = None, reason: str = ""
) -> Edition:
    """Publish an edition from its file. The first one of a programme is in force at once, for all
    that its members did since they joined; a later one from `begins` on (now, if left out).

    What gets dearer or shorter for members begins after a time of notice; an owner who gives a
    `reason` may do without. To go back, the former file is published under a new name. Nothing is
    booked while an edition is published; what was booked at instants at which it is in force
    already is decided anew.

    Refused: edition_unreadable, edition_known, edition_past, notice_needed.
    """
    wish = Wish(by=by, begins=begins, reason=reason)
    return whole(lambda cursor, also: _publish(cursor, (text, wish), now, also))


def _publish(
    cursor: CursorWrapper, told: tuple[str, Wish], now: datetime, also: frozenset[int]
) -> Edition:
    text, wish = told
    edition = readable(text)
    factstore.link_alone(cursor)
    _one_at_a_time()
    if EditionRow.objects.filter(edition=edition.edition).exists():
        raise Refused("edition_known", edition=edition.edition)
    programme = edition.programme_id
    before = _newest(programme)
    begins = None if before is None else wish.begins or now
    if before is not None and begins is not None:
        _check_begin(before, begins, now)
        known = programmes.read(before.body, before.edition)
        _check_notice(known, edition, (begins, now), wish.reason)
    ProgrammeRow.objects.get_or_create(
        id=programme, defaults={"position": ProgrammeRow.objects.count()}
    )
    EditionRow.objects.create(
        programme=programme,
        edition=edition.edition,
        body=text,
        begins=begins,
        published_at=now,
        by_name=wish.by,
        reason=wish.reason,
    )
    details = {"edition": edition.edition, "begins": str(begins or ""), "reason": wish.reason}
    audit.note("programme.published", programme, wish.by, now, details)
    if birthdays.asked_for(edition):
        later("tell_birthdays", once="tell_birthdays", customers="")
    if edition.referrals:
        _begin_referrals(programme, now)
    if begins is not None:
        _decide_anew(cursor, programme, (begins, now), also)
    return edition


def _decide_anew(
    cursor: CursorWrapper, programme: str, when: tuple[datetime, datetime], also: frozenset[int]
) -> None:
    """What was booked from the edition's first instant on, before it was published."""
    begins, now = when
    cursor.execute(AHEAD, [programme, begins])
    ahead = [number for (number,) in cursor.fetchall()]
    if ahead:
        rebuild_these(cursor, programmes.running(cursor)[programme], (ahead, also), now)


def readable(text: str) -> Edition:
    """The edition of a file. Refused: edition_unreadable."""
    edition = load(text, "edition").edition
    if edition is None:
        raise Refused("edition_unreadable")
    return edition


def _newest(programme: str) -> EditionRow | None:
    """The edition that comes into force last."""
    rows = EditionRow.objects.filter(programme=programme, withdrawn_at=None)
    return max(rows, key=lambda row: (row.begins is not None, row.begins), default=None)


def _check_begin(before: EditionRow, begins: datetime, now: datetime) -> None:
    """What was true stays true: an edition begins in the future, after all that are known."""
    earliest = max(now, before.begins + timedelta(microseconds=1)) if before.begins else now
    if begins < earliest:
        raise Refused("edition_past", earliest=earliest.isoformat(timespec="minutes"))


def _check_notice(
    before: Edition, after: Edition, when: tuple[datetime, datetime], reason: str
) -> None:
    begins, now = when
    earliest = now + timedelta(days=_notice_days())
    worse = harsher(before, after)
    if worse and begins < earliest and not reason:
        raise Refused(
            "notice_needed",
            what=", ".join(one.place for one in worse),
            earliest=first_day(earliest).isoformat(),
        )


def first_day(instant: datetime) -> date:
    """The first whole day of the business that begins at an instant or after it."""
    zone = ZoneInfo(Business.objects.values_list("zone", flat=True).first() or "UTC")
    day = instant.astimezone(zone).date()
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return day if midnight >= instant else day + timedelta(days=1)


def earliest_begin(edition: Edition, now: datetime, *, notice: bool = True) -> datetime:
    """When an edition may begin: after all that are known, and after its notice, where it makes
    something dearer or shorter and an owner does not do without."""
    before = _newest(edition.programme_id)
    if before is None:
        return now
    earliest = now
    if notice and harsher(programmes.read(before.body, before.edition), edition):
        earliest += timedelta(days=_notice_days())
    after = before.begins + timedelta(microseconds=1) if before.begins else earliest
    return max(earliest, after)


def _notice_days() -> int:
    days = Business.objects.values_list("notice_days", flat=True).first()
    return NOTICE_DAYS if days is None else days


@transaction.atomic
def withdraw(programme: str, edition: str, *, now: datetime, by: str = "") -> None:
    """Take an edition back before it begins.

    Refused: edition_unknown (or withdrawn already), edition_begun.
    """
    _one_at_a_time()
    row = EditionRow.objects.filter(programme=programme, edition=edition, withdrawn_at=None).first()
    if row is None:
        raise Refused("edition_unknown", edition=edition)
    if row.begins is None or row.begins <= now:
        raise Refused("edition_begun", edition=edition)
    EditionRow.objects.filter(programme=programme, edition=edition).update(withdrawn_at=now)
    audit.note("programme.withdrawn", programme, by, now, {"edition": edition})


class Other(Struct, frozen=True, kw_only=True):
    """What a member would have by the new rules: what of an asset can be spent more (or less), in
    its smallest unit, and in which tier they would be."""

    customer: str
    amounts: dict[str, int]
    tier: str = ""
    tier_was: str = ""


class Preview(Struct, kw_only=True):
    """What would be different had an edition been in force for a while: for how many of the
    `holders`, by asset, and where tiers differ; `whole`, whether these are all of them. `harsher`
    is what gets dearer or shorter, and `earliest` when that may begin. `beyond` counts, for each
    of the rewards that get `dearer`, who has enough for it today and then not."""

    edition: Edition
    since: datetime
    whole: bool = True
    holders: int = 0
    more: int = 0
    less: int = 0
    tiers: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    largest: list[Other] = field(default_factory=list)
    harsher: list[Harsher] = field(default_factory=list)
    earliest: datetime | None = None
    dearer: list[Dearer] = field(default_factory=list)
    beyond: dict[str, int] = field(default_factory=dict)


def preview(
    text: str, *, now: datetime, enough: Callable[[int], bool] = lambda _seen: False
) -> Preview:
    """What an edition would have made different for the real members of its programme, had it been
    in force for the last while: for all, or until so many are `enough`. Nothing is written.

    What members were promised stays as it was promised: the preview decides nothing anew.
    Refused: edition_unreadable, programme_unknown.
    """
    edition = readable(text)
    before = _newest(edition.programme_id)
    if before is None:
        raise Refused("programme_unknown", programme=edition.programme_id)
    begins = now - LOOK_BACK
    if before.begins is not None:
        begins = max(begins, before.begins + timedelta(microseconds=1))
    found = Preview(edition=edition, since=begins)
    known = programmes.read(before.body, before.edition)
    found.harsher, found.dearer = harsher(known, edition), dearer(known, edition)
    found.earliest = earliest_begin(edition, now)
    _look_at_all(edition, found, enough)
    return found


def _look_at_all(edition: Edition, found: Preview, enough: Callable[[int], bool]) -> None:
    after = -1
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            proof.steady(cursor)
            present = programmes.running(cursor)[edition.programme_id]
            rows = proof.batch(cursor, present.id, after, left=False)
            pair = present, with_edition(present, edition, found.since)
            if not rows:
                return
            if found.holders and enough(found.holders):
                found.whole = False
                return
            _look(cursor, pair, rows, found)
        after = rows[-1].customer_id


def with_edition(present: Compiled, edition: Edition, begins: datetime) -> Compiled:
    """The programme with one more edition. Refused: edition_unreadable."""
    starts = {one.id: one.begins for one in present.editions if one.begins > BEGINNING}
    editions = [one.edition for one in present.editions if one.begins < instant_of(begins)]
    try:
        return compiled([*editions, edition], {**starts, edition.edition: instant_of(begins)})
    except ValueError as error:
        raise Refused("edition_unreadable") from error


def _look(
    cursor: CursorWrapper, pair: tuple[Compiled, Compiled], rows: list[HolderRow], found: Preview
) -> None:
    known = histories.histories(cursor, rows)
    presents, news = (folded(cursor, one, rows, known) for one in pair)
    for row, present, new in zip(rows, presents, news, strict=True):
        other = _other(row, present, new)
        found.holders += 1
        amounts = other.amounts.values()
        found.more += any(amount > 0 for amount in amounts)
        found.less += any(amount < 0 for amount in amounts)
        found.tiers += other.tier != other.tier_was
        has = _balances(present)
        for one in found.dearer:
            lost = one.was <= has.get(one.asset, 0) < one.becomes
            found.beyond[one.reward] = found.beyond.get(one.reward, 0) + lost
        for asset, amount in other.amounts.items():
            found.sums[asset] = found.sums.get(asset, 0) + amount
        if amounts or other.tier != other.tier_was:
            found.largest = sorted([*found.largest, other], key=_size, reverse=True)[:10]


def _size(other: Other) -> int:
    return max((abs(amount) for amount in other.amounts.values()), default=0)


def _other(row: HolderRow, present: Shelved, new: Shelved) -> Other:
    had, has = _balances(present), _balances(new)
    amounts = {name: has.get(name, 0) - had.get(name, 0) for name in {**had, **has}}
    return Other(
        customer=row.number,
        amounts={name: amount for name, amount in amounts.items() if amount},
        tier=_tier(new),
        tier_was=_tier(present),
    )


def _balances(book: Shelved) -> dict[str, int]:
    names = book.programme.asset_names
    return {n: one.balance for n, one in zip(names, book.state.holdings, strict=True)}


def _tier(book: Shelved) -> str:
    tiers = book.run.edition.edition.tiers
    return tiers[book.state.standing.tier].id if tiers else ""


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
