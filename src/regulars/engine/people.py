"""Who is who, in memory: answers what the engine asks of more than one holder.

It knows people by the signals that were told of them, each from its own instant on, and the codes
that lead to advocates. Tests, worked cases and replays stand on it; a database answers the same
questions. Nothing of it gets into facts. Tell it of a fact before the fact is recorded: `note`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from msgspec import Struct, field
from msgspec.structs import replace

from regulars.engine.calendar import instant_of
from regulars.engine.facts import Order
from regulars.engine.happenings import (
    MEMBER,
    Activity,
    Click,
    Erasure,
    FoldFact,
    Opening,
    SignUp,
)
from regulars.engine.likeness import normal, similar
from regulars.engine.questions import (
    Code,
    CodeTerms,
    Emails,
    Granted,
    Introduced,
    Introduction,
    NewCode,
    Question,
    Reply,
    Share,
    Signal,
    Terms,
)
from regulars.ledger.lots import FOREVER

BAN = "ban"
"""The kind of act by which an advocate is shut out."""
HOUSEHOLD = "household"
"""The kind of signal that says with whom somebody lives: its value is the name of their home."""
NEARLY = ("email", "name")
"""Kinds of signal of which something nearly the same is worth a look."""


class Told(Struct, frozen=True):
    """A signal, since when, and the fact by which it came (empty: none)."""

    at: int
    signal: Signal
    key: str = ""


class Touch(Struct, frozen=True, order=True):
    """Somebody followed a link: when, which code, in which session or by which visitor."""

    at: int
    key: str
    code: str
    session: str = ""
    holder: str = ""
    visitors: tuple[str, ...] = ()


class Person(Struct):
    """What is known of a holder, everything by instant (microseconds since 1970); who was `erased`
    is `gone`, unless they came `back` since."""

    told: list[Told] = field(default_factory=list)
    bought: list[tuple[int, str]] = field(default_factory=list)
    joined: list[tuple[int, str]] = field(default_factory=list)
    closed: int = FOREVER
    banned: int = FOREVER
    gone: int = FOREVER
    erased: list[int] = field(default_factory=list)
    back: int = -1
    household: str = ""

    def look_who_left(self) -> None:
        """Find since when they are gone."""
        self.gone = min((one for one in self.erased if one > self.back), default=FOREVER)


class People:
    """The directory. `answer(holder, question)` is what a desk asks; `links` says who was joined
    into whom: those of the desk, so that both know the same of it. Everybody is known by the name
    that they came by, and whoever are one are asked about together."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.links: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.shop_codes: dict[str, int] = {}
        self.public: dict[str, int] = {}
        self.touches: list[Touch] = []
        self.parties: dict[str, frozenset[str]] = {}
        self.friends: dict[str, int] = {}
        self.used: dict[str, int] = {}

    def person(self, holder: str) -> Person:
        """What is known of a holder; nothing yet, if he is new."""
        return self.people.setdefault(holder, Person())

    def end(self, holder: str) -> str:
        """Who somebody is now: whom they were joined into in the end, or themselves."""
        while holder in self.links:
            holder = self.links[holder]
        return holder

    def same(self, holder: str) -> list[str]:
        """The names of everybody who is one with a holder, the one who they are now first."""
        end = self.end(holder)
        return [end, *(one for one in self.links if self.end(one) == end)]

    def whole(self, holder: str) -> Person:
        """What is known of a holder and of everybody who is one with them. Who was joined into
        somebody has not left."""
        if not self.links:
            return self.person(holder)
        many = [self.person(one) for one in self.same(holder)]
        return replace(
            many[0],
            told=[told for one in many for told in one.told],
            bought=[bought for one in many for bought in one.bought],
            joined=[joined for one in many for joined in one.joined],
            banned=min(one.banned for one in many),
            gone=min(one.gone for one in many),
        )

    def everybody(self) -> set[str]:
        """Who there is now."""
        return {self.end(one) for one in self.people}

    def tell(self, holder: str, at: int, *signals: Signal) -> None:
        """From an instant on a holder is known by these signals."""
        self.person(holder).told.extend(Told(at, one) for one in signals)

    def note(
        self, fact: FoldFact, holder: str, signals: Iterable[Signal] = (), party: Iterable[str] = ()
    ) -> None:
        """Learn from a fact that is about to be recorded: who bought, joined, clicked, was shut out
        or erased or came back, which signals came with it, and who else takes part in the sale."""
        at, person = instant_of(fact.at), self.person(holder)
        told = [Told(at, one, fact.key) for one in signals]
        person.told.extend(one for one in told if one not in person.told)
        if isinstance(fact, Order):
            self._once(person.bought, at, fact.key)
            self.parties[fact.key] = frozenset(party)
        elif isinstance(fact, SignUp):
            self._once(person.joined, at, fact.key)
        elif isinstance(fact, Click):
            visitors = tuple(visitors_of(told))
            touch = Touch(at, fact.key, fact.via, fact.session, holder, visitors)
            self.touches = [*(one for one in self.touches if one.key != fact.key), touch]
        elif isinstance(fact, Activity) and fact.kind == BAN:
            person.banned = min(person.banned, at)
        elif isinstance(fact, Erasure):
            person.erased.append(at)
            person.look_who_left()
            self.forget(holder)
        elif isinstance(fact, Opening) and fact.what == MEMBER:
            person.back = max(person.back, at)
            person.look_who_left()

    def forget(self, holder: str) -> None:
        """By what somebody was known, as whom they followed links, and with whom they bought."""
        names = self.same(holder)
        for person in map(self.person, names):
            person.told.clear()
            for _at, key in person.bought:
                self.parties.pop(key, None)
        mine = [one for one in self.touches if one.holder in names and one.visitors]
        for one in mine:
            self.touches.remove(one)
            self.touches.append(replace(one, visitors=()))

    def _once(self, known: list[tuple[int, str]], at: int, key: str) -> None:
        known[:] = [*(one for one in known if one[1] != key), (at, key)]

    def account(self, at: int, signals: Iterable[Signal], closed: bool = False) -> None:
        """An account exists since an instant, of nobody who is known otherwise."""
        name = f"account {len(self.people)}"
        self.tell(name, at, *signals)
        self.people[name].joined.append((at, name))
        if closed:
            self.people[name].closed = at

    def code(self, code: str, holder: str) -> None:
        """A code or a link leads to an advocate."""
        self.codes[code] = holder
        self.person(holder)

    def household(self, name: str, holders: Iterable[str]) -> None:
        """These holders live together."""
        for holder in holders:
            self.person(holder).household = name

    def publish(self, code: str, at: int) -> None:
        """A code was found where everybody can read it."""
        self.public[code] = min(self.public.get(code, FOREVER), at)

    def answer(self, holder: str, question: Question) -> Reply:
        """The answer to anything that the engine asks for a holder."""
        if isinstance(question, Share):
            return self.share(question)
        if isinstance(question, CodeTerms):
            return Terms(percent=self.shop_codes.get(question.code, 0))
        if isinstance(question, NewCode):
            return Code(code=blake2b(question.seed.encode(), digest_size=8).hexdigest())
        return self.introduced(holder, question)

    def share(self, question: Share) -> Granted:
        """What is left of a budget, used up at once."""
        left = max(question.most - self.used.get(question.name, 0), 0)
        amount = min(left, question.wanted)
        self.used[question.name] = self.used.get(question.name, 0) + amount
        return Granted(amount=amount)

    def introduced(self, holder: str, question: Introduction) -> Introduced:
        """Who brought a person, and what speaks against it."""
        code, advocate = self.attributed(holder, question)
        others = tuple(one for one in question.codes if one not in self.codes)
        look = Look(self, holder, advocate, question)
        known = list(look.same_people())
        brings = self.whole(advocate) if advocate else Person()
        reply = Introduced(
            advocate=advocate,
            by_code=code,
            others=others,
            bought=any(before(one.bought, question) for one in known if one.closed > question.at),
            joined=any(before(one.joined, question) for one in known if one.closed > question.at),
            former=any(one.closed <= question.at for one in known),
            shared=look.shared(),
            similar=look.similar(),
            seen=look.seen(),
            linked=look.linked(),
            circle=look.circle(),
            party=advocate in map(self.end, self.parties.get(question.key, ())),
            public=self.public.get(code, FOREVER) <= question.at,
            banned=brings.banned <= question.at,
            gone=brings.gone <= question.at,
        )
        if advocate and advocate != holder and not (reply.bought or reply.former or reply.gone):
            self.friends[holder] = min(self.friends.get(holder, FOREVER), question.at)
        return reply

    def attributed(self, holder: str, question: Introduction) -> tuple[str, str]:
        """The code and the advocate that the touch which counts leads to (P17). What the fact
        itself says is the last touch."""
        if question.advocate:
            return "", self.end(question.advocate)
        touches = sorted(self._touches(holder, question))
        named = [one for one in (*question.codes, question.via) if one in self.codes]
        codes = [*(one.code for one in touches), *named[::-1]]
        if not codes:
            return "", ""
        code = codes[0] if question.first else codes[-1]
        return code, self.end(self.codes[code])

    def _touches(self, holder: str, question: Introduction) -> Iterator[Touch]:
        visitors = set(visitors_of(self.whole(holder).told, question.at))
        for touch in self.touches:
            in_session = bool(touch.session) and touch.session == question.session
            own = in_session or self.end(touch.holder) in {holder, *visitors}
            own = own or not visitors.isdisjoint(touch.visitors)
            if not own or touch.at > question.at or touch.code not in self.codes:
                continue
            fresh = question.window < 0 or question.at - touch.at <= question.window
            if in_session or (question.window != 0 and fresh):
                yield touch


