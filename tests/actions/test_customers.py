"""What staff do with a customer: each change once, each refusal with its code and no change."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections

from people import NOON, arrival, line, order, refund, who
from regulars.actions import customers
from regulars.actions.record import record
from regulars.actions.refused import Refused
from regulars.db import factstore
from regulars.db.models import (
    Customer,
    CustomerLink,
    CustomerNote,
    CustomerTag,
    IdentifierRow,
    SearchToken,
    Staff,
)
from regulars.db.queries.finding import find
from regulars.db.queries.history import same_person, timeline
from regulars.engine.facts import Identifier, Profile, Who

REASON = "the same person"


def everything() -> list[object]:
    """All facts and all that staff can change: equal before and after a refusal."""
    with connection.cursor() as cursor:
        facts = factstore.digest(cursor)
    tables = (Customer, CustomerLink, CustomerNote, CustomerTag, IdentifierRow, SearchToken)
    return [facts, *(sorted(table.objects.values_list(), key=str) for table in tables)]


def refuses(code: str, act: Callable[[], object]) -> Refused:
    before = everything()
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.code == code
    assert everything() == before
    return caught.value


def known(*names: str) -> list[UUID]:
    """Customers with an order each, in the order of their names."""
    at = NOON
    batch = [
        arrival(order(name, line("tea", "2"), at=at + timedelta(hours=n)), who(name, name))
        for n, name in enumerate(names)
    ]
    record(batch, now=at)
    found = dict(Customer.objects.values_list("name", "public_id"))
    return [found[name] for name in names]


def number(public_id: UUID) -> int:
    return Customer.objects.get(public_id=public_id).id


def history(public_id: UUID) -> list[str]:
    return [entry.fact.key for entry in timeline(same_person(number(public_id)))]


@pytest.mark.django_db
class TestTagsAndNotes:
    def test_a_tag_is_given_once_and_taken_away(self, now: datetime) -> None:
        [ann] = known("Ann")
        customers.add_tag(ann, "  table   by the window ", now=now)
        customers.add_tag(ann, "table by the window", now=now)
        assert list(CustomerTag.objects.values_list("tag", flat=True)) == ["table by the window"]
        customers.remove_tag(ann, "table by the window")
        customers.remove_tag(ann, "table by the window")
        assert not CustomerTag.objects.exists()

    @pytest.mark.parametrize(
        ("tag", "code"), [("", "tag_empty"), (" \n", "tag_empty"), ("x" * 61, "tag_too_long")]
    )
    def test_a_tag_is_a_short_word(self, tag: str, code: str, now: datetime) -> None:
        [ann] = known("Ann")
        refuses(code, lambda: customers.add_tag(ann, tag, now=now))

    def test_a_note_says_who_wrote_it(self, now: datetime) -> None:
        [ann] = known("Ann")
        lena = Staff(name="Lena Brandt", email="lena@corner.example")
        customers.add_note(ann, " Likes oat milk. ", by=lena, now=now)
        note = CustomerNote.objects.get()
        assert (note.text, note.by_name, note.at) == ("Likes oat milk.", "Lena Brandt", now)
        customers.remove_note(ann, note.id)
        assert not CustomerNote.objects.exists()

    @pytest.mark.parametrize(("text", "code"), [(" ", "note_empty"), ("x" * 2001, "note_too_long")])
    def test_a_note_has_words_but_not_too_many(self, text: str, code: str, now: datetime) -> None:
        [ann] = known("Ann")
        lena = Staff(email="lena@corner.example")
        refuses(code, lambda: customers.add_note(ann, text, by=lena, now=now))

    def test_what_was_written_about_the_merged_can_be_taken_away(self, now: datetime) -> None:
        ann, anna = known("Ann", "Anna")
        customers.add_tag(anna, "vip", now=now)
        customers.add_note(anna, "A note.", by=Staff(email="l@corner.example"), now=now)
        customers.merge(anna, ann, reason=REASON, now=now)
        customers.remove_tag(ann, "vip")
        customers.remove_note(ann, CustomerNote.objects.get().id)
        assert not CustomerTag.objects.exists()
        assert not CustomerNote.objects.exists()

    def test_nobody_is_refused(self, now: datetime) -> None:
        known("Ann")
        nobody = uuid4()
        refuses("customer_unknown", lambda: customers.add_tag(nobody, "vip", now=now))
        refuses("customer_unknown", lambda: customers.remove_tag(nobody, "vip"))
        refuses("customer_unknown", lambda: customers.change_profile(nobody, Profile(name="X")))


@pytest.mark.django_db
class TestProfile:
    def test_a_corrected_name_is_found_and_the_old_one_is_not(self) -> None:
        [ann] = known("Ann")
        customers.change_profile(ann, Profile(name="Jörg Müller", attributes={"milk": "oat"}))
        row = Customer.objects.get()
        assert (row.name, row.attributes) == ("Jörg Müller", {"milk": "oat"})
        assert row.sort_latin.startswith("jorg muller")
        assert find("mueller") == [row.id]
        assert find("Ann") == [row.id], "the customer number is Ann and stays"
        assert set(SearchToken.objects.values_list("token", flat=True)) == {"jorg", "muller", "ann"}

    @pytest.mark.parametrize(
        ("profile", "code"),
        [
            (Profile(name="x" * 201), "name_too_long"),
            (Profile(attributes={str(n): "" for n in range(51)}), "attributes_too_many"),
            (Profile(attributes={"milk": "x" * 501}), "attribute_too_long"),
            (Profile(attributes={"x" * 501: "oat"}), "attribute_too_long"),
        ],
    )
    def test_too_much_is_refused(self, profile: Profile, code: str) -> None:
        [ann] = known("Ann")
        refuses(code, lambda: customers.change_profile(ann, profile))


@pytest.mark.django_db
class TestIdentifiers:
    def test_an_added_identifier_finds_its_customer(self, now: datetime) -> None:
        [ann] = known("Ann")
        card = Identifier("card", "CC04172290")
        customers.add_identifier(ann, card, now=now)
        customers.add_identifier(ann, card, now=now)
        assert find("cc 0417") == [number(ann)]
        customers.remove_identifier(ann, card, now=now)
        customers.remove_identifier(ann, card, now=now)
        assert find("cc 0417") == []

    def test_what_somebody_else_has_is_refused(self, now: datetime) -> None:
        _ann, ben = known("Ann", "Ben")
        refused = refuses(
            "identifier_taken",
            lambda: customers.add_identifier(ben, Identifier("external", "Ann"), now=now),
        )
        assert refused.params == {"value": "Ann"}

    def test_the_last_one_stays(self, now: datetime) -> None:
        [ann] = known("Ann")
        last = Identifier("external", "Ann")
        refuses("identifier_last", lambda: customers.remove_identifier(ann, last, now=now))

    def test_one_person_may_be_given_what_the_merged_have(self, now: datetime) -> None:
        ann, anna = known("Ann", "Anna")
        customers.merge(anna, ann, reason=REASON, now=now)
        customers.add_identifier(ann, Identifier("external", "Anna"), now=now)
        assert IdentifierRow.objects.get(value="Anna").customer_id == number(anna)


@pytest.mark.django_db
class TestProspects:
    def test_a_prospect_is_found_by_name_and_identifier(self, now: datetime) -> None:
        named = customers.add_prospect(Who(identifiers=(), profile=Profile(name="Ann")), now=now)
        mailed = customers.add_prospect(
            Who(identifiers=(Identifier("email", "ben@example.com"),)), now=now
        )
        assert (named.made, mailed.made) == (True, True)
        assert find("ann") == [number(named.public_id)]
        assert find("ben@") == [number(mailed.public_id)]

    def test_somebody_known_is_found_instead(self, now: datetime) -> None:
        [ann] = known("Ann")
        again = customers.add_prospect(who("Ann", "Anna"), now=now)
        assert (again.public_id, again.made) == (ann, False)
        assert Customer.objects.get().name == "Ann"

    def test_a_merged_one_leads_to_the_other(self, now: datetime) -> None:
        ann, anna = known("Ann", "Anna")
        customers.merge(anna, ann, reason=REASON, now=now)
        assert customers.add_prospect(who("Anna"), now=now).public_id == ann

    def test_nothing_is_refused(self, now: datetime) -> None:
        refuses("prospect_empty", lambda: customers.add_prospect(Who(identifiers=()), now=now))


@pytest.mark.django_db
class TestMerging:
    def test_both_histories_are_one_and_two_again(self, now: datetime) -> None:
        ann, anna = known("Ann", "Anna")
        key = customers.merge(anna, ann, reason=REASON, now=now)
        assert history(ann) == [key, "shop:Anna", "shop:Ann"]
        assert Customer.objects.get(public_id=anna).merged

        customers.undo_merge(key, reason="two sisters", now=now + timedelta(days=1))
        assert history(anna) == [f"un{key}", key, "shop:Anna"]
        assert history(ann) == [f"un{key}", key, "shop:Ann"], "both remember that it was so"
        assert not Customer.objects.get(public_id=anna).merged

    def test_it_can_be_merged_again_and_into_another(self, now: datetime) -> None:
        ann, anna, ben = known("Ann", "Anna", "Ben")
        customers.undo_merge(customers.merge(anna, ann, reason="", now=now), reason="", now=now)
        customers.merge(anna, ben, reason="", now=now)
        assert "shop:Anna" in history(ben)
        assert "shop:Anna" not in history(ann)

    def test_facts_that_come_later_land_on_the_survivor(self, now: datetime) -> None:
        ann, anna = known("Ann", "Anna")
        customers.merge(anna, ann, reason=REASON, now=now)
        record([arrival(order("late", line("tea", "2")), who("Anna"))], now=now)
        assert "shop:late" in history(ann)
        assert Customer.objects.count() == 2

    def test_what_cannot_be_is_refused(self, now: datetime) -> None:
        ann, anna, ben = known("Ann", "Anna", "Ben")
        customers.merge(anna, ann, reason=REASON, now=now)
        customers.merge(ann, ben, reason=REASON, now=now)

        def merge(one: UUID, other: UUID, reason: str = REASON) -> Callable[[], object]:
            return lambda: customers.merge(one, other, reason=reason, now=now)

        refuses("merge_with_self", merge(ann, ann))
        refuses("merge_already", merge(anna, ben))
        refuses("merge_circle", merge(ben, anna))
        refuses("customer_unknown", merge(uuid4(), ann))
        refuses("customer_unknown", merge(ben, uuid4()))
        refuses("reason_too_long", merge(ben, anna, "x" * 501))

    def test_what_is_taken_back_is_taken_back_once(self, now: datetime) -> None:
        ann, anna = known("Ann", "Anna")
        key = customers.merge(anna, ann, reason=REASON, now=now)
        customers.undo_merge(key, reason="", now=now)
        refuses("merge_unknown", lambda: customers.undo_merge(key, reason="", now=now))
        refuses("merge_unknown", lambda: customers.undo_merge("link:none", reason="", now=now))


@pytest.mark.django_db
class TestClaims:
    def test_a_guests_order_finds_its_buyer_and_is_given_back(self, now: datetime) -> None:
        [ann] = known("Ann")
        record([arrival(order("g1", line("tea", "2")))], now=now)
        key = customers.claim_order("shop:g1", ann, reason="she has the receipt", now=now)
        assert history(ann) == [key, "shop:Ann", "shop:g1"] or "shop:g1" in history(ann)
        customers.undo_merge(key, reason="", now=now)
        assert "shop:g1" not in history(ann)

    def test_what_cannot_be_claimed_is_refused(self, now: datetime) -> None:
        ann, ben = known("Ann", "Ben")
        record(
            [arrival(order("g1", line("tea", "2"))), arrival(refund("g2", line("tea", "2")))],
            now=now,
        )
        customers.claim_order("shop:g1", ann, reason="", now=now)

        def claim(key: str) -> Callable[[], object]:
            return lambda: customers.claim_order(key, ben, reason="", now=now)

        refuses("claim_already", claim("shop:g1"))
        refuses("order_unknown", claim("shop:g2"))
        refuses("order_unknown", claim("shop:none"))
        refuses("order_not_guests", claim("shop:Ann"))


def _elsewhere(act: Callable[[], object]) -> str:
    try:
        act()
        return "done"
    except Refused as refused:
        return refused.code
    finally:
        connections.close_all()


@pytest.mark.usefixtures("own_database")
class TestAtOnce:
    @pytest.mark.parametrize("turned", [False, True], ids=["the same twice", "each into the other"])
    def test_one_merge_wins(self, turned: bool, now: datetime) -> None:
        ann, anna = known("Ann", "Anna")
        pairs = [(anna, ann), (ann, anna) if turned else (anna, ann)] * 4

        def merge(pair: tuple[UUID, UUID]) -> str:
            return _elsewhere(lambda: customers.merge(*pair, reason=REASON, now=now))

        with ThreadPoolExecutor(len(pairs)) as pool:
            ends = list(pool.map(merge, pairs))
        assert ends.count("done") == 1
        assert set(ends) <= {"done", "merge_already", "merge_circle"}
        assert CustomerLink.objects.filter(undone_at=None).count() == 1
        survivor = Customer.objects.get(merged=False)
        assert sorted(entry.fact.key for entry in timeline(same_person(survivor.id)))[1:] == [
            "shop:Ann",
            "shop:Anna",
        ]
