"""From wanted transfers to the books: which account each step takes from and gives to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from regulars.engine.run import (
    CLAW,
    EARN,
    EXPIRE,
    FORFEIT,
    MATURE,
    PEND,
    PRICE,
    RESTORE,
    UNPEND,
    Row,
)
from regulars.ledger.accounts import Account, Kind, holder_accounts, issuing, of_holder
from regulars.ledger.transfers import Group, Transfer


class Way(Struct, frozen=True):
    """The kinds of account that a step moves an amount between. `issued` is the programme's, all
    others are the holder's."""

    source: Kind
    target: Kind


WAYS: dict[str, Way] = {
    EARN: Way("issued", "available"),
    PEND: Way("issued", "pending"),
    MATURE: Way("pending", "available"),
    UNPEND: Way("pending", "issued"),
    CLAW: Way("available", "issued"),
    PRICE: Way("available", "spent"),
    RESTORE: Way("spent", "available"),
    EXPIRE: Way("available", "expired"),
    FORFEIT: Way("available", "forfeited"),
}


class Owner(Struct, frozen=True):
    """Whose accounts are meant: a holder in a programme."""

    programme: str
    holder: str

    def account(self, kind: Kind, asset: str) -> str:
        """The id of an account; the programme's own for `issued`."""
        if kind == "issued":
            return issuing(self.programme, asset).id
        return of_holder(self.holder, asset, kind)

    def accounts(self, assets: Iterable[str]) -> list[Account]:
        """Every account that rows of these assets can touch. What is available may go below zero:
        a refund may take back what is spent (P10)."""
        return [
            account
            for asset in assets
            for account in (
                issuing(self.programme, asset),
                *holder_accounts(self.holder, asset, overdraft=True),
            )
        ]


def group(owner: Owner, name: str, rows: Sequence[Row], booked_at: int) -> Group:
    """The rows of one arrival as transfers that stand or fall together, under the id `name`.

    A row below zero takes back what was booked: its transfer goes the other way, at the instant at
    which the first one was true.
    """
    transfers = [
        transfer(owner, f"{name}/{number}", row, (name, booked_at))
        for number, row in enumerate(rows)
        if row.amount
    ]
    return Group(id=name, transfers=tuple(transfers))


def transfer(owner: Owner, name: str, row: Row, within: tuple[str, int]) -> Transfer:
    """One row as a transfer of the group and of the moment of booking given in `within`."""
    way = WAYS[row.step]
    source, target = owner.account(way.source, row.asset), owner.account(way.target, row.asset)
    if row.amount < 0:
        source, target = target, source
    return Transfer(
        id=name,
        group=within[0],
        asset=row.asset,
        amount=abs(row.amount),
        source=source,
        target=target,
        at=row.at,
        booked_at=within[1],
        fact=row.key,
        rule=row.rule,
        step=f"{row.step}:{row.lot}" if row.lot else row.step,
    )
