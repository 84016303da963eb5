"""Conditions: closed fields that a form can show, joined by `all`, `any`, `not`.

A condition is split when it is compiled: what it says of goods is asked line by line, what it
says of the sale, the member and the time is asked once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from regulars.engine.calendar import Zone
from regulars.engine.calendar import zone as named_zone
from regulars.engine.facts import Code, Line, Order
from regulars.engine.happenings import Activity
from regulars.engine.periods import (
    UNSAID,
    birth_of,
    date_of,
    day_of,
    next_anniversary,
    weekday,
)
from regulars.engine.run import Run
from regulars.engine.texts import (
    Amount,
    Day,
    Finding,
    Id,
    Instant,
    Money,
    OneOrMany,
    Part,
    form,
    parse_day,
    parse_instant,
    parse_money,
)

if TYPE_CHECKING:
    from regulars.engine.build import Build

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final[tuple[Weekday, ...]] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
CLOCK_PATTERN = "^(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
Clock = Annotated[str, form("clock", CLOCK_PATTERN, "From-to, such as 14:00-17:00.")]
Birthday = Literal["day", "week", "month"]
Years = Annotated[int, Meta(ge=1, le=150)]
DayZone = Literal["programme", "member"]
DEEPEST = 3
MINUTE = 60_000_000

LineTest = Callable[[Line], bool]
FactTest = Callable[[Run, Any], bool]
ZoneOf = Callable[[Run], Zone]
DAYS_OF_WEEK: Final = 7
ORDERS: Final = "orders/known"
"""Under what the number of orders is kept among the ordinals, where a condition asks for it."""


class Condition(Part, frozen=True, kw_only=True):
    """When something holds. Fields beside each other must all hold; a list means any of them.

    Goods: `category`, `product`, `brand`. Sale or act: `channel`, `trade` (its kind), `place`,
    `tender` (the part paid so), `campaign` (it falls under), `labels` (any other circumstance),
    `at_least` (goods of the sale, before what pays for them). Member: `tier`, `segment`,
    `attribute`, `first_order` (none is known before it), `age_from` and `age_below` (full years on
    the day of the fact; without a date of birth neither holds). Time of the fact, in the
    programme's zone: `from` and `until` (a day counts whole), `weekday`, `hours`
    (07:00-11:00, without 11:00), `birthday`: the `day` itself, the `week` (the seven days that
    begin with it) or the calendar `month` of it; 29 February falls on 28 February in common years.
    With `zone: member` weekday, hours, birthday and age go by the member's own zone, where one is
    known.
    """

    category: OneOrMany[Code] = ()
    product: OneOrMany[Code] = ()
    brand: OneOrMany[Code] = ()
    channel: OneOrMany[Code] = ()
    trade: OneOrMany[Code] = ()
    place: OneOrMany[Code] = ()
    tender: OneOrMany[Code] = ()
    campaign: OneOrMany[Id] = ()
    labels: dict[Code, Code] = {}
    at_least: Money | None = None
    tier: OneOrMany[Id] = ()
    segment: OneOrMany[Code] = ()
    attribute: dict[Code, Code] = {}
    from_: Day | Instant | None = None
    until: Day | Instant | None = None
    weekday: OneOrMany[Weekday] = ()
    hours: Clock | None = None
    birthday: Birthday | None = None
    first_order: bool = False
    age_from: Years | None = None
    age_below: Years | None = None
    zone: DayZone = "programme"
    all: list[Condition] = []
    any: list[Condition] = []
    not_: Condition | None = None

    def problems(self) -> Iterable[Finding]:
        """Too deep, goods and sale mixed under `any` or `not`, or a tender inside them."""
        if depth(self) > DEEPEST:
            yield Finding("", "condition_too_deep", {"most": DEEPEST})
        for path, part in self.joined():
            if asks_goods(part) and asks_sale(part):
                yield Finding(path, "condition_mixed", {})
            if part.tender:
                yield Finding(path, "condition_tender", {})

    def joined(self) -> Iterator[tuple[str, Condition]]:
        """The parts under `any` and `not`, with their paths."""
        kinds = {asks_goods(one) for one in self.any}
        for index, one in enumerate(self.any):
            yield f"any[{index}]", one
        if len(kinds) > 1:
            yield "any", Condition(any=self.any)
        if self.not_ is not None:
            yield "not", self.not_


class Tests(Struct):
    """A compiled condition: what must hold for a line, for the fact; empty where nothing is asked.
    `tender` names the means of payment whose share alone counts."""

    lines: tuple[LineTest, ...] = ()
    facts: tuple[FactTest, ...] = ()
    tender: tuple[str, ...] = ()
    by_category: bool = True

    def holds(self, run: Run, fact: Any) -> bool:
        """Whether the sale, the member and the time are right."""
        return all(test(run, fact) for test in self.facts)

    def takes(self, line: Line) -> bool:
        """Whether a line's goods are right."""
        return all(test(line) for test in self.lines)


