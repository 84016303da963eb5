"""A programme told in plain sentences, and what its rules decided.

Each family has two dictionaries from code to English sentence: TERMS_… says what `sentence()` of a
rule tells members, WHYS_… what a rule answers to a fact (`run.say`). Parameters stand in the
sentences by their names:

- `%(points)s`: the parameter as readers write it: numbers, money, lengths of time, names of goods;
- `%(points)s %(asset)s`: so many of an asset ("1 point", "50 points"); the asset's own name alone
  is that of several;
- `%(when)s`: a condition in words; where a sentence leaves out a condition or another parameter
  that its rule has, a sentence of its own says it after it (see `tails`);
- `%(life_within)s`: a length of time as it stands after within, after or before.
"""

from __future__ import annotations

from regulars.words.programme.telling import Section, Told, terms
from regulars.words.programme.whys import refusal, touched, why, why_told

__all__ = ["Section", "Told", "refusal", "terms", "touched", "why", "why_told"]
