"""What a kind is given when it is compiled: the programme's names, and the ways to act."""

from __future__ import annotations

from collections.abc import Callable

from regulars.engine import granting
from regulars.engine.calendar import Zone
from regulars.engine.edition import Edition
from regulars.engine.granting import Claw, Give, Heard, Room
from regulars.engine.limiting import Limiter
from regulars.engine.metering import Metering
from regulars.engine.rules import Lives, Rule
from regulars.engine.run import Run
from regulars.engine.terms import Terms
from regulars.engine.texts import parse_number
from regulars.engine.weighing import Modifier
from regulars.ledger.lots import FOREVER


class Build:
    """One edition being compiled. `assets` and `slots` are places in the state, the same in every
    edition of the programme. `moved` is called when the holder's tier has changed."""

    def __init__(
        self, edition: Edition, zone: Zone, assets: dict[str, int], slots: dict[str, int]
    ) -> None:
        self.edition = edition
        self.zone = zone
        self.assets = assets
        self.slots = slots
        self.policy = edition.policy
        self.lives: list[Lives] = [_never] * len(assets)
        self.heard: dict[str, list[Heard]] = {asset.id: [] for asset in edition.assets}
        self.heard_of: dict[tuple[str, str], list[Heard]] = {}
        self._hearings: dict[tuple[str, str], list[Heard]] = {}
        self.moved: list[Callable[[Run], None]] = []
        self.metering: dict[str, Metering] = {}
        self.limiters: list[Limiter] = []
        self.modifiers: list[Modifier] = []
        self.counts_orders = False
        self.vouchers: dict[str, Terms] = {}
        for asset in edition.assets:
            if asset.expire is not None:
                self.lives[assets[asset.id]] = asset.expire.expires(self, asset.id)

    @property
    def main(self) -> str:
        """The asset that rules mean if they name none."""
        return self.edition.assets[0].id

    def asset(self, name: str) -> int:
        """The place of an asset in the state; the main one's for an empty name."""
        return self.assets[name or self.main]

    def decimals(self, name: str) -> int:
        """Decimals of an asset's smallest unit."""
        return next(one.decimals for one in self.edition.assets if one.id == (name or self.main))

    def units(self, number: str, asset: str = "") -> int:
        """A decimal number of a file in an asset's smallest units; finer parts are cut."""
        value, scale = parse_number(number)
        units: int = value * 10 ** self.decimals(asset) // 10**scale
        return units

    def slot(self, rule: Rule) -> int:
        """The place of a rule's memory in the state."""
        return self.slots[rule.name_in_state]

    def tier(self, name: str) -> int:
        """The index of a tier, from the lowest. Raises ValueError."""
        return [tier.id for tier in self.edition.tiers].index(name)

    def giving(self, rule: Rule, asset: str = "") -> Give:
        """A function that gives the fact at work an amount, at once, past no limit."""
        name = asset or self.main
        index = self.assets[name]
        heard = self.hearing(name, rule.name_in_state)
        return granting.giving(rule.name_in_state, name, index, self.lives[index], heard)

    def pending(self, rule: Rule, asset: str = "") -> Callable[[Run, int, int], int]:
        """A function that gives an amount that becomes available later."""
        name = asset or self.main
        heard = self.hearing(name, rule.name_in_state)
        return granting.pending(rule.name_in_state, name, self.assets[name], heard)

    def clawing(self, rule: Rule, asset: str = "") -> Claw:
        """A function that takes back what a fact earned by this rule."""
        name = asset or self.main
        forgive = self.policy.shortfall == "forgive"
        heard = self.hearing(name, rule.name_in_state)
        return granting.clawing(rule.name_in_state, name, self.assets[name], heard, forgive)

    def hear(self, asset: str, heard: Heard, of: tuple[str, ...] = ()) -> None:
        """Be told of what is earned of an asset, and of what is taken back: by the rules `of`, by
        all of them where none is named."""
        name = asset or self.main
        if not of:
            self.heard[name].append(heard)
        for rule in of:
            self.heard_of.setdefault((name, rule), []).append(heard)
        for (one, rule), known in self._hearings.items():
            if one == name and (not of or rule in of):
                known.append(heard)

    def hearing(self, asset: str, rule: str) -> list[Heard]:
        """Who is told of what a rule gives of an asset; who asks to hear it later, too."""
        now = [*self.heard[asset], *self.heard_of.get((asset, rule), ())]
        return self._hearings.setdefault((asset, rule), now)

    def limits(self, rule: Rule, asset: str = "") -> tuple[Limiter, ...]:
        """The limits that hold for what a rule gives of an asset."""
        name = asset or self.main
        return tuple(one for one in self.limiters if one.holds(rule.name_in_state, name))


def _never(run: Run, earned: int) -> int:
    return FOREVER


__all__ = ["Build", "Claw", "Give", "Room"]
