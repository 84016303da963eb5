"""Why a balance is what it is, line by line: on any date, by what is known now or was then."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from msgspec import Struct

from regulars.actions.refused import Refused
from regulars.db import histories, holders, programmes
from regulars.engine import explaining
from regulars.engine.calendar import instant_of
from regulars.engine.explaining import Line


class Wanted(Struct, frozen=True, kw_only=True):
    """Which asset (the main one where it is empty), when, and known when."""

    asset: str
    at: datetime
    known_at: datetime


class Explained(Struct, frozen=True, kw_only=True):
    """The lines of a balance, in the asset's smallest unit; `tier` is where the member stood."""

    member: str
    asset: str
    balance: int
    tier: str
    lines: list[Line]


def explain(customer_id: int, programme: str, wanted: Wanted) -> Explained:
    """The lines whose amounts add up to a balance. Refused: programme_unknown, not_member,
    asset_unknown."""
    with transaction.atomic(), connection.cursor() as cursor:
        compiled = programmes.running(cursor).get(programme)
        if compiled is None:
            raise Refused("programme_unknown", programme=programme)
        rows = holders.read(cursor, [customer_id])
        row = next((one for one in rows if one.programme == programme), None)
        if row is None:
            raise Refused("not_member", programme=programme)
        asset = wanted.asset or compiled.asset_names[0]
        if asset not in compiled.asset_names:
            raise Refused("asset_unknown", asset=asset)
        facts = histories.histories(cursor, [row], known_at=wanted.known_at)[customer_id].facts
    until = instant_of(wanted.at)
    lines = explaining.explain(compiled, facts, asset, until)
    run = explaining.explained(compiled, facts, until)
    tiers = run.edition.edition.tiers
    return Explained(
        member=row.number,
        asset=asset,
        balance=sum(one.amount for one in lines),
        tier=tiers[run.state.standing.tier].id if tiers else "",
        lines=lines,
    )
