"""What a member's pages show, read in one go: where they stand, what they may have, what happened,
whom they brought. Nothing here writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db import connection, transaction
from msgspec import Struct

from regulars.actions import explaining, looking, quoting
from regulars.actions.explaining import Explained
from regulars.actions.looking import Look
from regulars.actions.quoting import Offer
from regulars.actions.refused import Refused
from regulars.db import programmes
from regulars.db.models import AttemptRow, Customer, FactRow, Friend, VoucherRow
from regulars.db.queries import advocates
from regulars.db.queries.history import end_of, same_person
from regulars.db.queries.names import place_names, product_names
from regulars.db.queries.portal import advocate_of, bodies, cashiers_of, first_name
from regulars.db.queries.scans import scanned_at
from regulars.engine.arrivals import AnyFact, decode
from regulars.engine.calendar import datetime_of, instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.edition import Edition, Tier
from regulars.engine.explaining import Line
from regulars.engine.facts import Order, Refund
from regulars.engine.kinds.referrals.memory import Memory
from regulars.engine.kinds.referrals.offer import Offered
from regulars.engine.kinds.referrals.standing import state_of
from regulars.engine.kinds.referrals.two_sided import TwoSided


class Rung(Struct, frozen=True, kw_only=True):
    """A tier on the road: from how much of the ladder's metric, where it asks for a number."""

    tier: Tier
    needs: Decimal


class Club(Struct, frozen=True, kw_only=True):
    """A member in a programme, with the edition in force. `has` is what the ladder counts of them,
    None where it counts nothing that can be shown."""

    edition: Edition
    look: Look
    offers: list[Offer]
    rungs: list[Rung]
    has: Decimal | None
    metric: str


def _edition_now(compiled: Compiled, now: datetime) -> Edition:
    """The edition that is in force."""
    return compiled.edition_at(instant_of(now)).edition


def _compiled(programme: str) -> Compiled:
    with transaction.atomic(), connection.cursor() as cursor:
        compiled = programmes.running(cursor).get(programme)
    if compiled is None:
        raise Refused("programme_unknown", programme=programme)
    return compiled


def edition_of(programme: str, now: datetime) -> Edition:
    """The edition of a programme that is in force. Refused: programme_unknown."""
    return _edition_now(_compiled(programme), now)


def names(wanted: list[str]) -> dict[str, Any]:
    """What programmes are called, in every language that they have."""
    with transaction.atomic(), connection.cursor() as cursor:
        running = programmes.running(cursor)
    return {one: running[one].editions[-1].edition.name for one in wanted if one in running}


def first_programme() -> str:
    """The programme that somebody joins who does not choose; empty where none runs."""
    with transaction.atomic(), connection.cursor() as cursor:
        return next(iter(programmes.running(cursor)), "")


def club(customer_id: int, programme: str, now: datetime) -> Club:
    """Where somebody stands. Refused: programme_unknown, not_member."""
    edition = _edition_now(_compiled(programme), now)
    metric = str(getattr(edition.standing, "metric", "") or "")
    rungs = [
        Rung(tier=one, needs=Decimal(str(one.from_)))
        for one in edition.tiers
        if one.from_ is not None
    ]
    return Club(
        edition=edition,
        look=looking.look(customer_id, programme, now),
        offers=quoting.offers(customer_id, programme, now),
        rungs=rungs,
        has=quoting.figure(customer_id, programme, metric, now) if metric else None,
        metric=metric,
    )


class Past(Struct, frozen=True, kw_only=True):
    """What happened to what a member holds: the lines of each asset, the facts behind them, names
    of goods and places, and every voucher there was. `welcomed` is what went off an order for
    whoever was sent by a friend: in smallest units, or "10 %"."""

    edition: Edition
    edition_at: Callable[[int], Edition]
    explained: list[Explained]
    facts: dict[str, AnyFact]
    products: dict[str, str]
    places: dict[str, str]
    cashiers: dict[str, str]
    scans: dict[str, str]
    vouchers: list[VoucherRow]
    redeemed: dict[str, str]
    welcomed: dict[str, int | str]


def past(customer_id: int, programme: str, now: datetime) -> Past:
    """The whole history of a member. Refused: programme_unknown, not_member."""
    compiled = _compiled(programme)
    explained = explaining.explain_all(customer_id, programme, now)
    keys = {line.fact for one in explained for line in one.lines}
    rows = bodies(same_person(customer_id), sorted(keys))
    facts = {key: _decoded(row) for key, row in rows.items()}
    bought = [fact for fact in facts.values() if isinstance(fact, Order | Refund)]
    scans = scanned_at(sorted(keys))
    vouchers = VoucherRow.objects.filter(customer_id=customer_id, programme=programme)
    return Past(
        edition=_edition_now(compiled, now),
        edition_at=lambda at: _edition_now(compiled, datetime_of(at)),
        explained=explained,
        facts=facts,
        products=product_names([line.product for fact in bought for line in fact.lines]),
        places=place_names([*(fact.place for fact in bought), *scans.values()]),
        cashiers=cashiers_of(sorted(keys)),
        scans=scans,
        vouchers=list(vouchers.order_by("-issued_at")),
        redeemed=_redeemed(sorted(keys)),
        welcomed=_welcomed(customer_id, programme, sorted(keys)),
    )


