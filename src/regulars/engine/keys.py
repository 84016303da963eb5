"""Keys that the engine makes: of the parts that tell one from another, never longer than a key."""

from __future__ import annotations

from hashlib import blake2b

MOST = 200
"""The letters of the longest key (see `facts.Key`)."""
HASHED = 16
"""The bytes of the hash that stands for a part; six of them fit into one key."""


def made(*parts: object) -> str:
    """Up to six parts joined by strokes. Where that is longer than a key may be, the longest parts
    are each replaced by a hash of it, in 32 letters, until it fits: always the same for the same
    parts."""
    texts = [str(part) for part in parts]
    while sum(map(len, texts)) + len(texts) - 1 > MOST:
        longest = max(range(len(texts)), key=lambda place: len(texts[place]))
        texts[longest] = short(texts[longest])
    return "/".join(texts)


def short(text: str) -> str:
    """A hash of a text, in 32 letters."""
    return blake2b(text.encode(), digest_size=HASHED).hexdigest()
