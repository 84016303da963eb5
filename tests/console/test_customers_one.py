"""One customer's page and what staff change there: who may, what is refused, what is shown."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from msgspec import structs

from console.customers_kit import EVIL, LIST, colleague, open_business, remember
from people import arrival, line, order, refund, who
from regulars.actions import customers as actions
from regulars.actions.record import record
from regulars.db.models import (
    Customer,
    CustomerLink,
    CustomerNote,
    CustomerTag,
    IdentifierRow,
    Product,
    Role,
    Staff,
)
from regulars.engine.facts import Profile, Who
from staff import CAFE
from steady import steady

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _business() -> None:
    open_business()


@pytest.fixture
def owner() -> Client:
    return colleague(Role.OWNER)


@pytest.fixture
def people() -> dict[str, Customer]:
    return remember(timezone.now())


def at(customer: Customer | UUID, rest: str = "") -> str:
    public_id = customer.public_id if isinstance(customer, Customer) else customer
    return f"{LIST}{public_id}/{rest}"


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def after(client: Client, address: str, values: dict[str, str]) -> str:
    """The page that follows a change."""
    answer = client.post(address, values, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


class TestThePage:
    def test_it_answers_how_somebody_stands(
        self, owner: Client, people: dict[str, Customer]
    ) -> None:
        html = page(owner, at(people["Ann"]))
        assert "One of your regulars: comes <strong>every 9 days</strong>" in html
        for told in ("€19", "3 orders, €6.40 each", "ann@example.com", "Order at North Street"):
            assert told in html
        assert "Used to come <strong>every 9 days</strong>" in page(owner, at(people["Ben"]))
        assert "About €12 a month is at stake." in page(owner, at(people["Ben"]))
        assert "Ordered once" in page(owner, at(people["Cleo"]))

    def test_a_prospect_has_no_numbers(self, owner: Client) -> None:
        known = actions.add_prospect(who("9", "Dora"), now=timezone.now())
        html = page(owner, at(known.public_id))
        assert "No orders yet." in html
        assert "Nothing happened yet" in html
        assert 'class="kpis"' not in html

    def test_orders_show_their_lines_and_refunds_their_order(
        self, owner: Client, people: dict[str, Customer]
    ) -> None:
        now = timezone.now()
        Product.objects.create(code="latte", name="Latte macchiato")
        back = [line("latte", "3.20")]
        facts = [refund("R1", *back, at=now, of="shop:A0"), refund("R2", *back, at=now)]
        record([arrival(fact, who("nr-A")) for fact in facts], now=now)
        html = page(owner, at(people["Ann"]))
        assert "Latte macchiato" in html
        assert "−€3.20" in html
        assert "for order A0 of" in html
        assert "tied to no order" in html

    def test_the_timeline_pages_and_goes_back_in_time(self, owner: Client) -> None:
        now = timezone.now()
        batch = [
            arrival(order(f"n{n}", line("tea", "2"), at=now - timedelta(days=n)), who("1", "Ann"))
            for n in range(30)
        ]
        record(batch, now=now)
        address = at(Customer.objects.get())
        first = owner.get(address)
        assert len(first.context["entries"]) == 20
        second = owner.get(address + first.context["earlier"])
        assert [entry.meta[1] for entry in second.context["entries"]] == [
            f"number n{n}" for n in range(20, 30)
        ]
        assert not second.context["earlier"]
        day = (now - timedelta(days=25)).astimezone(ZoneInfo(CAFE.zone)).date().isoformat()
        past = owner.get(f"{address}?as_of={day}").context["entries"]
        assert len(past) in (5, 6)
        for rubbish in (
            "?as_of=2026-02-31",
            "?before=x",
            "?before=2026-01-01~1",
            "?as_of=9999-12-31",
        ):
            assert owner.get(address + rubbish).status_code == 200

    def test_nobody_is_not_found(self, owner: Client) -> None:
        assert owner.get(at(uuid4())).status_code == 404


class TestRights:
    CHANGES = ("tags/", "tags/remove/", "notes/", "identifiers/remove/", "undo/")
    FORMS = ("edit/", "identifiers/", "merge/")

    def test_a_stranger_is_led_to_the_sign_in(
        self, client: Client, people: dict[str, Customer]
    ) -> None:
        for rest in ("", *self.FORMS):
            assert client.get(at(people["Ann"], rest)).status_code == 302
        for rest in self.CHANGES:
            assert client.post(at(people["Ann"], rest), {"tag": "vip"}).status_code == 302
        assert not CustomerTag.objects.exists()

    def test_a_viewer_reads_and_no_more(self, people: dict[str, Customer]) -> None:
        viewer = colleague(Role.VIEWER)
        html = page(viewer, at(people["Ann"]))
        assert 'method="post" action="/console/customers/' not in html
        for rest in self.FORMS:
            assert viewer.get(at(people["Ann"], rest)).status_code == 403
        for rest in self.CHANGES:
            assert viewer.post(at(people["Ann"], rest), {"tag": "vip"}).status_code == 403
        assert viewer.get(f"{LIST}guests/").status_code == 403
        assert not CustomerTag.objects.exists()

    def test_staff_of_a_place_meet_nobody_else(self, people: dict[str, Customer]) -> None:
        northern = colleague(Role.STAFF, "north")
        assert northern.get(at(people["Ann"])).status_code == 200
        for rest in ("", *self.FORMS):
            assert northern.get(at(people["Ben"], rest)).status_code == 404
        for rest in self.CHANGES:
            assert northern.post(at(people["Ben"], rest), {"tag": "vip"}).status_code == 404
        merge = at(people["Ann"], "merge/")
        other = str(people["Ben"].public_id)
        assert northern.get(merge, {"other": other}).status_code == 404
        assert northern.post(merge, {"other": other}).status_code == 404
        assert not CustomerLink.objects.exists()

    def test_changes_need_the_token_and_the_method(self, people: dict[str, Customer]) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(
            Staff.objects.create(email="o@x.example", role=Role.OWNER, created_at=timezone.now())
        )
        for rest in (*self.CHANGES, *self.FORMS):
            assert strict.post(at(people["Ann"], rest), {"tag": "vip"}).status_code == 403
        for rest in self.CHANGES:
            assert strict.get(at(people["Ann"], rest)).status_code == 405


class TestChanges:
    def test_tags_and_notes_come_and_go(self, owner: Client, people: dict[str, Customer]) -> None:
        ann = people["Ann"]
        assert ">vip</a>" in after(owner, at(ann, "tags/"), {"tag": "vip"})
        assert ">vip</a>" not in after(owner, at(ann, "tags/remove/"), {"tag": "vip"})
        html = after(owner, at(ann, "notes/"), {"text": "Likes oat milk.\r\nAlways."})
        assert "Likes oat milk.<br>Always." in html
        note = CustomerNote.objects.get()
        after(owner, at(ann, f"notes/{note.id}/remove/"), {})
        assert not CustomerNote.objects.exists()

    def test_a_refusal_is_a_sentence(self, owner: Client, people: dict[str, Customer]) -> None:
        ann = people["Ann"]
        assert "Write a word for the tag." in after(owner, at(ann, "tags/"), {"tag": " "})
        assert "Write something first." in after(owner, at(ann, "notes/"), {"text": " "})
        html = after(owner, at(ann, "undo/"), {"link": "link:none"})
        assert "This has been taken back already." in html

    def test_the_profile_is_corrected(self, owner: Client, people: dict[str, Customer]) -> None:
        values = {
            "name": "Ann Ashby-Müller",
            "birth_date": "1990-02-28",
            "language": "de",
            "country": "DE",
            "attributes": "milk: oat\n\n seat : by the window ",
        }
        html = after(owner, at(people["Ann"], "edit/"), values)
        ann = Customer.objects.get(id=people["Ann"].id)
        assert (ann.name, ann.birth_date) == ("Ann Ashby-Müller", date(1990, 2, 28))
        assert ann.attributes == {"milk": "oat", "seat": "by the window"}
        for told in ("Ann Ashby-Müller", "28 Feb 1990", "German", "Germany", "by the window"):
            assert told in html

    def test_a_country_is_chosen_and_what_an_import_wrote_stays(
        self, owner: Client, people: dict[str, Customer]
    ) -> None:
        ann = people["Ann"]
        Customer.objects.filter(pk=ann.pk).update(country="Ruritania")
        page = owner.get(at(ann, "edit/")).content.decode()
        assert '<option value="DE">Germany</option>' in page
        assert '<option value="Ruritania" selected>Ruritania</option>' in page
        after(owner, at(ann, "edit/"), {"name": ann.name, "country": "Ruritania"})
        assert Customer.objects.get(pk=ann.pk).country == "Ruritania"
        after(owner, at(ann, "edit/"), {"name": ann.name, "country": "nowhere"})
        assert Customer.objects.get(pk=ann.pk).country == "Ruritania"

    def test_a_birthday_without_a_year_shows_none_and_stays_without(
        self, owner: Client, people: dict[str, Customer]
    ) -> None:
        ann, edit = people["Ann"], at(people["Ann"], "edit/")
        for sent, kept, shown in (
            ("17.5.", date(1904, 5, 17), "17.5."),
            ("17.5.1990", date(1990, 5, 17), "17.5.1990"),
            ("", None, ""),
        ):
            after(owner, edit, {"name": "Ann Ashby", "birth_date": sent})
            assert Customer.objects.get(id=ann.id).birth_date == kept
            page = steady(owner.get(edit).content.decode())
            assert "1904" not in page
            assert (f'name="birth_date" value="{shown}"' in page) is bool(shown)

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("birth_date", "1990-02-31", "There is no such day."),
            ("birth_date", "0001-01-01", "There is no such day."),
            ("birth_date", "soon", "There is no such day."),
            ("attributes", "no colon", "Write one detail a line"),
            ("attributes", "\n".join(f"{n}: x" for n in range(51)), "at most 50 further details"),
        ],
    )
    def test_what_cannot_be_known_is_told(
        self, owner: Client, people: dict[str, Customer], field: str, value: str, sentence: str
    ) -> None:
        assert sentence in after(owner, at(people["Ann"], "edit/"), {field: value})
        assert Customer.objects.get(id=people["Ann"].id).name == "Ann Ashby"

    @pytest.mark.parametrize(
        ("kind", "value", "told"),
        [
            ("email", "Ann@Example.COM ", "ann@example.com"),
            ("phone", "0171 5550142", "+491715550142"),
            ("card", "cc 0417-2290", "CC04172290"),
            ("email", "ann@", "This is not a whole e-mail address."),
            ("phone", "12", "This is not a whole phone number."),
            ("card", "x", "A card number has 3 to 40 letters and digits."),
            ("card", "4111 1111 1111 1111", "Those are never kept"),
            ("external", "nr-B", "nr-B belongs to another customer."),
        ],
    )
    def test_identifiers_are_checked(
        self, owner: Client, people: dict[str, Customer], kind: str, value: str, told: str
    ) -> None:
        html = after(owner, at(people["Ann"], "identifiers/"), {"kind": kind, "value": value})
        assert told in html

    def test_an_identifier_is_taken_away(self, owner: Client, people: dict[str, Customer]) -> None:
        address = at(people["Ann"], "identifiers/remove/")
        after(owner, address, {"kind": "email", "value": "ann@example.com"})
        assert not IdentifierRow.objects.filter(value="ann@example.com").exists()
        html = after(owner, address, {"kind": "external", "value": "nr-A"})
        assert "This is the only way to know them by." in html
        after(owner, address, {"kind": "external", "value": "nr-B"})
        assert IdentifierRow.objects.filter(value="nr-B").exists(), "somebody else’s stays"

    def test_somebody_new_is_added_once(self, owner: Client) -> None:
        values = {"name": "Dora", "email": "dora@example.com", "phone": "0171 5550142"}
        assert "Added." in after(owner, f"{LIST}new/", values)
        html = after(owner, f"{LIST}new/", {"email": "DORA@example.com"})
        assert "We know this person already." in html
        assert Customer.objects.count() == 1

    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            ({}, "Give a name, or one way to know them by."),
            ({"name": "Dora", "email": "dora"}, "This is not a whole e-mail address."),
            ({"phone": "0"}, "This is not a whole phone number."),
        ],
    )
    def test_nobody_is_added_by_mistake(
        self, owner: Client, values: dict[str, str], sentence: str
    ) -> None:
        assert sentence in after(owner, f"{LIST}new/", values)
        assert not Customer.objects.exists()


class TestOnePerson:
    def test_two_pages_become_one_and_two_again(
        self, owner: Client, people: dict[str, Customer]
    ) -> None:
        ann, cleo = people["Ann"], people["Cleo"]
        merge = at(ann, "merge/")
        assert "?other=" + str(cleo.public_id) in page(owner, merge + "?q=cleo")
        preview = page(owner, f"{merge}?other={cleo.public_id}")
        assert "€25.60" in preview
        assert "you can take it back at any time" in preview
        assert not CustomerLink.objects.exists()

        told = {"other": str(cleo.public_id), "reason": "two cards"}
        html = after(owner, merge, told)
        for sentence in ("The two are one now.", "Two became one: Cleo Öz", "“two cards”"):
            assert sentence in html
        assert "cleo@example.com" in html
        answer = owner.get(at(cleo))
        assert answer.headers["Location"] == f"{at(ann)}?merged={cleo.public_id}"
        assert "You came from Cleo Öz" in page(owner, answer.headers["Location"])

        key = CustomerLink.objects.get().key
        html = after(owner, at(ann, "undo/"), {"link": key, "reason": "two sisters"})
        for sentence in ("Taken back.", "A merge was taken back", "“two sisters”"):
            assert sentence in html
        assert "cleo@example.com" not in html
        assert "cleo@example.com" in page(owner, at(cleo))

    def test_what_cannot_be_merged_is_told(
        self, owner: Client, people: dict[str, Customer]
    ) -> None:
        ann = people["Ann"]
        answer = owner.post(at(ann, "merge/"), {"other": str(ann.public_id)})
        assert answer.status_code == 409
        assert "That is the same customer." in answer.content.decode()

    def test_a_link_is_taken_back_on_its_own_page_only(
        self, owner: Client, people: dict[str, Customer]
    ) -> None:
        now = timezone.now()
        key = actions.merge(people["Cleo"].public_id, people["Ann"].public_id, reason="", now=now)
        assert "taken back already" in after(owner, at(people["Ben"], "undo/"), {"link": key})
        assert CustomerLink.objects.get().undone_at is None

    def test_a_guests_order_finds_its_buyer(
        self, owner: Client, people: dict[str, Customer]
    ) -> None:
        one = structs.replace(order("4711", line("tea", "2.50")), place="south")
        record([arrival(one)], now=timezone.now())
        guests = f"{LIST}guests/"
        html = page(owner, guests + "?q=4711")
        assert "Order 4711 at South Square" in html
        assert "€2.50" in html
        html = page(owner, guests + "?q=4711&who=ann")
        assert f"for={people['Ann'].public_id}" in html
        html = page(owner, f"{guests}?q=4711&for={people['Ann'].public_id}")
        assert "Is order 4711 Ann Ashby’s?" in html

        values = {"order": "shop:4711", "into": str(people["Ann"].public_id)}
        html = after(owner, guests, values)
        assert "A guest’s order 4711" in html
        assert "Order at South Square" in html
        assert owner.post(guests, values).status_code == 409
        assert "belongs to Ann Ashby" in page(owner, guests + "?q=4711")
        assert "No order with this number" in page(owner, guests + "?q=4712")

    def test_staff_of_a_place_claim_orders_of_theirs(self, people: dict[str, Customer]) -> None:
        one = structs.replace(order("4711", line("tea", "2.50")), place="south")
        record([arrival(one)], now=timezone.now())
        northern = colleague(Role.STAFF, "north")
        assert "No order with this number" in page(northern, f"{LIST}guests/?q=4711")
        values = {"order": "shop:4711", "into": str(people["Ann"].public_id)}
        assert northern.post(f"{LIST}guests/", values).status_code == 409
        assert not CustomerLink.objects.exists()


def test_what_people_say_is_never_markup(owner: Client) -> None:
    now = timezone.now()
    staff = Staff.objects.get()
    profile = Profile(name=EVIL, country=EVIL[:60], attributes={EVIL: EVIL})
    evil = actions.add_prospect(Who(identifiers=(), profile=profile), now=now).public_id
    other = actions.add_prospect(who(EVIL, EVIL), now=now).public_id
    actions.add_tag(evil, EVIL[:60], now=now)
    actions.add_note(evil, EVIL, by=staff, now=now)
    tea = line(EVIL[:100], "2")
    facts = [structs.replace(order("1", tea), number=EVIL[:100], place=EVIL[:100])]
    facts += [structs.replace(order("4711", tea), place=EVIL[:100])]
    record([arrival(facts[0], who(EVIL)), arrival(facts[1])], now=now)
    actions.merge(other, evil, reason=EVIL, now=now)
    addresses = [at(evil, rest) for rest in ("", "edit/", "identifiers/", "merge/")]
    addresses += [f"{LIST}guests/?q=4711", f"{LIST}guests/?q=4711&for={evil}", f"{LIST}new/"]
    for address in addresses:
        html = page(owner, address)
        assert "<img src=x" not in html
        assert "<script>alert" not in html
