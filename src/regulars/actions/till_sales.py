"""What a cashier books for a member: a sale with what is used on it. All legs or none, each once
for ever; who did it is written beside it.

The till books what a sale earns and what is used on it. It is no cash register: the sale itself is
rung up elsewhere.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from msgspec import Struct, structs, to_builtins

from regulars.actions import audit
from regulars.actions.booking import Given
from regulars.actions.leavings import stay_out, vouchers_of
from regulars.actions.looking import open_book
from regulars.actions.record import Source, record
from regulars.actions.redeeming import Asked, redeem
from regulars.actions.refused import Refused
from regulars.db.models import Cashier, FactKey, FactRow, HolderState, IdentifierRow, TillDeed
from regulars.db.queries.history import same_person
from regulars.db.queries.till import Worker
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Identifier, Line, Order, Who
from regulars.engine.happenings import FoldFact, Redemption
from regulars.engine.money import from_minor, to_minor
from regulars.engine.run import Why

What = TillDeed.What
MOST_MINOR = 1_000_000
"""No single sale at a counter comes to more; a slip of the finger does."""
MOST_A_MEMBER = 12
"""So many times a day one cashier books for one member: who scans their own card all day long is
found out by it."""
DAY = timedelta(days=1)
MOST_WHYS = 20
SIX = Decimal("0.000001")
STRENGTH = ("external", "card", "email", "phone")


class Use(Struct, frozen=True):
    """A reward of a programme that is used."""

    programme: str
    reward: str


class Sale(Struct, frozen=True, kw_only=True):
    """A sale as a cashier types it. `customer` is the member's number; `quantity` says how many
    pieces, of `category` where the rules ask for one; `spend` how much of the main asset pays a
    part, in its smallest unit. `expects` is what the cashier saw that is left to pay. `queued`: it
    waited on the device without a connection."""

    key: str
    customer: int
    at: datetime
    amount_minor: int = 0
    currency: str = "EUR"
    category: str = ""
    quantity: int = 1
    uses: tuple[Use, ...] = ()
    vouchers: tuple[str, ...] = ()
    spend: int = 0
    expects: int | None = None
    queued: bool = False


class Sold(Struct, frozen=True, kw_only=True):
    """What came of a sale: what is left to pay, what each programme gave, by asset, and why;
    the rewards that were `used`, with what they took.
    `known`: it was booked before, under the same key."""

    key: str
    pays_minor: int
    gave: dict[str, dict[str, int]] = {}
    whys: list[tuple[str, Why]] = []
    used: list[dict[str, Any]] = []
    known: bool = False


class _OnlyTried(Exception):
    """Carries what a sale would come to out of the transaction that is rolled back."""

    def __init__(self, sold: Sold) -> None:
        super().__init__()
        self.sold = sold


def key_of(worker: Worker, told: str) -> str:
    """The key of something that is done at a till; of two tills they never meet."""
    return f"till:{worker.device.pk.hex[:12]}:{told}"


def try_sale(worker: Worker, sale: Sale, now: datetime) -> Sold:
    """What a sale would come to: booked, and taken back before anybody sees it.

    Refused: as `sell`.
    """
    try:
        with transaction.atomic():
            raise _OnlyTried(_booked(worker, structs.replace(sale, key=f"{sale.key}:try"), now))
    except _OnlyTried as tried:
        return tried.sold


def sell(worker: Worker, sale: Sale, now: datetime) -> Sold:
    """Book a sale and all that is used on it, or nothing of it.

    Refused: till_empty, till_amount_big, till_changed, till_member_often, customer_unknown,
    not_member, member_left, and whatever speaks against a reward.
    """
    with transaction.atomic():
        known = before(sale.key)
        if known is not None:
            return known
        check_often(worker.cashier, sale.customer, now)
        sold = _booked(worker, sale, now)
        note(
            Deed(
                worker=worker,
                key=sale.key,
                what=What.SALE,
                customer=sale.customer,
                at=sale.at,
                now=now,
                amount_minor=sale.amount_minor,
                pays_minor=sold.pays_minor,
                currency=sale.currency,
                details={
                    "gave": sold.gave,
                    "whys": [[one, to_builtins(why)] for one, why in sold.whys[:MOST_WHYS]],
                    "uses": sold.used,
                    "vouchers": list(sale.vouchers),
                    "queued": sale.queued,
                },
            )
        )
        return sold


class Deed(Struct, frozen=True, kw_only=True):
    """What is written down of something that was done at a till."""

    worker: Worker
    key: str
    what: TillDeed.What
    customer: int
    at: datetime
    now: datetime
    amount_minor: int = 0
    pays_minor: int = 0
    currency: str = ""
    details: dict[str, Any] = {}
    undoes: str | None = None


def note(deed: Deed) -> None:
    """Write down who did it, where and for whom; what was given by hand or taken back stands
    among what was done about value, too."""
    if deed.what == What.UNDO or "by_hand" in deed.details:
        by = f"cashier {deed.worker.cashier.pk}"
        audit.note(f"till.{deed.what}", deed.key, by, deed.now, {"gave": deed.details["gave"]})
    TillDeed.objects.create(
        key=deed.key,
        what=deed.what,
        device=deed.worker.device,
        cashier=deed.worker.cashier,
        place=deed.worker.device.place_id,
        customer_id=deed.customer,
        at=deed.at,
        booked_at=deed.now,
        amount_minor=deed.amount_minor,
        pays_minor=deed.pays_minor,
        currency=deed.currency,
        details=deed.details,
        undoes=deed.undoes,
    )


def lock_key(key: str) -> None:
    """Whoever sends the same twice at once is answered one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"till {key}"])


