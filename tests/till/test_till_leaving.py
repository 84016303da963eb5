"""Who left is served as anybody else and gets nothing, until they ask to come back; what is said
aloud at the counter is kept with who, where, when and which words; two programmes at one till."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from till_kit import CLUB, NOW, Counter, digest, member, open_counter

from regulars.actions import portal_profile, scan_codes, scan_rules, scanning, signing_in
from regulars.actions.looking import look
from regulars.actions.members import join
from regulars.actions.portal_profile import NEWS, Said
from regulars.actions.publishing import publish
from regulars.actions.refused import Refused
from regulars.actions.till_queue import Kept as KeptSale
from regulars.actions.till_queue import Waiting, book
from regulars.actions.till_sales import Use, sell, try_sale
from regulars.actions.till_taps import Tap, tap
from regulars.actions.till_undoing import undo
from regulars.db.models import Consent, ConsentWording, Customer, Leaving, Role, TillDeed
from staff import employ

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
OTHER = """
format: 1
programme: walkers
edition: walkers_1
name: {en: Walkers, de: Wanderer}
zone: Europe/Berlin
currency: EUR
assets:
  - {id: steps, name: {en: step, de: Schritt}, many: {en: steps, de: Schritte}}
earn:
  - {kind: per_amount, step: 1.00 EUR, points: 2, full_steps: true}
rewards:
  - {id: tea, kind: price, price: 10, name: {en: a tea, de: ein Tee}}
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    from django.utils import timezone

    at = [NOW]
    monkeypatch.setattr(timezone, "now", lambda: at[0])
    return at


@pytest.fixture
def counter(clock: list[datetime]) -> Counter:
    return open_counter()


def leave(number: int, programme: str = CLUB, at: datetime = NOW) -> None:
    said = Said(choices={}, wordings={}, language="en", source="portal")
    portal_profile.leave(number, programme, said, at)


def also_walks(number: int) -> None:
    publish(OTHER, now=NOW - 9 * DAY, by="Olga")
    join([number], "walkers", since=NOW - 8 * DAY, now=NOW - 8 * DAY)


def steps(number: int) -> int:
    return look(number, "walkers", NOW + DAY).balances["steps"].available


def refused(act: Any) -> str:
    before = digest()
    with pytest.raises(Refused) as found:
        act()
    assert digest() == before
    return found.value.code


def text(answer: Any) -> str:
    told = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
    return " ".join(told.replace("\xa0", " ").split())


def test_nothing_is_booked_for_who_has_left(counter: Counter) -> None:
    leave(counter.ana)
    worker, sale = counter.worker, counter.sale()
    used = counter.sale("use", amount_minor=0, uses=(Use(CLUB, "coffee"),))
    stamp = Tap(key="t", customer=counter.ana, at=NOW, programme=CLUB, asset="stamps", amount=1)
    for act in (
        lambda: sell(worker, sale, NOW),
        lambda: try_sale(worker, sale, NOW),
        lambda: sell(worker, used, NOW),
        lambda: tap(worker, stamp, NOW),
    ):
        assert refused(act) == "member_left"
    kept = KeptSale(key="0a0a0a0a", at=NOW, amount_minor=640, who="ana@example.com")
    [became] = book(worker, Waiting(sales=[kept]), NOW)
    assert became.code == "member_left"
    assert counter.points() == 460


def test_scanning_gives_nothing_to_who_has_left(counter: Counter) -> None:
    wanted = scan_rules.Wanted(place="market", programme=CLUB, asset="stamps")
    scan_rules.set_rule(employ("Otto", Role.OWNER), wanted, NOW)
    token = scan_codes.kept(scan_codes.opened(scan_codes.shown(counter.device, NOW).code, NOW))
    leave(counter.ana)
    assert refused(lambda: scanning.collect(counter.ana, token, NOW)) == "member_left"
    phone = Client()
    phone.post(f"/my/enter/{signing_in.make_ticket(counter.ana, NOW)}/")
    phone.cookies["regulars_scan"] = token
    assert "You have left the programme. Come back first" in text(phone.post("/my/collect/"))


