"""What the engine cannot know from one holder's facts and asks the caller at booking.

Each question names what it needs; the caller answers under the lock that the question names, and
the outcome is stored as a promise.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Emails = Literal["case", "dots_and_tags"]
"""How e-mail addresses are compared: without case only, or besides without what follows a + and,
at gmail, without dots."""


class Share(Struct, frozen=True, kw_only=True, gc=False):
    """How much of a limit that all holders share is left: `wanted` of at most `most` under `name`
    (which holds the period). What is granted is used up at once; below zero it is given back."""

    name: str
    wanted: int
    most: int


class Granted(Struct, frozen=True, kw_only=True, gc=False):
    """The answer to `Share`: from 0 to `wanted`, or all that is given back."""

    amount: int


class Signal(Struct, frozen=True, gc=False):
    """Something by which two people may be one. `kind` is email, phone, name, card, device,
    address, ip or visitor; `value` as it was told."""

    kind: str
    value: str


class Introduction(Struct, frozen=True, kw_only=True, gc=False):
    """Who brought this person: by codes tried, by the link followed (`via`), or by clicks of the
    `session`. `key` is the fact in question, `at` its instant; only what was known before it
    counts. `window` is how long a click counts, in microseconds (0: in its session only; -1: ever);
    `first` takes the first click and not the last. `by` are the kinds of signal by which somebody
    is known to have been here before, `emails` how addresses are compared. An `advocate` who is
    named already stays."""

    key: str
    at: int
    codes: tuple[str, ...] = ()
    via: str = ""
    session: str = ""
    window: int = -1
    first: bool = False
    by: tuple[str, ...] = ("email", "phone")
    emails: Emails = "case"
    advocate: str = ""


class Introduced(Struct, frozen=True, kw_only=True, gc=False):
    """The answer to `Introduction`.

    `advocate` is a holder, empty if nobody; `by_code` the code that led to them; `others` the codes
    that are no advocate's. `bought` and `joined` say that the person had bought, or had an account,
    before; `former` that the account was closed. `shared` are the kinds of signal that the person
    has in common with the advocate, `similar` those that are nearly the same; `seen` how many
    other friends of anybody used the same value, by kind; `linked` the kinds of this fact's signals
    that belonged to somebody else before. `circle`: one household; `party`: the advocate takes part
    in the sale; `public`: the code is known in public; `banned` and `gone` speak of the advocate.
    """

    advocate: str = ""
    by_code: str = ""
    others: tuple[str, ...] = ()
    bought: bool = False
    joined: bool = False
    former: bool = False
    shared: tuple[str, ...] = ()
    similar: tuple[str, ...] = ()
    seen: dict[str, int] = {}
    linked: tuple[str, ...] = ()
    circle: bool = False
    party: bool = False
    public: bool = False
    banned: bool = False
    gone: bool = False


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
