"""Why a balance is what it is, line by line: on any date, by what is known now or was then."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from msgspec import Struct

from regulars.actions.refused import Refused
from regulars.db import histories, holders, programmes
from regulars.db.holders import HolderRow
from regulars.engine import explaining
from regulars.engine.calendar import instant_of
from regulars.engine.explaining import Line
from regulars.engine.run import Run


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


class _Folded(Struct, frozen=True):
    """A member's facts, folded with every rule telling why, and the programme's assets."""

    row: HolderRow
    run: Run
    assets: tuple[str, ...]

    def explained(self, asset: str) -> Explained:
        """The lines of an asset, and what they come to."""
        lines = explaining.lines_of(self.run, asset)
        tiers = self.run.edition.edition.tiers
        return Explained(
            member=self.row.number,
            asset=asset,
            balance=sum(one.amount for one in lines),
            tier=tiers[self.run.state.standing.tier].id if tiers else "",
            lines=lines,
        )


def explain(customer_id: int, programme: str, wanted: Wanted) -> Explained:
    """The lines whose amounts add up to a balance. Refused: programme_unknown, not_member,
    asset_unknown."""
    found = _folded(customer_id, programme, wanted.at, wanted.known_at)
    asset = wanted.asset or found.assets[0]
    if asset not in found.assets:
        raise Refused("asset_unknown", asset=asset)
    return found.explained(asset)


def explain_all(customer_id: int, programme: str, now: datetime) -> list[Explained]:
    """The same of every asset as of now, of one reading. Refused: programme_unknown, not_member."""
    found = _folded(customer_id, programme, now, now)
    return [found.explained(one) for one in found.assets]


def _folded(customer_id: int, programme: str, at: datetime, known_at: datetime) -> _Folded:
    with transaction.atomic(), connection.cursor() as cursor:
        compiled = programmes.running(cursor).get(programme)
        if compiled is None:
            raise Refused("programme_unknown", programme=programme)
        rows = holders.read(cursor, [customer_id])
        row = next((one for one in rows if one.programme == programme), None)
        if row is None:
            raise Refused("not_member", programme=programme)
        facts = histories.histories(cursor, [row], known_at=known_at)[customer_id].facts
    run = explaining.explained(compiled, facts, instant_of(at))
    return _Folded(row, run, tuple(compiled.asset_names))