def test_what_was_booked_before_can_still_be_given_back(counter: Counter) -> None:
    sold = sell(counter.worker, counter.sale(), NOW)
    leave(counter.ana)
    undo(counter.worker, sold.key, NOW)
    assert counter.points() == 460


def test_the_till_says_so_and_lets_them_come_back_if_they_ask(counter: Counter) -> None:
    leave(counter.ana)
    till = counter.browser()
    page = till.get(f"/till/?m={counter.ana_id}&a=8.40")
    told = text(page)
    assert "Ana Popescu has left Corner Club" in told
    assert "Until 5 December 2026 they can come back to everything they had." in told
    assert 'id="book"' not in page.content.decode()
    before = TillDeed.objects.count()
    answer = till.post("/till/join/", {"m": counter.ana_id, "a": "8.40", "key": "abcdabcd"})
    assert answer.status_code == 302
    assert "Ana Popescu is a member again" in text(till.get(answer["Location"]))
    on = till.get(f"/till/?m={counter.ana_id}&a=8.40")
    assert 'id="book"' in on.content.decode()
    assert not Leaving.objects.exists()
    assert TillDeed.objects.count() == before + 1
    assert TillDeed.objects.latest("booked_at").details["back"] == [CLUB]
    sell(counter.worker, counter.sale(), NOW)
    assert counter.points() == 468


def test_who_left_for_good_begins_anew_if_they_ask(counter: Counter, clock: list[datetime]) -> None:
    leave(counter.ana)
    clock[0] = NOW + 14 * DAY
    portal_profile.end_leavings(clock[0])
    late = counter.sale(at=clock[0])
    assert refused(lambda: sell(counter.worker, late, clock[0])) == "member_left"
    phone = Client()
    phone.post(f"/my/enter/{signing_in.make_ticket(counter.ana, clock[0])}/")
    assert "Back with everything until" not in text(phone.get("/my/"))
    assert "you begin with nothing" in text(phone.post("/my/profile/return/"))
    till = counter.browser()
    told = text(till.get(f"/till/?m={counter.ana_id}"))
    assert "They can join anew, and begin with nothing." in told
    assert "They asked to come back" not in told
    assert "They said yes: join" in told
    till.post("/till/join/", {"m": counter.ana_id, "key": "abcdabcd"})
    assert TillDeed.objects.latest("booked_at").details["back"] == [CLUB]
    now = clock[0] + MINUTE
    assert look(counter.ana, CLUB, now).balances["points"].available == 0
    sell(counter.worker, counter.sale(at=now), now)
    assert look(counter.ana, CLUB, now).balances["points"].available == 8


def test_the_till_says_so_in_german(counter: Counter) -> None:
    leave(counter.ana)
    till = counter.browser(headers={"Accept-Language": "de"})
    told = text(till.get(f"/till/?m={counter.ana_id}"))
    assert "Ana Popescu hat Corner Club verlassen" in told
    assert "Bis 05.12.2026 geht es mit allem" in told