def depth(condition: Condition) -> int:
    """How many conditions stand inside each other: 1 for a plain one."""
    inner = [*condition.all, *condition.any, *([condition.not_] if condition.not_ else [])]
    return 1 + max(map(depth, inner), default=0)


def asks_goods(condition: Condition) -> bool:
    """Whether it says anything of goods."""
    own = bool(condition.category or condition.product or condition.brand)
    inner = [*condition.all, *condition.any, *([condition.not_] if condition.not_ else [])]
    return own or any(map(asks_goods, inner))


def asks_sale(condition: Condition) -> bool:
    """Whether it says anything of the sale, the member or the time."""
    c = condition
    own = (c.channel, c.trade, c.place, c.tender, c.campaign, c.labels, c.at_least, c.tier)
    more = (c.segment, c.attribute, c.from_, c.until, c.weekday, c.hours, c.birthday, c.age_from)
    inner = [*c.all, *c.any, *([c.not_] if c.not_ else [])]
    return any(own) or any(more) or c.first_order or bool(c.age_below) or any(map(asks_sale, inner))


def compiled(condition: Condition | None, build: Build) -> Tests:
    """The tests of a condition; no condition has none."""
    if condition is None:
        return Tests()
    parts = [compiled(one, build) for one in condition.all]
    lines = [*_line_tests(condition), *(test for part in parts for test in part.lines)]
    facts = [*_fact_tests(condition, build), *(test for part in parts for test in part.facts)]
    for joined in (condition.any, [condition.not_] if condition.not_ else []):
        if joined:
            inner = [compiled(one, build) for one in joined]
            wanted = joined is condition.any
            if asks_goods(joined[0]):
                lines.append(partial(_any_line, inner, wanted))
            else:
                facts.append(partial(_any_fact, inner, wanted))
    plain = all(part.by_category for part in parts) and not (
        condition.product or condition.brand or condition.any or condition.not_
    )
    tender = condition.tender or next((part.tender for part in parts if part.tender), ())
    return Tests(tuple(lines), tuple(facts), tender, plain)


def _any_line(inner: list[Tests], wanted: bool, line: Line) -> bool:
    return any(one.takes(line) for one in inner) is wanted


def _any_fact(inner: list[Tests], wanted: bool, run: Run, fact: Any) -> bool:
    return any(one.holds(run, fact) for one in inner) is wanted


def _line_tests(c: Condition) -> Iterator[LineTest]:
    if c.category:
        categories = frozenset(c.category)
        yield lambda line: line.category in categories
    if c.product:
        products = frozenset(c.product)
        yield lambda line: line.product in products
    if c.brand:
        brands = frozenset(c.brand)
        yield lambda line: line.brand in brands


def _fact_tests(c: Condition, build: Build) -> Iterator[FactTest]:
    for label, values in (("channel", c.channel), ("kind", c.trade)):
        if values:
            yield partial(_labelled, label, frozenset(values))
    for label, value in c.labels.items():
        yield partial(_labelled, label, frozenset([value]))
    if c.place:
        places = frozenset(c.place)
        yield lambda run, fact: getattr(fact, "place", "") in places
    if c.campaign:
        campaigns = frozenset(c.campaign)
        yield lambda run, fact: not campaigns.isdisjoint(getattr(fact, "campaigns", ()))
    if c.at_least:
        yield partial(_at_least, parse_money(c.at_least))
    yield from _member_tests(c, build)
    yield from _time_tests(c, build.zone)


def _at_least(least: Amount, run: Run, fact: Any) -> bool:
    return goods_minor(fact) >= least.minor and in_currency(run, fact, least.currency)


