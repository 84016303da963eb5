"""Runs a case: what is given, then its events in their order, read at each instant it asserts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from regulars.engine.calendar import instant_of
from regulars.engine.compiling import compiled, rules_of, with_ids
from regulars.engine.desk import Outcome
from regulars.engine.edition import Edition
from regulars.engine.happenings import Activity, Attempt, FoldFact, Job, Redemption, VoucherUse
from regulars.programmes.cases.answering import Answers
from regulars.programmes.cases.arriving import Head, arrivals
from regulars.programmes.cases.cast import UNNAMED, Cast, as_signals
from regulars.programmes.cases.comparing import Difference, first_difference
from regulars.programmes.cases.given import Opener
from regulars.programmes.cases.looking import Look
from regulars.programmes.cases.pricing import meant
from regulars.programmes.cases.problems import Reason, nearest
from regulars.programmes.cases.settings import NoSetting, with_settings
from regulars.programmes.cases.shapes import Case, Event, Run
from regulars.programmes.cases.sides import InMemory, Opened, Scene, Told
from regulars.programmes.cases.units import MICROSECOND, Units
from regulars.programmes.cases.values import Fields, Value

Editions = Mapping[str, Edition]
AFTER_ALL = None
NOT_FACTS = ("rule_change", "clock")
LEAVING = "household_removed"
JOINING = ("merge", "link", "claim")


class Unfit(Exception):
    """A case cannot run with its edition; `reason` says why, `line` where."""

    def __init__(self, reason: Reason, line: int = 0) -> None:
        super().__init__(reason.code)
        self.reason = reason
        self.line = line


class Ran(Struct, frozen=True):
    """What came of a run: the first difference, or none, the rules that had a part in it, and
    everything that was answered."""

    difference: Difference | None
    rules: frozenset[str] = frozenset()
    answers: Answers | None = None


def run_case(case: Case, run: Run, editions: Editions, opened: Opened = InMemory) -> Ran:
    """Run a case once and compare. What keeps it from running is a difference too."""
    try:
        stage = Stage(case, run, editions, opened)
        stage.play()
    except Unfit as cannot:
        return Ran(Difference(cannot.reason, cannot.line or case.line))
    zone = ZoneInfo(stage.units.edition.zone)
    found = first_difference(run, stage.answers, zone)
    if found is not None and stage.ignored is not None:
        found = replace(found, because=stage.ignored)
    return Ran(found, stage.answers.rules, stage.answers)


class Stage:
    """One run of a case on the side that `opened` makes for it."""

    def __init__(self, case: Case, run: Run, editions: Editions, opened: Opened = InMemory) -> None:
        self.case = case
        self.run = run
        self.edition = _edition(case, run, editions)
        several, schedule = _editions(case, self.edition, editions)
        self.programme = compiled(several, schedule)
        self.programme.jobs_off = frozenset(_job_rule(self.edition, one) for one in _jobs(case))
        self.units = Units(self.edition)
        self.begins = _begins(case, run)
        self.cast = Cast(case, self.units, self.begins)
        people, known = self.cast.people, self.cast.holders()
        scene = Scene(several, schedule, self.programme, people, known, instant_of(self.begins))
        self.desk = opened(scene)
        self.opener = Opener(case, self.programme, self.units, self.begins)
        self.seen: set[str] = set()
        self.ignored: Reason | None = None
        self.look = Look(case, self.desk, self.cast, self.units)
        self.answers = Answers(run, self.look)

    def play(self) -> None:
        """Bring in what is given, let the events arrive, and read at each instant asked for."""
        self.open()
        now = self.begins
        asked = self.answers.instants()
        for number, event in enumerate(self.case.events, 1):
            arrives = max(now, event.received)
            while asked and asked[0] < arrives:
                self.read(asked.pop(0))
            self.arrive(event, number, arrives)
            now = arrives
        self.look.move(instant_of(now))
        self.answers.keep(AFTER_ALL)
        for at in asked:
            self.read(at)

    def read(self, at: datetime) -> None:
        """Keep every answer that is asked for at an instant, with what is due then."""
        self.look.move(instant_of(at))
        self.answers.keep(at)

    def open(self) -> None:
        """What holds before the first event, through the same path as everything else."""
        given = self.case.given
        several = given.members or {"": given.fields}
        home = given.account if not given.members else ""
        holders = {name: home or self.cast.holder(name) for name in several}
        for member, fields in several.items():
            self.bring(holders[member], fields)
        for member, fields in several.items():
            self.bring_orders(fields, holders[member])
        if given.members and given.fields not in given.members.values():
            self.bring_orders(given.fields)
        self.look_for_ignored()

    def bring(self, holder: str, fields: Fields) -> None:
        """What is given of one holder, earlier orders aside."""
        own = replace(fields, words={k: v for k, v in fields.words.items() if k != "orders"})
        for begun in self.opener.of(holder, own):
            self.desk.record(begun.fact, begun.holder)

    def bring_orders(self, fields: Fields, holder: str = "") -> None:
        """Earlier orders, each to its buyer."""
        orders = fields.words.get("orders")
        for one in orders if isinstance(orders, tuple) else ():
            if not isinstance(one, Fields):
                continue
            opening = self.opener.earlier(one)
            member = str(one.words.get("member") or one.words.get("account") or "")
            stranger = "" if member else self.cast.of_stranger(one)
            buyer = self.cast.holder(member) if member else stranger or holder or UNNAMED
            told = Told(as_signals(one))
            if opening.order is not None:
                self.cast.people.note(opening.order, buyer, told.signals)
            self.desk.record(opening, buyer, None, told)

    def look_for_ignored(self) -> None:
        """What is given and means nothing to the programme may be why something is not as
        expected."""
        for book in self.desk.books.values():
            for change in book.run.changes:
                if change.what == "opening" and change.to == "ignored":
                    name = str(change.params.get("name") or change.reason)
                    self.ignored = Reason("case_given_ignored", {"word": name})

    def arrive(self, event: Event, number: int, arrives: datetime) -> None:
        """One event arrives; an id that was seen is a repeated delivery."""
        now = instant_of(arrives)
        self.look.move(now)
        if event.type in NOT_FACTS:
            self.job(event, number)
            return
        key = event.id or f"event/{number}"
        if event.id and event.id in self.seen:
            return
        self.seen.add(event.id)
        head = Head(key, event.at, f"{number:06d}")
        for holder, made in self.holders(self.whole(event)):
            for fact in arrivals(made, head, self.units):
                self.record(fact, holder, made, now)
            head = head.further("again")
        if event.kind == LEAVING:
            self.cast.leave(event.member)

    def whole(self, event: Event) -> Event:
        """A command with what it means: the only order, where it names none, and its currency."""
        words = event.fields.words
        orders = self.case.ids.get("order", ())
        if (
            event.type == "cancel"
            and len(orders) == 1
            and not {"order", "subscription"} & set(words)
        ):
            words = {**words, "order": orders[0]}
        if event.type in ("cancel", "refund"):
            words = {**self.currency(str(words.get("order"))), **words}
        return replace(event, fields=replace(event.fields, words=words))

    def currency(self, order: str) -> dict[str, Value]:
        """The currency of an order of the case, where it says one."""
        for event in self.case.events:
            if event.id == order and "currency" in event.fields.words:
                return {"currency": event.fields.words["currency"]}
        return {}

    def holders(self, event: Event) -> Iterator[tuple[str, Event]]:
        """Whom an event concerns: several may sign up at once."""
        several = event.fields.words.get("members")
        if isinstance(several, tuple) and not event.member:
            for one in several:
                yield self.cast.holder(str(one)), replace(event, member=str(one))
            return
        yield self.cast.of(event), event

    def record(self, fact: FoldFact | Attempt, holder: str, event: Event, now: int) -> None:
        """Book one fact."""
        if isinstance(fact, Redemption | VoucherUse):
            self.desk.record(self._named(fact), holder, now)
            return
        guests = event.fields.words.get("guests")
        party = [self.cast.holder(str(one)) for one in guests] if isinstance(guests, tuple) else []
        told = Told(as_signals(event.fields), tuple(party))
        self.cast.people.note(fact, holder, told.signals, told.party)
        if isinstance(fact, Activity) and fact.kind in JOINING:
            self._join(fact, event, now, told)
        else:
            self.desk.record(fact, holder, now, told)

    def _named(self, attempt: Redemption | VoucherUse) -> Redemption | VoucherUse:
        """A redemption under the name of the reward that it means."""
        if not isinstance(attempt, Redemption):
            return attempt
        editions = [one.edition for one in self.programme.editions]
        return replace(attempt, reward=meant(attempt, editions))

    def _join(self, act: Activity, event: Event, now: int, told: Told) -> None:
        """An act by which two become one, or an order of nobody becomes somebody's."""
        into = self.cast.of(event)
        owner = self.desk.owners.get(act.order, "") if act.kind == "claim" else ""
        if owner in self.cast.known:
            self.desk.note(Outcome(act.key, "refused", "already_claimed"))
            return
        self.desk.record(replace(act, order=""), into, now, told)
        for other in (owner, *self._others(act, event)):
            known = other in self.desk.books
            if known and self.desk.resolved(other) != self.desk.resolved(into):
                self.desk.join(into, other)

    def _others(self, act: Activity, event: Event) -> Iterable[str]:
        if act.kind == "merge":
            return [self.cast.holder(str(event.fields.words["from"]))]
        return self.cast.strangers(event.fields) if act.kind == "link" else []

    def job(self, event: Event, number: int) -> None:
        """A job that a clock names runs now, for everybody."""
        name = str(event.fields.words.get("job") or "")
        if event.type != "clock" or not name:
            return
        for holder in list(self.desk.books):
            key = f"event/{number}/{holder}"
            rule = _job_rule(self.edition, name)
            self.desk.record(Job(key=key, at=event.at, source=f"{number:06d}", name=rule), holder)


