"""Rewards in the console: told, with their pictures, stock and worth; changed by whoever may."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from shelf_kit import LIST, Shop, png, signed_in

from regulars.actions import signing_in
from regulars.db.models import AuditRow, RewardPicture, RewardShelf, Role
from staff import open_cafe

pytestmark = pytest.mark.django_db
CUP = "/console/rewards/corner_club/cup/"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_before_there_is_a_programme_the_page_says_what_to_do() -> None:
    page = signed_in(open_cafe()).get(LIST)
    assert page.status_code == 200
    assert "No rewards yet" in page.content.decode()


def test_every_reward_is_told_with_what_it_takes_and_how_often_it_was_taken(shop: Shop) -> None:
    shop.voucher("r1")
    shop.voucher("r2", "cup")
    page = shop.owner.get(LIST).content.decode()
    for words in ("A coffee", "50\xa0points", "A keep-cup", "320\xa0points", "9\xa0stamps", "free"):
        assert words in page
    assert '<td class="n" data-k="Left">39</td>' in page
    assert page.count('<td class="n" data-k="Taken so far">1</td>') == 2
    assert "6 of 6 are on offer." in page


def test_stock_worth_and_offer_are_said_and_members_see_them_at_once(shop: Shop) -> None:
    told = {"offered": "on", "left": "12", "worth": "15,50", "cost": "7.20"}
    assert shop.owner.post(CUP, told).status_code == 302
    row = RewardShelf.objects.get()
    assert (row.stock, row.worth_minor, row.cost_minor, row.offered) == (12, 1550, 720, True)
    token = signing_in.make_ticket(shop.ana, shop.now)
    shop.owner.post(f"/my/enter/{token}/")
    assert "12 are left." in shop.owner.get("/my/rewards/").content.decode()
    assert shop.owner.post(CUP, {"left": "12", "worth": "", "cost": ""}).status_code == 302
    assert ">off</span>" in shop.owner.get(LIST).content.decode()
    assert "There is none left." in shop.owner.get("/my/rewards/").content.decode()
    assert AuditRow.objects.filter(what="reward.changed").count() == 2


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"left": "-1"}, "greater than or equal to 0"),
        ({"left": "many"}, "whole number"),
        ({"left": ""}, "required"),
        ({"worth": "a lot"}, "This is no amount."),
        ({"worth": "NaN"}, "This is no amount."),
        ({"worth": "1e99"}, "This is no amount."),
        ({"cost": "-3"}, "A number here lies between"),
        ({"worth": "99999999999999"}, "A number here lies between"),
    ],
)
def test_what_cannot_be_read_is_said_in_place_and_changes_nothing(
    shop: Shop, told: dict[str, str], words: str
) -> None:
    answer = shop.owner.post(CUP, {"offered": "on", "left": "5", "worth": "", "cost": "", **told})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not RewardShelf.objects.exists()


def test_a_picture_is_given_shown_to_everybody_and_taken_away(shop: Shop) -> None:
    file = SimpleUploadedFile("cup.exe", png(), "application/x-msdownload")
    assert shop.owner.post(CUP + "picture/", {"file": file}).status_code == 302
    kept = RewardPicture.objects.get()
    address = f"/looks/rewards/{kept.hash}"
    assert address in shop.owner.get(LIST).content.decode()
    served = shop.owner.get(address)
    assert (served.status_code, served["Content-Type"]) == (200, "image/png")
    assert served["X-Content-Type-Options"] == "nosniff"
    shop.owner.post(f"/my/enter/{signing_in.make_ticket(shop.ana, shop.now)}/")
    assert address in shop.owner.get("/my/rewards/").content.decode()
    shop.owner.post(CUP + "picture/", {"away": "yes"})
    assert shop.owner.get(address).status_code == 404
    assert not RewardPicture.objects.exists()


def test_a_file_that_is_no_picture_is_refused_beside_its_field(shop: Shop) -> None:
    file = SimpleUploadedFile("cup.png", b"<svg onload=alert(1)>", "image/png")
    for given in ({"file": file}, {}):
        answer = shop.owner.post(CUP + "picture/", given)
        assert answer.status_code == 422
    assert (
        "This is no picture that can be kept."
        in shop.owner.post(
            CUP + "picture/", {"file": SimpleUploadedFile("a.png", b"<svg>", "image/png")}
        ).content.decode()
    )
    assert not RewardPicture.objects.exists()


def test_who_may_not_change_sees_no_way_to(shop: Shop) -> None:
    viewer = shop.colleague(Role.VIEWER)
    assert CUP not in viewer.get(LIST).content.decode()
    for address in (CUP, CUP + "picture/"):
        assert viewer.post(address, {"left": "1"}).status_code == 403
    assert shop.colleague(Role.MANAGER).get(CUP).status_code == 200


def test_a_price_leads_to_the_form_that_asks_for_it(shop: Shop) -> None:
    page = shop.owner.get(CUP).content.decode()
    assert "It takes <strong>320\xa0points</strong>." in page
    form = re.search(r'href="([^"]+)">Change it in the programme<', page)
    assert form is not None
    asked = shop.owner.get(unescape(form[1])).content.decode()
    assert re.search(r'name="rewards\[\d+\]\.price"[^>]*value="320"', asked)
    seen = shop.colleague(Role.MANAGER).get(CUP).content.decode()
    assert "/console/programme/?of=corner_club" in seen
    assert "/console/programme/draft/" not in seen
    assert "It takes" not in shop.owner.get(CUP.replace("cup", "birthday")).content.decode()


@pytest.mark.parametrize("address", ["corner_club/car/", "none/cup/"])
def test_what_is_no_reward_has_no_page(shop: Shop, address: str) -> None:
    assert shop.owner.get(LIST + address).status_code == 404
