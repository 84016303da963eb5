"""What kinds of life share: whose asset it is, when points go, acts that keep them alive."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from msgspec import Struct

from regulars.engine.calendar import instant_of
from regulars.engine.facts import Order
from regulars.engine.happenings import Activity, Opening, Promise
from regulars.engine.rules import Handlers, Life
from regulars.engine.run import Run
from regulars.engine.state import BEGINNING
from regulars.engine.texts import Duration, Id, OneOrMany, Unique
from regulars.ledger import lots
from regulars.ledger.lots import FOREVER, Lot

if TYPE_CHECKING:
    from regulars.engine.build import Build

ORDER, REDEMPTION = "order", "redemption"
Ends = Literal["instant", "start_of_day", "end_of_day"]
"""Whether points go at the very instant, or when its civil day begins or ends."""


class Clock(Struct, omit_defaults=True):
    """The memory of lives that facts prolong, one for all of an asset.

    `last` is when what keeps points alive last happened, `said` whether that was brought in. The
    months from `first_month` to `last_month` each had such an act. Lots that knew no end have their
    life from `start`, when their holder came to `tier`.
    """

    last: int = BEGINNING
    said: bool = False
    first_month: int = 0
    last_month: int = -1
    start: int = BEGINNING
    tier: int = 0


class Kept(Life, frozen=True, kw_only=True):
    """A life that acts of `by` prolong: `order`, `redemption`, or a kind of activity. `remind` is
    how long before members are told."""

    memory: ClassVar[type | None] = Clock
    by: OneOrMany[Id] = (ORDER, REDEMPTION)
    remind: Unique[Duration] = ()


def asset_of(life: Life, build: Build) -> str:
    """The id of the asset whose life this is."""
    assets = build.edition.assets
    name = life.name_in_state
    return next(one.id for one in assets if one.expire and one.expire.name_in_state == name)


def reading(life: Life, build: Build) -> Handlers:
    """Handlers that only answer: when the lot that goes first goes (`points_expire_at`, FOREVER if
    none does), and when the newest was earned (`lot_earned_at`)."""
    asset = asset_of(life, build)
    index = build.assets[asset]
    goes, earned = {f"{asset}_expire_at"}, {f"{asset}_lot_earned_at"}
    if asset == build.main:
        goes.add("points_expire_at")
        earned.add("lot_earned_at")

    def read(run: Run, name: str) -> Any:
        held = run.state.holdings[index].lots
        if name in goes:
            return held[0].expires if held else FOREVER
        if name in earned:
            return max((lot.earned for lot in held), default=FOREVER)
        return None

    return Handlers(read=read)


def rewritten(run: Run, index: int, expires: Callable[[Lot], int]) -> None:
    """Give every lot of an asset a new expiry; the spending order follows."""
    holding = run.state.holdings[index]
    for lot in holding.lots:
        lot.expires = expires(lot)
    lots.reorder(holding)
    if holding.lots:
        run.state.due = min(run.state.due, holding.lots[0].expires)


def last_act(fact: Opening) -> int | None:
    """When something last happened, where an opening brings that in."""
    told = fact.what == "activity" and "at" in fact.dates
    return instant_of(fact.dates["at"]) if told else None


def acting(by: tuple[str, ...], act: Callable[[Run], None]) -> dict[type, Any]:
    """Who listens, so that `act` is called for orders, for redemptions that were asked for, and for
    acts of the kinds named."""
    kinds = frozenset(by) - {ORDER, REDEMPTION}
    on: dict[type, Any] = {}
    if ORDER in by:
        on[Order] = lambda run, fact: act(run)
    if REDEMPTION in by:
        on[Promise] = lambda run, fact: act(run) if fact.yes and fact.ordinal == fact.key else None
    if kinds:
        on[Activity] = lambda run, fact: act(run) if fact.kind in kinds else None
    return on
