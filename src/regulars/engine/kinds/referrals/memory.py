"""What a holder's state remembers of referrals: who brought him, and whom he brought.

Closed referrals of an advocate stay, in one small entry each: a late refund has to find them, and
nobody is paid twice for one friend.
"""

from __future__ import annotations

from msgspec import Struct, field

from regulars.engine.kinds.referrals.offer import Offered
from regulars.engine.kinds.referrals.payout import Frozen
from regulars.engine.rules import Lasting
from regulars.ledger.lots import FOREVER


class Waiting(Struct, omit_defaults=True):
    """An order that would qualify once its completion is told: for which payment, how much."""

    paid: str
    amount: int


class Brought(Struct, omit_defaults=True):
    """The friend's side: by which `advocate`, since when, as which `friend` where he is another by
    now; `state` as far as this side knows it,
    with the `reason` of an end; the `offer` as accepted; steps `taken` by payment; payments `done`;
    orders `waiting`; `gifts` promised, and by payment what was `given` under which fact (`keys`);
    `unfit` acts and why; `bought` says that an order was seen, `joined` a
    sign-up; `opened` is when all of this was brought in, 0 if it was not."""

    advocate: str = ""
    friend: str = ""
    since: int = 0
    state: str = "none"
    reason: str = ""
    flags: list[str] = field(default_factory=list)
    deadline: int = FOREVER
    offer: Offered = field(default_factory=Offered)
    taken: dict[str, dict[str, int]] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    by: str = ""
    waiting: dict[str, Waiting] = field(default_factory=dict)
    gifts: dict[str, list[Frozen]] = field(default_factory=dict)
    given: dict[str, dict[str, int]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    unfit: dict[str, str] = field(default_factory=dict)
    bought: bool = False
    joined: bool = False
    opened: int = 0

    def welcome(self, at: int) -> Offered | None:
        """What the friend still has off the first order at an instant; None where nothing."""
        waits = self.state == "signed_up" and not self.bought
        return self.offer if waits and self.offer.exists() and not self.offer.over(at) else None


class Stake(Struct, omit_defaults=True):
    """One payment for one friend: earned `since`, by an order of `basis`, of which so much is
    `left` (-1: all); `known` once the friend's side has said so; decided when `due` (0:
    at once, FOREVER: decided or waiting for a person). `outcome` is yes or no, `reason` why not;
    `void` why it no longer stands; `given` by asset `at` an instant under a `promise`; `back` that
    it was taken back."""

    since: int = 0
    due: int = FOREVER
    basis: int = 0
    left: int = -1
    known: bool = False
    outcome: str = ""
    reason: str = ""
    void: str = ""
    given: dict[str, int] = field(default_factory=dict)
    at: int = 0
    promise: str = ""
    back: bool = False

    @property
    def worth(self) -> int:
        """What of the order still stands."""
        return self.basis if self.left < 0 else min(self.basis, self.left)


class Friend(Struct, omit_defaults=True):
    """The advocate's side of one friend: what was promised when he came (`gifts` by payment), what
    speaks for a look (`flags`), what a person said, and why all of it ended, if it did."""

    since: int = 0
    flags: list[str] = field(default_factory=list)
    approved: bool = False
    reason: str = ""
    gifts: dict[str, list[Frozen]] = field(default_factory=dict)
    stakes: dict[str, Stake] = field(default_factory=dict)
    counted: bool = False
    told: str = ""


class Memory(Lasting, omit_defaults=True):
    """Both sides. `count` friends count; `used` of each cap by period; `reached` milestones."""

    brought: Brought = field(default_factory=Brought)
    friends: dict[str, Friend] = field(default_factory=dict)
    count: int = 0
    banned: bool = False
    used: dict[str, dict[str, int]] = field(default_factory=dict)
    reached: list[int] = field(default_factory=list)
    next: int = FOREVER
    open: list[list[str]] = field(default_factory=list)

    def outlived(self) -> Memory:
        """Caps stay used up, what many friends brought is not brought again, a ban stands."""
        return Memory(banned=self.banned, used=self.used, reached=self.reached)
