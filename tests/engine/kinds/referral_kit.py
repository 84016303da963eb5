"""A desk with people, for programmes that pay for friends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from regulars.blueprints import PROGRAMME, blueprints
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.desk import Desk, Outcome
from regulars.engine.edition import Edition
from regulars.engine.facts import Order, Refund
from regulars.engine.happenings import Activity, Click, FoldFact, Opening, SignUp
from regulars.engine.kinds import families
from regulars.engine.kinds.referrals.reading import Referral, look, read
from regulars.engine.people import People
from regulars.engine.questions import Signal
from regulars.programmes.checking import check
from regulars.programmes.documents import read as document

KINDS = ("email", "phone", "name", "card", "device", "address", "ip", "visitor")


def at(text: str) -> datetime:
    """A moment of 2025 in UTC: "03-02 10:00", or one with its own year."""
    full = text if text[:2] == "20" and text[4] == "-" else f"2025-{text}"
    return datetime.fromisoformat(full.replace(" ", "T")).replace(tzinfo=UTC)


def edition(name: str, **policy: Any) -> Edition:
    """A ready programme, with settings changed."""
    text = blueprints()[name].joinpath(PROGRAMME).read_text("utf-8")
    found, problems = check(document(text, f"{name}.yaml"), Edition, families())
    assert found is not None, problems
    return msgspec.structs.replace(found, policy=msgspec.structs.replace(found.policy, **policy))


def changed(found: Edition, **fields: Any) -> Edition:
    """The same edition with its referral rule changed."""
    rule = msgspec.structs.replace(found.referrals[0], **fields)
    return msgspec.structs.replace(found, referrals=[rule])


class Shop:
    """A desk and the people who come to it."""

    def __init__(self, found: Edition | Compiled, *advocates: str) -> None:
        self.programme = found if isinstance(found, Compiled) else compiled([found])
        self.people = People()
        self.desk = Desk(self.programme, self.people.answer)
        self.people.links = self.desk.links
        for name in advocates or ("a1", "a2"):
            self.people.code(f"{name.upper()}CODE", name)
            self.people.code(name, name)

    def tell(
        self, fact: FoldFact, holder: str, now: datetime | None = None, **about: Any
    ) -> Outcome:
        """Record a fact with what came with it."""
        signals = [Signal(kind, about[kind]) for kind in KINDS if kind in about]
        party = about.get("party", "").split(",") if about.get("party") else ()
        self.people.note(fact, holder, signals, party)
        return self.desk.record(fact, holder, now=instant_of(now) if now else None)

    def order(self, key: str, when: str, who: str, amount: int = 8000, **more: Any) -> Outcome:
        """Somebody bought."""
        about = {kind: more.pop(kind) for kind in (*KINDS, "party") if kind in more}
        now = more.pop("now", None)
        codes = tuple(more.pop("codes", ()))
        fact = Order(key=key, at=at(when), currency="USD", amount_minor=amount, codes=codes, **more)
        return self.tell(fact, who, at(now) if now else None, **about)

    def refund(self, key: str, when: str, order: str, amount: int, **more: Any) -> Outcome:
        """Money went back."""
        now = more.pop("now", None)
        fact = Refund(
            key=key,
            at=at(when),
            currency="USD",
            order=order,
            amount_minor=amount,
            eligible_minor=amount,
            **more,
        )
        return self.desk.record(fact, "", now=instant_of(at(now)) if now else None)

    def sign_up(self, when: str, who: str, via: str = "", session: str = "", **about: Any) -> None:
        """Somebody opened an account."""
        self.tell(
            SignUp(key=f"s-{who}-{when}", at=at(when), via=via, session=session), who, **about
        )

    def click(self, when: str, who: str, via: str, session: str = "", **about: Any) -> None:
        """Somebody followed a link."""
        self.tell(Click(key=f"c-{who}-{when}", at=at(when), via=via, session=session), who, **about)

    def act(self, key: str, when: str, who: str, kind: str, **more: Any) -> Outcome:
        """Something that is no sale."""
        about = {name: more.pop(name) for name in KINDS if name in more}
        return self.tell(Activity(key=key, at=at(when), kind=kind, **more), who, **about)

    def step(self, when: str, who: str, step: str, **more: Any) -> Outcome:
        """A step of a referral."""
        return self.act(f"step-{who}-{step}-{when}", when, who, "step", value=step, **more)

    def open(self, holder: str, what: str, name: str = "", amount: int = 0, **more: Any) -> None:
        """State that is brought in."""
        when = at("2008-01-01")
        fact = Opening(
            key=f"open-{holder}-{what}-{name}", at=when, what=what, name=name, amount=amount, **more
        )
        self.desk.record(fact, holder)

    def pass_to(self, when: str) -> None:
        """Time passes."""
        self.desk.advance(instant_of(at(when)))

    def referral(self, friend: str) -> Referral:
        """One referral as it stands."""
        return look(self.desk.books, friend)

    def state(self, friend: str) -> tuple[str, str]:
        """State and reason."""
        one = self.referral(friend)
        return one.state, one.reason

    def has(self, holder: str) -> int:
        """The balance of the main asset."""
        return self.desk.book(holder).state.holdings[0].balance

    def read(self, holder: str, name: str) -> Any:
        """What the rule answers to a name."""
        return read(self.desk.book(holder), name)

    def told(self, what: str, about: str) -> list[tuple[str, str]]:
        """What was said of something: new state and reason."""
        return [
            (one.to, one.reason)
            for book in self.desk.books.values()
            for one in book.run.changes
            if one.what == what and one.id == about
        ]

    def pays(self, key: str) -> int:
        """What the buyer paid for an order."""
        book = self.desk.books[self.desk.owners[key]]
        return book.run.records[key].basis


def flags_of(one: Referral) -> set[str]:
    """Why a person should look."""
    return set(one.flags)


__all__ = ["Shop", "at", "changed", "edition", "flags_of"]
