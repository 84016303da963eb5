"""Members come in by a mailed code or link, once, in the browser that asked, and no other way."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from portal_kit import ANA, NOW, Club, ask, code_in, link_in, mails, text

from regulars.actions import signing_in
from regulars.db.models import MemberSession, OutMail, SignInTry

MINUTE = timedelta(minutes=1)


def is_in(client: Client) -> bool:
    return client.get("/my/").status_code == 200


def test_by_the_code_in_the_browser_that_asked(club: Club) -> None:
    client = Client()
    assert client.get("/my/").headers["Location"] == "/my/sign-in/"
    answer = ask(client)
    assert answer.headers["Location"] == "/my/sign-in/code/"
    [mail] = mails()
    assert (mail.recipient, mail.secret, mail.kind) == (ANA, True, "sign_in")
    code = code_in(mail)
    answer = client.post("/my/sign-in/code/", {"code": f" {code[:3]} {code[3:]} "})
    assert answer.headers["Location"] == "/my/"
    assert is_in(client)
    assert client.get("/my/sign-in/").headers["Location"] == "/my/"
    row = SignInTry.objects.get()
    assert code not in (row.code_hash, row.link_hash), "only hashes are kept"


def test_the_code_is_worth_nothing_elsewhere(club: Club) -> None:
    ask(Client())
    [mail] = mails()
    other = Client()
    other.post("/my/sign-in/", {"email": ANA})
    answer = other.post("/my/sign-in/code/", {"code": code_in(mail)})
    assert answer.status_code == 422
    assert not is_in(other)
    assert Client().post("/my/sign-in/code/", {"code": code_in(mail)}).status_code == 302


def test_a_code_works_once(club: Club) -> None:
    client = Client()
    ask(client)
    code, asking = code_in(mails()[0]), client.cookies["regulars_asking"].value
    assert client.post("/my/sign-in/code/", {"code": code}).status_code == 302
    again = Client()
    again.cookies["regulars_asking"] = asking
    assert again.post("/my/sign-in/code/", {"code": code}).status_code == 422
    assert not is_in(again)


def test_some_wrong_codes_end_it(club: Club) -> None:
    client = Client()
    ask(client)
    code = code_in(mails()[0])
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for left in range(signing_in.TRIES - 1, -1, -1):
        answer = client.post("/my/sign-in/code/", {"code": wrong})
        assert answer.status_code == 422
        assert f"{left} more" in text(answer)
    answer = client.post("/my/sign-in/code/", {"code": code})
    assert "no longer works" in text(answer)
    assert not is_in(client)


def test_saboteur_who_counts_no_wrong_codes(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "TRIES", 10**9)
    client = Client()
    ask(client)
    code = code_in(mails()[0])
    for _try in range(9):
        client.post("/my/sign-in/code/", {"code": "x"})
    assert client.post("/my/sign-in/code/", {"code": code}).status_code == 302


def test_a_code_is_over_after_a_quarter_of_an_hour(club: Club, clock: list[datetime]) -> None:
    client = Client()
    ask(client)
    clock[0] = NOW + 15 * MINUTE
    code = code_in(mails()[0])
    assert "no longer works" in text(client.post("/my/sign-in/code/", {"code": code}))
    assert client.post(link_in(mails()[0])).status_code == 404


def test_a_newer_mail_ends_the_older_code(club: Club) -> None:
    client = Client()
    ask(client)
    ask(client, now=NOW + MINUTE)
    old, new = mails()
    if code_in(old) != code_in(new):
        assert client.post("/my/sign-in/code/", {"code": code_in(old)}).status_code == 422
    assert client.post("/my/sign-in/code/", {"code": code_in(new)}).status_code == 302


def test_a_scanner_of_mails_does_not_use_up_the_link(club: Club) -> None:
    ask(Client())
    path = link_in(mails()[0])
    scanner, phone = Client(), Client()
    for method in (scanner.get, scanner.head, scanner.options, scanner.get):
        method(path)
    page = phone.get(path)
    assert "Ana Popescu" in text(page)
    assert not is_in(phone)
    assert phone.post(path).headers["Location"] == "/my/"
    assert is_in(phone)
    assert Client().post(path).status_code == 404, "it works once"


def test_the_same_answer_whoever_is_asked_for(club: Club) -> None:
    known, unknown = Client(), Client()
    pages = []
    for client, email in ((known, ANA), (unknown, "nobody@example.com")):
        answer = ask(client, email)
        after = client.get("/my/sign-in/code/")
        wrong = client.post("/my/sign-in/code/", {"code": "000000"})
        said = [answer.status_code, answer.headers["Location"], sorted(answer.cookies)]
        pages.append([*said, text(after), text(wrong), wrong.status_code])
    assert pages[0] == pages[1]
    assert [mail.recipient for mail in mails()] == [ANA], "and nobody else is written to"


def test_a34_asking_costs_the_same_for_both(club: Club, django_assert_num_queries: object) -> None:
    """Not a look-up more, so that no time is longer: who it is is found out by a job."""
    asked = []
    for email in (ANA, "nobody@example.com"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            Client().post("/my/sign-in/", {"email": email})
        asked.append([re.sub(r"s\d+_x\d+", "", one["sql"])[:60] for one in queries])
    assert asked[0] == asked[1]
    assert not any("regulars_identifier" in one for one in asked[0])


def test_how_many_mails_an_address_gets(club: Club) -> None:
    for _mail in range(signing_in.BY_ADDRESS):
        assert ask(Client()).status_code == 302
    answer = ask(Client())
    assert answer.status_code == 429
    assert "several mails" in text(answer)
    assert len(mails()) == signing_in.BY_ADDRESS
    assert ask(Client(), "other@example.com").status_code == 302


def test_how_many_mails_a_network_asks_for(club: Club) -> None:
    for number in range(signing_in.BY_NETWORK):
        assert ask(Client(), f"p{number}@example.com").status_code == 302
    assert ask(Client(), "last@example.com").status_code == 429
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert ask(elsewhere, "last@example.com").status_code == 302


@pytest.mark.parametrize("email", ["", "ana", "ana@", "a" * 400 + "@example.com", "a\r\nb@x.de"])
def test_what_is_no_address(club: Club, email: str) -> None:
    answer = ask(Client(), email)
    assert answer.status_code == 422
    assert OutMail.objects.count() == SignInTry.objects.count() == 0


def test_signing_out_ends_the_session_at_the_server(club: Club) -> None:
    client = club.browser()
    stolen = Client()
    stolen.cookies["regulars_member"] = client.cookies["regulars_member"].value
    assert is_in(stolen)
    assert client.post("/my/sign-out/").status_code == 302
    assert not is_in(client)
    assert not is_in(stolen)


def test_sessions_end_by_themselves(club: Club, clock: list[datetime]) -> None:
    client = club.browser()
    clock[0] = NOW + signing_in.SESSION - MINUTE
    assert is_in(client)
    clock[0] = NOW + signing_in.SESSION
    assert not is_in(client)
    signing_in.tidy(clock[0])
    assert MemberSession.objects.count() == 0


def test_sessions_are_listed_and_ended(club: Club, clock: list[datetime]) -> None:
    first, second, third = (club.browser() for _ in range(3))
    page = text(first.get("/my/profile/"))
    assert page.count("Sign out there") == 2
    mine = first.cookies["regulars_member"].value
    other = MemberSession.objects.exclude(token_hash=signing_in.token_hash(mine)).first()
    assert other is not None
    first.post("/my/profile/sessions/end/", {"session": str(other.public_id)})
    assert sorted(map(is_in, (second, third))) == [False, True]
    first.post("/my/profile/sessions/end/", {"session": "others"})
    assert [is_in(one) for one in (first, second, third)] == [True, False, False]
    assert first.post("/my/profile/sessions/end/", {"session": "no id"}).status_code == 302


def test_the_mail_is_in_the_language_of_the_member(club: Club) -> None:
    club.customer.__class__.objects.filter(id=club.ana).update(language="de")
    ask(Client())
    [mail] = mails()
    assert "ist dein Code für Corner Coffee" in mail.subject
    assert "15 Minuten" in mail.text


def test_what_nobody_needs_is_forgotten(club: Club) -> None:
    ask(Client())
    signing_in.make_ticket(club.ana, NOW)
    signing_in.tidy(NOW + signing_in.KEPT - MINUTE)
    assert SignInTry.objects.count() == 1
    signing_in.tidy(NOW + 3 * signing_in.KEPT)
    assert SignInTry.objects.count() == 0
