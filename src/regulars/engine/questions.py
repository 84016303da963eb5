"""What the engine cannot know from one holder's facts and asks the caller at booking.

Each question names what it needs; the caller answers under the lock that the question names, and
the outcome is stored as a promise.
"""

from __future__ import annotations

from msgspec import Struct


class Share(Struct, frozen=True, kw_only=True, gc=False):
    """How much of a limit that all holders share is left: `wanted` of at most `most` under `name`
    (which holds the period). What is granted is used up at once."""

    name: str
    wanted: int
    most: int


class Granted(Struct, frozen=True, kw_only=True, gc=False):
    """The answer to `Share`: from 0 to `wanted`."""

    amount: int


class Introduction(Struct, frozen=True, kw_only=True, gc=False):
    """Who brought this person: by codes tried, by the link followed (`via`), or by clicks of the
    `session`. `key` is the fact in question, `at` its instant; only what was known before it
    counts. `window` is how long a click counts, in microseconds (0: in its session only; -1: ever);
    `first` takes the first click and not the last."""

    key: str
    at: int
    codes: tuple[str, ...] = ()
    via: str = ""
    session: str = ""
    window: int = -1
    first: bool = False


class Signal(Struct, frozen=True, gc=False):
    """Something by which two people may be one: e-mail, phone, card, device, address, IP."""

    kind: str
    value: str


class Introduced(Struct, frozen=True, kw_only=True, gc=False):
    """The answer to `Introduction`.

    `advocate` is a holder, empty if nobody. `by_code` the code that led to them. `known` says since
    when the person has been a customer and as what (`customer`, `former`, `referred`); `shared`
    which kinds of signal the person has in common with the advocate; `seen` how many friends of any
    advocate used the same value, by kind of signal; `banned` and `gone` speak of the advocate.
    `referred_by` is the advocate who brought this person before. `circle` says that both share
    one household.
    """

    advocate: str = ""
    by_code: str = ""
    known: str = ""
    shared: tuple[str, ...] = ()
    seen: dict[str, int] = {}
    linked: tuple[str, ...] = ()
    banned: bool = False
    gone: bool = False
    referred_by: str = ""
    circle: bool = False
    introduced: int = 0


class CodeTerms(Struct, frozen=True, kw_only=True, gc=False):
    """What a code of the shop is worth: asked for codes that are nobody's."""

    code: str
    at: int


class Terms(Struct, frozen=True, kw_only=True, gc=False):
    """The answer to `CodeTerms`: percent off, 0 if there is no such code."""

    percent: int = 0


class NewCode(Struct, frozen=True, kw_only=True, gc=False):
    """A code for a voucher that nobody can guess. `seed` makes it the same for the same promise."""

    seed: str


class Code(Struct, frozen=True, kw_only=True, gc=False):
    """The answer to `NewCode`."""

    code: str


Question = Share | Introduction | CodeTerms | NewCode
Reply = Granted | Introduced | Terms | Code
