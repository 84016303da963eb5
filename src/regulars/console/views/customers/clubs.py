"""Programmes as the list of customers needs them: their tiers to choose from, balances in words."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from msgspec import Struct, structs

from regulars.actions import portal_pages
from regulars.console.views.customers.asked import Asked
from regulars.db.queries.customers import ListedCustomer, Wanted
from regulars.db.queries.programmes import in_order
from regulars.engine.edition import Edition
from regulars.words.amounts import asset_of, capital, named, said, units

MEMBERS = "members"


class Clubs(Struct, frozen=True, kw_only=True):
    """The programmes that run, in their order, with the editions in force."""

    editions: dict[str, Edition]

    @property
    def label(self) -> str:
        """What the column of balances is called."""
        if len(self.editions) == 1:
            (edition,) = self.editions.values()
            return capital(named(edition.assets[0]))
        return _("Balance")

    def choices(self) -> list[tuple[str, str]]:
        """What the list can be narrowed to: members, and each tier of each programme."""
        if not self.editions:
            return []
        alone = len(self.editions) == 1
        return [
            (MEMBERS, _("Members")),
            *(
                (
                    f"{programme}/{tier.id}",
                    said(tier.name) if alone else f"{said(edition.name)}: {said(tier.name)}",
                )
                for programme, edition in self.editions.items()
                for tier in edition.tiers
            ),
        ]

    def narrowed(self, asked: Asked) -> Asked:
        """What was asked for, without a tier that there is not."""
        known = {key for key, _label in self.choices()}
        return asked if asked.tier in known else structs.replace(asked, tier="")

    def wanted(self, wish: Wanted, asked: Asked) -> Wanted:
        """The query for what is asked for."""
        if not asked.tier or asked.tier == MEMBERS:
            every = tuple(self.editions)
            return structs.replace(wish, programmes=every, members=bool(asked.tier))
        programme, _slash, tier = asked.tier.partition("/")
        return structs.replace(wish, programmes=(programme,), tier=tier)

    def balance(self, person: ListedCustomer) -> tuple[str, str]:
        """What somebody can use, and their tier; both empty for who is no member."""
        if person.member is None or person.member.programme not in self.editions:
            return "", ""
        edition = self.editions[person.member.programme]
        main = asset_of(edition, "")
        tiers = {one.id: said(one.name) for one in edition.tiers}
        has = units(person.member.available.get(main.id, 0), main)
        return has, tiers.get(person.member.tier, "")

    def exact(self, person: ListedCustomer) -> tuple[Decimal | None, str]:
        """The same for a file: a number, and the tier by its id."""
        if person.member is None or person.member.programme not in self.editions:
            return None, ""
        main = asset_of(self.editions[person.member.programme], "")
        has = Decimal(person.member.available.get(main.id, 0)).scaleb(-main.decimals)
        return has, person.member.tier


def clubs(now: datetime) -> Clubs:
    """The programmes that run now."""
    return Clubs(editions={one: portal_pages.edition_of(one, now) for one in in_order()})