def _labelled(label: str, values: frozenset[str], run: Run, fact: Any) -> bool:
    labels = getattr(fact, "labels", None)
    return labels is not None and labels.get(label) in values


def _member_tests(c: Condition, build: Build) -> Iterator[FactTest]:
    if c.tier:
        tiers = frozenset(build.tier(name) for name in c.tier)
        yield lambda run, fact: run.state.standing.tier in tiers
    if c.segment:
        names = tuple(f"segment:{name}" for name in c.segment)
        yield lambda run, fact: any(run.state.attributes.get(name) for name in names)
    for name, value in c.attribute.items():
        yield partial(_attribute, name, value)
    if c.first_order:
        build.counts_orders = True
        yield lambda run, fact: not run.state.ordinals.get(ORDERS)


def _attribute(name: str, value: str, run: Run, fact: Any) -> bool:
    return run.state.attributes.get(name, "") == value


def _time_tests(c: Condition, own: Zone) -> Iterator[FactTest]:
    if c.from_:
        begins = moment(c.from_, own)
        yield lambda run, fact: run.at >= begins
    if c.until:
        ends = moment(c.until, own, after=True)
        yield lambda run, fact: run.at < ends
    zone = _members(own) if c.zone == "member" else lambda run: own
    if c.weekday:
        days = frozenset(map(WEEKDAYS.index, c.weekday))
        yield lambda run, fact: weekday(zone(run).day(run.at)) in days
    if c.hours:
        begin, _, end = c.hours.partition("-")
        yield partial(_within_hours, _minutes(begin), _minutes(end), zone)
    if c.birthday:
        yield partial(_birthday, c.birthday, zone)
    if c.age_from or c.age_below:
        yield partial(_aged, c.age_from or 0, c.age_below, zone)


def _members(own: Zone) -> ZoneOf:
    def zone_of(run: Run) -> Zone:
        name = run.state.attributes.get("zone", "")
        try:
            return named_zone(name) if name else own
        except ValueError:
            return own

    return zone_of


def _birthday(which: Birthday, zone: ZoneOf, run: Run, fact: Any) -> bool:
    born = _born(run)
    if born is None:
        return False
    day = zone(run).day(run.at)
    if which == "month":
        return date_of(day).month == born.month
    longest = 1 if which == "day" else DAYS_OF_WEEK
    begins = next_anniversary(born.month, born.day, day - longest + 1)
    return begins <= day


def _aged(least: int, below: int | None, zone: ZoneOf, run: Run, fact: Any) -> bool:
    born = _born(run)
    if born is None or born.year == UNSAID:
        return False
    day = zone(run).day(run.at)
    year = date_of(day).year
    had = next_anniversary(born.month, born.day, day_of(date(year, 1, 1))) <= day
    age = year - born.year - (not had)
    return age >= least and (below is None or age < below)


def _born(run: Run) -> date | None:
    return birth_of(run.state.attributes.get("birth_date", ""))


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _within_hours(begin: int, end: int, zone: ZoneOf, run: Run, fact: Any) -> bool:
    minute = zone(run).civil(run.at) // MINUTE % 1440
    if begin <= end:
        return begin <= minute < end
    return minute >= begin or minute < end


def moment(text: str, zone: Zone, after: bool = False) -> int:
    """A day or an instant of a file as an instant; with `after`, the end of that day."""
    if "T" in text:
        return parse_instant(text)
    return zone.start_of_day(day_of(parse_day(text)) + after)


def goods_minor(fact: Any) -> int:
    """What the goods of a sale cost before what pays for them, or the amount of an act."""
    if isinstance(fact, Order) and fact.lines:
        return sum(line.amount_minor for line in fact.lines if line.kind == "goods")
    if isinstance(fact, Order | Activity):
        return fact.amount_minor
    return 0


def in_currency(run: Run, fact: Any, currency: str) -> bool:
    """Whether a sale, or the known sale that something names, is in a currency; what tells none may
    be."""
    told = getattr(fact, "currency", "")
    if not told:
        record = run.records.get(getattr(fact, "order", ""))
        told = record.currency if record is not None else ""
    return told in ("", currency)


def count_order(run: Run, order: Order) -> None:
    """Count an order, for conditions that ask whether one is the first."""
    ordinals = run.state.ordinals
    ordinals[ORDERS] = ordinals.get(ORDERS, 0) + 1
