"""Balances of an old scheme come in as facts: who had how much of what, until when, in which tier.

Each row of the file becomes Opening facts with keys made of what it says, so that the same file
changes nothing the second time. Rows that cannot go in come back with their reasons.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection
from msgspec import Struct

from regulars.actions.record import record
from regulars.actions.refused import Refused
from regulars.db import programmes
from regulars.db.models import HolderState, IdentifierRow
from regulars.engine.arrivals import Arrival
from regulars.engine.edition import Edition
from regulars.engine.facts import Identifier, Who
from regulars.engine.happenings import Opening
from regulars.engine.moments import AFTER, FIRST

NEEDED = {"customer", "amount"}
SAYS = ("amount", "asset", "customer", "expires", "tier")
"""The columns that say something; others are nobody's."""
AT_ONCE = 1000
KINDS = ("external", "card", "email", "phone")


class Row(Struct, frozen=True, kw_only=True):
    """A row as it was read, and the line of the file on which it stands."""

    line: int
    told: dict[str, str]


class Rejected(Struct, frozen=True, kw_only=True):
    """A row that cannot go in, and why: a code of `words.reasons`."""

    row: Row
    code: str
    params: dict[str, object]


class Opened(Struct, kw_only=True):
    """What became of a file: rows that went in, rows that were known, rows that come back."""

    done: int = 0
    known: int = 0
    rejected: list[Rejected] = []


class Scheme(Struct, frozen=True, kw_only=True):
    """The programme into which balances come, and since when they hold there."""

    programme: str
    edition: Edition
    at: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.edition.zone)


def read(path: Path) -> Iterator[Row]:
    """The rows of a CSV file. Refused: opening_columns."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        table = csv.DictReader(stream)
        if not set(table.fieldnames or ()) >= NEEDED:
            raise Refused("opening_columns")
        for told in table:
            cells = {name: (cell or "").strip() for name, cell in told.items() if name}
            yield Row(line=table.line_num, told=cells)


def open_balances(rows: Iterable[Row], programme: str, *, at: datetime, now: datetime) -> Opened:
    """Bring in balances that held at an instant, for members of a programme.

    The instant has to be the same when a file is brought in again. Refused: programme_unknown.
    """
    with connection.cursor() as cursor:
        running = programmes.running(cursor).get(programme)
    if running is None:
        raise Refused("programme_unknown", programme=programme)
    scheme = Scheme(programme=programme, edition=running.editions[-1].edition, at=at)
    found, batch = Opened(rejected=[]), list[tuple[Row, Arrival]]()
    for row in rows:
        try:
            batch += [(row, one) for one in _arrivals(scheme, row)]
        except Refused as refusal:
            rejected = Rejected(row=row, code=refusal.code, params=dict(refusal.params))
            found.rejected.append(rejected)
            continue
        if len(batch) >= AT_ONCE:
            _write(batch, found, now)
            batch = []
    _write(batch, found, now)
    return found


def _write(batch: list[tuple[Row, Arrival]], found: Opened, now: datetime) -> None:
    outcomes = record([arrival for _row, arrival in batch], now=now) if batch else ()
    for (row, _arrival), outcome in zip(batch, outcomes, strict=True):
        found.done += outcome.state == "recorded"
        found.known += outcome.state == "known"
        if outcome.state == "refused":
            params: dict[str, object] = {"key": outcome.key}
            found.rejected.append(Rejected(row=row, code=outcome.code, params=params))


def _arrivals(scheme: Scheme, row: Row) -> Iterator[Arrival]:
    """The facts of one row. Refused: opening_customer, opening_amount, opening_asset,
    opening_tier, opening_expires."""
    told = row.told
    who = _who(scheme, told["customer"])
    asset, amount = _amount(scheme, told)
    expires = _expires(scheme, told.get("expires", ""))
    tier = _tier(scheme, told.get("tier", ""))
    made = []
    if amount:
        dates = {"expires": expires} if expires else {}
        made.append(_opening(scheme, row, what="asset", name=asset, amount=amount, dates=dates))
    if tier:
        made.append(_opening(scheme, row, what="tier", name=tier, dates={"since": scheme.at}))
    for fact in made:
        yield Arrival(fact=fact, who=who, programme=scheme.programme)


def _opening(scheme: Scheme, row: Row, **said: object) -> Opening:
    """A fact with a key made of what the row says, other columns aside: a row that came back with
    its reason says the same once it is mended."""
    told = ((name, row.told.get(name, "")) for name in SAYS)
    parts = [scheme.programme, str(said["what"]), *(f"{n}={v}" for n, v in told if v)]
    key = blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()
    return Opening(key=f"opening:{key}", at=scheme.at, source="opening", **said)  # type: ignore[arg-type]


def _who(scheme: Scheme, told: str) -> Who:
    """The member with this identifier, whichever kind it is."""
    rows = IdentifierRow.objects.filter(value__in={told, told.lower()}).order_by("kind")
    for row in rows:
        member = HolderState.objects.filter(
            customer_id=row.customer_id, programme=scheme.programme, left_at=None
        )
        if member.exists():
            return Who(identifiers=(Identifier(row.kind, row.value),))  # type: ignore[arg-type]
    raise Refused("opening_customer", value=told)


def _amount(scheme: Scheme, told: Mapping[str, str]) -> tuple[str, int]:
    assets = {one.id: one for one in scheme.edition.assets}
    name = told.get("asset") or scheme.edition.assets[0].id
    if name not in assets:
        raise Refused("opening_asset", value=name, known=", ".join(assets))
    try:
        amount = Decimal(told["amount"] or "0").scaleb(assets[name].decimals)
    except InvalidOperation:
        raise Refused("opening_amount", value=told["amount"]) from None
    if not amount.is_finite() or amount != int(amount) or abs(amount) > 10**15:
        raise Refused("opening_amount", value=told["amount"])
    return name, int(amount)


def _expires(scheme: Scheme, told: str) -> datetime | None:
    """The instant after the last day on which it can be spent."""
    if not told:
        return None
    try:
        day = date.fromisoformat(told) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise Refused("opening_expires", value=told) from None
    if not FIRST.date() <= day < AFTER.date():
        raise Refused("opening_expires", value=told)
    return datetime.combine(day, time(), scheme.zone).astimezone(UTC)


def _tier(scheme: Scheme, told: str) -> str:
    tiers = [one.id for one in scheme.edition.tiers]
    if told and told not in tiers:
        raise Refused("opening_tier", value=told, known=", ".join(tiers))
    return told
