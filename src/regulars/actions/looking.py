"""Where a member stands now: read without writing, and yet as if every job had just run.

The book is opened from what is stored, time passes in it up to now, and it is thrown away. What
others would cause for the member at that moment, whose jobs have not run either, is not seen.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.actions.desks import LAST
from regulars.actions.refused import Refused
from regulars.db import histories, holders, ledger, programmes, shelves
from regulars.db.answers import Answers, Shared
from regulars.db.holders import Figures, HolderRow
from regulars.engine import head
from regulars.engine.advance import next_due
from regulars.engine.calendar import datetime_of, instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.edition import Hurdle as Needed
from regulars.engine.edition import Tier
from regulars.engine.head import Shelved, Source
from regulars.engine.questions import Granted, Share
from regulars.engine.state import BEGINNING, Voucher
from regulars.ledger.lots import FOREVER

USED = "SELECT used FROM regulars_shared_limit WHERE programme = %s AND name = %s"
CODES = "SELECT id, code FROM regulars_voucher WHERE customer_id = %s AND programme = %s"


class Balance(Struct, frozen=True, kw_only=True):
    """What a member has of an asset, in its smallest unit: to spend, not yet to spend, spent so
    far, expired so far."""

    available: int = 0
    pending: int = 0
    spent: int = 0
    expired: int = 0


class Expiring(Struct, frozen=True, kw_only=True):
    """An amount of an asset, in its smallest unit, that can be spent before `at`."""

    asset: str
    amount: int
    at: datetime


class OpenVoucher(Struct, frozen=True, kw_only=True):
    """A voucher that can be used: worth `value_minor` of `currency`, or an `item`. The `code` of
    one that is just being issued is not known yet (empty)."""

    id: str
    rule: str
    kind: str
    code: str
    item: str
    value_minor: int
    currency: str
    issued_at: datetime
    expires_at: datetime | None


class Hurdle(Struct, frozen=True, kw_only=True):
    """A figure on the way to a tier: what a metric `has` in a `window` (empty: where the ladder
    counts), and what it must be: `at_least` so much, or `below` something."""

    metric: str
    window: str
    has: Decimal
    at_least: Decimal | None
    below: Decimal | None

    @property
    def missing(self) -> Decimal:
        """What is missing, 0 where nothing is, or where it is too much already."""
        return max((self.at_least or self.has) - self.has, Decimal(0))

    @property
    def taken(self) -> bool:
        """Whether the figure is right."""
        return not self.missing and (self.below is None or self.has < self.below)


class Ahead(Struct, frozen=True, kw_only=True):
    """The next tier that figures lead to: by all `hurdles`, or by one of those `instead`."""

    tier: Tier
    hurdles: list[Hurdle]
    instead: list[Hurdle]


class Look(Struct, frozen=True, kw_only=True):
    """A member in a programme at an instant.

    `customer` is the public id of the member, whoever was asked for. Times are None where nothing
    comes. `progress` tells by rule how far it is to what it gives next, as "3/5"; `metrics` what
    each metric comes to where it is counted, `ahead` how far it is to the next tier; `next_due` is
    when something happens by itself; `edition` is the one in force.
    """

    customer: str
    programme: str
    edition: str
    at: datetime
    since: datetime
    balances: dict[str, Balance]
    tier: str
    tier_until: datetime | None
    ahead: Ahead | None
    metrics: dict[str, Decimal]
    vouchers: list[OpenVoucher]
    progress: dict[str, str]
    expiring: list[Expiring]
    next_due: datetime | None


class Opened(Struct, frozen=True, kw_only=True):
    """A member's book at an instant, on a copy that nothing writes, with their figures then."""

    book: Shelved
    row: HolderRow
    figures: Figures


class _Unlocked(Shared):
    """Limits that all share, looked at and left alone."""

    def grant(self, question: Share) -> Granted:
        if question.name not in self.used:
            self.cursor.execute(USED, [self.programme, question.name])
            found = self.cursor.fetchone()
            self.used[question.name] = int(found[0]) if found else 0
        most = shelves.most(self.cursor, self.programme, question.name, question.most)
        left = max(most - self.used[question.name], 0)
        amount = min(left, question.wanted)
        self.used[question.name] += amount
        return Granted(amount=amount)


