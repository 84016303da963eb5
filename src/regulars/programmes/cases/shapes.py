"""A case, read and resolved: what part of it says what, with no shorthand left."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from regulars.programmes.cases.values import Fields, Key, Value


class Event(Struct, frozen=True, kw_only=True):
    """One thing that happens. `at` is when, `received` when it arrives (else the same).

    `fields` has the keys of its type without those that stand here by name; `id` is empty where
    the event has none, and then it is never a repeated delivery.
    """

    type: str
    at: datetime
    received: datetime
    id: str = ""
    member: str = ""
    account: str = ""
    kind: str = ""
    fields: Fields = Fields()
    line: int = 0


class Given(Struct, frozen=True, kw_only=True):
    """The state before the first event.

    `fields` as written, `member` and `account` by id; `members` the state of each member (that of
    `member` included where the keys stand outside); `households` the members of each account.
    """

    fields: Fields = Fields()
    member: str = ""
    account: str = ""
    members: dict[str, Fields] = {}
    households: dict[str, tuple[str, ...]] = {}


class Subject(Struct, frozen=True):
    """What an assertion is about: `kind` is a subject of the vocabulary, `event` or `programme`.

    `id` is empty for the one unnamed member and for the programme; `ids` where several are meant
    together; `beside` tells it apart further, by word (`member` of a task, `address`).
    """

    kind: str
    id: str = ""
    ids: tuple[str, ...] = ()
    beside: dict[str, str] = {}


class Check(Struct, frozen=True, kw_only=True):
    """One comparison: `key` of `subject` must be `expected`.

    `how`: `exact`, `ratio` (rounded half up to the places of `expected`), `set` (order does not
    matter) or `first` (as many as are listed).
    """

    subject: Subject
    key: Key
    expected: Value
    how: str = "exact"
    line: int = 0


class Assertion(Struct, frozen=True, kw_only=True):
    """What must be true at `at`, or after the last event where it is None."""

    at: datetime | None = None
    checks: tuple[Check, ...] = ()
    property: str = ""
    line: int = 0


class Run(Struct, frozen=True, kw_only=True):
    """One run of a case, with `setting` set to `value` where it is not empty."""

    setting: str = ""
    value: str = ""
    assertions: tuple[Assertion, ...] = ()


class Case(Struct, frozen=True, kw_only=True):
    """A case of `file` at `line`, with everything resolved.

    `about`: whom an assertion without a subject is about, and whose state stands bare in `given`;
    None where several could be meant. `ids`: those that the case mentions, by kind (`member`,
    `order`, `account`, `voucher` …), in the order of their first mention.
    """

    id: str
    edition: str
    file: str
    line: int
    tests: tuple[str, ...] = ()
    why: str = ""
    given: Given = Given()
    events: tuple[Event, ...] = ()
    runs: tuple[Run, ...] = ()
    about: Subject | None = None
    ids: dict[str, tuple[str, ...]] = {}

    @property
    def runnable(self) -> bool:
        """Whether there is anything to compare: a case of properties alone is not run."""
        return any(one.checks for run in self.runs for one in run.assertions)