class Look:
    """One person beside an advocate and everybody else, as known at the instant of a question."""

    def __init__(self, people: People, holder: str, advocate: str, question: Introduction) -> None:
        self.people = people
        self.holder = holder
        self.named = advocate
        self.advocate = advocate if advocate != holder else ""
        self.question = question
        self.own = self.signals(holder)

    def signals(self, holder: str) -> set[Signal]:
        """The signals of a holder up to now, in normal form."""
        return {
            normalised(one.signal, self.question.emails)
            for one in self.people.whole(holder).told
            if one.at <= self.question.at
        }

    def same_people(self) -> Iterator[Person]:
        """The person, and everybody who is known by the same identifiers."""
        yield self.people.whole(self.holder)
        own = {one for one in self.own if one.kind in self.question.by}
        for holder in self.others():
            if not own.isdisjoint(self.signals(holder)):
                yield self.people.whole(holder)

    def others(self) -> set[str]:
        """Everybody else."""
        return self.people.everybody() - {self.holder}

    def shared(self) -> tuple[str, ...]:
        """Kinds of signal that the person has in common with the advocate."""
        if not self.advocate:
            return ()
        return tuple(sorted({one.kind for one in self.own & self.signals(self.advocate)}))

    def similar(self) -> tuple[str, ...]:
        """Kinds of signal that are nearly the advocate's."""
        if not self.advocate:
            return ()
        pairs = ((one, other) for one in self.own for other in self.signals(self.advocate))
        near = {
            one.kind
            for one, other in pairs
            if one.kind == other.kind and one.kind in NEARLY and nearly(one, other)
        }
        return tuple(sorted(near))

    def seen(self) -> dict[str, int]:
        """How many other friends of anybody used the same value, by kind."""
        counts: dict[str, int] = {}
        known = self.people.friends.items()
        friends = {self.people.end(one) for one, at in known if at <= self.question.at}
        for friend in friends - {self.holder}:
            for one in self.own & self.signals(friend):
                counts[one.kind] = counts.get(one.kind, 0) + 1
        return counts

    def linked(self) -> tuple[str, ...]:
        """Kinds of the signals of this fact that were somebody else's before."""
        person = self.people.whole(self.holder)
        emails = self.question.emails
        fresh = {
            normalised(one.signal, emails) for one in person.told if one.key == self.question.key
        }
        return tuple(
            sorted(
                {
                    one.kind
                    for other in self.others()
                    for one in fresh
                    & {
                        normalised(told.signal, emails)
                        for told in self.people.whole(other).told
                        if told.at < self.question.at
                    }
                }
            )
        )

    def circle(self) -> bool:
        """Whether both live together; a household with one balance is one holder."""
        return bool(self.named) and not self.homes(self.holder).isdisjoint(self.homes(self.named))

    def homes(self, holder: str) -> set[str]:
        """The households that somebody belongs to."""
        told = {one.value for one in self.signals(holder) if one.kind == HOUSEHOLD}
        known = (self.people.person(one).household for one in self.people.same(holder))
        return told | {normal(HOUSEHOLD, one) for one in known if one}


def normalised(signal: Signal, emails: Emails) -> Signal:
    """A signal whose value can be compared."""
    return Signal(signal.kind, normal(signal.kind, signal.value, emails))


def visitors_of(told: Iterable[Told], until: int = FOREVER) -> Iterator[str]:
    """The visitors that somebody was known as up to an instant."""
    for one in told:
        if one.signal.kind == "visitor" and one.at <= until:
            yield normal("visitor", one.signal.value)


def nearly(one: Signal, other: Signal) -> bool:
    """Whether two names, or the names of two mailboxes, are nearly the same."""
    return similar(one.value.partition("@")[0], other.value.partition("@")[0])


def before(dates: Iterable[tuple[int, str]], question: Introduction) -> bool:
    """Whether something happened before the fact in question: known before it, not by it."""
    return any(at < question.at and key != question.key for at, key in dates)


__all__ = ["BAN", "People", "Person", "Signal", "Told", "Touch"]
