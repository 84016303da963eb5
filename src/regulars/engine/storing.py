"""How the states of a programme are written: as JSON, what has not changed left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo

from regulars.engine.state import BEGINNING, State
from regulars.ledger.lots import Holding

BY_NAME = ("holdings", "memory")
"""What a state has by place and is written by name: it survives new editions."""


class Form:
    """The written form of a programme's states. What is read by it may have been written under
    fewer rules: what they remember then begins."""

    def __init__(self, assets: Iterable[str], memories: Mapping[str, type | None]) -> None:
        self._kinds = [(place, kind) for place, kind in enumerate(memories.values()) if kind]
        self._places = [place for place, _kind in self._kinds]
        self._slots = len(memories)
        self._holdings = _struct("Holdings", dict.fromkeys(assets, (Holding, Holding)))
        known = {name: kind for name, kind in memories.items() if kind}
        self._memory = _struct(
            "Memory", {name: (kind | None, None) for name, kind in known.items()}
        )
        own = [one for one in msgspec.structs.fields(State) if one.name not in (*BY_NAME, "due")]
        parts: list[tuple[str, Any]] = [("holdings", self._holdings), ("memory", self._memory)]
        told = [(one.name, one.type, _begun(one)) for one in own]
        self._state = msgspec.defstruct("Stored", [*parts, *told])
        self._own = attrgetter(*(one.name for one in own))
        self._decoder = msgspec.json.Decoder(self._state)

    def dump(self, state: State) -> bytes:
        """The state as JSON."""
        memory = state.memory
        return msgspec.json.encode(
            self._state(
                self._holdings(*state.holdings),
                self._memory(*[memory[place] for place in self._places]),
                *self._own(state),
            )
        )

    def load(self, body: bytes) -> State:
        """The state that `dump` wrote. Raises msgspec.ValidationError on anything else."""
        read: Any = self._decoder.decode(body)
        memory: list[Any] = [None] * self._slots
        kept = msgspec.structs.astuple(read.memory)
        for place, value in zip(self._places, kept, strict=True):
            memory[place] = value
        if None in kept:
            for place, kind in self._kinds:
                if memory[place] is None:
                    memory[place] = kind()
        holdings = list(msgspec.structs.astuple(read.holdings))
        # All fields of a state in their order: by their names it takes twice as long.
        at, edition, *others = self._own(read)
        return State(*(at, edition, holdings, memory, *others, BEGINNING))


def _begun(one: FieldInfo) -> Any:
    """What a part of a state is where nothing is written of it."""
    if one.default_factory is not NODEFAULT:
        return msgspec.field(default_factory=one.default_factory)
    return msgspec.field(default=one.default)


def _struct(name: str, fields: Mapping[str, tuple[Any, Any]]) -> type[Struct]:
    """A struct whose fields have these names when written: their type, and what makes them."""
    return msgspec.defstruct(
        name,
        [
            (
                f"at{place}",
                kind,
                msgspec.field(name=written, default_factory=made)
                if made
                else msgspec.field(name=written, default=None),
            )
            for place, (written, (kind, made)) in enumerate(fields.items())
        ],
    )