def look(customer_id: int, programme: str, now: datetime) -> Look:
    """Where a customer, or whom they were merged into, stands in a programme now.

    Refused: programme_unknown, not_member.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        opened = open_book(cursor, customer_id, programme, now)
        return _seen(opened, _codes(cursor, opened.row), now)


def open_book(cursor: CursorWrapper, customer_id: int, programme: str, now: datetime) -> Opened:
    """The book of a member at an instant, to be looked at and thrown away.

    Refused: programme_unknown, not_member.
    """
    compiled = programmes.running(cursor).get(programme)
    if compiled is None:
        raise Refused("programme_unknown", programme=programme)
    return _opened(cursor, compiled, _row_of(cursor, customer_id, programme), now)


def open_under(
    cursor: CursorWrapper, customer_id: int, programme: Compiled, now: datetime
) -> Opened:
    """The same by other rules than those that are booked by: folded anew. Refused: not_member."""
    row = _row_of(cursor, customer_id, programme.id)
    row.head = ""
    return _opened(cursor, programme, row, now)


def _row_of(cursor: CursorWrapper, customer_id: int, programme: str) -> HolderRow:
    number = holders.end_of(cursor, customer_id)
    rows = holders.read(cursor, [number])
    row = next((one for one in rows if one.programme == programme), None)
    if row is None:
        raise Refused("not_member", programme=programme)
    return row


def _opened(cursor: CursorWrapper, programme: Compiled, row: HolderRow, now: datetime) -> Opened:
    source = Source(
        lambda: histories.histories(cursor, [row])[row.customer_id],
        lambda rule, ordinal: histories.is_decided(cursor, row, rule, ordinal),
    )
    kept = head.decode(row.head) if row.head else None
    book = Shelved.resumed(programme, row.number, kept, source)
    book.run.ask = Answers(cursor, row.number, _Unlocked(cursor, programme.id)).answer
    booked = book.advance(instant_of(now))
    # What is read runs up to now, not up to the last thing that happened, if anything did.
    book.run.at = max(book.run.at, instant_of(now))
    ledger.count_rows(row.figures, booked.rows)
    return Opened(book=book, row=row, figures=row.figures)


def _codes(cursor: CursorWrapper, row: HolderRow) -> dict[str, str]:
    cursor.execute(CODES, [row.customer_id, row.programme])
    return dict(cursor.fetchall())


def _seen(opened: Opened, codes: dict[str, str], now: datetime) -> Look:
    book, row = opened.book, opened.row
    run = book.run
    edition = run.edition.edition
    tiers = edition.tiers
    until = book.read("tier_until")
    return Look(
        customer=row.number,
        programme=row.programme,
        edition=edition.edition,
        at=now,
        since=row.since,
        balances={name: _balance(opened, name) for name in run.programme.asset_names},
        tier=tiers[run.state.standing.tier].id if tiers else "",
        tier_until=_moment(until) if isinstance(until, int) else None,
        ahead=_ahead(book),
        metrics=_metrics(book),
        vouchers=[_voucher(one, codes) for one in run.state.vouchers.values()],
        progress=_progress(book),
        expiring=_expiring(book),
        next_due=_moment(next_due(run)),
    )


def _ahead(book: Shelved) -> Ahead | None:
    """The next tier that can be reached by figures: not one by invitation alone."""
    edition = book.run.edition.edition
    metric = getattr(edition.standing, "metric", None)
    for tier in edition.tiers[book.run.state.standing.tier + 1 :]:
        main = [] if metric is None or tier.from_ is None else [(metric, "", tier.from_, None)]
        needs = [_told(one) for one in tier.needs] if main else []
        instead = [_told(one) for one in tier.or_]
        if main or instead:
            return Ahead(
                tier=tier,
                hurdles=[_hurdle(book, *one) for one in (*main, *needs)],
                instead=[_hurdle(book, *one) for one in instead],
            )
    return None


def _told(hurdle: Needed) -> tuple[str, str, str | None, str | None]:
    return hurdle.metric, hurdle.window or "", hurdle.from_, hurdle.below


def _hurdle(
    book: Shelved, metric: str, window: str, at_least: str | None, below: str | None
) -> Hurdle:
    has = _number(book.read(f"{metric}_{window}" if window else metric))
    return Hurdle(
        metric=metric,
        window=window,
        has=has or Decimal(0),
        at_least=None if at_least is None else Decimal(at_least),
        below=None if below is None else Decimal(below),
    )


def _metrics(book: Shelved) -> dict[str, Decimal]:
    """What each metric that is a number comes to."""
    ids = [one.name_in_state for one in book.run.edition.edition.metrics]
    found = {name: _number(book.read(name)) for name in ids}
    return {name: number for name, number in found.items() if number is not None}


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value)


def _balance(opened: Opened, asset: str) -> Balance:
    has = opened.figures.get(asset, {})
    return Balance(
        available=has.get("available", 0),
        pending=has.get("pending", 0),
        spent=has.get("spent", 0),
        expired=has.get("expired", 0),
    )


def _voucher(voucher: Voucher, codes: dict[str, str]) -> OpenVoucher:
    return OpenVoucher(
        id=voucher.id,
        rule=voucher.rule,
        kind=voucher.kind,
        code=codes.get(voucher.id, ""),
        item=voucher.item,
        value_minor=voucher.value,
        currency=voucher.currency,
        issued_at=datetime_of(voucher.issued),
        expires_at=_moment(voucher.expires),
    )


def _progress(book: Shelved) -> dict[str, str]:
    found: dict[str, str] = {}
    for rule, handlers in book.run.edition.handlers.items():
        if handlers.read is not None:
            said = handlers.read(book.run, f"progress:{rule}")
            if isinstance(said, str):
                found[rule] = said
    return found


def _expiring(book: Shelved) -> list[Expiring]:
    """What runs out, the first first; lots that run out together are one."""
    sums: dict[tuple[int, str], int] = {}
    names = book.run.programme.asset_names
    for name, holding in zip(names, book.state.holdings, strict=True):
        for lot in holding.lots:
            if lot.expires < min(FOREVER, LAST):
                place = (lot.expires, name)
                sums[place] = sums.get(place, 0) + lot.left
    return [
        Expiring(asset=name, amount=amount, at=datetime_of(at))
        for (at, name), amount in sorted(sums.items())
    ]


def _moment(at: int) -> datetime | None:
    return datetime_of(at) if BEGINNING < at < min(FOREVER, LAST) else None
