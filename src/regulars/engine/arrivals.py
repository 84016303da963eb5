"""Facts on their way in, and as they are stored: every type of fact in one union."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import msgspec
from msgspec import Struct

from regulars.engine.facts import Identifier, Link, Unlink, Who
from regulars.engine.happenings import FoldFact
from regulars.engine.questions import Signal

AnyFact = FoldFact | Link | Unlink
"""Every fact that is stored: what a fold reads, and who is the same person as whom."""


class Arrival(Struct, frozen=True, kw_only=True, gc=False):
    """A fact on its way in, with the person it is about; without one it is a guest's.

    What counts in one programme alone (a grant, a promise, an opening) names it in `programme`.
    Beside the fact travels what referral rules look at and no fact holds: `signals` by which the
    person is known besides their identifiers (device, ip, address, visitor, name), and the `party`
    of others who take part in the sale.
    """

    fact: AnyFact
    who: Who | None = None
    programme: str = ""
    signals: tuple[Signal, ...] = ()
    party: tuple[Who, ...] = ()


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[AnyFact] = msgspec.json.Decoder(AnyFact)
_decoder_of_many: msgspec.json.Decoder[list[FoldFact]] = msgspec.json.Decoder(list[FoldFact])


def encode(fact: AnyFact) -> bytes:
    """The fact as canonical JSON: the stored form."""
    return _encoder.encode(fact)


def decode(body: bytes | str) -> AnyFact:
    """The fact that `encode` wrote. Raises msgspec.ValidationError on anything else."""
    return _decoder.decode(body)


def decode_many(body: bytes | str) -> list[FoldFact]:
    """The facts of a JSON list; links are none of them. Raises msgspec.ValidationError."""
    return _decoder_of_many.decode(body)


def content_hash(body: bytes, who: Who | None) -> bytes:
    """16 bytes that tell whether two arrivals under one key say the same.

    Identifiers count (the same order for somebody else is other content), the profile does not:
    a changed name or address is news about the person, not about what happened.
    """
    return blake2b(body + _told_of(who.identifiers) if who else body, digest_size=16).digest()


@lru_cache(maxsize=250_000)
def _told_of(identifiers: tuple[Identifier, ...]) -> bytes:
    return "".join(f"\x00{one.kind}\x1f{one.value}" for one in identifiers).encode()
