"""What customers agreed to, word for word; staff write down a no, the owner hands over and forgets
(P01)."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from portal.portal_kit import NOW, Club, text
from regulars.actions import portal_erasing
from regulars.actions.portal_profile import Said, consent
from regulars.db.models import AuditRow, Consent, Customer, IdentifierRow, Role
from regulars.db.queries import portal_data
from regulars.db.queries.consents import consents_of
from staff import PASSWORD, employ, signed_in

pytestmark = pytest.mark.django_db
NEWS = ("news", "mail")
SURE = {"sure": "yes"}


@pytest.fixture
def club(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Club:
    at = [NOW]
    monkeypatch.setattr(timezone, "now", lambda: at[0])
    settings.DATA = tmp_path
    return Club()


def say(club: Club, given: bool, words: str, at: datetime = NOW) -> None:
    said = Said(choices={NEWS: given}, wordings={"news": words}, language="en", source="portal")
    consent(club.ana, said, at)


def page(club: Club, tail: str) -> str:
    return f"/console/customers/{club.customer.public_id}/{tail}"


def test_p01_the_words_of_then_can_be_read(club: Club) -> None:
    say(club, True, "First words")
    say(club, False, "Second words")
    told = text(signed_in(club.owner).get(page(club, "consents/")))
    assert "News and offers: yes" in told
    assert "News and offers: no" in told
    assert "First words" in told
    every = text(signed_in(club.owner).get("/console/customers/consents/"))
    assert "First words" in every
    assert "from 21 Nov to 21 Nov" in every
    assert "since 21 Nov" in every
    row = Consent.objects.get(customer_id=club.ana, given=True)
    asked = {"purpose": "news", "wording": row.wording}
    one = text(signed_in(club.owner).get("/console/customers/consents/", asked))
    assert "Ana Popescu" in one
    assert "Second words" not in one


def test_staff_write_down_a_no_and_why(club: Club) -> None:
    say(club, True, "Words")
    office = signed_in(employ("Sam", Role.STAFF))
    asked = {"about": "news"}
    assert office.post(page(club, "consents/"), asked).status_code == 422
    assert consents_of(club.ana)[NEWS]
    told = office.post(page(club, "consents/"), {**asked, "reason": "asked by phone"})
    assert told.status_code == 302
    assert not consents_of(club.ana)[NEWS]
    row = Consent.objects.get(customer_id=club.ana, given=False)
    assert row.source == "staff"
    assert "asked by phone" in text(office.get(page(club, "consents/")))
    assert row.actor.startswith("staff ")
    assert AuditRow.objects.filter(what="consent.withdrawn").count() == 1
    again = office.post(page(club, "consents/"), {**asked, "reason": "once more"})
    assert again.status_code == 422, "there is nothing to stop any more"


def test_why_staff_wrote_a_no_down_goes_with_whoever_is_forgotten(club: Club) -> None:
    say(club, True, "Words")
    said = {"about": "news", "reason": "Ana Popescu asked by phone"}
    signed_in(club.owner).post(page(club, "consents/"), said)
    assert "asked by phone" in portal_data.everything(club.ana, NOW)
    portal_erasing.erase(club.ana, NOW)
    assert not consents_of(club.ana)[NEWS]
    assert "asked by phone" not in portal_data.everything(club.ana, NOW)


def test_the_owner_hands_over_what_is_known(club: Club) -> None:
    owner = signed_in(club.owner)
    answer = owner.post(page(club, "data.json"))
    assert json.loads(answer.content)["person"]
    assert AuditRow.objects.filter(what="customer.data").count() == 1
    manager = signed_in(employ("Mo", Role.MANAGER))
    assert manager.post(page(club, "data.json")).status_code == 403
    assert manager.post(page(club, "forget/"), {"sure": "yes"}).status_code == 403


def test_the_owner_forgets_who_asks_for_it(club: Club) -> None:
    owner = signed_in(club.owner)
    for asked in (owner.get(page(club, "forget/")), owner.post(page(club, "forget/"), SURE)):
        assert asked["Location"].startswith("/console/accounts/confirm/?next=")
    wrong = owner.post(asked["Location"], {"password": "open sesame"})
    assert "This is not your password." in text(wrong)
    assert owner.get(page(club, "forget/")).status_code == 302
    assert owner.post(asked["Location"], {"password": PASSWORD})["Location"] == page(
        club, "forget/"
    )
    assert IdentifierRow.objects.filter(customer_id=club.ana).exists(), "what was sent is not kept"
    assert owner.get(page(club, "forget/")).status_code == 200
    assert owner.post(page(club, "forget/")).status_code == 422
    assert IdentifierRow.objects.filter(customer_id=club.ana).exists()
    assert owner.post(page(club, "forget/"), SURE).status_code == 302
    assert not IdentifierRow.objects.filter(customer_id=club.ana).exists()
    assert Customer.objects.get(id=club.ana).name == ""
    assert AuditRow.objects.filter(what="customer.forgotten").count() == 1
