"""The book: accounts, the transfers between them, and the balances that follow from these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from msgspec.structs import replace

from regulars.ledger.accounts import Account
from regulars.ledger.refused import refusal
from regulars.ledger.transfers import LARGEST, Group, Transfer

Outcome = Literal["booked", "known"]
"""`known`: this was booked before under the same id, and asking again changed nothing."""


class Book:
    """A ledger in memory. It only grows: nothing that was booked is ever changed or removed.

    A group is booked whole or not at all. Its limits are those of the balances it leaves behind,
    so the order of transfers within a group has no meaning.
    """

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._accounts: dict[str, Account] = {}
        self._groups: dict[str, Group] = {}
        self._transfers: dict[str, Transfer] = {}
        self._balances: dict[str, int] = {}
        for account in accounts:
            self.open(account)

    @property
    def accounts(self) -> Mapping[str, Account]:
        """Every account by its id."""
        return MappingProxyType(self._accounts)

    @property
    def transfers(self) -> Iterable[Transfer]:
        """Every transfer, in the order of booking."""
        return self._transfers.values()

    @property
    def balances(self) -> Mapping[str, int]:
        """The balance of every account, in smallest units of its asset."""
        return MappingProxyType(self._balances)

    def open(self, account: Account) -> Outcome:
        """Add an account with a balance of zero; refuses `account_known` if it was another."""
        if account.id in self._accounts:
            if self._accounts[account.id] != account:
                raise refusal("account_known", account=account.id)
            return "known"
        self._accounts[account.id] = account
        self._balances[account.id] = 0
        return "booked"

    def balance(self, account: str) -> int:
        """The balance of one account, in smallest units; refuses `account_unknown`."""
        if account not in self._balances:
            raise refusal("account_unknown", account=account)
        return self._balances[account]

    def post(self, group: Group) -> Outcome:
        """Book all transfers of `group`, or refuse and book none.

        The same group again is `known` and has no effect, whenever it is told: `booked_at` does
        not count. Refuses `key_reused` for other content under a known id, what `check_transfer`
        refuses, `insufficient` where an account without overdraft would end below zero, and
        `amount_too_large` where a balance would pass `LARGEST`.
        """
        if group.id in self._groups:
            if _content(self._groups[group.id]) != _content(group):
                raise refusal("key_reused", key=group.id)
            return "known"
        self._check_group(group)
        after = self._after(group)
        for account, balance in after.items():
            self._check_balance(account, balance)
        self._groups[group.id] = group
        self._transfers.update({transfer.id: transfer for transfer in group.transfers})
        self._balances.update(after)
        return "booked"

    def _check_group(self, group: Group) -> None:
        if not group.transfers:
            raise refusal("group_empty", group=group.id)
        seen: set[str] = set()
        for transfer in group.transfers:
            if transfer.group != group.id:
                raise refusal("group_mismatch", group=group.id, transfer=transfer.id)
            if transfer.id in self._transfers or transfer.id in seen:
                raise refusal("key_reused", key=transfer.id)
            seen.add(transfer.id)
            check_transfer(transfer, self._accounts)

    def _after(self, group: Group) -> dict[str, int]:
        """The balances that the group's accounts would have once it is booked."""
        return {
            account: self._balances[account] + change
            for account, change in changes(group.transfers).items()
        }

    def _check_balance(self, account: str, balance: int) -> None:
        if balance < 0 and not self._accounts[account].overdraft:
            has = self._balances[account]
            raise refusal("insufficient", account=account, has=has, needs=has - balance)
        if abs(balance) > LARGEST:
            raise refusal("amount_too_large", amount=abs(balance), most=LARGEST)


def _content(group: Group) -> tuple[Transfer, ...]:
    """What a group says, whenever it was told."""
    return tuple(replace(transfer, booked_at=0) for transfer in group.transfers)


def changes(transfers: Iterable[Transfer]) -> dict[str, int]:
    """By how much these transfers together change each account they touch, in smallest units."""
    total: Counter[str] = Counter()
    for transfer in transfers:
        total[transfer.source] -= transfer.amount
        total[transfer.target] += transfer.amount
    return dict(total)


def check_transfer(transfer: Transfer, accounts: Mapping[str, Account]) -> None:
    """Refuse what no transfer may be, whatever the balances.

    `amount_not_positive`, `amount_too_large`, `same_account`, `account_unknown`, and
    `asset_mismatch` where an account holds another asset than is moved.
    """
    if transfer.amount <= 0:
        raise refusal("amount_not_positive", amount=transfer.amount)
    if transfer.amount > LARGEST:
        raise refusal("amount_too_large", amount=transfer.amount, most=LARGEST)
    if transfer.source == transfer.target:
        raise refusal("same_account", account=transfer.source)
    for account in (transfer.source, transfer.target):
        if account not in accounts:
            raise refusal("account_unknown", account=account)
        holds = accounts[account].asset
        if holds != transfer.asset:
            raise refusal("asset_mismatch", account=account, holds=holds, moves=transfer.asset)
