"""What a rule's own sentence leaves out, each told in a short sentence after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext_noop as _

from regulars.engine.conditions import Condition
from regulars.words.programme.filling import Params, conditions_of, filled, named
from regulars.words.programme.parts import messages
from regulars.words.programme.phrases import circumstances, goods
from regulars.words.programme.voice import Voice

TAILS: Final[dict[str, str]] = {
    "at_least": _("Less than %(at_least)s counts as so much."),
    "after": _("It counts after %(after_within)s."),
    "waits_for": _("It counts only once this has happened: %(waits_for)s."),
    "remind": _("We say so %(remind)s before."),
    "valid": _("It is valid for %(valid)s."),
    "stock": _("There are %(stock)s of them."),
    "gives": _("You get %(gives)s."),
    "must_cover_total": _("Points have to pay for all of it."),
    "on_days": _("This happens on %(on_days)s."),
    "older_than": _("Only what was earned more than %(older_than_within)s ago counts."),
    "carry_surplus": _("What is above it counts in the next period too."),
    "most_held": _("Nobody can have more than %(most_held)s of them."),
    "group": _("Only one of several can be chosen."),
}
"""By the name of the parameter that a sentence left out."""

OVERFLOW: Final[dict[str, str]] = {
    "defer": _("What is above that is given later."),
    "drop": _("What would go above that earns nothing at all."),
    "refuse": _("What would go above that is refused."),
}
"""What becomes of what a limit does not let through, where it is not just cut."""

SILENT: Final[dict[str, str]] = {
    "comes": _("Without that it counts after %(deadline_within)s."),
    "lapses": _("Without that within %(deadline_within)s it lapses."),
}
"""What comes of a deadline, by `if_silent`."""

OFF: Final[dict[str, str]] = {
    "except": _("%(except)s keep their price."),
    "from": _("It counts from a basket of %(from)s on."),
    "most": _("At most %(most)s is taken off."),
}
"""What a discount says beside its figure."""

CLOSED = _("New friends are no longer taken.")
WORTH = _("Each is worth %(value)s.")
ONLY_GOODS = _("This holds for %(goods)s only.")
ONLY_WHEN = _("This holds only %(circumstances)s.")


def tails(message: str, params: Params, voice: Voice) -> Iterator[str]:
    """One sentence for each parameter that is given and that `message` does not ask for."""
    asked = named(message)
    for name, tail in TAILS.items():
        if _plain(params.get(name)) and not asks(asked, name):
            yield filled(tail, params, voice)
    if params.get("value") and params.get("multiples"):
        yield filled(WORTH, params, voice)
    if params.get("overflow") in OVERFLOW:
        yield filled(OVERFLOW[params["overflow"]], params, voice)
    if params.get("kind") == "discount":
        yield from (filled(text, params, voice) for name, text in OFF.items() if params.get(name))
    if params.get("open") is False:
        yield filled(CLOSED, params, voice)
    if params.get("deadline"):
        yield filled(SILENT[str(params.get("if_silent"))], params, voice)
    for name in ("only", "voucher"):
        part = params.get(name)
        if part is not None and hasattr(part, "__struct_fields__"):
            told = messages(name, part, voice)
            yield from (filled(text, said, voice) for text, said in told)
    yield from _conditions(asked, params, voice)


def _plain(value: Any) -> bool:
    return bool(value) and not hasattr(value, "__struct_fields__")


def asks(asked: set[str], name: str) -> bool:
    """Whether a message asks for a parameter, in whatever form."""
    return any(one == name or one.rpartition("_")[0] == name for one in asked)


def _conditions(asked: set[str], params: Params, voice: Voice) -> Iterator[str]:
    whole = conditions_of(params)
    if not asked & {"goods", "on_goods"} and goods(whole, voice):
        yield filled(ONLY_GOODS, params, voice)
    if "circumstances" in asked:
        return
    left = {
        name: one
        for name, one in params.items()
        if isinstance(one, Condition) and name not in asked
    }
    if circumstances(conditions_of(left), voice):
        yield filled(ONLY_WHEN, left, voice)
