"""What travels beside facts is kept for the referral rules, in the transaction of the facts."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.actions.later import later
from regulars.db import birthdays, people, programmes, signals
from regulars.db.signals import KNOWN_BY, Told
from regulars.engine.arrivals import AnyFact
from regulars.engine.compiled import Compiled
from regulars.engine.facts import Order, Who
from regulars.engine.happenings import Erasure
from regulars.engine.questions import Signal


class Beside(Struct, frozen=True, kw_only=True):
    """A fact that was just stored, whose row it is, and what came with it."""

    fact: AnyFact
    customer_id: int
    who: Who | None = None
    signals: tuple[Signal, ...] = ()
    party: tuple[Who, ...] = ()

    def tells(self) -> bool:
        """Whether anything could be learnt from it."""
        known = self.who is not None and any(one.kind in KNOWN_BY for one in self.who.identifiers)
        return known or bool(self.signals or self.party) or isinstance(self.fact, Erasure)


def note(cursor: CursorWrapper, arrived: Sequence[Beside]) -> None:
    """Keep by what people are known; nothing, where no programme that runs has referrals. Who
    tells a birthday is looked at by a job, where a programme asks for birthdays."""
    born = {one.customer_id for one in arrived if _tells_birthday(one.who)}
    if born:
        note_birthdays(cursor, sorted(born))
    telling = [one for one in arrived if one.tells()]
    if not telling or not any(map(has_referrals, programmes.running(cursor).values())):
        return
    parties = people.known(cursor, [who for one in telling for who in one.party])
    signals.note(cursor, [_told(one, parties) for one in telling])


def _tells_birthday(who: Who | None) -> bool:
    return who is not None and who.profile is not None and who.profile.birth_date is not None


def note_birthdays(cursor: CursorWrapper, customers: Sequence[int]) -> None:
    """Have the programmes told what they do not know yet of these customers' birthdays."""
    asking = birthdays.asking(cursor)
    if asking and (untold := birthdays.untold(cursor, customers, asking)):
        numbers = sorted({one.customer_id for one in untold})
        later("tell_birthdays", customers=",".join(map(str, numbers)))


def _told(beside: Beside, parties: dict[people.Ids, int]) -> Told:
    fact = beside.fact
    party = beside.party if isinstance(fact, Order) else ()
    return Told(
        customer_id=beside.customer_id,
        key=fact.key,
        at=fact.at,
        signals=signals.of(beside.who, beside.signals),
        party=tuple(parties[who.identifiers] for who in party if who.identifiers in parties),
        erases=isinstance(fact, Erasure),
    )


def has_referrals(programme: Compiled) -> bool:
    """Whether an edition of a programme has a referral rule."""
    return any(one.edition.referrals for one in programme.editions)
