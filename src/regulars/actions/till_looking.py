"""What a cashier sees of a member: what they hold, what may be used on this sale, what it comes
to. Nothing is booked."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.utils import timezone
from msgspec import Struct, structs

from regulars.actions.leavings import left, still_in
from regulars.actions.looking import Look, look
from regulars.actions.quoting import Offer, figure, quote
from regulars.actions.refused import Refused
from regulars.actions.till_sales import Sale, Sold, try_sale
from regulars.db import programmes
from regulars.db.models import TillDeed
from regulars.db.queries import till
from regulars.db.queries.till import Brief, Worker, briefs
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.edition import Edition
from regulars.engine.facts import Line, Order
from regulars.engine.kinds.earn.per_activity import PerActivity
from regulars.engine.kinds.earn.per_item import PerItem
from regulars.engine.kinds.earn.per_order import PerOrder
from regulars.engine.kinds.rewards.spend import Spend


class Place(Struct, frozen=True, kw_only=True):
    """Where a member stands in one programme: `gap` is how much of what the ladder counts is
    missing to the tier `next_tier` (empty: there is none)."""

    programme: str
    edition: Edition
    look: Look
    offers: list[Offer]
    next_tier: str = ""
    gap: Decimal = Decimal(0)


class TapOffer(Struct, frozen=True):
    """What one tap does: a visit (`activity`), or so much of an `asset` by hand."""

    programme: str
    activity: str
    asset: str
    amount: int


class Scene(Struct, frozen=True, kw_only=True):
    """A member before the till, and what the sale comes to; `refused` says why it cannot be.
    `left` are the programmes that they left, each with the end of the time to come back."""

    member: Brief
    places: list[Place]
    taps: list[TapOffer]
    left: dict[str, datetime] = {}
    sold: Sold | None = None
    refused: Refused | None = None


def scene(worker: Worker, sale: Sale, now: datetime) -> Scene:
    """What is shown while a sale is typed. Refused: customer_unknown."""
    found = briefs([sale.customer])
    if not found:
        raise Refused("customer_unknown")
    running = ready()
    gone = left(sale.customer)
    mine = [running[one] for one in running if one in found[0].programmes and one not in gone]
    places = [_place(one, sale, worker, now) for one in mine]
    sold, refused = None, None
    if mine and (sale.amount_minor or sale.uses or sale.vouchers):
        try:
            sold = try_sale(worker, sale, now)
        except Refused as refusal:
            refused = refusal
    taps = [one for programme in mine for one in taps_of(in_force(programme))]
    return Scene(member=found[0], places=places, taps=taps, left=gone, sold=sold, refused=refused)


def ready() -> dict[str, Compiled]:
    """The programmes that run."""
    with connection.cursor() as cursor:
        return programmes.running(cursor)


def in_force(programme: Compiled) -> Edition:
    """The edition that holds at present: its names are shown, its taps offered. One that was
    published with notice is not yet that."""
    return programme.edition_at(instant_of(timezone.now())).edition


def _place(programme: Compiled, sale: Sale, worker: Worker, now: datetime) -> Place:
    line = Line(category=sale.category, amount_minor=sale.amount_minor)
    cart = Order(
        key="till",
        at=now,
        currency=sale.currency,
        amount_minor=sale.amount_minor,
        lines=(line,),
        place=worker.device.place_id,
    )
    offers = quote(sale.customer, programme.id, cart, now).offers
    edition = in_force(programme)
    place = Place(
        programme=programme.id,
        edition=edition,
        look=look(sale.customer, programme.id, now),
        offers=[one for one in offers if one.reward not in _spending(edition)],
    )
    return _with_gap(place, sale.customer, now)


def _spending(edition: Edition) -> set[str]:
    return {one.name_in_state for one in edition.rewards if isinstance(one, Spend)}


def spending(edition: Edition) -> Spend | None:
    """The rule by which points pay a part of a sale, if the programme has one."""
    return next((one for one in edition.rewards if isinstance(one, Spend)), None)


def _with_gap(place: Place, customer: int, now: datetime) -> Place:
    """The same with how far it is to the next tier."""
    ladder, tiers = place.edition.standing, place.edition.tiers
    names = [one.id for one in tiers]
    if ladder is None or place.look.tier not in names:
        return place
    higher = tiers[names.index(place.look.tier) + 1 :]
    following = next((one for one in higher if one.from_ is not None), None)
    metric = getattr(ladder, "metric", "")
    if following is None or not metric:
        return place
    gap = Decimal(str(following.from_)) - figure(customer, place.programme, metric, now)
    return structs.replace(place, next_tier=following.id, gap=gap) if gap > 0 else place


def taps_of(edition: Edition) -> list[TapOffer]:
    """What one tap can do: an act that earns, or one stamp where stamps are given piece by
    piece."""
    taps = []
    main = edition.assets[0].id
    scale = {one.id: one.decimals for one in edition.assets}
    by_amount = any(not isinstance(one, PerItem | PerOrder | PerActivity) for one in edition.earn)
    for rule in edition.earn:
        asset = getattr(rule, "asset", None) or main
        if isinstance(rule, PerActivity) and rule.step is None and rule.of is None:
            taps += [TapOffer(edition.programme_id, act, "", 0) for act in rule.activity]
            continue
        by_piece = isinstance(rule, PerItem | PerOrder) and str(rule.points) == "1"
        if by_piece and (asset != main or not by_amount):
            taps.append(TapOffer(edition.programme_id, "", asset, 10 ** scale[asset]))
    return list(dict.fromkeys(taps))


def categories_of(edition: Edition) -> list[str]:
    """The kinds of goods that the rules tell apart: those that earn more before those that earn
    nothing."""
    earning: dict[str, None] = {}
    left_out: dict[str, None] = {}
    for rule in (*edition.earn, *edition.change):
        when = getattr(rule, "when", None)
        earning.update(dict.fromkeys(getattr(when, "category", ())))
        left_out.update(dict.fromkeys(getattr(rule, "except_", ())))
    return list(earning | left_out)


class Done(Struct, frozen=True, kw_only=True):
    """What was done at a till, for whom, and where they stand in each programme now; `undoable`
    until when it can be taken back, None where it cannot."""

    deed: TillDeed
    member: Brief
    places: list[Look]
    undoable: datetime | None
    undone: TillDeed | None = None


def done(worker: Worker, key: str, now: datetime) -> Done | None:
    """What was done under a key at this till's place; None where nothing was."""
    deed = till.deed(key)
    if deed is None or deed.place != worker.device.place_id:
        return None
    member = next(iter(briefs([deed.customer_id])), None)
    if member is None:
        return None
    until = deed.booked_at + till.UNDO_FOR
    fresh = deed.what in (TillDeed.What.SALE, TillDeed.What.TAP) and until > now
    return Done(
        deed=deed,
        member=member,
        places=[
            look(deed.customer_id, one, now)
            for one in still_in(deed.customer_id, ready())
            if one in member.programmes
        ],
        undoable=until if fresh and not till.is_undone(key) else None,
        undone=till.deed(deed.undoes) if deed.undoes else None,
    )
