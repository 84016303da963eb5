"""What a voucher is worth and for how long: the words of a file, and the state of one voucher.

A voucher is issued by a rule, is open until it is used, has expired or is revoked, and may be
opened again by a refund. Open ones are state; the last status of the others is in their record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from regulars.engine.calendar import Zone, zone
from regulars.engine.conditions import moment
from regulars.engine.refusing import refused
from regulars.engine.run import Run
from regulars.engine.state import Record, Voucher
from regulars.engine.texts import (
    Day,
    Duration,
    Id,
    Instant,
    Money,
    Part,
    Span,
    parse_duration,
    parse_money,
)
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build

Returned = Literal["whole", "share", "never"]
Status = Literal["open", "used", "expired", "revoked"]
STATUS, VOUCHER = "status", "voucher"


class Issue(Part, frozen=True, kw_only=True):
    """A voucher: for an `item`, for a `value` of money, or for `percent` off one sale.

    It lives for `valid` from its issue, with `month_end` on to the end of that month, or up to and
    including the day `until`. With `runs_down` the rest of its value stays for the next sale.
    `from` is the least that the goods of the sale must come to; at most `together` vouchers of this
    kind count in one sale. One for an item pays nothing: the till leaves the item out of the sale,
    or in it for nothing. After a refund it comes back `whole` when all of the sale came back, by
    the `share` that came back, or `never`; with `burns` a cancelled sale uses it up.
    """

    item: Id | None = None
    value: Money | None = None
    percent: Annotated[int, Meta(ge=1, le=100)] | None = None
    valid: Duration | None = None
    month_end: bool = False
    until: Day | Instant | None = None
    runs_down: bool = False
    from_: Money | None = None
    together: Annotated[int, Meta(ge=1)] | None = None
    returned: Returned = "whole"
    burns: bool = False


class Terms(Struct, frozen=True):
    """The terms of the vouchers that a rule issues, made ready. `value` in smallest units."""

    rule: str = ""
    item: str = ""
    value: int = 0
    currency: str = ""
    percent: int = 0
    span: Span | None = None
    month_end: bool = False
    until: int = FOREVER
    zone: Zone = zone("UTC")
    runs_down: bool = False
    least: int = 0
    least_in: str = ""
    together: int = 0
    returned: Returned = "whole"
    burns: bool = False

    def expires(self, issued: int) -> int:
        """When a voucher issued at an instant is over."""
        if self.span is None:
            if self.month_end:
                return min(self.zone.month_end(issued, 0), self.until)
            return self.until
        end = self.zone.plus(issued, *self.span)
        if self.month_end:
            end = self.zone.month_end(end, 0)
        return min(end, self.until)


def terms(build: Build, rule: str, issue: Issue, value: Money | None = None) -> Terms:
    """The terms of what `rule` issues, known to the edition by its id; `value` where the issue
    says none itself."""
    told = issue.value or value
    money = parse_money(told) if told else None
    least = parse_money(issue.from_) if issue.from_ else None
    made = Terms(
        rule=rule,
        item=issue.item or "",
        value=money.minor if money else 0,
        currency=money.currency if money else build.edition.currency,
        percent=issue.percent or 0,
        span=parse_duration(issue.valid) if issue.valid else None,
        month_end=issue.month_end,
        until=moment(issue.until, build.zone, after=True) if issue.until else FOREVER,
        zone=build.zone,
        runs_down=issue.runs_down,
        least=least.minor if least else 0,
        least_in=least.currency if least else "",
        together=issue.together or 0,
        returned=issue.returned,
        burns=issue.burns,
    )
    build.vouchers[rule] = made
    return made


def issue(run: Run, made: Terms, key: str, **fields: Any) -> Voucher:
    """Open a voucher under the key of its promise. `fields` say what differs from the terms."""
    issued = fields.pop("issued", run.at)
    given: dict[str, Any] = {"value": made.value, "currency": made.currency, "item": made.item}
    given |= {"expires": made.expires(issued), **fields}
    voucher = Voucher(id=key, rule=made.rule, kind=made.item or made.rule, issued=issued, **given)
    voucher.face = voucher.value
    opened(run, voucher)
    return voucher


def opened(run: Run, voucher: Voucher) -> None:
    """The voucher can be used from now on; one that is over already expires at once."""
    run.state.vouchers[voucher.id] = voucher
    run.state.due = min(run.state.due, voucher.expires)
    run.change("voucher", voucher.id, "open")
    record = run.records.get(voucher.id)
    if record is not None:
        record.frozen.pop(STATUS, None)
    if voucher.expires <= run.at:
        ended(run, voucher, "expired")


def ended(run: Run, voucher: Voucher, status: Status, reason: str = "") -> None:
    """The voucher is used, expired or revoked; its record keeps what it was."""
    run.state.vouchers.pop(voucher.id, None)
    run.change("voucher", voucher.id, status, reason)
    record = run.records.get(voucher.id)
    if record is None and run.keeps(voucher.id):
        record = Record(key=voucher.id, edition=run.edition.id, at=voucher.issued)
        run.records[voucher.id] = record
    if record is not None:
        record.frozen[STATUS] = status
        record.frozen[VOUCHER] = msgspec.to_builtins(voucher)


def closed(record: Record) -> Voucher | None:
    """The voucher that a record keeps; None if it is not of a closed voucher."""
    if STATUS not in record.frozen:
        return None
    return msgspec.convert(record.frozen[VOUCHER], Voucher)


def find(run: Run, asked: str) -> Voucher:
    """The open voucher that `asked` means. Raises Refused, with what became of it where it was
    one."""
    voucher = meant(run.state.vouchers, asked)
    if voucher is None:
        raise refused(_why_not(run, asked), voucher=asked)
    return voucher


def meant(vouchers: Mapping[str, Voucher], asked: str) -> Voucher | None:
    """Of open vouchers the one with this id, else the newest of this kind."""
    if asked in vouchers:
        return vouchers[asked]
    kinds = [one for one in vouchers.values() if asked in (one.kind, one.item, one.rule)]
    return max(kinds, key=lambda one: (one.issued, one.id), default=None)


def _why_not(run: Run, asked: str) -> Literal["already_used", "expired", "voucher_unknown"]:
    """What became of a voucher that is not open. One that was revoked is as good as used."""
    found: tuple[int, str, str] | None = None
    for record in run.records.values():
        voucher = closed(record)
        if voucher is None or asked not in (voucher.id, voucher.kind, voucher.item, voucher.rule):
            continue
        this = (voucher.issued, voucher.id, str(record.frozen[STATUS]))
        if voucher.id == asked:
            found = this
            break
        found = max(found, this) if found else this
    if found is None:
        return "voucher_unknown"
    return "expired" if found[2] == "expired" else "already_used"


def status(run: Run, key: str) -> Status | None:
    """`open`, `used`, `expired` or `revoked`; None if there never was such a voucher."""
    if key in run.state.vouchers:
        return "open"
    record = run.records.get(key)
    return record.frozen.get(STATUS) if record is not None else None


def taken_back(run: Run, record: Record, key: str) -> bool:
    """Whether what a redemption gave is unused: then its voucher is revoked. Else the reversal
    `key` is refused and nothing changes."""
    last = record.frozen.get(STATUS)
    if last is not None or record.frozen.get("order", "") in run.records:
        code = "expired" if last == "expired" else "already_used"
        run.change("reversal", key, "refused", code)
        return False
    voucher = run.state.vouchers.get(record.key)
    if voucher is not None:
        if voucher.value < voucher.face:
            run.change("reversal", key, "refused", "already_used")
            return False
        ended(run, voucher, "revoked", "reversed")
    return True
