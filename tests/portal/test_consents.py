"""What members agreed to can be proved: histories replay, old texts can be shown (P01, P03)."""

from __future__ import annotations

import os
from datetime import timedelta
from random import Random

import pytest
from portal_kit import NOW, Club

from regulars.actions import portal_profile
from regulars.actions.portal_profile import CHANNELS, PURPOSES, Said, consent
from regulars.db.models import Consent, ConsentWording, Customer
from regulars.db.queries.consents import consents_of

pytestmark = pytest.mark.django_db
HISTORIES = 100 if os.environ.get("REGULARS_TORTURE") else 12
PLACES = [(purpose, channel) for purpose in PURPOSES for channel in CHANNELS]
State = dict[tuple[str, str], bool]


def replayed(customer: int) -> State:
    """What somebody agrees to, by nothing but the rows and their times."""
    state: State = {}
    for row in sorted(Consent.objects.filter(customer_id=customer), key=lambda one: one.at):
        state[row.purpose, row.channel] = row.given
    return state


def history(seed: int, customer: int) -> tuple[State, list[tuple[str, str]]]:
    """Changes as chance wills them, several at one moment; what must be true in the end, and which
    text was read for each change, in order."""
    chance, now = Random(seed), NOW
    state: State = {}
    read: list[tuple[str, str]] = []
    for step in range(chance.randint(1, 8)):
        now += timedelta(seconds=chance.choice((0, 0, 1, 90_000)))
        chosen = {one: chance.random() < 0.5 for one in PLACES if chance.random() < 0.7}
        language = chance.choice(("en", "de"))
        texts = {purpose: f"{purpose}, version {seed}.{step % 3}" for purpose in PURPOSES}
        changed = [one for one, given in chosen.items() if state.get(one, False) != given]
        said = Said(choices=chosen, wordings=texts, language=language, source="portal")
        assert consent(customer, said, now) == len(changed)
        state |= {one: chosen[one] for one in changed}
        read += [(language, texts[purpose]) for purpose, _channel in changed]
    return state, read


def proved(seed: int, customer: int) -> bool:
    """Whether rows, page and texts tell what happened."""
    state, read = history(seed, customer)
    rows = Consent.objects.filter(customer_id=customer).order_by("at")
    texts = {row.id: (row.language, row.text) for row in ConsentWording.objects.all()}
    assert all(texts[row.wording][1].startswith(f"{row.purpose}, version") for row in rows)
    shown = [texts[row.wording] for row in rows]
    return replayed(customer) == consents_of(customer) == state and sorted(
        map(str, shown)
    ) == sorted(map(str, read))


def test_p01_histories_replay_to_what_is_shown(db: None) -> None:
    assert all(_customers(HISTORIES))


def _customers(times: int) -> list[bool]:
    return [proved(seed, _made(seed)) for seed in range(times)]


def _made(seed: int) -> int:
    return Customer.objects.create(id=900_000 + seed, created_at=NOW).id


def test_p01_saboteur_who_keeps_the_first_row_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal_profile, "consents_of", lambda _customer: {})
    with pytest.raises(AssertionError):
        assert all(_customers(3))


def test_p03_withdrawing_takes_no_more_steps_than_giving(club: Club) -> None:
    """From the profile one press does either, with the same form; leaving it needs no reason."""
    phone = club.browser()
    page = phone.get("/my/profile/").content.decode()
    assert page.count('value="news:mail"') == 1
    given = phone.post("/my/profile/consents/", {"yes": "news:mail"})
    assert consents_of(club.ana)["news", "mail"]
    taken = phone.post("/my/profile/consents/", {})
    assert not consents_of(club.ana)["news", "mail"]
    assert given.status_code == taken.status_code == 302
    assert given.headers["Location"] == taken.headers["Location"]
    assert Consent.objects.filter(customer_id=club.ana).count() == 2, "what was said before stays"
