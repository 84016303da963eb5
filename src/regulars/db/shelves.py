"""What staff say about rewards: how many there are, whether they are on offer."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

OF_STOCK = "/stock"
"""How the name of a limit ends that counts the stock of a reward; before it stands the reward."""
STOCK = "SELECT stock FROM regulars_reward_shelf WHERE programme = %s AND reward = %s"
CLOSED = "SELECT reward FROM regulars_reward_shelf WHERE programme = %s AND NOT offered"


def most(cursor: CursorWrapper, programme: str, name: str, told: int) -> int:
    """How much of a limit that all share there is: of a stock what staff said last, of everything
    else, and where they said nothing, what the programme says (`told`)."""
    if not name.endswith(OF_STOCK):
        return told
    cursor.execute(STOCK, [programme, name.removesuffix(OF_STOCK)])
    found = cursor.fetchone()
    return told if found is None or found[0] is None else int(found[0])


def closed(cursor: CursorWrapper, programme: str) -> frozenset[str]:
    """The rewards that are not on offer."""
    cursor.execute(CLOSED, [programme])
    return frozenset(reward for (reward,) in cursor.fetchall())
