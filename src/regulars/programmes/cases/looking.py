"""Reads the state on the desk by the words of the case language."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from typing import Any

from regulars.engine.booking import Book
from regulars.engine.facts import Order
from regulars.engine.kinds.referrals.reading import look
from regulars.engine.position import place
from regulars.engine.run import EARN, EXPIRE, GIVES, Change
from regulars.engine.terms import closed
from regulars.ledger.lots import FOREVER
from regulars.programmes.cases import causes
from regulars.programmes.cases.cast import Cast
from regulars.programmes.cases.comparing import Answer, CannotRead
from regulars.programmes.cases.decisions import Decisions
from regulars.programmes.cases.problems import Reason, nearest
from regulars.programmes.cases.shapes import Case, Subject
from regulars.programmes.cases.sides import Side
from regulars.programmes.cases.spelling import moment_of, spelt, told
from regulars.programmes.cases.units import Units
from regulars.programmes.cases.values import Key, Value

HOLDERS = ("member", "account")
ENDS = "_expires_at"


class Look:
    """The state of everybody in a case, as it stands."""

    def __init__(self, case: Case, desk: Side, cast: Cast, units: Units) -> None:
        self.case = case
        self.desk = desk
        self.cast = cast
        self.units = units
        self.decisions = Decisions(case, desk, units)
        self.moment = -(1 << 62)
        self.asked: set[str] = set()

    def move(self, until: int) -> None:
        """Let time pass for everybody."""
        self.moment = max(self.moment, until)
        self.desk.advance(self.moment)

    def read(self, subject: Subject, key: Key) -> Answer:
        """`key` of `subject` now. Raises CannotRead."""
        if subject.kind == "event":
            return self.decisions.read(subject, key)
        if subject.kind == "programme":
            return self._of_all(key)
        if subject.kind in HOLDERS:
            return self._of_holder(subject, key)
        return self._of_thing(subject, key)

    # who

    def holder(self, subject: Subject) -> str:
        """Whose state a subject means. Raises CannotRead for somebody whom nothing names."""
        if subject.id and subject.id not in self.cast.known:
            raise CannotRead(nearest("case_unknown_member", subject.id, self.cast.known))
        return self.cast.about(subject.kind, subject.id)

    def book(self, holder: str) -> Book:
        """A holder's book, with their run at the present instant."""
        book = self.desk.book(holder)
        book.run.at = max(self.moment, book.run.state.at)
        return book

    # one holder

    def _of_holder(self, subject: Subject, key: Key) -> Answer:
        book = self.book(self.holder(subject))
        own = _OWN.get(key.word)
        if own is not None and not key.window:
            return own(self, book)
        asset = self.units.asset(key.word) if not key.window else ""
        if asset:
            return self.units.shown(self.balance(book, asset), asset)
        found = self._asked(book, key, spelt(key))
        if found is not None:
            return found
        return self._otherwise(book, key)

    def _otherwise(self, book: Book, key: Key) -> Answer:
        if key.word.endswith(ENDS):
            asset = self.units.asset(key.word.removesuffix(ENDS))
            return self._first_end(book, asset) if asset else None
        if key.word == "tier_for":
            return self._tier(book)
        changed = self._changed(book.holder, key)
        if changed is not None or self._is_known(key):
            return changed
        raise CannotRead(Reason("case_not_told", {"key": spelt(key)}))

    def _is_known(self, key: Key) -> bool:
        """Whether nothing is a possible answer: a word of an assertion that speaks of absence."""
        names = [one.id for one in self.units.edition.assets]
        return key.word in {"advocate_reward", "friend_reward", "milestone", *names}

    def _asked(self, book: Book, key: Key, name: str) -> Answer:
        """What the rules answer to a name."""
        for rule, handlers in book.run.edition.handlers.items():
            if handlers.read is not None:
                found = handlers.read(book.run, name)
                if found is not None:
                    self.asked.add(rule)
                    return self._told(found, key)
        return None

    def _told(self, found: Any, key: Key) -> Answer:
        """An answer of a rule as a case writes it."""
        if key.word == "for" and isinstance(found, int):
            return self.units.shown(found, self.units.main)
        return told(found, key)

    def balance(self, book: Book, asset: str) -> int:
        """What is available of an asset, in its smallest unit."""
        return book.state.holdings[book.programme.assets[asset]].balance

    def _pending(self, book: Book) -> Answer:
        waiting = self._holding(book).pending
        return self.units.shown(sum(one.amount for one in waiting), self.units.main)

    def _holding(self, book: Book) -> Any:
        return book.state.holdings[book.programme.assets[self.units.main]]

    def _shown(self, book: Book) -> Answer:
        balance = self.units.shown(self.balance(book, self.units.main), self.units.main)
        return floor(balance)

    def _expired(self, book: Book) -> Answer:
        rows = book.booked
        gone = sum(
            one.amount for one in rows if one.step == EXPIRE and one.asset == self.units.main
        )
        return self.units.shown(gone, self.units.main)

    def _first_end(self, book: Book, asset: str) -> Answer:
        kept = book.state.holdings[book.programme.assets[asset]].lots
        return moment_of(min((lot.expires for lot in kept), default=FOREVER))

    def _points_end(self, book: Book) -> Answer:
        return self._first_end(book, self.units.main)

    def _newest_lot(self, book: Book) -> Answer:
        kept = self._holding(book).lots
        return moment_of(max((lot.earned for lot in kept), default=FOREVER))

    def _tier(self, book: Book) -> Answer:
        tiers = book.run.edition.edition.tiers
        return tiers[book.state.standing.tier].id if tiers else None

    def _tier_until(self, book: Book) -> Answer:
        found = self._asked(book, Key("tier_until"), "tier_until")
        return found if found is not None else moment_of(book.state.standing.until)

    def _review_at(self, book: Book) -> Answer:
        found = self._asked(book, Key("review_at"), "review_at")
        return found if found is not None else moment_of(book.state.standing.until)

    def _exists(self, book: Book) -> Answer:
        return not book.state.gone

    def _notified(self, book: Book) -> Answer:
        return any(one.what == "tier" for one in book.run.changes)

    def _in_sequence(self, book: Book) -> Answer:
        facts = book.facts
        orders = [fact for fact in facts.values() if isinstance(fact, Order)]
        return tuple(one.key for one in sorted(orders, key=lambda one: place(one, facts)))

    # orders, refunds, redemptions, vouchers, referrals

    def _of_thing(self, subject: Subject, key: Key) -> Answer:
        if subject.kind == "referral":
            return self._of_referral(subject, key)
        if subject.kind == "lookup":
            return self._found_under(subject)
        about = self._voucher_of(subject) if subject.kind == "voucher_of" else subject.id
        if subject.kind.startswith("voucher") and key.word == "voucher_value":
            return self._worth(subject, about)
        name = spelt(Key(key.word))
        for book in self._books(subject):
            if key.word == "pending":
                return self._pending_of(book, about)
            found = self._asked(book, key, f"{name}:{about}")
            if found is not None:
                return found
        changed = [self._changed(about, key, book) for book in self._books(subject)]
        return next((one for one in changed if one is not None), self._absent(subject, key))

    def _found_under(self, subject: Subject) -> Answer:
        """Who is found under the name of somebody who became another."""
        holder = self.cast.holder(subject.id)
        found = self.desk.resolved(holder)
        return found if found != holder else None

    def _worth(self, subject: Subject, about: str) -> Answer:
        """The face value of a voucher, open or closed."""
        for book in self._books(subject):
            record = book.run.records.get(about)
            voucher = book.state.vouchers.get(about) or (closed(record) if record else None)
            if voucher is not None:
                return self.units.shown_money(voucher.value)
        return None

    def _absent(self, subject: Subject, key: Key) -> Answer:
        if subject.kind in ("task", "delivery", "subscription", "repair", "question", "report"):
            raise CannotRead(Reason("case_not_told", {"key": spelt(key)}))
        return None

    def _of_referral(self, subject: Subject, key: Key) -> Answer:
        """One referral from both sides."""
        for book in self._books(subject):
            book.run.at = max(self.moment, book.run.state.at)
        found = look(self.desk.books, self.desk.resolved(self.cast.holder(subject.id)))
        if key.word == "reason" and key.about == "advocate_reward":
            return found.why_none or found.reason
        answers: dict[str, Answer] = {
            "advocate_reward": found.reward,
            "friend_reward": found.friend_reward,
        }
        if key.word in answers:
            return answers[key.word]
        if key.word in found.__struct_fields__:
            return told(getattr(found, key.word), key)
        return self._changed(subject.id, key)

    def _books(self, subject: Subject) -> list[Book]:
        """The owner's book first, then all others."""
        owner = self.desk.owners.get(subject.id) or self.cast.holder(subject.id)
        first = [owner] if owner in self.desk.books else []
        others = [name for name in self.desk.books if name not in first]
        return [self.book(name) for name in (*first, *others)]

    def _pending_of(self, book: Book, order: str) -> Answer:
        waiting = [one for one in self._holding(book).pending if one.key == order]
        return self.units.shown(sum(one.amount for one in waiting), self.units.main)

    def _voucher_of(self, subject: Subject) -> str:
        """The voucher that a redemption issued: its promise has the same key, or names it."""
        for book in self._books(subject):
            if subject.id in book.state.vouchers:
                return subject.id
            fact = book.facts.get(subject.id)
            code = getattr(fact, "code", "") or getattr(fact, "target", "")
            if code:
                return str(code)
        return subject.id

    def _changed(self, about: str, key: Key, book: Book | None = None) -> Answer:
        """What the last change says that is called so, or that has such a parameter."""
        books = [book] if book else [self.book(name) for name in self.desk.books]
        for change in self._changes(books, about):
            found = _said(change, key)
            if found is not None:
                return found
        return None

    def _changes(self, books: list[Book], about: str) -> Iterator[Change]:
        own = [one for book in books for one in book.run.changes if one.id == about]
        yield from sorted(own, key=lambda one: -one.at)

    # everybody together

    def _of_all(self, key: Key) -> Answer:
        if key.word == "liability_total_points":
            return self._liability()
        if key.word == "booked_as":
            steps = [row.step for book in self.desk.books.values() for row in book.booked]
            return "forfeited" if "forfeit" in steps else None
        if key.word == "ledger_sum_check":
            return "ok" if self._adds_up() else "wrong"
        for name in self.desk.books:
            found = self._asked(self.book(name), key, spelt(key))
            if found is not None:
                return found
        raise CannotRead(Reason("case_not_told", {"key": spelt(key)}))

    def _liability(self) -> Answer:
        """What is owed to all: the members of the case, and those whom its total only counts."""
        main = self.units.main
        held = sum(max(self.balance(book, main), 0) for book in self.desk.books.values())
        total = self.case.given.fields.words.get("liability_total_points")
        opened = sum(
            row.amount
            for book in self.desk.books.values()
            for row in book.booked
            if row.rule == "opening" and row.asset == main and row.step == EARN
        )
        others = self.units.of_asset(total, main) - opened if total is not None else 0
        return self.units.shown(held + others, main)

    def _adds_up(self) -> bool:
        return all(self._book_adds_up(book) for book in self.desk.books.values())

    def _book_adds_up(self, book: Book) -> bool:
        sums = dict.fromkeys(book.programme.assets, 0)
        for row in book.booked:
            sums[row.asset] += GIVES.get(row.step, 0) * row.amount
        return all(self.balance(book, asset) == total for asset, total in sums.items())

    # why, and by whom

    def because(self, subject: Subject, key: Key, expected: Value, got: Answer) -> Reason | None:
        """The first cause that can be told of an answer that was not expected."""
        if subject.kind == "event":
            code = self.decisions.refusal(subject.id)
            return Reason("case_because_refused", {"reason": code}) if code else None
        if subject.kind not in HOLDERS:
            return None
        book = self.book(self.holder(subject))
        asset = self.units.asset(key.word) or self.units.main
        return causes.of_amount(book, asset, self.units, causes.missing(expected, got))

    def touched(self) -> Iterator[str]:
        """The rules that had a part in what happened."""
        for book in self.desk.books.values():
            yield from (row.rule for row in book.booked)
            yield from (f"expire_{row.asset}" for row in book.booked if row.step == EXPIRE)
            yield from (getattr(one, "rule", "") for one in book.facts.values())
            if any(one.what == "tier" for one in book.run.changes):
                yield book.run.edition.edition.standing.name_in_state  # type: ignore[union-attr]
        for outcome in self.desk.outcomes.values():
            whys = outcome.whys
            yield from (why.rule for why in whys if why.amount or why.code not in causes.IDLE)
        yield from self.asked


def _said(change: Change, key: Key) -> Answer:
    """What a change says under a word: the state of what is called so, why it was refused, which
    of such was taken, or one of its parameters."""
    if change.what == key.word:
        return change.to
    if key.word == f"{change.what}_refused" and change.to == "refused":
        return change.reason
    if change.to == key.word:
        return told(change.params.get(change.what), key)
    return told(change.params.get(key.word), key)


_OWN = {
    "pending": Look._pending,
    "shown": Look._shown,
    "expired": Look._expired,
    "points_expire_at": Look._points_end,
    "lot_earned_at": Look._newest_lot,
    "tier": Look._tier,
    "tier_until": Look._tier_until,
    "review_at": Look._review_at,
    "exists": Look._exists,
    "notified": Look._notified,
    "orders_in_sequence": Look._in_sequence,
}
"""What the core itself knows of a holder."""
