"""Checks: balances are projections, so they can be made again and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from regulars.ledger.accounts import Account
from regulars.ledger.transfers import Transfer


class Disagreement(Struct, frozen=True, kw_only=True, gc=False):
    """An account whose balance is not what its transfers say, both in smallest units."""

    account: str
    stored: int
    recomputed: int


def recomputed(transfers: Iterable[Transfer]) -> dict[str, int]:
    """The balance of every account that a transfer touches, in smallest units.

    It adds up in its own way and shares no code with the book, whose work it checks.
    """
    balances: dict[str, int] = {}
    for one in transfers:
        balances[one.source] = balances.get(one.source, 0) - one.amount
        balances[one.target] = balances.get(one.target, 0) + one.amount
    return balances


def as_of(transfers: Iterable[Transfer], true_by: int, known_by: int) -> Iterator[Transfer]:
    """The transfers that were true by one instant, as far as they were booked by another.

    Both instants are included, in microseconds since 1970-01-01 UTC.
    """
    return (one for one in transfers if one.at <= true_by and one.booked_at <= known_by)


def verify(transfers: Iterable[Transfer], balances: Mapping[str, int]) -> Disagreement | None:
    """The first account, by id, whose stored balance is wrong; None if all agree.

    An account without transfers has a balance of zero, stored or not.
    """
    expected = recomputed(transfers)
    for account in sorted(expected.keys() | balances.keys()):
        stored, right = balances.get(account, 0), expected.get(account, 0)
        if stored != right:
            return Disagreement(account=account, stored=stored, recomputed=right)
    return None


def sums(accounts: Mapping[str, Account], balances: Mapping[str, int]) -> dict[str, int]:
    """All balances of each asset added up, in smallest units."""
    total: Counter[str] = Counter()
    for account, balance in balances.items():
        total[accounts[account].asset] += balance
    return dict(total)


def sums_to_zero(accounts: Mapping[str, Account], balances: Mapping[str, int]) -> bool:
    """Whether nothing came from nowhere: for each asset all balances add up to zero."""
    return not any(sums(accounts, balances).values())
