"""The same histories at a desk in memory and over the database come to the same."""

from __future__ import annotations

import os
import random
import sys
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
sys.path.insert(0, str(Path(__file__).parent))
import crowd
from crowd import CHANGE, CROWD, DAY, END, FIRST, HOLDERS, SECOND, START, history, when
from live import Live, Memory, Told, differing

from regulars.actions import desks
from regulars.db import introductions
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.facts import Order
from regulars.engine.happenings import Activity, Click, SignUp
from regulars.engine.questions import Signal
from regulars.programmes.loading import load

TORTURE = bool(os.environ.get("REGULARS_TORTURE"))
BACK = 27
"""A history in which an advocate is erased, takes part anew, and is named by a friend."""
SEEDS = range(200) if TORTURE else (*range(8), BACK)

WARY = (
    FIRST.replace("programme: crowd", "programme: wary")
    .replace("edition: crowd_1", "edition: wary_1")
    .replace(
        "    review: {wait: P14D, then: approve}",
        """      - id: steps
        after: steps
        steps: [card]
        fresh_device: true
        advocate: [{asset: credit, amount: "1.00"}]
    review: {wait: P14D, then: approve}
    clicks: {count: first_click, within: P60D}
    newness: {new: account, by: [email, phone, card, device], emails: dots_and_tags}
    risk: {similar: hold, public_code: hold, address: block, per_ip: {most: 1, then: hold}}""",
    )
)
"""The same, with everything that a referral rule may ask of others."""
SIGNALS = {
    "email": ["anna.b@gmail.com", "Anna.B+x@gmail.com", "annab@gmail.com", "anne.b@gmail.com"],
    "phone": ["+49 30 1", "+49301", "+49302", "+49303", "+49304"],
    "name": ["Katharina Blum", "Katharine Blum", "Otto", "Erna", "Ida"],
    "card": ["C7", "c7", "c8", "c9"],
    "device": ["pc1", "pc2", "pc3", "pc4", "pc5"],
    "address": ["Main St. 5", "main st 5", "Main St 6", "High St 1", "High St 2"],
    "ip": ["203.0.113.9", "203.0.113.10"],
    "visitor": ["v1", "V1", "v2", "v3"],
}
SESSIONS = ["", "s1", "s2"]
WHOEVER = (*HOLDERS, "dora", "guest")


def wary() -> Compiled:
    """The programme that asks everything."""
    loaded = load(WARY.encode(), "wary.yaml")
    assert loaded.edition is not None, loaded.problems
    return compiled([loaded.edition])


def dated(told: list[Told], seed: int) -> list[tuple[int, Told]]:
    """A history in the order of its arrival: of every second one, facts up to forty days late."""
    days = random.Random(seed)
    most = 40 if seed % 2 else 1
    coming = [(instant_of(one.what.at) + days.randrange(most) * DAY, one) for one in told]
    return sorted(coming, key=lambda pair: pair[0])


def plain(seed: int) -> list[tuple[int, Told]]:
    """A history of the crowd as it is."""
    return dated([Told(one.what, one.holder) for one in history(random.Random(seed))], seed)


def social(seed: int) -> list[tuple[int, Told]]:
    """The same, where people follow links, sign up, take steps, and leave traces."""
    chance = random.Random(seed)
    told = [Told(one.what, one.holder) for one in history(chance)]
    told += [met(chance, f"{number}") for number in range(chance.randrange(4, 14))]
    return dated([traced(chance, one) for one in told], seed)


def met(chance: random.Random, number: str) -> Told:
    """A click, a sign-up, a step, a ban, or an order of somebody by a link."""
    whose, at = chance.choice(WHOEVER), when(chance) - timedelta(days=chance.randrange(60))
    code, session = chance.choice(HOLDERS).upper(), chance.choice(SESSIONS)
    kind = chance.choice(["click", "click", "sign_up", "step", "order", "order"])
    holder = f"guest{number}" if whose == "guest" else whose
    key = f"m-{number}"
    if kind == "click":
        return Told(Click(key=key, at=at, via=code, session=session), holder)
    if kind == "sign_up":
        return Told(SignUp(key=key, at=at, via=chance.choice(["", code]), session=session), holder)
    if kind == "step":
        labels = {"via": chance.choice(["", code])}
        return Told(Activity(key=key, at=at, kind="step", value="card", labels=labels), holder)
    order = Order(
        key=key,
        at=at,
        currency="EUR",
        amount_minor=chance.choice([1000, 4000]),
        via=chance.choice(["", code]),
        labels={"session": session},
    )
    party = (chance.choice(HOLDERS),) if chance.random() < 0.2 and whose in HOLDERS else ()
    return Told(order, holder, party=party)


def traced(chance: random.Random, told: Told) -> Told:
    """With some signals beside it, at times."""
    if isinstance(told.what, Activity | SignUp | Click | Order) and chance.random() < 0.6:
        kinds = chance.sample(sorted(SIGNALS), chance.randrange(1, 4))
        found = tuple(Signal(kind, chance.choice(SIGNALS[kind])) for kind in kinds)
        return Told(told.what, told.holder, found, told.party)
    return told


def crowd_differs(seed: int) -> list[str]:
    live = Live(CROWD, [FIRST, SECOND], CHANGE)
    return differing(Memory(CROWD), live, plain(seed), END)


def wary_differs(seed: int) -> list[str]:
    programme = wary()
    return differing(Memory(programme), Live(programme, [WARY], START), social(seed), crowd.END)


@pytest.mark.usefixtures("own_database")
@pytest.mark.parametrize("seed", SEEDS)
def test_live_is_the_desk(seed: int) -> None:
    assert crowd_differs(seed) == []


@pytest.mark.usefixtures("own_database")
@pytest.mark.parametrize("seed", SEEDS)
def test_live_knows_who_is_who(seed: int) -> None:
    assert wary_differs(seed) == []


@pytest.mark.usefixtures("own_database")
def test_who_is_not_known_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(introductions.Scene, "sharing", lambda *told: {})
    assert wary_differs(0)


@pytest.mark.usefixtures("own_database")
def test_what_is_not_booked_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks.ledger, "book", lambda *told: None)
    assert crowd_differs(1)
