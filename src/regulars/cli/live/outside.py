"""A case from outside: what HTTP can say and ask goes over HTTP, the rest through the actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from django.db import connection
from msgspec import Struct

from regulars.actions import api_keys
from regulars.api import clock
from regulars.api.answers import shown
from regulars.api.facts import Shop, assets_of
from regulars.cli.live.http import Api, Reached
from regulars.cli.live.side import LONG_AGO, Live
from regulars.cli.live.spelling import sent
from regulars.db import programmes
from regulars.db.models import AttemptRow
from regulars.engine.arrivals import Arrival
from regulars.engine.booking import Book
from regulars.engine.calendar import datetime_of, instant_of
from regulars.engine.desk import Outcome
from regulars.engine.happenings import Attempt, Redemption
from regulars.engine.money import decimals
from regulars.programmes.cases.sides import Scene, Unlike

OFTEN = 1_000_000
PLAIN = ("reward", "order", "pay_all", "as_voucher", "voucher", "partner")
"""What a redemption says as HTTP does."""


class Standing(Struct, frozen=True):
    """Where a member stands: of each asset what is available and what is pending, the tier, and
    the ids of the open vouchers."""

    balances: dict[str, tuple[str, str]]
    tier: str
    vouchers: list[str]


class Outside(Live):
    """One case over HTTP, by somebody whose key may do everything."""

    def __init__(self, scene: Scene, api: Api) -> None:
        super().__init__(scene)
        wanted = api_keys.Wanted(name="cases", scopes=tuple(api_keys.SCOPES), per_minute=OFTEN)
        self.api = Api(api.port, api_keys.create(wanted, LONG_AGO).key)
        with connection.cursor() as cursor:
            self.assets = assets_of(programmes.running(cursor))
        self.said = 0
        self.else_ = 0

    def asked(self, ask: Callable[[], Reached]) -> Reached:
        """Ask something at the moment of the case."""
        clock.tell(datetime_of(self.clock))
        try:
            answer = ask()
        finally:
            clock.tell(None)
        if answer.status >= 500:
            raise RuntimeError(str(answer.body))
        self.said += 1
        return answer

    def take(self, arrival: Arrival) -> Outcome | None:
        """Take in a fact that happened, over HTTP where that can say it."""
        shop = Shop(now=datetime_of(self.clock), assets=self.assets)
        body = sent(arrival, shop, self.scene.editions[0].currency)
        if body is None:
            self.else_ += 1
            return super().take(arrival)
        told = self.asked(lambda: self.api.post("/facts", body)).body
        if told.get("state") not in ("recorded", "restated", "waiting"):
            return None
        (given,) = told["programmes"]
        status = "parked" if given["status"] == "waiting" else str(given["status"])
        return Outcome(arrival.fact.key, status, given.get("code", ""))  # type: ignore[arg-type]

    def decide(self, attempt: Attempt, holder: str) -> Outcome | None:
        """Ask for something, over HTTP where that can say it."""
        body = self.redemption(attempt, holder)
        if body is None:
            self.else_ += 1
            return super().decide(attempt, holder)
        known = attempt.key in self.told
        told = self.asked(lambda: self.api.post("/redemptions", body))
        if told.status >= 400 or known:
            return None
        row = AttemptRow.objects.get(key=attempt.key)
        params = row.answer.get("params", {})
        status = "accepted" if told.body["accepted"] else "refused"
        return Outcome(attempt.key, status, told.body["code"], params)  # type: ignore[arg-type]

    def redemption(self, attempt: Attempt, holder: str) -> bytes | None:
        """The bytes that ask for a reward; None where HTTP cannot say all of it."""
        if not isinstance(attempt, Redemption) or instant_of(attempt.at) > self.clock:
            return None
        currency = self.scene.editions[0].currency
        told: dict[str, Any] = {
            "key": attempt.key,
            "at": attempt.at.isoformat(),
            "programme": self.programme,
            "member": self.names.number(holder),
            **{name: getattr(attempt, name) for name in PLAIN},
        }
        if attempt.price is not None:
            told["points"] = shown(attempt.price, self.scale_of(attempt.reward))
        if attempt.basket_minor is not None:
            told["currency"] = currency
            told["basket"] = shown(attempt.basket_minor, decimals(currency))
        return msgspec.json.encode(told)

    def scale_of(self, reward: str) -> int:
        """The decimals of the asset in which a reward is priced."""
        scales = self.assets[self.programme]
        rules = self.scene.editions[-1].rewards
        named = (one for one in rules if reward in (one.name_in_state, *getattr(one, "items", ())))
        return scales[getattr(next(named, None), "asset", None) or next(iter(scales))]

    @property
    def books(self) -> Mapping[str, Book]:
        """The books, each as HTTP says it too."""
        fresh = self.read is None
        books = super().books
        for name, book in books.items() if fresh else ():
            self.look(name, book)
        return books

    def look(self, name: str, book: Book) -> None:
        """Hold a book to what HTTP says of the member. Raises Unlike."""
        path = f"/members/{self.programme}/{self.names.number(name)}"
        told = self.asked(lambda: self.api.get(path)).body
        if (said := self.said_of(told)) != (known := self.known_of(book)):
            raise Unlike(f"{path}: {said}; {known}")

    def said_of(self, told: dict[str, Any]) -> Standing:
        """Where a member stands, as HTTP tells it."""
        balances = told["balances"].items()
        return Standing(
            balances={asset: (one["available"], one["pending"]) for asset, one in balances},
            tier=told["tier"],
            vouchers=sorted(self.names.text(one["id"]) for one in told["vouchers"]),
        )

    def known_of(self, book: Book) -> Standing:
        """Where a member stands, as their book tells it."""
        scales = self.assets[self.programme]
        holdings = zip(book.programme.asset_names, book.state.holdings, strict=True)
        tiers = book.run.edition.edition.tiers
        return Standing(
            balances={
                asset: (
                    shown(one.balance, scales[asset]),
                    shown(sum(part.amount for part in one.pending), scales[asset]),
                )
                for asset, one in holdings
            },
            tier=tiers[book.state.standing.tier].id if tiers else "",
            vouchers=sorted(book.state.vouchers),
        )