def before(key: str) -> Sold | None:
    """What was booked under a key, if anything was."""
    lock_key(key)
    row = TillDeed.objects.filter(key=key).first()
    if row is None:
        return None
    return Sold(key=key, pays_minor=row.pays_minor, gave=row.details.get("gave", {}), known=True)


def check_often(cashier: Cashier, customer: int, now: datetime) -> None:
    """Whether a cashier books for one member all day long. Refused: till_member_often."""
    Cashier.objects.select_for_update().get(pk=cashier.pk)
    done = TillDeed.objects.filter(
        cashier=cashier,
        customer_id=customer,
        booked_at__gt=now - DAY,
        what__in=(What.SALE, What.TAP),
    )
    undone = TillDeed.objects.filter(
        cashier=cashier, customer_id=customer, booked_at__gt=now - DAY, what=What.UNDO
    )
    count = done.count() - undone.count()
    if count >= MOST_A_MEMBER:
        raise Refused("till_member_often", n=count)


def _booked(worker: Worker, sale: Sale, now: datetime) -> Sold:
    """Book the legs of a sale, the rewards first: they are folded before it earns."""
    if not (sale.amount_minor or sale.uses or sale.vouchers):
        raise Refused("till_empty")
    if not 0 <= sale.amount_minor <= MOST_MINOR:
        raise Refused("till_amount_big")
    _check_left(sale)
    used = [_use(sale, use, number, now) for number, use in enumerate(sale.uses)]
    if not (sale.amount_minor or sale.vouchers):
        return Sold(key=sale.key, pays_minor=0, used=used)
    given = told(_order(worker, sale), sale.customer, now)
    pays = _pays(sale, given, now)
    if sale.expects not in (None, pays):
        raise Refused("till_changed")
    return Sold(
        key=sale.key,
        pays_minor=pays,
        gave={one.programme: one.gave for one in given},
        whys=[(one.programme, why) for one in given for why in one.whys],
        used=used,
    )


