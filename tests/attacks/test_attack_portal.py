"""Members' pages under attack: sessions, doors, ids of others, forged requests, headers.

A02-A04, A08, A10, A11, A14, A15, A17, A40, A44 on `/my/`, `/r/` and `/looks/`.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client

from portal.portal_kit import (
    ANA,
    BASE,
    CLUB,
    NOW,
    Club,
    ask,
    buy,
    give,
    link_in,
    mails,
    member,
    text,
    work,
)
from regulars.actions import entry, signing_in
from regulars.console import permissions
from regulars.db.models import Customer, EntryLink, MemberSession, Role, VoucherRow
from regulars.db.queries.consents import stop_token
from staff import digest, employ, signed_in
from steady import steady

pytestmark = pytest.mark.django_db
OPEN = {
    *("portal:sign_in", "portal:code", "portal:enter", "portal:sign_out", "portal:language"),
    *("portal:confirm", "portal:friend", "portal:scan", "portal:looks", "portal:logo"),
    *("portal:panel", "portal:picture", "portal:stop"),
}
"""Pages of the portal that ask for no session; every other one must."""
POSTS = {
    *("portal:join", "portal:redeem", "portal:undo", "portal:choose_code", "portal:about"),
    *("portal:consents", "portal:leave", "portal:return", "portal:end_session"),
    *("portal:sign_out", "portal:language"),
}
"""Pages that only take a choice."""


def pages() -> dict[str, str]:
    """Every page of the portal, by its name, with its address."""
    found = {}
    for page in permissions.pages():
        if page.name.startswith("portal:"):
            found[page.name] = "/" + re.sub(r"<[^>]+>", "nothing", page.pattern)
    return found


def test_a08_every_page_is_judged(club: Club) -> None:
    """Stranger, staff and member at every address: a new page must be named above."""
    stranger, owner, ana = Client(), signed_in(club.owner), club.browser()
    assert len(pages()) > 20
    for name, path in pages().items():
        for client in (stranger, owner):
            for method in (client.get, client.post):
                answer = method(path)
                assert answer.status_code < 500, name
                if name not in OPEN:
                    assert answer.status_code == 302, name
                    assert answer.headers["Location"] == "/my/sign-in/", name
        status = ana.get(path).status_code
        assert status == 405 if name in POSTS else status in (200, 302, 404), (name, status)


def test_a05_members_open_nothing_of_staff(club: Club) -> None:
    ana = club.browser()
    for path in (
        "/console/",
        "/console/customers/",
        "/console/settings/mail/",
        "/api/v1/customers",
    ):
        assert ana.get(path).status_code in (302, 401, 403, 404), path
    assert ana.get("/console/").headers["Location"].startswith("/console/accounts/login/")


def test_a02_a_planted_session_is_none(club: Club) -> None:
    victim = Client()
    for planted in ("planted", "0" * 43, signing_in.token_hash("x")):
        victim.cookies["regulars_member"] = planted
        assert victim.get("/my/").status_code == 302
    ask(victim)
    before = victim.cookies["regulars_member"].value
    victim.post(link_in(mails()[0]))
    after = victim.cookies["regulars_member"].value
    assert after != before
    assert not MemberSession.objects.filter(token_hash=signing_in.token_hash(before)).exists()
    assert MemberSession.objects.get().token_hash != after, "only its hash is kept"


def test_a02_the_session_before_ends_at_signing_in(club: Club) -> None:
    phone = club.browser()
    before = phone.cookies["regulars_member"].value
    token = signing_in.make_ticket(club.ana, NOW)
    phone.post(f"/my/enter/{token}/")
    thief = Client()
    thief.cookies["regulars_member"] = before
    assert thief.get("/my/").status_code == 302


@pytest.mark.parametrize("header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST"])
def test_a03_links_are_made_from_the_configured_address(club: Club, header: str) -> None:
    answer = Client().post("/my/sign-in/", {"email": ANA}, **{header: "evil.example"})
    assert answer.status_code in (302, 400)
    work()
    for mail in mails():
        assert "evil" not in mail.text
        assert BASE in mail.text


def test_a04_a_token_opens_one_kind_of_door(club: Club) -> None:
    staff_link = entry.make_link(EntryLink.Purpose.ENTER, club.owner, NOW)
    ask(Client())
    Client().post(f"/r/{_code(club)}/", {"email": "ben@example.com"})
    work()
    sign_in, invitation = sorted(mails(), key=lambda one: one.kind, reverse=True)
    mail_token = link_in(sign_in).split("/")[-2]
    friend_token = link_in(invitation).split("/")[-2]
    ticket = signing_in.make_ticket(club.ana, NOW)
    session = club.browser().cookies["regulars_member"].value
    way_out = stop_token(club.customer, ANA, "news", "mail")
    for token in (staff_link, friend_token, session, way_out):
        assert Client().post(f"/my/enter/{token}/").status_code == 404
    for token in (staff_link, mail_token, ticket, session, way_out):
        assert Client().post(f"/r/confirm/{token}/").status_code == 404
    for token in (mail_token, friend_token, ticket, session, way_out):
        assert Client().post(f"/console/enter/{token}/").status_code == 404
    before = digest()
    for token in (staff_link, mail_token, friend_token, ticket, session):
        assert Client().post(f"/my/stop/{token}/").status_code == 404
    assert digest() == before
    client = Client()
    for token in (mail_token, ticket, friend_token, way_out):
        client.cookies["regulars_member"] = token
        assert client.get("/my/").status_code == 302


def _code(club: Club) -> str:
    from regulars.db.queries import advocates

    return advocates.code_of(club.ana, CLUB).lower()


def test_a10_nothing_of_others_is_reached(club: Club) -> None:
    ben = member("Ben Novak", email="ben@example.com", card="BEN-1")
    give(ben, 100)
    his, hers = club.browser(ben), club.browser()
    key = str(uuid.uuid4())
    his.post("/my/rewards/redeem/", {"reward": "coffee", "key": key, "in": CLUB})
    voucher = VoucherRow.objects.get(customer_id=ben)
    session = MemberSession.objects.get(customer_id=ben)
    before = digest()
    assert hers.post("/my/rewards/undo/", {"key": key, "in": CLUB}).status_code == 422
    wish = {"reward": "coffee", "key": key, "in": CLUB}
    assert hers.post("/my/rewards/redeem/", wish).status_code == 422
    hers.post("/my/profile/sessions/end/", {"session": str(session.public_id)})
    assert key not in text(hers.get(f"/my/rewards/?done={key}"))
    assert digest() == before
    mine = "".join(
        hers.get(f"/my/{path}").content.decode()
        for path in ("", "history/", "rewards/", "share/", "profile/", "profile/data/")
    )
    for canary in ("Novak", "ben@", "BEN1"):
        assert canary not in steady(mine), canary
    for secret in (voucher.code, str(session.public_id)):
        assert secret not in mine


def test_a11_fields_that_nobody_asked_for_change_nothing(club: Club) -> None:
    client = club.browser()
    extra = {
        *("points", "balance", "tier", "role", "is_verified", "customer_id", "id", "public_id"),
        *("email", "consent", "merged", "has_bought", "attributes"),
    }
    before = Customer.objects.filter(id=club.ana).values().get()
    sent = dict.fromkeys(extra, "1000000") | {"name": before["name"], "birthday": ""}
    client.post("/my/profile/about/", sent)
    assert Customer.objects.filter(id=club.ana).values().get() == before
    client.post("/my/profile/consents/", {"yes": ["points:pigeon", "everything:mail"], **sent})
    other = {"in": "other_programme", "key": str(uuid.uuid4()), "price": "0", "reward": "beans"}
    assert client.post("/my/rewards/redeem/", other).status_code == 422
    assert "130 points" in text(client.get("/my/"))


HARM = {"name": "Eve", "code": "EVE-1", "yes": "news:mail", "reward": "coffee", "in": CLUB}


def test_a14_no_choice_without_a_token(club: Club) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["regulars_member"] = club.browser().cookies["regulars_member"].value
    client.get("/my/profile/")
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    before = digest()
    forms = {name: path for name, path in pages().items() if name != "portal:stop"}
    for name, path in forms.items():  # a mail program has no token: its link is one
        sent = HARM | {"key": str(uuid.uuid4()), "language": "de", "session": "others"}
        assert client.post(path, sent).status_code in (403, 405), name
        for origin in ("https://evil.example", "null", "http://testserver.evil.example"):
            forged = client.post(path, sent | token, headers={"Origin": origin})
            assert forged.status_code in (403, 405), (name, origin)
    assert digest() == before


def test_a14_no_look_changes_anything(club: Club) -> None:
    ask(Client())
    Client().post(f"/r/{_code(club)}/", {"email": "ben@example.com"})
    work()
    client = club.browser()
    before = digest()
    known = [link_in(one) for one in mails()] + [f"/r/{_code(club)}/"]
    for path in (*pages().values(), *known):
        for method in (client.get, client.head, client.options):
            assert method(path, HARM).status_code < 500, path
    assert digest() == before


def test_a14_saboteur_without_the_check_there_is_harm(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CsrfViewMiddleware, "process_view", lambda *_args: None)
    client = Client(enforce_csrf_checks=True)
    client.cookies["regulars_member"] = club.browser().cookies["regulars_member"].value
    before = digest()
    client.post("/my/profile/consents/", {"yes": "news:mail"})
    assert digest() != before


XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def test_a15_what_others_wrote_is_text(club: Club) -> None:
    from regulars.db.models import Business, Place, Product

    Customer.objects.filter(id=club.ana).update(name=XSS)
    buy(ANA, "x1", "12.00")
    Product.objects.update(name=XSS)
    Place.objects.update_or_create(code="north", defaults={"name": XSS})
    Business.objects.update(name=XSS)
    client = club.browser()
    paths = ["/my/", "/my/history/", "/my/rewards/", "/my/share/", "/my/profile/"]
    paths += [f"/r/{_code(club)}/", "/my/sign-in/", "/r/nothing/"]
    for path in paths:
        page = client.get(path).content.decode()
        assert "<script" not in page, path
        assert "<img" not in page, path
        assert " style=" not in page, path


def test_a17_headers_of_every_page(club: Club) -> None:
    client = club.browser()
    for name, path in pages().items():
        answer = client.get(path, headers={"Origin": "https://evil.example"})
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store", name
        assert not any(one.lower().startswith("access-control") for one in answer.headers), name


AWAY = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "/console/",
]


@pytest.mark.parametrize("goal", AWAY)
def test_a40_nobody_is_led_away(club: Club, goal: str) -> None:
    client = club.browser()
    for path in ("/my/language/", "/my/sign-in/", "/my/sign-out/"):
        sent = {"language": "de", "back": goal, "next": goal, "email": ANA}
        answer = client.post(f"{path}?next={goal}", sent)
        assert answer.headers["Location"].startswith("/my/"), (path, goal)


def test_a44_the_cookie_is_bound_to_its_host(club: Club, settings: Any) -> None:
    settings.HTTPS = True
    client = Client()
    token = signing_in.make_ticket(club.ana, NOW)
    answer = client.post(f"/my/enter/{token}/", secure=True)
    cookie = answer.cookies["__Host-regulars_member"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_a12_pages_for_everybody_know_nobody(club: Club) -> None:
    for name, path in pages().items():
        if name in OPEN:
            told = steady(Client().get(path, follow=True).content.decode())
            assert not re.search("Ana|Popescu|Olga|ana@", told), name


def test_secrets_are_not_shown_to_staff(club: Club, settings: Any) -> None:
    ask(Client())
    owner = signed_in(club.owner)
    code = re.search(r"\d{3} \d{3}", mails()[0].text)
    assert code
    assert code[0] in text(owner.get("/console/settings/mail/")), "the demonstration shows it"
    settings.DEMONSTRATION = False
    settings.MAIL_CONFIGURED = True
    page = owner.get("/console/settings/mail/").content.decode()
    assert code[0] not in page
    assert "/my/enter/" not in page
    assert signed_in(employ("Mara", Role.MANAGER)).get("/console/settings/mail/").status_code == 403


def test_a01_guessing_codes_is_hopeless(club: Club, clock: list[datetime]) -> None:
    """All the guesses that an hour allows for one address: 25 of a million."""
    tried = 0
    for _mail in range(signing_in.BY_ADDRESS + 3):
        client = Client()
        if ask(client, now=clock[0]).status_code != 302:
            continue
        for guess in range(signing_in.TRIES + 5):
            answer = client.post("/my/sign-in/code/", {"code": f"{guess:06}"})
            tried += "can try" in text(answer)
    assert tried <= signing_in.BY_ADDRESS * signing_in.TRIES
    clock[0] = NOW + timedelta(hours=1)
    assert ask(Client(), now=clock[0]).status_code == 302, "and its owner comes in an hour later"
