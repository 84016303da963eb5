"""A customer's page: points and vouchers by hand, second hands, ways back, each with its limits."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from console.customers_kit import EVIL, colleague
from console.members_kit import CLUB, adjust, form, member, page_of, text
from regulars.actions import audit
from regulars.actions.customers import add_identifier
from regulars.db.models import Adjustment, AttemptRow, Customer, Role, Staff, VoucherRow
from regulars.engine.facts import Identifier
from staff import CAFE

pytestmark = pytest.mark.django_db


def test_points_within_the_limit_are_booked_with_reason_and_name() -> None:
    ann, client = member(), colleague(Role.STAFF)
    before = client.get(page_of(ann, "adjust/")).content.decode()
    assert "<strong>50\xa0points" in before
    said = adjust(client, ann, "20")
    assert "Booked: +20" in said
    page = text(client, ann)
    assert "44 points" in page
    assert "Given by hand" in page
    assert "sorry · Staff" in page
    assert "<strong>30\xa0points" in client.get(page_of(ann, "adjust/")).content.decode()


def test_what_is_above_waits_and_is_approved_by_another() -> None:
    ann, sam, mara = member(), colleague(Role.STAFF), colleague(Role.MANAGER)
    assert "It waits for a second hand" in adjust(sam, ann, "400")
    row = Adjustment.objects.get()
    assert "24 points" in text(sam, ann)
    assert "Withdraw" in sam.get(page_of(ann)).content.decode()
    assert sam.post(f"/console/customers/adjustments/{row.id}/approve/").status_code == 403
    listed = mara.get("/console/customers/adjustments/").content.decode()
    for part in ("Ann Ashby", "+400", "sorry", "Staff"):
        assert part in listed
    mara.post(f"/console/customers/adjustments/{row.id}/approve/")
    assert "424 points" in text(sam, ann)
    done = mara.get("/console/customers/adjustments/?state=all").content.decode()
    assert "approved by Manager" in done
    assert not audit.entries(what="adjustment.refused")


def test_nobody_approves_what_they_asked_for() -> None:
    ann, owner = member(), colleague(Role.OWNER)
    adjust(owner, ann, "9000")
    row = Adjustment.objects.get()
    assert "Approve<" not in owner.get(page_of(ann)).content.decode()
    page = owner.post(f"/console/customers/adjustments/{row.id}/approve/", follow=True)
    assert 'class="banner bad"' in page.content.decode()
    row.refresh_from_db()
    assert row.state == "waiting"
    owner.post(f"/console/customers/adjustments/{row.id}/refuse/")
    row.refresh_from_db()
    assert row.state == "refused"


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1.5"}, "amount"),
        ({"amount": "1e9999"}, "amount"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"way": "steal"}, "way"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(wrong: dict[str, str], where: str) -> None:
    ann, client = member(), colleague(Role.STAFF)
    page = client.post(page_of(ann, "adjust/"), {**form("5"), **wrong})
    assert f'id="id_{where}_error"' in page.content.decode()
    assert not Adjustment.objects.exists()


def test_pressed_twice_it_is_booked_once() -> None:
    ann, client = member(), colleague(Role.STAFF)
    told = form("10")
    for _press in range(2):
        client.post(page_of(ann, "adjust/"), told)
    assert Adjustment.objects.count() == 1
    assert "34 points" in text(client, ann)


def test_a_line_leads_to_its_way_back() -> None:
    ann, client = member(), colleague(Role.STAFF)
    adjust(client, ann, "10")
    html = client.get(page_of(ann)).content.decode()
    (back,) = re.findall(r'href="([^"]+adjust/\?[^"]+)"', html)
    filled = client.get(back.replace("&amp;", "&")).content.decode()
    assert 'value="10"' in filled
    assert re.search(r'value="take"[^>]*checked', filled)
    assert "Taken back, from" in filled
    adjust(client, ann, "10", "take")
    page = text(client, ann)
    assert "24 points" in page
    assert "Taken by hand" in page


def test_points_become_a_voucher_and_come_back() -> None:
    ann, sam, mara = member(), colleague(Role.STAFF), colleague(Role.MANAGER)
    adjust(sam, ann, "46")
    told = {"programme": CLUB, "reward": "coffee"}
    asked = sam.get(page_of(ann, "redeem/"), told).content.decode()
    assert "Turn points into a voucher?" in asked
    press = {**told, "press": str(uuid4())}
    for _press in range(2):
        page = sam.post(page_of(ann, "redeem/"), press, follow=True).content.decode()
    voucher = VoucherRow.objects.get()
    assert voucher.code in page
    assert "20 points" in text(sam, ann)
    back = page_of(ann, f"back/?voucher={voucher.id}")
    assert sam.get(back).status_code == 403
    assert 'id="id_reason_error"' in mara.post(back, {"reason": ""}).content.decode()
    mara.post(back, {"reason": "wrong one"})
    assert "70 points" in text(sam, ann)
    voucher.refresh_from_db()
    assert voucher.state == "revoked"
    assert [one.what for one in audit.entries(what="reward.")] == ["reward.redeemed"]


def test_what_is_missing_is_said_in_words() -> None:
    ann, sam = member(), colleague(Role.STAFF)
    told = {"programme": CLUB, "reward": "coffee", "press": str(uuid4())}
    page = sam.post(page_of(ann, "redeem/"), told, follow=True).content.decode()
    assert 'class="banner bad"' in page
    assert not VoucherRow.objects.exists()
    assert sam.post(page_of(ann, "redeem/"), {"programme": "none"}).status_code == 404


def test_what_was_redeemed_is_given_back_from_its_line() -> None:
    ann, mara = member(), colleague(Role.MANAGER)
    adjust(mara, ann, "46")
    told = {"programme": CLUB, "reward": "coffee", "press": str(uuid4())}
    mara.post(page_of(ann, "redeem/"), told)
    html = mara.get(page_of(ann)).content.decode()
    (back,) = re.findall(r'href="([^"]+back/\?redemption[^"]+)"', html)
    mara.post(back, {"reason": "not wanted"})
    assert "70 points" in text(mara, ann)
    assert AttemptRow.objects.get().resolved == "released"
    (noted,) = audit.entries(what="reward.given_back")
    assert noted.details["reason"] == "not wanted"
    assert "back/?redemption" not in mara.get(page_of(ann)).content.decode()
    page = mara.post(back, {"reason": "again"}, follow=True)
    assert len(audit.entries(what="reward.given_back")) == 1
    assert page.status_code == 200


def test_a_voucher_for_nothing_comes_from_a_manager() -> None:
    ann, sam, mara = member(), colleague(Role.STAFF), colleague(Role.MANAGER)
    assert sam.get(page_of(ann, "voucher/")).status_code == 403
    html = mara.get(page_of(ann, "voucher/")).content.decode()
    rule = re.findall(r'<option value="([^"]+)"', html)[0]
    told = {"press": str(uuid4()), "rule": rule, "reason": "waited long"}
    page = mara.post(page_of(ann, "voucher/"), told, follow=True).content.decode()
    assert VoucherRow.objects.get().code in page
    wrong = mara.post(page_of(ann, "voucher/"), {**told, "rule": f"{CLUB}/none"})
    assert 'id="id_rule_error"' in wrong.content.decode()


def test_nobody_gives_to_themselves() -> None:
    ann, client = member(), colleague(Role.OWNER)
    me = Staff.objects.get()
    add_identifier(ann.public_id, Identifier("email", me.email), now=datetime.now(UTC))
    assert "Nobody gives to themselves" in adjust(client, ann, "5")
    told = {"programme": CLUB, "reward": "coffee", "press": str(uuid4())}
    page = client.post(page_of(ann, "redeem/"), told, follow=True).content.decode()
    assert "Nobody gives to themselves" in page
    assert not Adjustment.objects.exists()


def test_who_is_limited_to_a_place_decides_about_nobody_elsewhere() -> None:
    ann, owner = member(), colleague(Role.OWNER)
    adjust(owner, ann, "9000")
    row = Adjustment.objects.get()
    south = colleague(Role.MANAGER, "south")
    assert "Ann Ashby" not in south.get("/console/customers/adjustments/").content.decode()
    for act in ("approve", "refuse"):
        assert south.post(f"/console/customers/adjustments/{row.id}/{act}/").status_code == 404
    for act in ("adjust/", "voucher/", "redeem/", "back/"):
        assert south.post(page_of(ann, act), form("5")).status_code == 404


def test_others_things_are_not_found() -> None:
    ann, mara = member(), colleague(Role.MANAGER)
    told = {"programme": CLUB, "reward": "coffee", "press": str(uuid4())}
    adjust(mara, ann, "46")
    mara.post(page_of(ann, "redeem/"), told)
    ben = Customer.objects.create(id=10_001, public_id=UUID(int=5), created_at=datetime.now(UTC))
    key, voucher = AttemptRow.objects.get().key, VoucherRow.objects.get().id
    for query in (f"redemption={key}", f"voucher={voucher}", "redemption=", "voucher=1", ""):
        assert mara.get(page_of(ben, f"back/?{query}")).status_code == 404
    assert mara.get(page_of(ben, "adjust/")).status_code == 404
    assert mara.get(page_of(ben, "voucher/")).status_code == 404


def test_reasons_stay_text() -> None:
    ann, client = member(), colleague(Role.OWNER)
    adjust(client, ann, "5", reason=EVIL)
    adjust(client, ann, "9000", reason=EVIL)
    for path in (page_of(ann), "/console/customers/adjustments/?state=all"):
        page = client.get(path).content.decode()
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert "{{ 7|add:7 }}" in page


def test_a_day_in_the_past_shows_what_was_there_then() -> None:
    ann, client = member(), colleague(Role.VIEWER)
    adjust(colleague(Role.OWNER), ann, "5")
    day = datetime.now(ZoneInfo(CAFE.zone)).date().isoformat()
    assert "Given by hand" in text(client, ann, f"?as_of={day}")
    assert "Given by hand" not in text(client, ann, "?as_of=2020-01-01")
