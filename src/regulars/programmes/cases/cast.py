"""Whose the facts of a case are: members, households, and buyers who are known by a sign alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from regulars.engine.calendar import instant_of
from regulars.engine.likeness import normal
from regulars.engine.people import People
from regulars.engine.questions import Signal
from regulars.programmes.cases.given import signals
from regulars.programmes.cases.shapes import Case, Event
from regulars.programmes.cases.units import Units, code_of, number
from regulars.programmes.cases.values import Fields, Value

UNNAMED = "nobody"
"""The holder of a case that names none."""
NAMED_BY = ("email", "phone", "device", "card", "visitor", "session")
"""Signs by which a buyer without a name is told apart, the best first."""
POINTING = ("referral", "from", "into", "via")


class Cast:
    """The people of a case, and the directory that answers for them."""

    def __init__(self, case: Case, units: Units, begins: datetime) -> None:
        self.case = case
        self.units = units
        self.begins = instant_of(begins)
        self.people = People()
        self.homes = {one: home for home, many in case.given.households.items() for one in many}
        self.known = frozenset(self._named())
        self._meet()

    def _named(self) -> Iterator[str]:
        """Everybody whom what is given or what happens names."""
        given = self.case.given
        yield from (one for one in (given.member, given.account) if one)
        yield from given.members
        yield from given.households
        yield from self.homes
        for key in ("party", "payer", "new_member"):
            yield from _texts(given.fields.words.get(key))
        for fields in (given.fields, *given.members.values()):
            yield from _earlier_buyers(fields)
            yield from _advocates(fields.words.get("referrals"))
        for key in ("scores", "bought", "referrals"):
            told = given.fields.words.get(key)
            yield from told if isinstance(told, dict) else ()
        yield from _grouped(given.fields.words.get("chapters"))
        for event in self.case.events:
            yield from self._of_event(event)

    def _of_event(self, event: Event) -> Iterator[str]:
        yield from (one for one in (event.member, event.account) if one)
        for key in ("members", "guests", *POINTING):
            yield from _texts(event.fields.words.get(key))
        for code in (*_texts(event.fields.words.get("code")), *_codes(event)):
            yield from (one for one in self.case.ids.get("member", ()) if code_of(one) == code)

    def _meet(self) -> None:
        """Tell the directory who is there, by what they are known, and which codes lead to them."""
        for home, many in self.case.given.households.items():
            self.people.household(home, {self.holder(one) for one in many})
        for one in self.case.ids.get("member", ()):
            self.people.code(code_of(one), self.holder(one))
        for member, fields in self.case.given.members.items():
            self.tell(self.holder(member), fields, self.begins)
        if not self.case.given.members:
            self.tell(self.holder(""), self.case.given.fields, self.begins)
        self._others(self.case.given.fields)

    def _others(self, fields: Fields) -> None:
        codes = fields.words.get("codes")
        for code, terms in codes.items() if isinstance(codes, dict) else ():
            if isinstance(terms, Fields):
                self.people.shop_codes[code] = int(number(terms.words.get("percent")))
        accounts = fields.words.get("accounts")
        for one in accounts if isinstance(accounts, tuple) else ():
            if isinstance(one, Fields):
                made = one.words.get("created")
                at = instant_of(self.units.moment(made)) if made else self.begins
                closed = one.words.get("closed") is True
                self.people.account(at, as_signals(one), closed)

    def tell(self, holder: str, fields: Fields, at: int) -> None:
        """By what a holder is known from an instant on."""
        told = as_signals(fields)
        if told:
            self.people.tell(holder, at, *told)

    def holder(self, member: str) -> str:
        """In whose book the facts of a member are: a household has one book."""
        return self.homes.get(member, member) or self._default()

    def holders(self) -> frozenset[str]:
        """Everybody who is named, by the book that is theirs."""
        return frozenset(self.holder(one) for one in self.known)

    def leave(self, member: str) -> None:
        """A member has a book of his own from now on."""
        self.homes.pop(member, None)

    def _default(self) -> str:
        about = self.case.about
        return about.id if about and about.id else UNNAMED

    def of(self, event: Event) -> str:
        """Whose an event is. In a party it may be that of whose device was used."""
        worn = event.fields.words.get("device")
        if worn and self.units.edition.policy.party_credit == "credit_wearer":
            owner = self._owner("device", normal("device", str(worn)))
            if owner and event.type == "order":
                return owner
        if event.account or event.member:
            return event.account or self.holder(event.member)
        for key in ("referral", "into"):
            if key in event.fields.words:
                return self.holder(str(event.fields.words[key]))
        return self.of_stranger(event.fields) or self._default()

    def of_stranger(self, fields: Fields) -> str:
        """Who is known by the signs that somebody without a name shows; a holder of their own
        where nobody is. Empty where no sign is shown."""
        for kind, value in shown(fields):
            return self._owner(kind, value) or f"{kind}:{value}"
        return ""

    def strangers(self, fields: Fields) -> Iterator[str]:
        """The holders of their own that signs without a name may have made."""
        yield from (f"{kind}:{value}" for kind, value in shown(fields))

    def _owner(self, kind: str, value: str) -> str:
        for holder, person in self.people.people.items():
            for one in person.told:
                same = one.signal.kind == kind and normal(kind, one.signal.value) == value
                if same and holder in self.known:
                    return holder
        return ""

    def about(self, kind: str, one: str) -> str:
        """The holder that a subject means."""
        return one if kind == "account" else self.holder(one)


def as_signals(fields: Fields) -> tuple[Signal, ...]:
    """Signs as the directory takes them."""
    return tuple(Signal(kind, value) for kind, value in signals(fields).items())


def shown(fields: Fields) -> Iterator[tuple[str, str]]:
    """The signs that somebody without a name shows, the best first, in normal form."""
    told = signals(fields)
    told.update({"session": str(fields.words["session"])} if "session" in fields.words else {})
    yield from ((kind, normal(kind, told[kind])) for kind in NAMED_BY if kind in told)


def _earlier_buyers(fields: Fields) -> Iterator[str]:
    orders = fields.words.get("orders")
    for one in orders if isinstance(orders, tuple) else ():
        if isinstance(one, Fields):
            yield from _texts(one.words.get("member"))
            yield from _texts(one.words.get("account"))


def _advocates(value: Value) -> Iterator[str]:
    for one in value.values() if isinstance(value, dict) else ():
        if isinstance(one, Fields):
            yield from _texts(one.words.get("advocate"))


def _grouped(value: Value) -> Iterator[str]:
    for group in value.values() if isinstance(value, dict) else ():
        yield from group if isinstance(group, dict) else ()


def _codes(event: Event) -> Iterable[str]:
    return _texts(event.fields.words.get("codes"))


def _texts(value: Value) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(str(one) for one in value)
    return (value,) if isinstance(value, str) else ()


__all__ = ["UNNAMED", "Cast", "as_signals"]
