"""A programme made ready to fold: per edition, who listens to what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct, field

from regulars.engine.calendar import Zone
from regulars.engine.edition import Edition
from regulars.engine.happenings import FoldFact, Opening, Promise
from regulars.engine.metering import Metering
from regulars.engine.rules import Asks, Handlers, Lives
from regulars.engine.run import Run
from regulars.engine.state import State
from regulars.engine.storing import Form
from regulars.engine.terms import Terms
from regulars.ledger.lots import FOREVER, Holding


class CompiledEdition(Struct):
    """One edition's rules as functions, in the order in which they act.

    `begins` and `until` are instants; `on` by fact type; `settle` runs after each fact; `lives` by
    index of the asset; the rest by rule id.
    """

    edition: Edition
    zone: Zone
    begins: int
    until: int
    on: dict[type, tuple[Callable[[Run, Any], None], ...]] = field(default_factory=dict)
    settle: tuple[Callable[[Run], None], ...] = ()
    handlers: dict[str, Handlers] = field(default_factory=dict)
    promised: dict[str, Callable[[Run, Promise], None]] = field(default_factory=dict)
    timers: tuple[tuple[Callable[[Run], int], Callable[[Run], None]], ...] = ()
    lives: tuple[Lives, ...] = ()
    asking: tuple[Handlers, ...] = ()
    vouchers: dict[str, Terms] = field(default_factory=dict)
    metering: dict[str, Metering] = field(default_factory=dict)
    counts_orders: bool = False
    refuses: bool = False

    @property
    def id(self) -> str:
        return self.edition.edition

    def asking_of(self, fact: FoldFact) -> list[Asks]:
        """Who may decide something before a fact acts, in the order in which they ask."""
        return [
            one.asks
            for one in self.asking
            if one.asks is not None and (one.asks_about is None or one.asks_about(fact))
        ]

    def ended(self) -> CompiledEdition:
        """The same edition for somebody who is gone: nothing acts any more, unless it lets them
        take part anew."""
        on = {Opening: self.on[Opening]} if Opening in self.on else {}
        return msgspec.structs.replace(self, on=on, settle=(), timers=(), until=FOREVER)


class Compiled(Struct):
    """A programme: its editions in time, its assets and the memory of its rules by place. The
    timetable of the rules in `jobs_off` is not followed: their jobs run as `Job` facts alone.
    `windows` says by metric what is kept of it: a state that kept less is of no use. `form` is how
    its states are written."""

    id: str
    editions: list[CompiledEdition]
    assets: dict[str, int]
    asset_names: tuple[str, ...]
    slots: dict[str, int]
    memories: list[type | None]
    form: Form
    promised: dict[str, Callable[[Run, Promise], None]] = field(default_factory=dict)
    jobs_off: frozenset[str] = frozenset()
    windows: dict[str, str] = field(default_factory=dict)

    def edition(self, name: str) -> CompiledEdition:
        """The edition with this id. Raises KeyError."""
        for one in self.editions:
            if one.id == name:
                return one
        raise KeyError(name)

    def edition_at(self, at: int) -> CompiledEdition:
        """The edition that is in force at an instant."""
        return next((one for one in self.editions if at < one.until), self.editions[-1])

    def dump(self, state: State) -> bytes:
        """The state as JSON, by names and not by places: it survives new editions."""
        return self.form.dump(state)

    def load(self, body: bytes) -> State:
        """The state that `dump` wrote, perhaps under fewer editions."""
        return self.form.load(body)

    def are_alike(self, one: State, other: State) -> bool:
        """Whether two states say the same, in whatever order they name it."""
        dumps = self.dump(one), self.dump(other)
        return dumps[0] == dumps[1] or msgspec.json.decode(dumps[0]) == msgspec.json.decode(
            dumps[1]
        )

    def copy(self, state: State) -> State:
        """The same state, sharing nothing."""
        return self.load(self.dump(state))

    def start(self) -> State:
        """The state of a holder of whom nothing is known."""
        state = State(
            holdings=[Holding() for _ in self.assets],
            memory=[memory() if memory else None for memory in self.memories],
        )
        state.due = self.editions[0].until if len(self.editions) > 1 else FOREVER
        return state
