"""What a kind of rule is: one small class of fields, and what it does when compiled.

A kind is a subclass of one family with a `kind` of its own. Built-in ones stand in
`regulars.engine.kinds`, outside ones come from package entry points (see `regulars.kinds`). None
touches a holding except through what `Build` hands out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from msgspec import Struct, field

from regulars.engine.facts import Order, Refund
from regulars.engine.happenings import Attempt, Effect, FoldFact, Opening, Promise
from regulars.engine.run import Ask, Run
from regulars.engine.state import Record
from regulars.engine.texts import Finding, Id, Part
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Sentence(Struct, frozen=True):
    """What a rule says to members: a code that `words` renders, with parameters; the sentences
    inside parameters are rendered too. A kind of another package, which no catalogue knows, says
    `own_words` and brings `text`: its sentence, by language."""

    code: str
    params: dict[str, Any] = {}


class Undoing(Struct, frozen=True):
    """A refund at work: the order's record, whose `back` fields have it already, and its key."""

    record: Record
    key: str
    cancelled: bool = False


OrderHandler = Callable[[Run, Order], None]
Asks = Callable[[Run, FoldFact, Ask], Iterable[Promise]]


class Handlers(Struct):
    """What a compiled rule listens to. Everything is optional.

    `on` by fact type; `quick` does the same as `on` for the common order, in fewer steps: paid in
    money alone, and nobody wants it recorded or explained; `undo(run, undoing)` gives back by the
    frozen integers alone; `due` is called at the instant that `next_due` named; `wants` asks for
    what is given by itself at the frontier; `asks` for what pays for a fact before it acts, where
    `asks_about` says that it may (always, if left out); `attempt` decides what somebody asked for,
    or raises Refused; `still` checks a promise made for a past instant on the present state;
    `promised` applies, in every state; `settle` runs after each fact; `opening` takes what is
    brought in and says whether it did; `read` answers a name, None if it is not its own; `erased`
    runs before what an erased member holds is forfeited, `returned` when they take part anew;
    `objects` gives the code of why a refund is refused, or nothing. Of several that ask for an
    order, those with a lower `asks_rank` ask first. Where `opens` says so before an order acts, its
    record is open meanwhile, also where it is not kept. With `refuses` it may refuse the act itself
    (`activity` changes to `refused`): none of it happens.
    """

    on: dict[type, Callable[[Run, Any], None]] = field(default_factory=dict)
    quick: OrderHandler | None = None
    undo: Callable[[Run, Undoing], None] | None = None
    next_due: Callable[[Run], int] | None = None
    due: Callable[[Run], None] | None = None
    wants: Callable[[Run, Ask], Promise | None] | None = None
    asks: Asks | None = None
    asks_about: Callable[[FoldFact], bool] | None = None
    attempt: Callable[[Run, Attempt, Ask], Promise | None] | None = None
    still: Callable[[Run, Promise], Promise] | None = None
    promised: Callable[[Run, Promise], None] | None = None
    settle: Callable[[Run], None] | None = None
    reversed: Callable[[Run, Record, str], None] | None = None
    opening: Callable[[Run, Opening], bool] | None = None
    effect: Callable[[Run, Effect], None] | None = None
    read: Callable[[Run, str], Any] | None = None
    erased: Callable[[Run], None] | None = None
    returned: Callable[[Run], None] | None = None
    objects: Callable[[Run, Record, Refund], str] | None = None
    asks_rank: int = 0
    refuses: bool = False
    opens: Callable[[Run], bool] | None = None


class Lasting(Struct):
    """A memory of which something outlives that its member leaves for good: leaving and joining
    is no way to get more than anybody gets. Of any other memory nothing stays."""

    def outlived(self) -> Self:
        """What whoever takes part anew begins with."""
        return self


class Rule(Part, frozen=True, kw_only=True, tag_field="kind"):
    """What every rule has: an id that is stable across editions (memory goes by it). Without one,
    the kind is the id. Its `memory` is a struct; one that is `Lasting` says what stays of it when
    its member leaves for good."""

    family: ClassVar[str] = ""
    memory: ClassVar[type | None] = None
    id: Id | None = None

    @property
    def kind(self) -> str:
        """The word that the file says."""
        return str(self.__struct_config__.tag)

    @property
    def name_in_state(self) -> str:
        """The id under which memory and rows of this rule go."""
        return self.id or self.kind

    def problems(self) -> Iterable[Finding]:
        """What cannot be explained or does not hold together within this rule."""
        return ()

    def compile(self, build: Build) -> Handlers:
        """What this rule does, with its parameters as locals."""
        return Handlers()

    def sentence(self) -> Sentence | None:
        """What it says to members."""
        return None


Lives = Callable[[Run, int], int]


class Earn(Rule, frozen=True, kw_only=True):
    """A rule that gives an asset for a fact. `of_goods`: whether it pays for what is bought."""

    family: ClassVar[str] = "earn"
    of_goods: ClassVar[bool] = True


class ChangeRule(Rule, frozen=True, kw_only=True):
    """A modifier: what changes how much is earned."""

    family: ClassVar[str] = "change"


class Limit(Rule, frozen=True, kw_only=True):
    """How much at most."""

    family: ClassVar[str] = "limit"


class Life(Rule, frozen=True, kw_only=True):
    """How long a lot lives. `expires(build)` makes the function from (run, earned) to the instant
    at which a lot is over, FOREVER where it is not."""

    family: ClassVar[str] = "life"

    def expires(self, build: Build, asset: str) -> Lives:
        """The instant (exclusive) until which what was earned at an instant is usable."""
        return lambda run, earned: FOREVER


class Ladder(Rule, frozen=True, kw_only=True):
    """How standing among the tiers is found."""

    family: ClassVar[str] = "standing"


class Reward(Rule, frozen=True, kw_only=True):
    """What value can be turned into, or what is given by itself. `is_payment`: whether it may pay
    for an order, and so counts among the rewards of one."""

    family: ClassVar[str] = "rewards"
    is_payment: ClassVar[bool] = True


class Metric(Rule, frozen=True, kw_only=True):
    """A number that ladders, limits and readers count by."""

    family: ClassVar[str] = "metrics"


class ReferralRule(Rule, frozen=True, kw_only=True):
    """Who brought whom, and what both get."""

    family: ClassVar[str] = "referrals"


FAMILIES: tuple[type[Rule], ...] = (
    Earn,
    ChangeRule,
    Limit,
    Life,
    Ladder,
    Reward,
    Metric,
    ReferralRule,
)
