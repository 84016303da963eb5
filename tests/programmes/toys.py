"""A small file format with everything that real ones use: families, forms, renamed fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from regulars.engine.texts import (
    Day,
    Duration,
    Finding,
    Id,
    Instant,
    Money,
    NotNegative,
    Number,
    OneOrMany,
    Part,
    Positive,
    Text,
    Unique,
    Zone,
    repeated,
)


class When(Part, frozen=True, kw_only=True, tag_field="kind"):
    """What must hold."""

    family: ClassVar[str] = "when"


class Category(When, frozen=True, kw_only=True, tag="category"):
    """An item of a category."""

    category: OneOrMany[Id]


class Not(When, frozen=True, kw_only=True, tag="not"):
    """The opposite."""

    not_: When


class Earn(Part, frozen=True, kw_only=True, tag_field="kind"):
    family: ClassVar[str] = "earn"


class PerAmount(Earn, frozen=True, kw_only=True, tag="per_amount"):
    """Points for money."""

    step: Annotated[Money, Meta(description="For every full step.")]
    points: Annotated[int, Meta(ge=1, le=1000)] = 1
    except_: OneOrMany[Id] = ()
    when: When | None = None


class PerVisit(Earn, frozen=True, kw_only=True, tag="per_visit"):
    points: Annotated[int, Meta(gt=0, lt=100, multiple_of=5)]
    every: Duration = "P1D"
    factor: Positive | None = None


class Outside(Earn, frozen=True, kw_only=True, tag="moon_phase"):
    """A kind from elsewhere."""

    phase: Literal["new", "full"]


class Tier(Part, frozen=True, kw_only=True):
    """A standing."""

    id: Id
    from_: NotNegative
    name: Text | None = None
    rights: list[Text] = []


class Never(Part, frozen=True, kw_only=True, tag_field="life", tag="never"):
    """For ever."""


class Fixed(Part, frozen=True, kw_only=True, tag_field="life", tag="fixed"):
    """For some time."""

    after: Duration


class Shop(Part, frozen=True, kw_only=True):
    """A toy programme."""

    format: Literal[1]
    name: Text
    zone: Zone = "UTC"
    starts: Day | Annotated[int, Meta(ge=2000)] | None = None
    opened: Instant | None = None
    open: bool = True
    stack: Literal["additive", "best_of"] = "additive"
    shift: Number = "0"
    code: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "ABC"
    note: Annotated[str, Meta(min_length=2, max_length=5)] | None = None
    tags: Unique[Id] = ()
    days: Annotated[list[int], Meta(min_length=1, max_length=3)] = []
    words: dict[Id, Text] = {}
    life: Never | Fixed | None = None
    tiers: list[Tier] = []
    earn: Annotated[list[Earn], Meta(min_length=1)]

    def problems(self) -> Iterable[Finding]:
        yield from repeated([one.id for one in self.tiers], "tiers", "id")
        for index in range(1, len(self.tiers)):
            before, own = self.tiers[index - 1].from_, self.tiers[index].from_
            if float(own) <= float(before):
                params: dict[str, Any] = {"limit": before, "got": own}
                yield Finding(f"tiers[{index}].from", "not_above_before", params)


FAMILIES: dict[str, tuple[type[Struct], ...]] = {
    "earn": (PerAmount, PerVisit, Outside),
    "when": (Category, Not),
}
