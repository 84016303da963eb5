"""Something for the birthday: asked for, or issued as a voucher by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from regulars.engine.availability import Gate, Only, Uses, Wish
from regulars.engine.calendar import Zone, zone
from regulars.engine.happenings import Attempt, Attribute, Opening, Promise, Redemption, SignUp
from regulars.engine.periods import (
    add_months,
    anniversary,
    birth_of,
    date_of,
    day_of,
    month_of,
    month_start,
    weekday,
)
from regulars.engine.refusing import refused
from regulars.engine.rules import Handlers, Reward, Sentence
from regulars.engine.run import Ask, Run
from regulars.engine.state import Record
from regulars.engine.terms import Issue, Terms, issue, taken_back, terms
from regulars.engine.texts import Finding, Id, OneOrMany, Text, Units
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build

Window = Literal["day", "week", "month"]
Once = Literal["12_months", "birthday"]
Days = Annotated[int, Meta(ge=1, le=366)]
NOBODY = -(1 << 40)


class Had(Uses):
    """Uses, and the birthday (day number) that was last looked at or celebrated; the one whose days
    were over when a higher tier was reached; how many days the present tier has (0: the lowest's),
    and the instant at which something was last brought in."""

    looked: int = NOBODY
    celebrated: int = NOBODY
    over: int = NOBODY
    reach: int = 0
    opened: int = NOBODY


class Celebration(Struct, frozen=True):
    """A birthday with the days on which it is celebrated: the day after the last ends it."""

    birthday: int
    first: int
    after: int


class Birthday(Reward, frozen=True, kw_only=True, tag="birthday"):
    """A gift for the birthday: an item, `points` of an asset, or a `voucher`.

    It can be had on the `day`, in the `week` (Monday to Sunday) or `month` of the birthday, or in
    so many `days` from it; `days_by_tier` where a tier has more: a tier that is reached while they
    run makes them more, one that is reached later opens nothing again. It is asked for, or with
    `by_itself` issued as a voucher that ends with the window, when the window opens or whoever
    becomes known inside it. The day is one of the programme's zone, or with `member_zone` of the
    member's own. At most `once` in 12 months, whatever the date was changed to, or once per
    birthday. Of the gifts of one `group` a member may choose one. `items` are further names.
    """

    memory: ClassVar[type | None] = Had
    name: Text
    window: Window = "day"
    days: Days | None = None
    days_by_tier: dict[Id, Days] = {}
    points: Units | None = None
    asset: Id | None = None
    voucher: Issue | None = None
    by_itself: bool = False
    member_zone: bool = False
    once: Once = "12_months"
    group: Id | None = None
    items: OneOrMany[Id] = ()
    only: Only | None = None

    def problems(self) -> Iterable[Finding]:
        """A voucher by itself without terms."""
        if self.by_itself and self.voucher is None:
            yield Finding("voucher", "missing", {})

    def compile(self, build: Build) -> Handlers:
        """Answers who asks for it, or wakes when the window opens."""
        working = Working(self, build)
        handlers = Handlers(
            promised=working.promised, reversed=working.reversed, opening=working.opening
        )
        if self.by_itself:
            handlers.on = {Attribute: working.known, SignUp: working.known}
            handlers.next_due, handlers.due = working.next_due, working.due
        else:
            handlers.attempt = working.attempt
        if self.days_by_tier:
            handlers.on = {**handlers.on, Opening: working.opened}
            handlers.erased = working.left
            build.moved.append(working.moved)
        return handlers

    def sentence(self) -> Sentence:
        """In the week of your birthday, one drink is free."""
        params: dict[str, Any] = {"name": self.name, "window": self.window, "days": self.days}
        params |= {"points": self.points, "asset": self.asset, "voucher": self.voucher}
        params |= {"days_by_tier": self.days_by_tier, "once": self.once, "only": self.only}
        if self.days:
            return Sentence("reward_birthday_days", params)
        return Sentence(f"reward_birthday_{self.window}", params)


class Working:
    """The gift made ready."""

    def __init__(self, rule: Birthday, build: Build) -> None:
        self.rule = rule
        self.id = rule.name_in_state
        self.slot = build.slot(rule)
        self.names = frozenset((self.id, *rule.items))
        self.zone = build.zone
        self.asset = rule.asset or build.main
        self.points = build.units(rule.points, self.asset) if rule.points else 0
        self.give = build.giving(rule, self.asset)
        self.gate = Gate(build, rule, rule.only, self.asset)
        self.terms = terms(build, self.id, rule.voucher) if rule.voucher else None
        self.days = {build.tier(name): days for name, days in rule.days_by_tier.items()}
        self.others = tuple(
            build.slot(one)
            for one in build.edition.rewards
            if rule.group
            and getattr(one, "group", None) == rule.group
            and one.name_in_state != self.id
        )

    def place(self, run: Run) -> Zone:
        """Where the birthday's day begins."""
        own = run.state.attributes.get("zone") if self.rule.member_zone else None
        try:
            return zone(own) if own else self.zone
        except ValueError:
            return self.zone

    def birth(self, run: Run) -> date | None:
        """The birth date, where it is known."""
        return birth_of(run.state.attributes.get("birth_date", ""))

    def around(self, run: Run, today: int) -> Iterator[Celebration]:
        """The celebrations of last year, this year, and those to come, the earliest first."""
        born = self.birth(run)
        if born is not None:
            year = date_of(today).year
            for one in (year - 1, year, year + 1, year + 2):
                yield self.celebration(run, anniversary(born.month, born.day, one))

    def celebration(self, run: Run, birthday: int) -> Celebration:
        """When a birthday is celebrated, by the tier held now (P14)."""
        days = self.days.get(run.state.standing.tier) or self.rule.days
        if days:
            return Celebration(birthday, birthday, birthday + days)
        if self.rule.window == "week":
            monday = birthday - weekday(birthday)
            return Celebration(birthday, monday, monday + 7)
        if self.rule.window == "month":
            first = month_start(month_of(birthday))
            return Celebration(birthday, first, add_months(first, 1))
        return Celebration(birthday, birthday, birthday + 1)

    def opened(self, run: Run, fact: Opening) -> None:
        """A tier that is brought in was held before: it is not reached now."""
        run.state.memory[self.slot].opened = run.at

    def left(self, run: Run) -> None:
        """Whoever is gone has no tier any more."""
        run.state.memory[self.slot].reach = 0

    def moved(self, run: Run) -> None:
        """The tier has changed: a birthday whose days were over stays over."""
        had: Had = run.state.memory[self.slot]
        before = had.reach or self.days.get(0) or self.rule.days or 1
        had.reach = self.days.get(run.state.standing.tier) or self.rule.days or 1
        today = self.place(run).day(run.at)
        for one in self.around(run, today) if had.opened != run.at else ():
            if one.birthday + before <= today:
                had.over = max(had.over, one.birthday)

    def open_now(self, run: Run, today: int) -> Iterator[Celebration]:
        """The celebrations that a day lies in."""
        over = run.state.memory[self.slot].over
        for one in self.around(run, today):
            if one.first <= today < one.after and one.birthday > over:
                yield one

    def attempt(self, run: Run, attempt: Attempt, ask: Ask) -> Promise | None:
        """A promise of the gift. Raises Refused outside the window, or where it was had."""
        if not isinstance(attempt, Redemption) or attempt.reward not in self.names:
            return None
        today = self.place(run).day(run.at)
        now = next(self.open_now(run, today), None)
        if now is None:
            raise refused("outside_window")
        self.gate.check(run, Wish(attempt.order, attempt.basket_minor, 0, attempt))
        for other in self.others:
            if self.had(run, other, now, today):
                raise refused("already_chosen")
        if self.had(run, self.slot, now, today):
            per_birthday = self.rule.once == "birthday"
            raise refused("already_used" if per_birthday else "once_per_12_months")
        details = {"birthday": date_of(now.birthday).isoformat()}
        if attempt.as_voucher or self.terms is not None:
            details["voucher"] = "yes"
        return run.promise(
            self.id,
            attempt.key,
            key=attempt.key,
            order=attempt.order,
            source=attempt.source,
            details=details,
        )

    def had(self, run: Run, slot: int, now: Celebration, today: int) -> bool:
        """Whether a gift was had already: for this birthday, or for one less than 12 months before
        it, counted in civil days: on which day of its window it was taken does not matter."""
        uses = run.state.memory[slot]
        celebrated = getattr(uses, "celebrated", NOBODY)
        if celebrated == now.birthday:
            return True
        if self.rule.once == "birthday":
            return any(now.first <= day < now.after for day in uses.days)
        if celebrated != NOBODY:
            return add_months(celebrated, 12) > now.birthday
        return any(add_months(day, 12) > today for day in uses.days)

    def known(self, run: Run, fact: Any) -> None:
        """Who is known only now may stand inside the window already."""
        run.state.due = min(run.state.due, self.next_due(run))

    def next_due(self, run: Run) -> int:
        """The start of the next window that was not looked at and is not over."""
        if "birth_date" not in run.state.attributes:
            return FOREVER
        place = self.place(run)
        had: Had = run.state.memory[self.slot]
        for one in self.around(run, place.day(run.state.at)):
            if one.birthday > had.looked and place.start_of_day(one.after) > run.state.at:
                return place.start_of_day(one.first)
        return FOREVER

    def due(self, run: Run) -> None:
        """The window is open: issue the voucher, unless one was had; a no is kept as well."""
        place = self.place(run)
        today = place.day(run.at)
        had: Had = run.state.memory[self.slot]
        now = next((one for one in self.open_now(run, today) if one.birthday > had.looked), None)
        if now is None:
            return
        had.looked = now.birthday
        ordinal = date_of(now.birthday).isoformat()
        if run.ask is None or run.asked(self.id, ordinal):
            return
        code = self.gate.against(run, Wish())
        if any(self.had(run, slot, now, today) for slot in (self.slot, *self.others)):
            code = "once_per_12_months"
        details = {"birthday": ordinal, "voucher": "yes"}
        fields: dict[str, Any] = {"code": code, "details": details}
        run.apply(run.promise(self.id, ordinal, yes=not code, due=True, **fields))

    def promised(self, run: Run, promise: Promise) -> None:
        """Give the points, issue the voucher, or note that the item was handed out."""
        birthday = day_of(date.fromisoformat(promise.details["birthday"]))
        had: Had = run.state.memory[self.slot]
        had.looked = max(had.looked, birthday)
        if not promise.yes:
            run.say(self.id, "birthday_refused", reason=promise.code)
            return
        had.celebrated = birthday
        self.gate.use(run)
        if run.keeps(promise.key):
            run.records[promise.key] = Record(
                key=promise.key,
                edition=run.edition.id,
                at=run.at,
                rule=self.id,
                frozen={"order": promise.order, "points": 0},
            )
        if "voucher" in promise.details:
            self.hand_out(run, promise, birthday)
        if self.points:
            self.give(run, self.points)
        run.say(self.id, "birthday_given", self.points, self.asset)

    def hand_out(self, run: Run, promise: Promise, birthday: int) -> None:
        """A voucher for the gift: it ends with its terms, else with the window."""
        known = self.terms or Terms(rule=self.id)
        fields: dict[str, Any] = {}
        if known.span is None and known.until == FOREVER and not known.month_end:
            after = self.celebration(run, birthday).after
            fields["expires"] = self.place(run).start_of_day(after)
        if not (known.item or known.value or known.percent):
            fields["item"] = self.id
        issue(run, known, promise.key, **fields)

    def reversed(self, run: Run, record: Record, key: str) -> None:
        """The gift comes back unused: it can be had again. Points that were given stay given."""
        if self.points:
            run.change("reversal", key, "refused", "already_used")
        elif taken_back(run, record, key):
            record.closed = True
            self.gate.unuse(run, record.at)
            had: Had = run.state.memory[self.slot]
            had.celebrated = NOBODY
            run.change("redemption", record.key, "reversed")

    def opening(self, run: Run, fact: Opening) -> bool:
        """Takes when it was last had."""
        return self.gate.opening(run, fact, "birthday", "", *self.names)
