"""The screen at the counter shows a code that changes; what scanning gives is decided in the
console, where codes for paper are made too."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from till_kit import CLUB, NOW, Counter, member, open_counter, place

from regulars.actions import scan_codes, signing_in
from regulars.db.models import AuditRow, PaperCode, Role, ScanRule
from staff import employ

pytestmark = pytest.mark.django_db
SCANS = "/console/settings/tills/scans/"
STAMP = f"{CLUB}..stamps"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    from django.utils import timezone

    at = [NOW]
    monkeypatch.setattr(timezone, "now", lambda: at[0])
    return at


@pytest.fixture
def counter(clock: list[datetime]) -> Counter:
    return open_counter()


def staff(name: str, role: Role, where: str | None = None) -> Client:
    client = Client()
    person = employ(name, role, where) if where else employ(name, role)
    client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def address(answer: Any) -> str:
    found = re.search(r'data-address="http://testserver(/s/[^"]+)"', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def decide(client: Client, where: str = "market", **more: str) -> Any:
    told = {"place": where, "gives": STAMP, "a_day": "2", "on_screen": "yes", **more}
    return client.post(f"{SCANS}rule/", told, follow=True)


def test_a_screen_shows_another_code_every_half_minute(
    counter: Counter, clock: list[datetime]
) -> None:
    screen = counter.browser(signed_in=False)
    assert "No code is shown here" in screen.get("/till/screen/").content.decode()
    decide(staff("Otto", Role.OWNER))
    seen = []
    for _ in range(3):
        answer = screen.get("/till/screen/")
        page = answer.content.decode()
        assert "Scan: 1\xa0stamp" in page
        assert "It counts 2 times a day." in page
        assert answer.headers["Cache-Control"] == "no-store"
        seconds = int(re.findall(r'refresh" content="(\d+)', page)[0])
        assert 1 <= seconds <= scan_codes.LIFE.seconds + 1
        seen.append(address(answer))
        clock[0] += timedelta(seconds=seconds)
    assert len(set(seen)) == 3
    assert Client().get(seen[0]).status_code == 410
    assert Client().get(seen[2]).status_code == 200


def test_a_member_scans_signs_in_and_has_a_stamp(counter: Counter, clock: list[datetime]) -> None:
    decide(staff("Otto", Role.OWNER))
    phone = Client()
    page = phone.get(address(counter.browser(signed_in=False).get("/till/screen/")))
    told = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
    assert "For you at Market: 1 stamp" in told
    clock[0] += timedelta(minutes=5)
    token = signing_in.make_ticket(counter.ana, clock[0])
    assert phone.post(f"/my/enter/{token}/")["Location"] == "/my/collect/", "it goes on"
    assert "Take it" in phone.get("/my/collect/").content.decode()
    answer = phone.post("/my/collect/", follow=True)
    page = answer.content.decode()
    assert "+1\xa0stamp" in page
    assert "For the code that you scanned there." in page
    assert counter.points("stamps") == 1
    history = phone.get("/my/history/").content.decode()
    assert "Scanned at the counter" in history
    assert "· Market" in history
    assert phone.get("/my/collect/")["Location"] == "/my/", "the code is spent"
    phone.get(address(counter.browser(signed_in=False).get("/till/screen/")))
    phone.post("/my/collect/")
    phone.get(address(counter.browser(signed_in=False).get("/till/screen/")))
    answer = phone.post("/my/collect/")
    assert answer.status_code == 422
    assert "This code has been used already" in answer.content.decode()


def test_in_german_it_is_said_in_german(counter: Counter) -> None:
    decide(staff("Otto", Role.OWNER))
    german = {"Accept-Language": "de"}
    screen = counter.browser(signed_in=False, headers=german)
    answer = screen.get("/till/screen/")
    assert "Scannen: 1\xa0Stempel" in answer.content.decode()
    page = Client(headers=german).get(address(answer)).content.decode()
    assert "Für dich bei Market: 1\xa0Stempel" in page


def test_an_owner_makes_prints_and_ends_a_code_for_paper(counter: Counter) -> None:
    owner = staff("Otto", Role.OWNER)
    new = {"place": "market", "name": "window"}
    page = owner.post(f"{SCANS}papers/", new, follow=True).content.decode()
    assert "Nothing can be had by scanning here" in page
    assert "Saved." in decide(owner).content.decode()
    answer = owner.post(f"{SCANS}papers/", new, follow=True)
    page, paper = answer.content.decode(), PaperCode.objects.get()
    assert f'value="http://testserver/s/{paper.token}/"' in page
    assert '<svg class="qr"' in page
    assert Client().get(f"/s/{paper.token}/").status_code == 200
    assert owner.get(SCANS).content.decode().count("window") >= 2
    owner.post(f"{SCANS}papers/{paper.pk}/end/")
    assert Client().get(f"/s/{paper.token}/").status_code == 410
    assert owner.get(f"{SCANS}papers/{paper.pk}/").status_code == 404
    told = AuditRow.objects.filter(what__startswith="scan").order_by("id")
    assert [row.what for row in told] == ["scan.set", "scan.paper", "scan.paper_ended"]
    decide(owner, gives="")
    assert not ScanRule.objects.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"gives": f"{CLUB}..points"}, "nothing like that"),
        ({"gives": "nothing.at.all"}, "nothing like that"),
        ({"a_day": "0"}, "a number from 1 to 10"),
        ({"a_day": "11"}, "a number from 1 to 10"),
        ({"a_day": "many"}, "a number from 1 to 10"),
        ({"place": "nowhere"}, "no such place"),
    ],
)
def test_what_cannot_be_is_not_decided(counter: Counter, more: dict[str, str], said: str) -> None:
    assert said in decide(staff("Otto", Role.OWNER), **more).content.decode()
    assert not ScanRule.objects.exists()


def test_a_manager_of_another_place_decides_nothing_here(counter: Counter) -> None:
    decide(staff("Otto", Role.OWNER))
    staff("Olaf", Role.OWNER).post(f"{SCANS}papers/", {"place": "market", "name": "window"})
    paper = PaperCode.objects.get()
    place("canal")
    lou = staff("Lou", Role.MANAGER, "canal")
    decide(lou, gives="")
    lou.post(f"{SCANS}papers/", {"place": "market", "name": "mine"})
    lou.post(f"{SCANS}papers/{paper.pk}/end/")
    assert lou.get(f"{SCANS}papers/{paper.pk}/").status_code == 404
    assert ScanRule.objects.count() == 1
    assert PaperCode.objects.filter(ended_at=None).count() == 1
    assert "Market" not in lou.get(SCANS).content.decode().split("<main")[1]
    assert member("Dora", email="dora@example.com")
