"""Accounts: who can hold how much of which asset, and how an account is named.

A programme issues an asset from one account that may go below zero without bound: what it owes
to all holders together is that account's balance, negated. Each holder has, per asset:

    pending     earned, not yet to be spent
    available   to be spent
    held        set aside for a spending that is not certain yet
    spent, expired, forfeited     sinks: where value ends, and whence it comes back if undone
"""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from regulars.ledger.refused import refusal

Owner = Literal["programme", "holder"]
Kind = Literal["issued", "pending", "available", "held", "spent", "expired", "forfeited"]

KINDS: dict[str, tuple[Kind, ...]] = {
    "programme": ("issued",),
    "holder": tuple(kind for kind in get_args(Kind) if kind != "issued"),
}
"""Which kinds of account each sort of owner has."""


class AccountName(Struct, frozen=True, kw_only=True, gc=False):
    """An account's id in its parts. As text: `holder:<owner's id>:<asset>:<kind>`.

    The owner's id may hold any character, `:` too; an asset's code may not hold one.
    """

    owner: Owner
    owner_id: str
    asset: str
    kind: Kind


class Account(Struct, frozen=True, kw_only=True, gc=False):
    """An account: amounts of one asset. Only with `overdraft` may its balance be below zero."""

    id: str
    asset: str
    overdraft: bool = False


def account_id(name: AccountName) -> str:
    """The id of the account so named. Refuses `name_malformed`; `parsed` reads it back."""
    parts_empty = not (name.owner_id and name.asset)
    if parts_empty or ":" in name.asset or name.kind not in KINDS.get(name.owner, ()):
        raise refusal(
            "name_malformed", name=f"{name.owner}:{name.owner_id}:{name.asset}:{name.kind}"
        )
    return f"{name.owner}:{name.owner_id}:{name.asset}:{name.kind}"


def parsed(text: str) -> AccountName:
    """The parts of an account's id. Refuses `name_malformed` for what `account_id` never wrote."""
    owner, _, rest = text.partition(":")
    parts = rest.rsplit(":", 2)
    if len(parts) == 3 and all(parts):
        for kind in KINDS.get(owner, ()):
            if kind == parts[2]:
                known: Owner = "holder" if owner == "holder" else "programme"
                return AccountName(owner=known, owner_id=parts[0], asset=parts[1], kind=kind)
    raise refusal("name_malformed", name=text)


def issuing(programme: str, asset: str) -> Account:
    """The account out of which `programme` gives `asset`; it may go below zero without bound."""
    name = AccountName(owner="programme", owner_id=programme, asset=asset, kind="issued")
    return Account(id=account_id(name), asset=asset, overdraft=True)


def of_holder(holder: str, asset: str, kind: Kind) -> str:
    """The id of a holder's account of that kind, for example `holder:m1:points:available`."""
    return account_id(AccountName(owner="holder", owner_id=holder, asset=asset, kind=kind))


def holder_accounts(holder: str, asset: str, *, overdraft: bool = False) -> tuple[Account, ...]:
    """All accounts of a holder for one asset.

    `overdraft` says whether `available` may go below zero, as after a refund of an order whose
    points are already spent; no other account of a holder ever may.
    """
    return tuple(
        Account(
            id=of_holder(holder, asset, kind),
            asset=asset,
            overdraft=overdraft and kind == "available",
        )
        for kind in KINDS["holder"]
    )
