"""What a programme says without saying so: cards and rules that feed on one pot of stamps."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.engine.compiling import with_ids
from regulars.engine.edition import Edition
from regulars.programmes.sharing import Shared
from regulars.words import formats
from regulars.words.amounts import asset_of, language, named
from regulars.words.programme.asking import rule_name
from regulars.words.programme.telling import of_rule
from regulars.words.programme.voice import Voice


def remark(one: Shared, edition: Edition) -> str:
    """What comes of it for members, and how to keep them apart."""
    asset = named(asset_of(edition, one.asset))
    cards = [f"“{rule_name(with_ids(edition), name)}”" for name in one.rewards]
    told = {"cards": formats.joined(cards, language()), "asset": asset}
    if len(cards) > 1:
        message = _(
            "%(cards)s take the same %(asset)s: whichever is full first takes them, and for the "
            "others they are gone. To keep them apart, give each its own kind in the file."
        )
        return message % told
    told["sentences"] = " ".join(f"“{one}”" for one in _sentences(one, edition))
    return (
        _(
            "Several sentences fill one card, %(cards)s: %(sentences)s What either gives counts "
            "together. To keep them apart, give each its own kind in the file."
        )
        % told
    )


def _sentences(one: Shared, edition: Edition) -> list[str]:
    full = with_ids(edition)
    voice = Voice(full, language())
    return [of_rule(rule, voice) for rule in full.earn if rule.name_in_state in one.rules]