def grouped(lines: list[Line]) -> list[list[Line]]:
    """Lines of one cause, one instant and one step belong together."""
    found: list[list[Line]] = []
    for line in lines:
        last = found[-1][0] if found else None
        if last and (last.fact, last.at, last.step) == (line.fact, line.at, line.step):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _welcomed(customer_id: int, programme: str, orders: list[str]) -> dict[str, int | str]:
    """What went off orders for whoever was sent by a friend."""
    rows = FactRow.objects.filter(
        customer_id__in=same_person(customer_id),
        programme=programme,
        type="promise",
        body__order__in=orders,
        body__details__source="offer",
    )
    told = ((row.body["order"], row.body["details"]) for row in rows)
    return {
        order: f"{details['percent']}\xa0%" if "percent" in details else int(details["amount"])
        for order, details in told
    }


def _decoded(row: FactRow) -> AnyFact:
    return decode(json.dumps(row.body))


def _redeemed(keys: list[str]) -> dict[str, str]:
    """Which reward was asked for under a key."""
    rows = AttemptRow.objects.filter(key__in=keys).values_list("key", "body")
    return {key: msgspec.json.decode(body, type=_Asked).reward for key, body in rows}


class _Asked(Struct):
    """What is read of an attempt: of a voucher that is used there is no reward."""

    reward: str = ""


class Brought(Struct, frozen=True, kw_only=True):
    """A friend as the advocate may see them: the first name, how far they are, what it gave."""

    name: str
    since: datetime
    state: str
    reason: str
    due: datetime | None
    given: dict[str, int]


class Sharing(Struct, frozen=True, kw_only=True):
    """What somebody needs to bring friends: their code, the rule, and the friends so far."""

    edition: Edition
    rule: TwoSided
    code: str
    friends: list[Brought]


def sharing(customer_id: int, programme: str, now: datetime) -> Sharing | None:
    """A member as an advocate; None where the programme takes no friends.

    Refused: programme_unknown, not_member.
    """
    compiled = _compiled(programme)
    edition = _edition_now(compiled, now)
    rule = referral_of(edition)
    if rule is None:
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        opened = looking.open_book(cursor, customer_id, programme, now)
        memory = opened.book.run.state.memory[compiled.slots[rule.name_in_state]]
    return Sharing(
        edition=edition,
        rule=rule,
        code=advocates.code_of(customer_id, programme),
        friends=_friends(memory) if isinstance(memory, Memory) else [],
    )


def welcome(customer_id: int, programme: str, now: datetime) -> Offered | None:
    """What somebody who came as a friend still has off the first order, as it was promised.

    Refused: programme_unknown, not_member.
    """
    compiled = _compiled(programme)
    rule = referral_of(_edition_now(compiled, now))
    came = Friend.objects.filter(customer_id=customer_id, programme=programme)
    if rule is None or rule.offer is None or not came.exists():
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        opened = looking.open_book(cursor, customer_id, programme, now)
        memory = opened.book.run.state.memory[compiled.slots[rule.name_in_state]]
    return memory.brought.welcome(instant_of(now)) if isinstance(memory, Memory) else None


def referral_of(edition: Edition) -> TwoSided | None:
    """The rule by which friends come, if one is open."""
    found = (one for one in edition.referrals if isinstance(one, TwoSided) and one.open)
    return next(found, None)


def _friends(memory: Memory) -> list[Brought]:
    rows = Customer.objects.filter(public_id__in=[one for one in memory.friends if len(one) == 36])
    called = {str(row.public_id): first_name(row.name) for row in rows}
    found = []
    for number, friend in memory.friends.items():
        state, reason = state_of(friend)
        stakes = list(friend.stakes.values())
        due = min((one.due for one in stakes if not one.outcome and one.due), default=0)
        given: dict[str, int] = {}
        for stake in stakes:
            for asset, amount in stake.given.items() if not stake.back else ():
                given[asset] = given.get(asset, 0) + amount
        found.append(
            Brought(
                name=called.get(number, ""),
                since=datetime_of(friend.since),
                state=state,
                reason=reason,
                due=datetime_of(due) if 0 < due < FAR else None,
                given=given,
            )
        )
    return sorted(found, key=lambda one: one.since, reverse=True)


FAR = instant_of(datetime.fromisoformat("9000-01-01T00:00:00+00:00"))


class Inviting(Struct, frozen=True, kw_only=True):
    """What an invited friend sees: who invites, by the first name alone, and the rule."""

    edition: Edition
    rule: TwoSided
    programme: str
    advocate: int
    name: str
    code: str


def inviting(code: str, now: datetime) -> Inviting | None:
    """Whom a code leads to; None where it leads nowhere, or nobody new is taken."""
    row = advocate_of(code)
    if row is None or row.customer_id is None:
        return None
    try:
        edition = _edition_now(_compiled(row.programme), now)
    except Refused:
        return None
    rule, number = referral_of(edition), end_of(row.customer_id)
    customer = Customer.objects.filter(id=number).first()
    if rule is None or customer is None:
        return None
    return Inviting(
        edition=edition,
        rule=rule,
        programme=row.programme,
        advocate=number,
        name=first_name(customer.name),
        code=row.code,
    )
