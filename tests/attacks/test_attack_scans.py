"""Codes that members scan, attacked: old ones played again, passed on, forged; a photo of a printed
one; another member's opening; a burst; a clock that is wrong. Each has its refusal, and books
nothing."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone

sys.path.insert(0, str(Path(__file__).parents[1] / "till"))
from till_kit import CLUB, NOW, Counter, digest, member, open_counter, paired, place

from regulars.actions import scan_codes, scan_rules, scanning, signing_in, tills
from regulars.actions.refused import Refused
from regulars.db.models import PaperCode, Place, Role, Scan, Staff, TillDevice
from regulars.db.queries.portal import token_hash
from staff import employ

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
LIFE = scan_codes.LIFE


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    made = open_counter()
    set_rule()
    return made


def boss() -> Staff:
    return Staff.objects.filter(name="Olaf").first() or employ("Olaf", Role.OWNER)


def set_rule(where: str = "market", **more: Any) -> None:
    told = {"programme": CLUB, "asset": "stamps", **more}
    scan_rules.set_rule(boss(), scan_rules.Wanted(place=where, **told), NOW)


def paper(where: str = "market") -> PaperCode:
    return scan_rules.make_paper(boss(), where, "window", NOW)


def code(counter: Counter, at: datetime = NOW) -> str:
    return scan_codes.shown(counter.device, at).code


def opening(text: str, at: datetime = NOW) -> str:
    """What a browser keeps that opened a code."""
    return scan_codes.kept(scan_codes.opened(text, at))


def collect(customer: int, token: str, at: datetime = NOW) -> str:
    """The refusal, or nothing."""
    try:
        scanning.collect(customer, token, at)
    except Refused as refused:
        return refused.code
    return ""


def refused(act: Callable[[], object]) -> str:
    """The code with which something is refused; nothing may have changed."""
    before = digest()
    with pytest.raises(Refused) as found:
        act()
    assert digest() == before
    return found.value.code


def stamps(counter: Counter) -> int:
    return counter.points("stamps")


def test_a_code_counts_once_for_a_member(counter: Counter) -> None:
    set_rule(a_day=5)
    token = opening(code(counter))
    assert collect(counter.ana, token) == ""
    assert collect(counter.ana, token) == "", "sent again, it is answered as before"
    assert stamps(counter) == 1
    again = opening(code(counter))
    assert refused(lambda: scanning.collect(counter.ana, again, NOW)) == "scan_used"
    later = NOW + 2 * LIFE
    assert collect(counter.ana, opening(code(counter, later), later), later) == ""
    assert stamps(counter) == 2


def test_saboteur_a_code_that_counts_more_than_once(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_rule(a_day=5)
    monkeypatch.setattr(scanning, "_number", lambda *given: Scan.objects.count() + 1)
    collect(counter.ana, opening(code(counter)))
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError, match="scan_of_a_screen_once"), transaction.atomic():
        scanning.collect(counter.ana, opening(code(counter)), NOW)


@pytest.mark.parametrize("after", [2 * LIFE, timedelta(hours=3), timedelta(days=1)])
def test_an_old_code_is_played_again(counter: Counter, after: timedelta) -> None:
    text = code(counter)
    assert refused(lambda: scan_codes.opened(text, NOW + after)) == "scan_ended"
    assert scan_codes.opened(text, NOW + LIFE).device == counter.device.pk, "the one before counts"


def test_saboteur_a_code_without_an_end(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_codes, "life_of", lambda now: 7)
    text = code(counter)
    assert scan_codes.opened(text, NOW + timedelta(days=1)).life == 7


def test_a_code_of_tomorrow_does_not_count_today(counter: Counter) -> None:
    """A clock that was wrong for a moment, or a code that was made ahead."""
    text = code(counter, NOW + timedelta(days=1))
    assert refused(lambda: scan_codes.opened(text, NOW)) == "scan_ended"
    token = opening(code(counter, NOW + LIFE), NOW + LIFE)
    assert refused(lambda: scanning.collect(counter.ana, token, NOW)) == "scan_ended"


def test_an_opening_ends(counter: Counter) -> None:
    token = opening(code(counter))
    late = NOW + scan_codes.CLAIM
    assert refused(lambda: scanning.collect(counter.ana, token, late)) == "scan_ended"
    assert collect(counter.ana, token, late - SECOND) == ""


def test_an_opening_is_not_shared(counter: Counter) -> None:
    """A cookie that was copied to another browser, where another member is signed in."""
    ben = member("Ben", email="ben@example.com")
    token = opening(code(counter))
    assert collect(counter.ana, token) == ""
    assert refused(lambda: scanning.collect(ben, token, NOW)) == "scan_used"


def test_one_code_is_passed_on_to_a_crowd(counter: Counter, caplog: Any) -> None:
    text = code(counter)
    crowd = [member(f"M{n}", email=f"m{n}@example.com") for n in range(scanning.MOST_OF_A_LIFE + 1)]
    told = [collect(one, opening(text)) for one in crowd[:-1]]
    assert set(told) == {""}
    assert refused(lambda: scanning.collect(crowd[-1], opening(text), NOW)) == "scan_crowd"
    assert "passed on to many" in caplog.text


def test_a_burst_of_one_member_gets_no_more(counter: Counter) -> None:
    set_rule(a_day=2)
    text = paper().token
    told = [collect(counter.ana, opening(text)) for _ in range(scanning.TRIES + 2)]
    assert told == ["", "", *["scan_day_limit"] * (scanning.TRIES - 2), *["scan_too_many"] * 2]
    assert stamps(counter) == 2


def test_a_photo_of_a_paper_is_worth_its_limit_a_day(counter: Counter) -> None:
    text = paper().token
    told, at = [], NOW
    for _day in range(3):
        for _try in range(3):
            told.append(collect(counter.ana, opening(text, at), at))
        at += timedelta(days=1)
    assert told == ["", "scan_day_limit", "scan_day_limit"] * 3
    assert stamps(counter) == 3
    other = paper()
    assert collect(counter.ana, opening(other.token)) == "scan_day_limit", "of all papers there"
    place("canal")
    set_rule("canal")
    assert collect(counter.ana, opening(paper("canal").token)) == "", "another place counts apart"


def test_a_day_is_the_businesss_own(counter: Counter) -> None:
    """Midnight in Berlin, not of the server: 23:30 UTC is the next day there."""
    text, late = paper().token, datetime(2026, 11, 21, 22, 59, tzinfo=UTC)
    assert collect(counter.ana, opening(text, late), late) == ""
    assert collect(counter.ana, opening(text, late), late + 50 * SECOND) == "scan_day_limit"
    assert collect(counter.ana, opening(text, late + 60 * SECOND), late + 60 * SECOND) == ""


def test_saboteur_a_photo_without_a_limit(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "_number", lambda *given: Scan.objects.count() + 1)
    text = paper().token
    assert [collect(counter.ana, opening(text)) for _ in range(3)] == ["", "", ""]


def test_a_paper_that_was_ended(counter: Counter) -> None:
    made = paper()
    token = opening(made.token)
    scan_rules.end_paper(boss(), made.pk, NOW)
    assert refused(lambda: scan_codes.opened(made.token, NOW)) == "scan_paper_ended"
    assert refused(lambda: scanning.collect(counter.ana, token, NOW)) == "scan_paper_ended"


def test_a_till_that_was_shut_out_and_a_place_that_gives_nothing(counter: Counter) -> None:
    token, text = opening(code(counter)), code(counter)
    set_rule(on_screen=False)
    assert refused(lambda: scan_codes.opened(text, NOW)) == "scan_off"
    assert refused(lambda: scanning.collect(counter.ana, token, NOW)) == "scan_off"
    set_rule()
    tills.revoke(boss(), counter.device.pk, NOW)
    assert refused(lambda: scan_codes.opened(text, NOW)) == "scan_unknown"
    assert refused(lambda: scanning.collect(counter.ana, token, NOW)) == "scan_unknown"
    text = paper().token
    Place.objects.update(closed_at=NOW)
    assert refused(lambda: scan_codes.opened(text, NOW)) == "scan_off"
    Place.objects.update(closed_at=None)
    set_rule(programme="", asset="")
    assert refused(lambda: scan_codes.opened(text, NOW)) == "scan_off"
    assert refused(lambda: scan_codes.opened("A" * 20, NOW)) == "scan_unknown"


def forged(counter: Counter) -> list[str]:
    text = code(counter)
    raw = base64.urlsafe_b64decode(text)
    other, _token = paired("market", "till 2")
    ahead = raw[:16] + (scan_codes.life_of(NOW) + 1).to_bytes(5) + raw[21:]
    moved = other.pk.bytes + raw[16:]
    flipped = raw[:-1] + bytes([raw[-1] ^ 1])
    made = [base64.urlsafe_b64encode(one).decode() for one in (ahead, moved, flipped, bytes(33))]
    return [*made, text[:-1], text + "A", text.swapcase(), "", "nothing", "A" * 20, "🙂" * 44]


def test_a_forged_code_is_none(counter: Counter) -> None:
    for text in forged(counter):
        act = lambda text=text: scan_codes.opened(text, NOW)  # noqa: E731
        assert refused(act) == "scan_unknown", text


def test_saboteur_a_signature_that_nobody_checks(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = forged(counter)
    checked = "regulars.actions.scan_codes.hmac.compare_digest"
    monkeypatch.setattr(checked, lambda *given: True)
    assert scan_codes.opened(texts[1], NOW).device != counter.device.pk


def test_an_opening_is_not_forged_and_no_other_token_is_one(counter: Counter) -> None:
    """Each kind of token has a purpose of its own (A04)."""
    token = opening(code(counter))
    told = Signer(salt="regulars.scan.claim").unsign_object(token)
    wrong = [
        token[:-1],
        token.replace(":", "."),
        Signer(salt="another").sign_object(told),
        Signer().sign_object(told),
        Signer(salt="regulars.scan.claim").sign_object({"place": "market"}),
        code(counter),
        signing_in.make_ticket(counter.ana, NOW),
        "",
    ]
    for text in wrong:
        act = lambda text=text: scanning.collect(counter.ana, text, NOW)  # noqa: E731
        before = digest()
        with pytest.raises(Refused, match="scan_unknown"):
            act()
        assert digest() == before, text
    assert TillDevice.objects.filter(token_hash=token_hash(code(counter))).count() == 0


def phone(counter: Counter, **options: Any) -> Client:
    client = Client(**options)
    ticket = signing_in.make_ticket(counter.ana, NOW)
    client.cookies = Client().cookies
    plain = Client()
    plain.post(f"/my/enter/{ticket}/")
    client.cookies = plain.cookies
    return client


def test_opening_books_nothing_and_only_the_button_does(counter: Counter) -> None:
    """Whoever previews a link (chats do) takes nothing; nor does a page elsewhere (A14)."""
    client, text = phone(counter), code(counter)
    before = digest()
    assert client.get(f"/s/{text}/").status_code == 302
    assert client.get("/my/collect/").status_code == 200
    assert Client().get(f"/s/{text}/").status_code == 200
    assert digest() == before
    strict = phone(counter, enforce_csrf_checks=True)
    strict.get(f"/s/{text}/")
    before = digest()
    assert strict.post("/my/collect/").status_code == 403
    assert digest() == before
    answer = client.post("/my/collect/")
    assert answer.status_code == 302
    assert stamps(counter) == 1
    assert Client().get(answer["Location"]).status_code == 302, "nobody else's business (A10)"
    ben = member("Ben", email="ben@example.com")
    other = Client()
    other.post(f"/my/enter/{signing_in.make_ticket(ben, NOW)}/")
    assert other.get(answer["Location"]).status_code == 404


def test_a_stranger_gets_no_further_than_the_door(counter: Counter) -> None:
    client = Client()
    client.get(f"/s/{code(counter)}/")
    assert client.post("/my/collect/")["Location"] == "/my/sign-in/"
    assert Scan.objects.count() == 0
    assert client.cookies["regulars_scan"]["httponly"]
    assert client.cookies["regulars_scan"]["samesite"] == "Lax"


def test_what_was_scanned_stays(counter: Counter) -> None:
    from django.db import DatabaseError, transaction

    collect(counter.ana, opening(code(counter)))
    for act in (lambda: Scan.objects.update(number=9), lambda: Scan.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_an_address_of_what_no_text_holds_is_nowhere(counter: Counter) -> None:
    phone = Client(raise_request_exception=False)
    phone.post(f"/my/enter/{signing_in.make_ticket(counter.ana, NOW)}/")
    assert phone.get("/my/collected/%00/").status_code == 404
