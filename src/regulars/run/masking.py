"""What log lines say instead of personal data: a mark for an address, and of an error its kind and
place, without the values that it quotes."""

from __future__ import annotations

import hmac
import os
import re
import secrets
import traceback

SIGNS = r"[\w.+%'-]+"
# Signs that are no address are passed over at once: begun anew with each of them, one long line
# would keep the processor for half a minute.
ADDRESS = re.compile(rf"(?P<mail>{SIGNS}(?:@|%40|\\u0040)[\w-]+(?:\.[\w-]+)+)|{SIGNS}")
# What follows these in an address lets somebody in, or stops their mail.
DOORS = re.compile(r"/(enter|stop|confirm|pair|hooks|key)/[^/\s]{8,}")
QUOTED = re.compile(r"(?P<sign>[\"'`])(?P<text>.*?)(?P=sign)")
VALUE = re.compile(r"(?<=: )([\"']).*\1\s*$")
NAME = re.compile(r"_{0,2}[a-z][a-z0-9_.]*|(?:[A-Z][a-z]+){2,}")
NUMBER = re.compile(r"(?<![\w-])\+?\d{7,}(?!\w)")
LONGEST = 300
_ALONE = secrets.token_hex(16)


def masked(text: str) -> str:
    """The text with a mark for each address: the same for the same one, and no way back; and
    without what opens a door."""
    shut = DOORS.sub(r"/\1/…", text)
    return ADDRESS.sub(lambda one: f"<mail {mark(one[0])}>" if one["mail"] else one[0], shut)


def mark(address: str) -> str:
    """What stands for an address in the logs of this installation."""
    key = os.environ.get("REGULARS_SECRET_KEY") or _ALONE
    plain = re.sub(r"%40|\\u0040", "@", address).lower()
    return hmac.digest(key.encode(), b"log " + plain.encode(), "sha256").hex()[:12]


def trace(error: BaseException) -> str:
    """An error, those that caused it before it: where each was raised, its kind, and the first
    line of what it says without what it quotes. The lines after the first are the database's, which
    repeats the row there."""
    chain: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in chain:
        chain.append(at)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return "\n".join(_one(each) for each in reversed(chain))


def _one(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    places = "".join(traceback.format_tb(error.__traceback__))
    told = [f"Traceback (most recent call last):\n{places}{kind}: {said(error)}"]
    told += [trace(each) for each in getattr(error, "exceptions", ())]
    return "\n".join(told)


def said(error: BaseException) -> str:
    """What an error says, without values."""
    first = next(iter(str(error).splitlines()), "")[:LONGEST]
    bare = VALUE.sub("…", masked(first))
    return NUMBER.sub("…", QUOTED.sub(_kept, bare))


def _kept(found: re.Match[str]) -> str:
    """Names of the code stay: of columns, attributes, types."""
    sign, text = found["sign"], found["text"]
    return f"{sign}{text if NAME.fullmatch(text) else '…'}{sign}"
