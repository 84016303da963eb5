"""Console, Programme: a draft by forms: begun, changed, tried, held against cases, given up."""

from __future__ import annotations

import os
import re
from datetime import timedelta

import pytest
from customers_kit import open_business, remember
from django.test import Client
from programme_kit import BODY, HOME, PAGE, begin, body, now, opened, owner, save, text

from regulars.actions.members import join
from regulars.db.models import CaseRow, DraftRow, EditionRow, Role, Staff
from regulars.programmes.documents import read
from regulars.programmes.editing.wishes import wishes

pytestmark = pytest.mark.django_db
TORTURE = bool(os.environ.get("REGULARS_TORTURE"))


@pytest.fixture(autouse=True)
def business() -> None:
    open_business()


PLACES = {
    "en": ("assets[0]", "earn[0]", "change[0]", "referrals[0]", "standing", "policy"),
    "de": ("earn[0]", "rewards[4]", "about"),
}


def lines_that_differ(before: str, after: str) -> list[tuple[str, str]]:
    pairs = zip(before.split("\n"), after.split("\n"), strict=True)
    return [(one, other) for one, other in pairs if one != other]


@pytest.mark.parametrize("language", PLACES)
def test_every_form_sent_untouched_changes_nothing(language: str) -> None:
    begin()
    client = owner()
    Staff.objects.update(language=language)
    for at in PLACES[language]:
        answer = client.post(PAGE, {**opened(client, at), "do": "save"}, follow=True)
        wanted = "Nothing was changed." if language == "en" else "Es wurde nichts geändert."
        assert wanted in text(answer), at
    assert not DraftRow.objects.exists()


def test_a_changed_amount_is_the_only_thing_that_changes() -> None:
    begin()
    client = owner()
    page = text(save(client, "rewards[0]", **{"rewards[0].price": "60"}))
    assert "Kept in the draft." in page
    assert "A coffee costs 60" in page
    assert "Changed: “A coffee costs 50" in page
    (told,) = lines_that_differ(BODY, body())[1:]
    assert told[0].startswith("  - {id: coffee, kind: price, price: 50, name: {en: a coffee,")
    assert told[1] == told[0].replace("price: 50", "price: 60")
    undone = client.post(PAGE, {"do": "undo", "at": "rewards[0]", "revision": "1"}, follow=True)
    assert "Kept in the draft." in text(undone)
    assert "price: 50" in body()
    assert EditionRow.objects.count() == 1