def test_saboteur_a_till_that_does_not_ask(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regulars.actions import till_sales

    leave(counter.ana)
    monkeypatch.setattr(till_sales, "stay_out", lambda *given: None)
    sell(counter.worker, counter.sale(), NOW)
    assert counter.points() == 468


def test_two_programmes_at_one_till(counter: Counter) -> None:
    also_walks(counter.ana)
    till = counter.browser()
    told = text(till.get(f"/till/?m={counter.ana_id}&a=8.40"))
    assert "+8 points" in told
    assert "+16 steps" in told
    assert "Points 460" in told
    assert "Steps 0" in told
    sold = sell(counter.worker, counter.sale(), NOW)
    assert sold.gave == {CLUB: {"points": 8}, "walkers": {"steps": 16}}
    both = (Use(CLUB, "coffee"), Use("walkers", "tea"))
    later = NOW + MINUTE
    done = sell(counter.worker, counter.sale("b", at=later, amount_minor=500, uses=both), later)
    assert (counter.points(), steps(counter.ana)) == (468 - 50 + 5, 16 - 10 + 10)
    undo(counter.worker, done.key, later)
    assert (counter.points(), steps(counter.ana)) == (468, 16)
    short = counter.sale("c", amount_minor=0, uses=(Use(CLUB, "coffee"), Use("walkers", "tea")) * 2)
    assert refused(lambda: sell(counter.worker, short, NOW)) == "insufficient_points"


def test_who_left_one_of_two_goes_on_in_the_other(counter: Counter) -> None:
    also_walks(counter.ana)
    leave(counter.ana)
    till = counter.browser()
    told = text(till.get(f"/till/?m={counter.ana_id}&a=8.40"))
    assert "Ana Popescu has left Corner Club: nothing is used there." in told
    assert "A coffee" not in told
    assert "Steps 0" in told
    gone = counter.sale("x", uses=(Use(CLUB, "coffee"),))
    assert refused(lambda: sell(counter.worker, gone, NOW)) == "member_left"
    sold = sell(counter.worker, counter.sale(), NOW)
    assert sold.gave["walkers"] == {"steps": 16}
    page = text(till.get(f"/till/done/{sold.key.removeprefix('till:')}/"))
    assert "steps" in page
    assert "points" not in page


def enrol(counter: Counter, **more: str) -> Any:
    told = {"contact": "dana@example.com", "name": "Dana", "language": "de", "agreed": "yes"}
    return counter.browser().post("/till/new/", {**told, **more})


def test_a_yes_at_the_counter_is_kept_with_who_where_when_and_which_words(
    counter: Counter,
) -> None:
    assert enrol(counter, news="yes").status_code == 302
    dana = Customer.objects.get(name="Dana")
    rows = Consent.objects.filter(customer_id=dana.id).order_by("at", "id")
    told = {
        (one.purpose, one.channel): (one.given, one.at >= NOW, one.source, one.actor, one.place)
        for one in rows
    }
    kept = (True, True, "till", f"cashier {counter.mia.pk}", "market")
    assert told == {("joining", "counter"): kept, ("news", "mail"): kept}
    words = {row.id: row for row in ConsentWording.objects.all()}
    read = {one.purpose: words[one.wording] for one in rows}
    assert read["joining"].text.startswith("“You collect points with every sale.")
    assert read["news"].text.startswith("“May we write to you by mail")
    assert {one.language for one in read.values()} == {"en"}
    assert portal_profile.consents_of(dana.id)[NEWS]


def test_nobody_is_written_to_who_did_not_ask(counter: Counter) -> None:
    enrol(counter)
    dana = Customer.objects.get(name="Dana")
    assert portal_profile.consents_of(dana.id) == {("joining", "counter"): True}
    answer = enrol(counter, contact="0176 5550142", name="Dora", news="yes")
    assert answer.status_code == 409
    assert "they need an e-mail address" in text(answer)
    assert not Customer.objects.filter(name="Dora").exists()
    page = counter.browser().get("/till/new/").content.decode()
    assert 'name="news" value="yes" checked' not in page


def test_the_member_reads_it_and_takes_it_along(counter: Counter) -> None:
    enrol(counter, news="yes", language="en")
    dana = Customer.objects.get(name="Dana")
    phone = Client()
    phone.post(f"/my/enter/{signing_in.make_ticket(dana.id, NOW)}/")
    told = text(phone.get("/my/profile/"))
    assert "Taking part: yes 21 November 2026 · Market" in told
    assert "News and offers: yes 21 November 2026 · Market" in told
    data = json.loads(phone.get("/my/profile/data/").content)
    assert {one["place"] for one in data["consents"]} == {"market"}
    leave(dana.id)
    assert not portal_profile.consents_of(dana.id)[NEWS], "no more messages"
    assert Consent.objects.filter(customer_id=dana.id, purpose="joining").count() == 1


def test_who_is_known_and_joins_says_yes_too(counter: Counter) -> None:
    ben = member("Ben", email="ben@example.com")
    also_walks(counter.ana)
    till = counter.browser()
    number = str(Customer.objects.get(id=ben).public_id)
    till.post("/till/join/", {"m": number, "key": "abcdabcd"})
    till.post("/till/join/", {"m": number, "key": "abcdabcd"})
    assert Consent.objects.filter(customer_id=ben, purpose="joining").count() == 1
