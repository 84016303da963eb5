"""From what a case gives to opening facts: the state just before its first event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from regulars.engine.compiled import Compiled
from regulars.engine.happenings import Attribute, Opening
from regulars.engine.run import Run
from regulars.programmes.cases.arriving import Head, attributes, order_of
from regulars.programmes.cases.shapes import Case
from regulars.programmes.cases.units import MICROSECOND, Units, code_of, number, word
from regulars.programmes.cases.values import Fields, Key, Value
from regulars.programmes.cases.vocabulary import vocabulary

PROBE = 10**12
"""An amount that is brought into an empty state to see in which unit a metric is shown."""


class Begun(Struct, frozen=True):
    """What holds before the first event: whose, and the fact that says so."""

    holder: str
    fact: Opening | Attribute


class Opener:
    """Makes the openings of one case. `begins` is just before its first instant."""

    def __init__(self, case: Case, programme: Compiled, units: Units, begins: datetime) -> None:
        self.case = case
        self.programme = programme
        self.units = units
        self.begins = begins
        self.made = 0

    def head(self, key: str = "") -> Head:
        """The head of the next opening; an earlier order keeps its own key."""
        self.made += 1
        return Head(key or f"given/{self.made}", self.begins, f"{self.made:06d}")

    def opening(self, what: str, name: str = "", **fields: Any) -> Opening:
        """The next opening."""
        return Opening(**self.head(fields.pop("key", "")).of_fact, what=what, name=name, **fields)

    def of(self, holder: str, fields: Fields) -> Iterator[Begun]:
        """Everything that is given of one holder: attributes first, earlier orders last."""
        early = Head(f"given/{holder}", self.begins - MICROSECOND, "")
        for attribute in attributes(fields, early):
            yield Begun(holder, attribute)
        for opening in self._openings(fields):
            yield Begun(holder, opening)
        yield from self.referrals(holder, fields)

    def _openings(self, fields: Fields) -> Iterator[Opening]:
        yield from self._assets(fields)
        yield from self._metrics(fields)
        for key, value in fields.words.items():
            make = _WORDS.get(key)
            if make is not None:
                yield from make(self, value, fields)
            elif key in OTHERWISE:
                yield self._other(key, value)
        yield from self._orders(fields)

    def _assets(self, fields: Fields) -> Iterator[Opening]:
        words = fields.words
        for earned, amount in _pairs(words.get("lots")):
            yield self._lot(self.units.main, amount, earned)
        for one in _maps(words.get("credits")):
            yield self._lot("credit", one.words.get("value"), one.words.get("issued_at"))
        for key, amount in fields.names.items():
            asset = self.units.asset(key.word) if not key.window else ""
            if asset and not (asset == self.units.main and "lots" in words):
                yield self._lot(asset, amount, None)
        if "points" in words and "lots" not in words:
            yield self._lot(self.units.main, words["points"], None)
        if "pending" in words:
            amount = self.units.of_asset(words["pending"], self.units.main)
            yield self.opening("pending", self.units.main, amount=amount)

    def _lot(self, asset: str, amount: Value, earned: Value) -> Opening:
        dates = {} if earned is None else {"earned": self.units.moment(earned)}
        return self.opening("asset", asset, amount=self.units.of_asset(amount, asset), dates=dates)

    def _metrics(self, fields: Fields) -> Iterator[Opening]:
        for key, amount in fields.names.items():
            if self.units.asset(key.word) and not key.window:
                continue
            units = int(number(amount) * self.scale(key))
            yield self.opening("metric", key.word, amount=units, details={"window": key.window})

    def scale(self, key: Key) -> Decimal:
        """How many smallest units a metric has for one as people read it."""
        edition = self.programme.editions[0]
        handlers = edition.handlers.get(key.word)
        if handlers is None or handlers.opening is None or handlers.read is None:
            return Decimal(1)
        run = Run(self.programme, self.programme.start())
        run.at = 0
        probe = self.opening("metric", key.word, amount=PROBE)
        handlers.opening(run, probe)
        shown = handlers.read(run, f"{key.word}_{key.window}" if key.window else key.word)
        if not shown:
            shown = handlers.read(run, key.word) or handlers.read(run, f"{key.word}_ever")
        return Decimal(PROBE) / Decimal(shown) if shown else Decimal(1)

    def _tier(self, value: Value, fields: Fields) -> Iterator[Opening]:
        told = {"since": fields.words.get("tier_since"), "until": fields.words.get("tier_until")}
        yield self.opening("tier", str(value), dates=self._dates(told))

    def _dates(self, told: dict[str, Value]) -> dict[str, datetime]:
        return {name: self.units.moment(one) for name, one in told.items() if one is not None}

    def _vouchers(self, value: Value, fields: Fields) -> Iterator[Opening]:
        for one in _maps(value):
            words = one.words
            item = str(words.get("item") or "")
            told = {"issued": words.get("issued_at"), "expires": words.get("expires_at")}
            yield self.opening(
                "voucher",
                str(words.get("id") or self.made),
                amount=self.units.money(words["value"]) if "value" in words else 0,
                dates=self._dates(told),
                details={"item": item, "kind": item} if item else {},
            )

    def _entitlements(self, value: Value, fields: Fields) -> Iterator[Opening]:
        for one in _maps(value):
            amount = int(number(one.words.get("limit")))
            dates = self._dates({"issued": one.words.get("issued_at")})
            yield self.opening("entitlement", str(one.words["kind"]), amount=amount, dates=dates)

    def _limits(self, value: Value, fields: Fields) -> Iterator[Opening]:
        for name, used in value.items() if isinstance(value, dict) else ():
            yield self.opening("limit", name, amount=int(number(used) * self._limit_scale(name)))

    def _limit_scale(self, name: str) -> int:
        """Limits of an asset are counted in its smallest unit, others in pieces."""
        for rule in self.units.edition.limit:
            if rule.name_in_state == name and hasattr(rule, "asset"):
                asset = getattr(rule, "asset", None) or self.units.main
                acts = rule.kind.startswith("times")
                return 1 if acts else 10 ** self.units.places(asset)
        for referral in self.units.edition.referrals:
            for cap in getattr(referral, "at_most", ()):
                if cap.id == name and cap.amount:
                    return int(10 ** self.units.places(cap.asset or self.units.main))
        return 1

    def referrals(self, holder: str, fields: Fields) -> Iterator[Begun]:
        """Referrals that run already, each in the book of its friend."""
        told = fields.words.get("referrals")
        for friend, one in told.items() if isinstance(told, dict) else ():
            words = one.words if isinstance(one, Fields) else {}
            own = {key: word(words[key]) for key in ("advocate", "state") if key in words}
            details = {"advocate": holder, **own}
            dates = self._dates({"since": words.get("since")})
            opening = self.opening("referral", friend, details=details, dates=dates)
            yield Begun(friend, opening)

    def _friends(self, value: Value, fields: Fields) -> Iterator[Opening]:
        if isinstance(value, tuple):
            details = {"ids": ",".join(str(one) for one in value)}
            yield self.opening("friends", amount=len(value), details=details)
        else:
            yield self.opening("friends", amount=int(number(value)))

    def _prizes(self, value: Value, fields: Fields) -> Iterator[Opening]:
        if isinstance(value, dict):
            for name, count in value.items():
                yield self.opening("prize", name, amount=int(number(count)))
        elif isinstance(value, tuple):
            for one in value:
                yield self.opening("prize", str(one), amount=1)
        else:
            yield self.opening("prize", amount=int(number(value)))

    def _birthday_used(self, value: Value, fields: Fields) -> Iterator[Opening]:
        dates = {"at": self.units.moment(value)}
        yield self.opening("use", dates=dates)

    def _last_activity(self, value: Value, fields: Fields) -> Iterator[Opening]:
        yield self.opening("activity", dates={"at": self.units.moment(value)})

    def _last_orders(self, value: Value, fields: Fields) -> Iterator[Opening]:
        for items, returned in _pairs(value):
            details = {"returned": word(returned)}
            yield self.opening("last_order", amount=int(number(items)), details=details)

    def _reading(self, value: Value, fields: Fields) -> Iterator[Opening]:
        name = word(fields.words.get("bike"))
        yield self.opening("reading", name, amount=int(number(value)))

    def _invalid(self, value: Value, fields: Fields) -> Iterator[Opening]:
        yield self.opening("invalid", amount=int(number(value)))

    def _streak(self, value: Value, fields: Fields) -> Iterator[Opening]:
        yield self.opening("streak", amount=int(number(value)))

    def _accrued(self, value: Value, fields: Fields) -> Iterator[Opening]:
        yield self.opening("accrued", amount=self.units.money(value))

    def _other(self, key: str, value: Value) -> Opening:
        """What no kind of the core speaks of, under its own word."""
        if isinstance(value, datetime):
            return self.opening(key, dates={"at": value})
        if isinstance(value, Fields):
            told = {**value.words, **{one.word: amount for one, amount in value.names.items()}}
            return self.opening(key, details={name: word(one) for name, one in told.items()})
        if isinstance(value, dict):
            return self.opening(key, details={name: word(one) for name, one in value.items()})
        return self.opening(key, details={"value": word(value)})

    def _orders(self, fields: Fields) -> Iterator[Opening]:
        for one in _maps(fields.words.get("orders")):
            yield self.earlier(one)

    def earlier(self, fields: Fields) -> Opening:
        """An earlier order under its own key."""
        words = fields.words
        at = self.units.moment(words["t"]) if "t" in words else self.begins
        head = self.head(str(words.get("id") or ""))
        order = order_of(fields, Head(head.key, at, head.source), self.units)
        left = words.get("points_left")
        told = {name: words.get(name) for name in ("delivered", "warranty_until")}
        return Opening(
            **head.of_fact,
            what="order",
            name=head.key,
            amount=0 if left is None else self.units.of_asset(left, self.units.main),
            details={} if left is None else {"left": "yes"},
            dates={"at": at, **self._dates(told)},
            order=order,
        )


_WORDS: dict[str, Any] = {
    "tier": Opener._tier,
    "vouchers": Opener._vouchers,
    "entitlements": Opener._entitlements,
    "limits_used": Opener._limits,
    "invalid_found": Opener._invalid,
    "friends": Opener._friends,
    "prizes": Opener._prizes,
    "birthday_reward_used": Opener._birthday_used,
    "last_activity": Opener._last_activity,
    "last_orders_items": Opener._last_orders,
    "last_reading": Opener._reading,
    "streak": Opener._streak,
    "accrued": Opener._accrued,
}
"""How each word of what is given is brought in; assets, metrics and orders go their own ways."""

OTHERWISE = frozenset(
    {"last_ship", "delivery_day", "reminder_price", "box", "every", "next_ship", "anchor_day"}
    | {"renewal", "legacy", "subscription", "seed", "draws", "campaign", "contest"}
)
"""Words that are brought in as they stand."""


def signals(fields: Fields) -> dict[str, str]:
    """By what a person is known, as told."""
    kinds = vocabulary().product.places["signals"]
    told = {kind: str(fields.words[kind]) for kind in kinds if kind in fields.words}
    if "visitor" in fields.words:
        told["visitor"] = str(fields.words["visitor"])
    return told


def _pairs(value: Value) -> list[tuple[Value, Value]]:
    several = value if isinstance(value, tuple) else ()
    return [(one[0], one[1]) for one in several if isinstance(one, tuple)]


def _maps(value: Value) -> list[Fields]:
    several = value if isinstance(value, tuple) else ()
    return [one for one in several if isinstance(one, Fields)]


__all__ = ["Begun", "Opener", "code_of", "signals"]