WRONG = {
    "earn[0].points": ("x", "Write a number above 0"),
    "earn[0].step": ("much", "Write an amount such as 12.40; “much” is none."),
    "rewards[0].price": ("-3", "Write a number above 0"),
    "rewards[3].each": ("", "Fill this in."),
    "assets[0].expire.months": ("soon", "Write a whole number such as 12; “soon” is none."),
    "referrals[0].review.wait": ("a few", "Write a whole number above 0"),
    "change[0].factor": ("", "Fill this in."),
    "limit[0].most": ("0", "Write a number above 0"),
    "tiers[1].from": ("150000", "must be above the tier before it"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_answer_is_told_at_its_field_and_nothing_is_kept(name: str) -> None:
    begin()
    client = owner()
    at = "standing" if name.startswith("tiers") else name[: name.index("]") + 1]
    value, wanted = WRONG[name]
    answer = save(client, at, **{name: value})
    page = text(answer)
    assert answer.status_code == 422
    assert wanted in page
    assert value in page
    near = page[page.index(wanted) - 1500 : page.index(wanted)]
    other = "tiers[2].from" if name.startswith("tiers") else name
    assert f'name="{other}"' in near
    assert not DraftRow.objects.exists()


def test_two_who_change_at_the_same_time_are_told() -> None:
    begin()
    first, second = owner(), Client()
    other = Staff.objects.create(
        email="o@corner.example", name="Olga Other", role=Role.OWNER, created_at=now()
    )
    second.force_login(other)
    sent = opened(first, "rewards[0]")
    save(second, "rewards[1]", **{"rewards[1].price": "110"})
    sent["rewards[0].price"] = ["55"]
    page = text(first.post(PAGE, {**sent, "do": "save"}, follow=True))
    assert "Olga Other changed this draft at" in page
    assert "price: 55" not in body()
    assert "There is a draft. Olga Other changed it last" in text(first.get(HOME))


def test_a_rule_is_added_by_wish_switched_off_and_removed() -> None:
    begin()
    client = owner()
    page = text(client.get(f"{PAGE}add/"))
    assert "A stamp for each visit" in page
    page = text(client.post(f"{PAGE}add/", {"wish": "earn.on_sign_up"}, follow=True))
    assert "Who joins gets 20 points." in page
    assert 'name="earn[2].points"' in page
    page = text(client.post(PAGE, {"do": "rest", "at": "earn[2]"}, follow=True))
    assert "Who joins gets 20 points." not in page
    assert "Switched off" in page
    assert "#~ - {id: on_sign_up" in body()
    page = text(client.post(PAGE, {"do": "wake", "at": "0"}, follow=True))
    assert "Who joins gets 20 points." in page
    page = text(client.post(PAGE, {"do": "remove", "at": "earn[2]"}, follow=True))
    assert "Who joins gets 20 points." not in page
    assert "on_sign_up" not in body()
    assert client.post(f"{PAGE}add/", {"wish": "earn.nothing"}).status_code == 404
    assert client.post(PAGE, {"do": "wake", "at": "7"}).status_code == 404


def test_every_wish_opens_in_its_form() -> None:
    begin()
    client = owner()
    several = wishes(read(BODY, "file").data)
    for section, kind in several if TORTURE else several[::6]:
        answer = client.post(f"{PAGE}add/", {"wish": f"{section}.{kind}"}, follow=True)
        assert f'name="{section}[' in text(answer), kind
        assert "<form method" in text(answer)


def test_a_draft_is_tried_against_what_is_in_force() -> None:
    begin()
    ann = remember(now())["Ann"]
    join([ann.id], "corner_club", since=now() - timedelta(days=50), now=now())
    client = owner()
    save(client, "earn[0]", **{"earn[0].points": "3"})
    page = text(client.get(PAGE, {"amount": "12.40"}))
    assert "36 points" in page
    assert "24 points more than today" in page
    page = text(client.get(PAGE, {"amount": "12.40", "who": "ann ash"}))
    assert "24 points more than today" in page
    assert "Ann Ashby" in page


def test_cases_are_green_then_red_and_a_try_is_kept_as_one() -> None:
    begin()
    client = owner()
    keep, cases = f"{PAGE}keep/", f"{PAGE}cases/"
    client.post(keep, {"amount": "12.40", "category": ""})
    client.post(keep, {"amount": "3", "category": ""})
    assert "2 worked cases, all give what they should" in text(client.get(PAGE))
    save(client, "earn[0]", **{"earn[0].points": "2"})
    page = text(client.get(cases))
    assert "2 of 2 worked cases come out otherwise" in page
    assert "expected" in page
    page = text(client.post(keep, {"amount": "12.40", "category": ""}, follow=True))
    assert "Anything for €12.40" in page
    kept = CaseRow.objects.order_by("-id")[0]
    assert kept.body["expect"] == [{"member": "anna", "points": 24, "stamps": 0}]
    client.post(cases, {"case": str(CaseRow.objects.order_by("id")[0].id)})
    assert text(client.get(cases)).count("tag bad") == 1
    stale = text(client.post(cases, {"case": "red", "revision": "0"}, follow=True))
    assert "tag bad" in stale
    gone = text(client.post(cases, {"case": "red", "revision": "1"}, follow=True))
    assert "tag bad" not in gone
    assert "Anything for €12.40" in gone


def test_the_cases_of_a_ready_programme_are_examples_and_stop_nobody() -> None:
    begin()
    client = owner()
    save(client, "earn[0]", **{"earn[0].points": "2"})
    assert "No worked cases yet" in text(client.get(PAGE))
    page = text(client.get(f"{PAGE}cases/"))
    assert "Examples of the ready programme" in page
    assert "tag bad" not in page


def test_a_ready_one_is_adapted_kept_and_published() -> None:
    client = owner()
    page = text(client.get(f"{HOME}ready/starbucks_us_2024/"))
    assert "become EUR instead of USD" in page
    answer = client.post(
        f"{HOME}ready/starbucks_us_2024/begin/", {"name": "Star Club"}, follow=True
    )
    page = text(answer)
    assert "Star Club" in page
    assert "Every 1 euro spent earns 1 star." in page
    assert "zone: Europe/Berlin" in body()
    assert "There is a draft." in text(client.get(HOME))
    assert not CaseRow.objects.exists()
    again = client.post(f"{HOME}ready/starbucks_us_2024/begin/", {"name": "x"}, follow=True)
    assert "There is a draft of this programme already." in text(again)
    goal = f"{HOME}draft/starbucks_us/"
    assert client.post(f"{goal}look/", {"revision": "1"}).status_code == 302
    assert EditionRow.objects.get().programme == "starbucks_us"


def test_a_draft_is_given_up() -> None:
    begin()
    client = owner()
    save(client, "rewards[0]", **{"rewards[0].price": "60"})
    assert "The draft is gone." in text(client.post(f"{PAGE}give-up/", follow=True))
    assert not DraftRow.objects.exists()


def test_what_is_not_there_is_not_found() -> None:
    begin()
    client = owner()
    assert client.get(f"{HOME}draft/nothing/").status_code == 404
    assert client.post(PAGE, {"do": "save", "at": "earn[9]"}).status_code == 404
    assert client.post(PAGE, {"do": "dance"}).status_code == 404
    assert client.post(PAGE, {"do": "remove", "at": "assets[0]"}).status_code == 404
    assert "Choose a sentence" in text(client.get(PAGE, {"at": "earn[9]"}))


def test_what_is_usually_done_next_is_the_one_button_that_stands_out() -> None:
    begin()
    client = owner()
    primary = re.compile(r'class="btn primary"[^>]*>([^<]*)<')
    kept = save(client, "rewards[0]", **{"rewards[0].price": "60"})
    assert primary.findall(text(kept)) == ["Look and publish"]
    opened_again = client.get(PAGE, {"at": "rewards[0]"})
    assert primary.findall(text(opened_again)) == ["Keep in the draft"]
    assert "changes nothing for members yet" in text(opened_again)
