"""What a rule works on while a history is folded: the state, the clock, and what comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from regulars.engine.calendar import datetime_of
from regulars.engine.happenings import Effect, Promise
from regulars.engine.keys import made
from regulars.engine.questions import Question, Reply
from regulars.engine.state import Record, State

if TYPE_CHECKING:
    from regulars.engine.compiled import Compiled, CompiledEdition

Ask = Callable[[Question], Reply]
_records = msgspec.json.Decoder(dict[str, Record])

EARN, MATURE, PEND, RESTORE = "earn", "mature", "pend", "restore"
PRICE, EXPIRE, CLAW, UNPEND, FORFEIT = "price", "expire", "claw", "unpend", "forfeit"
GIVES = {EARN: 1, MATURE: 1, RESTORE: 1, PRICE: -1, EXPIRE: -1, CLAW: -1, FORFEIT: -1}
"""What a step does to the available balance; pending steps leave it alone."""
PENDS = {PEND: 1, MATURE: -1, UNPEND: -1}
"""What a step does to what is pending."""


class Row(Struct, frozen=True, gc=False):
    """A wanted transfer, named by (fact, rule, step, lot): `amount` of `asset` at an instant.

    `lot` names the lot of another fact where a step concerns one (restore, expire). Source and
    target accounts follow from the step.
    """

    key: str
    rule: str
    step: str
    at: int
    asset: str
    amount: int
    lot: str = ""


class Change(Struct, frozen=True, gc=False):
    """Something that is not value changed: a voucher, a referral, a tier, an attempt.

    `what` is its kind, `id` whose; `to` the new state, `reason` a code.
    """

    what: str
    id: str
    at: int
    to: str
    reason: str = ""
    params: dict[str, Any] = {}


class Why(Struct, frozen=True, gc=False):
    """What a rule answered to a fact: `amount` of `asset`, or nothing, and a code that says why."""

    key: str
    rule: str
    at: int
    code: str
    amount: int = 0
    asset: str = ""
    params: dict[str, Any] = {}


class Run:
    """One pass over facts of one holder. `ask` answers what the caller must decide (none where
    every promise is known); `whys` is a list only where somebody wants an explanation; `wanted`
    names the facts whose records are kept (none: all of them); `others` are holders who have been
    joined into this one."""

    __slots__ = (
        "_present",
        "_stands_on",
        "ask",
        "at",
        "changes",
        "edition",
        "effects",
        "holder",
        "key",
        "known",
        "others",
        "programme",
        "promises",
        "record",
        "records",
        "rows",
        "state",
        "waiting",
        "wanted",
        "whys",
    )

    def __init__(self, programme: Compiled, state: State, holder: str = "") -> None:
        self.programme = programme
        self.state = state
        self.holder = holder
        self.others: frozenset[str] = frozenset()
        edition = programme.editions[state.edition]
        self.edition: CompiledEdition = edition.ended() if state.gone else edition
        self.at = state.at
        self.key = ""
        self.rows: list[Row] = []
        self.changes: list[Change] = []
        self.effects: list[Effect] = []
        self.promises: list[Promise] = []
        self.whys: list[Why] | None = None
        self.records: dict[str, Record] = {}
        self.record: Record | None = None
        self.wanted: set[str] | None = None
        self.known: set[tuple[str, str]] = set()
        self.ask: Ask | None = None
        self._present: State | None = None
        self._stands_on: Callable[[], State] | None = None
        self.waiting: list[Promise] | None = None

    @property
    def present(self) -> State | None:
        """The present state, where the past is folded again; None where now is the present."""
        if self._present is None and self._stands_on is not None:
            self._present = self._stands_on()
        return self._present

    def stands_on(self, made: Callable[[], State] | None) -> None:
        """What is decided from now on must hold on the state that `made` makes too, when somebody
        asks for it; on none with None."""
        self._present, self._stands_on = None, made

    def is_me(self, holder: str) -> bool:
        """Whether that is the holder of this run, or was joined into it."""
        return holder == self.holder or holder in self.others

    def want(self, key: str) -> None:
        """Keep the record of the fact `key`, if it is made from now on."""
        if self.wanted is not None:
            self.wanted.add(key)

    def say(self, rule: str, code: str, amount: int = 0, asset: str = "", **params: Any) -> None:
        """Note why a rule gave something or nothing. Costs nothing where nobody asked."""
        if self.whys is not None:
            self.whys.append(Why(self.key, rule, self.at, code, amount, asset, params))

    def change(self, what: str, about: str, to: str, reason: str = "", **params: Any) -> None:
        """Note that something other than value changed now."""
        self.changes.append(Change(what, about, self.at, to, reason, params))

    def promise(self, rule: str, ordinal: str | int, **fields: Any) -> Promise:
        """A promise of this holder, dated now; its key is its identity."""
        key = fields.pop("key", "") or made(self.programme.id, rule, self.holder, ordinal)
        return Promise(key=key, at=datetime_of(self.at), rule=rule, ordinal=made(ordinal), **fields)

    def effect(self, rule: str, receiver: str, what: str, **fields: Any) -> None:
        """Cause something for another holder, dated now. Its key is made of cause and receiver."""
        subject = fields.get("subject", "")
        key = made(self.programme.id, rule, self.key, receiver, what, subject)
        self.effects.append(
            Effect(
                key=key,
                at=datetime_of(self.at),
                holder=receiver,
                rule=rule,
                what=what,
                cause=self.key,
                **fields,
            )
        )

    def asked(self, rule: str, ordinal: str | int) -> bool:
        """Whether the promise with this identity has been decided."""
        return (rule, made(ordinal)) in self.known

    def apply(self, promise: Promise) -> None:
        """Apply a promise that was just decided, and remember it for the caller. One that a timer
        decides is applied when every timer of the instant has run, as it is where it is known."""
        promise = self.still(promise)
        self.known.add((promise.rule, promise.ordinal))
        self.want(promise.key)
        self.promises.append(promise)
        if self.waiting is None:
            self.follow(promise)
        else:
            self.waiting.append(promise)

    def still(self, promise: Promise) -> Promise:
        """The same promise, or what is left of it where it is decided late: it must hold at its
        own instant and on the present state, which then has it too."""
        present = self.present
        if present is None:
            return promise
        now = Run(self.programme, present, self.holder)
        now.others = self.others
        now.at = max(now.at, self.at)
        now.ask, now.known = self.ask, self.known
        handlers = self.edition.handlers.get(promise.rule)
        if handlers is not None and handlers.still is not None:
            promise = handlers.still(now, promise)
        now.follow(promise)
        return promise

    def follow(self, promise: Promise) -> None:
        """Apply a promise: it goes to its rule alone, which must cope in every state."""
        key, self.key = self.key, promise.key
        handler = self.edition.promised.get(promise.rule) or self.programme.promised.get(
            promise.rule
        )
        if handler is not None:
            handler(self, promise)
        self.key = key

    def aside(self, *, recording: bool = True) -> Run:
        """A run on a copy of the state and, where it is `recording`, of the records, whose outcome
        is looked at and thrown away."""
        run = Run(self.programme, self.programme.copy(self.state), self.holder)
        run.others = self.others
        run.at, run.key, run.edition = self.at, self.key, self.edition
        run.known = set(self.known)
        if recording and self.records:
            run.records = _records.decode(msgspec.json.encode(self.records))
        return run

    def keeps(self, key: str) -> bool:
        """Whether the record of the fact `key` is to be kept."""
        return self.wanted is None or key in self.wanted
