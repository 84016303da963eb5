"""What either side gets: amounts of assets, a share of what the friend paid, or a voucher."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from regulars.engine import conditions
from regulars.engine.conditions import Condition, Tests
from regulars.engine.texts import (
    Duration,
    Finding,
    Id,
    Money,
    Part,
    Units,
    parse_duration,
    parse_money,
)

if TYPE_CHECKING:
    from regulars.engine.build import Build
    from regulars.engine.run import Run


class Gift(Part, frozen=True, kw_only=True):
    """One thing: `amount` of an `asset` (the main one if left out), or `percent` of what the
    friend paid in it, or a `voucher` of this name, worth `value` or good for what it is called,
    `valid` for so long. `who` says for whom it is: of several of one asset, or of one voucher,
    the first that fits is given."""

    asset: Id | None = None
    amount: Units | None = None
    percent: Annotated[int, Meta(ge=1, le=100)] | None = None
    voucher: Id | None = None
    value: Money | None = None
    valid: Duration | None = None
    who: Condition | None = None

    def problems(self) -> Iterable[Finding]:
        """Exactly one of amount, percent and voucher."""
        said = [self.amount, self.percent, self.voucher]
        if sum(one is not None for one in said) != 1:
            yield Finding("amount", "gift_one_of", {})


class Frozen(Struct, omit_defaults=True):
    """A gift as it was promised: `amount` and `value` in smallest units, `valid` as months, days,
    hours."""

    asset: str = ""
    amount: int = 0
    percent: int = 0
    voucher: str = ""
    value: int = 0
    currency: str = ""
    valid: list[int] = []

    def worth(self, basis: int) -> int:
        """How much of the asset it is, for so much paid."""
        return basis * self.percent // 100 if self.percent else self.amount


class Milestone(Part, frozen=True, kw_only=True):
    """What an advocate gets besides, once, when `friends` have come."""

    friends: Annotated[int, Meta(ge=1)]
    gives: list[Gift] = []


class Gifts:
    """A list of gifts made ready."""

    def __init__(self, build: Build, gifts: Iterable[Gift]) -> None:
        self.options: list[tuple[Tests | None, Frozen]] = [
            (conditions.compiled(one.who, build) if one.who else None, frozen(build, one))
            for one in gifts
        ]

    def chosen(self, run: Run) -> list[Frozen]:
        """What is promised to this holder now: of each asset and voucher the first that fits."""
        first: dict[tuple[str, str], Frozen] = {}
        for tests, gift in self.options:
            if tests is None or tests.holds(run, None):
                first.setdefault((gift.asset, gift.voucher), gift)
        return list(first.values())


def frozen(build: Build, gift: Gift) -> Frozen:
    """A gift in integers."""
    value = parse_money(gift.value) if gift.value else None
    asset = "" if gift.voucher else gift.asset or build.main
    return Frozen(
        asset=asset,
        amount=build.units(gift.amount, asset) if gift.amount else 0,
        percent=gift.percent or 0,
        voucher=gift.voucher or "",
        value=value.minor if value else 0,
        currency=value.currency if value else "",
        valid=list(parse_duration(gift.valid)) if gift.valid else [],
    )