def _check_left(sale: Sale) -> None:
    """Who has left every programme gets nothing, and nobody uses what is of one that they left.

    Refused: member_left.
    """
    takes_part = HolderState.objects.filter(customer_id=sale.customer, left_at=None)
    stay_out(sale.customer, *takes_part.values_list("programme", flat=True))
    used = {use.programme for use in sale.uses}
    for programme in used | vouchers_of(sale.customer, sale.vouchers):
        stay_out(sale.customer, programme)


def _use(sale: Sale, use: Use, number: int, now: datetime) -> dict[str, Any]:
    attempt = Redemption(
        key=leg(sale.key, number),
        at=sale.at,
        reward=use.reward,
        basket_minor=sale.amount_minor or None,
        order=sale.key if sale.amount_minor or sale.vouchers else "",
        source="till",
    )
    asked = Asked(attempt=attempt, customer_id=sale.customer, programme=use.programme, now=now)
    answer = redeem(asked)
    if not answer.accepted:
        raise Refused(answer.code, **{**answer.params, "programme": use.programme})
    return {**to_builtins(use), **_price(attempt.key)}


def _price(key: str) -> dict[str, Any]:
    """What a reward took, as its promise says."""
    known = FactKey.objects.filter(key=key).first()
    rows = FactRow.objects.filter(customer_id=known.customer_id, key=key) if known else None
    body = rows.values_list("body", flat=True).first() if rows is not None else None
    told = body or {}
    return {"price": told.get("price", 0), "asset": told.get("asset", "")}


def leg(key: str, number: int) -> str:
    """The key of one of the rewards of a sale."""
    return f"{key}:r{number}"


def _order(worker: Worker, sale: Sale) -> Order:
    count = Decimal(max(sale.quantity, 1))
    line = Line(
        category=sale.category,
        quantity=count,
        unit_price=(from_minor(sale.amount_minor, sale.currency) / count).quantize(SIX),
        amount_minor=sale.amount_minor,
    )
    return Order(
        key=sale.key,
        at=sale.at,
        source="till",
        currency=sale.currency,
        amount_minor=sale.amount_minor,
        lines=(line,),
        place=worker.device.place_id,
        vouchers=sale.vouchers,
        spend_points=sale.spend,
    )


def told(fact: FoldFact, customer: int, now: datetime, programme: str = "") -> list[Given]:
    """Record what a member did, and see to it that it was taken for them.

    Refused: customer_unknown, not_member, and whatever speaks against it.
    """
    arrival = Arrival(fact=fact, who=known_by(customer), programme=programme)
    source = Source(explain=True)
    if programme:
        arrival, source = structs.replace(arrival, who=None), Source(owner=customer, explain=True)
    (outcome,) = record([arrival], now=now, source=source)
    if outcome.state == "refused":
        raise Refused(outcome.code)
    if not outcome.given:
        raise Refused("not_member", programme=programme)
    for one in outcome.given:
        if one.status == "refused":
            raise Refused(one.code, **{**one.params, "programme": one.programme})
    return outcome.given


def known_by(customer: int) -> Who:
    """Somebody by the strongest of what they are known by. Refused: customer_unknown."""
    rows = IdentifierRow.objects.filter(customer_id__in=same_person(customer))
    known = sorted(rows.values_list("kind", "value"), key=lambda one: STRENGTH.index(one[0]))
    if not known:
        raise Refused("customer_unknown")
    kind, value = known[0]
    return Who(identifiers=(Identifier(kind, value),))  # type: ignore[arg-type]


def _pays(sale: Sale, given: list[Given], now: datetime) -> int:
    """What is left to pay after what pays a part: vouchers, points, an offer for friends.

    A voucher that does not count would let the sale stand: at the till nothing is booked then.
    """
    least = sale.amount_minor
    for one in given:
        with connection.cursor() as cursor:
            book = open_book(cursor, sale.customer, one.programme, now).book
            code = book.read(f"coupon_refused:{sale.key}")
            pays = book.read(f"pays:{sale.key}")
        if code:
            raise Refused(str(code), programme=one.programme)
        if pays is not None:
            least = min(least, to_minor(pays, sale.currency))
    return least
