"""Vouchers in the console: found, traced to where they came from, handed out, taken back."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID, uuid4

import pytest
from customers_kit import EVIL
from shelf_kit import VOUCHERS, Shop

from regulars.actions import signing_in
from regulars.db.models import AuditRow, Customer, Place, Role, Staff, VoucherRow
from regulars.db.queries import vouchers
from regulars.db.queries.vouchers import mark_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return Shop()


def address(row: VoucherRow) -> str:
    holder = Customer.objects.get(id=row.customer_id).public_id
    return f"{VOUCHERS}{holder}/{mark_of(row)}/"


def test_the_newest_come_first_and_lead_to_their_page(shop: Shop) -> None:
    row = shop.voucher()
    page = shop.owner.get(VOUCHERS).content.decode()
    assert address(row) in page
    assert "Ana Popescu" in page
    assert row.code not in page, "a list needs no code that can be used"
    assert f"…{row.code[-4:]}" in page


@pytest.mark.parametrize("query", ["Popescu", "ana@example.com", "popes"])
def test_a_member_is_found_with_their_vouchers(shop: Shop, query: str) -> None:
    row = shop.voucher()
    assert address(row) in shop.owner.get(VOUCHERS, {"q": query}).content.decode()
    shop.member("Bob Other", "bob@example.com")
    assert address(row) not in shop.owner.get(VOUCHERS, {"q": "Bob Other"}).content.decode()


def test_a_code_leads_straight_to_its_voucher_and_stays_out_of_the_address(shop: Shop) -> None:
    row = shop.voucher()
    answer = shop.owner.get(VOUCHERS, {"q": row.code})
    assert answer.status_code == 302
    assert answer["Location"] == address(row)
    assert row.code not in answer["Location"]


@pytest.mark.parametrize("query", ["nobody", "\x00", "%", "' OR 1=1", "x" * 400])
def test_what_fits_nothing_says_so(shop: Shop, query: str) -> None:
    shop.voucher()
    assert shop.owner.get(VOUCHERS, {"q": query}).status_code == 200
    page = shop.owner.get(VOUCHERS, {"q": "nobody", "state": "open", "after": "x"})
    assert "No voucher found" in page.content.decode()


def test_lists_go_by_state_and_by_pages(shop: Shop) -> None:
    rows = [shop.voucher(f"r{n}") for n in range(3)]
    page = shop.owner.get(VOUCHERS, {"state": "used"}).content.decode()
    assert not any(address(row) in page for row in rows)
    page = shop.owner.get(VOUCHERS, {"state": "open"}).content.decode()
    assert all(address(row) in page for row in rows)


def test_vouchers_of_one_instant_are_all_listed_each_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vouchers, "PAGE", 2)
    bob = shop.member("Bob Other", "bob@example.com")
    rows = [shop.voucher(f"r{n}") for n in range(3)] + [shop.voucher("r3", of=bob)]
    assert len({row.issued_at for row in rows}) == 1
    seen, where = [], VOUCHERS
    while where:
        page = shop.owner.get(where).content.decode()
        seen += [row.id for row in rows if address(row) in page]
        further = re.search(r'rel="next" href="(\?[^"]+)"', page)
        where = f"{VOUCHERS}{unescape(further[1])}" if further else ""
    assert sorted(seen) == [row.id for row in rows]


@pytest.mark.parametrize(
    "after", ["x", "x/y", f"{UUID(int=7)}/0", "2026-11-20T09:00:00Z", "\x00/1"]
)
def test_a_page_after_nothing_begins_at_the_start(shop: Shop, after: str) -> None:
    row = shop.voucher()
    assert address(row) in shop.owner.get(VOUCHERS, {"after": after}).content.decode()


def test_its_page_says_where_it_came_from(shop: Shop) -> None:
    row = shop.voucher()
    page = shop.owner.get(address(row)).content.decode()
    assert "Turned into a voucher" in page
    assert "A coffee for 50\xa0points, on the phone" in page
    assert row.code in page
    viewer = shop.colleague(Role.VIEWER).get(address(row)).content.decode()
    assert row.code not in viewer
    assert "Take the voucher back" not in viewer


def give(shop: Shop, **more: str) -> str:
    """Hand a coffee out to Ana; the address that follows."""
    holder = Customer.objects.get(id=shop.ana).public_id
    told = {"rule": "corner_club/coffee", "reason": "Spilt hers", "press": str(uuid4()), **more}
    answer = shop.owner.post(f"/console/customers/{holder}/voucher/", told)
    if answer.status_code == 302:
        assert answer["Location"] == f"/console/customers/{holder}/#vouchers"
        return address(VoucherRow.objects.get())
    return str(answer.status_code)


def test_a_voucher_is_handed_out_seen_by_the_member_and_taken_back(shop: Shop) -> None:
    where = give(shop)
    row = VoucherRow.objects.get()
    assert where == address(row)
    page = shop.owner.get(where).content.decode()
    assert "Handed out by the staff" in page
    assert "by Olga" in page
    assert "Spilt hers" in page
    shop.owner.post(f"/my/enter/{signing_in.make_ticket(shop.ana, shop.now)}/")
    assert row.code in shop.owner.get("/my/rewards/").content.decode()
    assert shop.owner.post(f"{where}end/", {"reason": "Wrong Ana"}).status_code == 302
    page = shop.owner.get(where).content.decode()
    assert "It can no longer be used." in page
    assert "Wrong Ana" in page
    assert "Take the voucher back" not in page
    mine = shop.owner.get("/my/rewards/").content.decode()
    assert row.code not in mine
    assert "taken back" in mine


def test_pressed_twice_it_is_handed_out_once(shop: Shop) -> None:
    press = str(uuid4())
    assert give(shop, press=press) == give(shop, press=press)
    assert VoucherRow.objects.count() == 1


@pytest.mark.parametrize(
    "more", [{"reason": ""}, {"rule": "corner_club/car"}, {"rule": ""}, {"press": "x"}]
)
def test_without_a_reason_or_a_reward_nothing_is_handed_out(
    shop: Shop, more: dict[str, str]
) -> None:
    assert give(shop, **more) == "422"
    assert not VoucherRow.objects.exists()


def test_without_a_reason_nothing_is_taken_back(shop: Shop) -> None:
    row = shop.voucher()
    answer = shop.owner.post(f"{address(row)}end/", {"reason": " "})
    assert answer.status_code == 422
    row.refresh_from_db()
    assert row.state == "open"


def test_the_price_goes_back_with_it(shop: Shop) -> None:
    row = shop.voucher()
    assert 'name="price_back"' in shop.owner.get(address(row)).content.decode()
    shop.owner.post(f"{address(row)}end/", {"reason": "Out of milk", "price_back": "on"})
    row.refresh_from_db()
    assert row.state == "revoked"
    page = shop.owner.get(address(row)).content.decode()
    assert "Out of milk" in page


def test_whom_to_give_is_found_first(shop: Shop) -> None:
    page = shop.owner.get(f"{VOUCHERS}new/", {"q": "popescu"}).content.decode()
    holder = Customer.objects.get(id=shop.ana).public_id
    goal = f"/console/customers/{holder}/voucher/"
    assert f'href="{goal}"' in page
    assert shop.owner.get(f"{VOUCHERS}new/", {"member": str(holder)})["Location"] == goal
    form = shop.owner.get(goal).content.decode()
    assert len(re.findall(r'<option value="corner_club/', form)) == 4
    assert "No member fits." in shop.owner.get(f"{VOUCHERS}new/", {"q": "nobody"}).content.decode()
    assert shop.owner.get(f"{VOUCHERS}new/", {"member": "x"}).status_code == 200


def test_who_looks_after_one_place_sees_nobody_elses(shop: Shop) -> None:
    row = shop.voucher()
    client = shop.colleague(Role.MANAGER)
    place = Place.objects.first() or Place.objects.create(code="north", name="North")
    Staff.objects.get(name__iexact="manager-colleague").places.add(place)
    for where in (VOUCHERS, address(row), f"{VOUCHERS}new/"):
        assert client.get(where).status_code == 403
    assert client.post(f"{address(row)}end/", {"reason": "no"}).status_code == 403


def test_names_and_reasons_stay_text(shop: Shop) -> None:
    Customer.objects.filter(id=shop.ana).update(name=EVIL)
    where = give(shop, reason=EVIL)
    shop.owner.post(f"{where}end/", {"reason": EVIL})
    for one in (VOUCHERS, where, f"{VOUCHERS}new/?q={EVIL}", "/console/settings/audit/"):
        page = shop.owner.get(one).content.decode()
        assert "<img src=x" not in page
        assert "<script>alert" not in page


def test_somebody_elses_mark_leads_nowhere(shop: Shop) -> None:
    row = shop.voucher()
    bob = Customer.objects.get(id=shop.member("Bob", "bob@example.com")).public_id
    assert shop.owner.get(f"{VOUCHERS}{bob}/{mark_of(row)}/").status_code == 404
    assert shop.owner.get(f"{VOUCHERS}{uuid4()}/{mark_of(row)}/").status_code == 404
    assert not AuditRow.objects.filter(what="voucher.voided").exists()
