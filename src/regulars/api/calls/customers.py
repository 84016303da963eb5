"""Customers: found by how they are known, read, with what happened to them."""

from __future__ import annotations

from datetime import datetime

from regulars.api import cursors, examples
from regulars.api.answers import shown
from regulars.api.asking import FindIn, PageQuery
from regulars.api.facts import KINDS, identifier
from regulars.api.operations import Asked, Operation, Reply, serve
from regulars.api.problems import Problem
from regulars.api.telling import CustomerOut, HappeningOut, HistoryOut, IdentifierOut
from regulars.db.queries import members
from regulars.db.queries.members import Happened, Portrait
from regulars.engine.facts import Identifier, Order, Refund
from regulars.engine.money import decimals

CUSTOMER = {"customer": "The random id of the customer."}


def number_of(public_id: str, place: str = "customer") -> int:
    """The number of a customer by their random id. Raises Problem."""
    number = members.number_of(public_id)
    if number is None:
        raise Problem("customer_unknown", place)
    return number


@serve(
    Operation(
        method="POST",
        path="/customers/find",
        name="find_customer",
        scope="customers:read",
        group="customers",
        body=FindIn,
        body_example={"email": "mia@example.com"},
        answers=CustomerOut,
        example=examples.CUSTOMER,
        refuses=("customer_unknown", "customer_unnamed", "body_unreadable"),
    )
)
def find_customer(asked: Asked) -> Reply:
    """Find a customer by one way to know them, written as people write it."""
    told: FindIn = asked.body
    ways = [
        Identifier(kind, identifier(kind, raw, asked.region, kind))
        for kind in KINDS
        if (raw := getattr(told, kind))
    ]
    if not ways:
        raise Problem("customer_unnamed", "")
    number = members.number_known_by(ways)
    if number is None:
        raise Problem("customer_unknown", "")
    return Reply(value=customer_out(members.portrait(number)))


@serve(
    Operation(
        method="GET",
        path="/customers/{customer}",
        name="get_customer",
        scope="customers:read",
        group="customers",
        answers=CustomerOut,
        example=examples.CUSTOMER,
        refuses=("customer_unknown",),
        place=CUSTOMER,
    )
)
def get_customer(asked: Asked) -> Reply:
    """What is known of a customer."""
    return Reply(value=customer_out(members.portrait(number_of(asked.place["customer"]))))


@serve(
    Operation(
        method="GET",
        path="/customers/{customer}/history",
        name="get_history",
        scope="customers:read",
        group="customers",
        query=PageQuery,
        answers=HistoryOut,
        example=examples.HISTORY,
        refuses=("customer_unknown", "cursor_wrong"),
        place=CUSTOMER,
    )
)
def get_history(asked: Asked) -> Reply:
    """What happened to a customer, the newest first."""
    number = number_of(asked.place["customer"])
    page: PageQuery = asked.query
    of = f"history:{number}"
    before = None
    if page.cursor:
        at, seq = cursors.read(of, page.cursor)
        before = (datetime.fromisoformat(at), int(seq))
    found = members.history(number, before, page.limit + 1)
    shown_ones, more = found[: page.limit], len(found) > page.limit
    last = shown_ones[-1] if more else None
    following = cursors.cursor(of, last.fact.at.isoformat(), last.seq) if last else ""
    return Reply(value=HistoryOut(items=[_happening(one) for one in shown_ones], next=following))


def customer_out(found: Portrait) -> CustomerOut:
    """A customer as they are shown."""
    one = found.customer
    return CustomerOut(
        customer=str(one.public_id),
        name=one.name,
        language=one.language,
        country=one.country,
        birth_date=one.birth_date,
        identifiers=[
            IdentifierOut(kind=kind, value=value)  # type: ignore[arg-type]
            for kind, value in found.identifiers
        ],
        programmes=found.programmes,
        created_at=one.created_at,
    )


def _happening(one: Happened) -> HappeningOut:
    fact = one.fact
    told = {
        "type": str(fact.__struct_config__.tag),
        "key": fact.key,
        "at": fact.at,
        "received_at": one.received_at,
    }
    if isinstance(fact, Order | Refund):
        amount = shown(fact.amount_minor, decimals(fact.currency))
        told |= {"number": fact.number, "currency": fact.currency, "amount": amount}
        told |= {"place": fact.place}
    return HappeningOut(**told)  # type: ignore[arg-type]