def _edition(case: Case, run: Run, editions: Editions) -> Edition:
    edition = editions.get(case.edition)
    if edition is None:
        raise Unfit(nearest("case_unknown_edition", case.edition, editions))
    settings: dict[str, Value] = {}
    for fields in (case.given.fields, *case.given.members.values()):
        settings.update(_policy(fields.words.get("policy")))
    if run.setting:
        settings[run.setting] = run.value
    return _set(edition, settings)


def _set(edition: Edition, settings: dict[str, Value]) -> Edition:
    try:
        return with_settings(edition, settings)
    except NoSetting as missing:
        raise Unfit(missing.reason) from None


def _policy(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


def _editions(
    case: Case, first: Edition, editions: Editions
) -> tuple[list[Edition], dict[str, int]]:
    """The edition of the case and those that take over on its way, and when."""
    schedule: dict[str, int] = {first.edition: 0}
    several = [msgspec.structs.replace(first, from_=None)]
    for number, event in enumerate(case.events):
        if event.type != "rule_change":
            continue
        several.append(_next(several[-1], event, editions, f"{first.edition}_{number}"))
        schedule[several[-1].edition] = instant_of(event.at)
    return several, schedule


def _next(before: Edition, event: Event, editions: Editions, fresh: str) -> Edition:
    words = event.fields.words
    name = str(words.get("edition") or "")
    base = editions.get(name)
    own = base.edition if base and base.edition != before.edition else fresh
    made = msgspec.structs.replace(base or before, edition=own, from_=None)
    return _set(made, _policy(words.get("policy")))


def _jobs(case: Case) -> Iterable[str]:
    clocks = (event for event in case.events if event.type == "clock")
    return [str(event.fields.words["job"]) for event in clocks if "job" in event.fields.words]


def _job_rule(edition: Edition, name: str) -> str:
    """The rule whose job it is: the one with this id, else the one that names such a job."""
    rules = list(rules_of(with_ids(edition)))
    for rule in rules:
        if rule.name_in_state == name:
            return name
    for rule in rules:
        if getattr(rule, "job", None) == name:
            return rule.name_in_state
    return name


def _begins(case: Case, run: Run) -> datetime:
    """Just before the first instant of the case."""
    instants = [one.at for one in run.assertions if one.at]
    instants += [moment for event in case.events for moment in (event.at, event.received)]
    if not instants:
        raise Unfit(Reason("case_no_instant"), case.line)
    return min(instants) - MICROSECOND


__all__ = ["Ran", "Stage", "Unfit", "run_case"]
