"""The owner's pages for machines and the pages that give by hand, under attack: A07 (keys), A10
(others' things), A13 (from inside), A14 (forged requests), A21 (addresses inside)."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from test_attack_webhooks import TARGETS

from console.customers_kit import colleague
from console.members_kit import CLUB, member
from receivers import Clock, Receiver, receiver
from regulars.actions import adjusting, api_keys, audit, webhooks
from regulars.actions.delivering import Postbox
from regulars.channels.webhooks import Networks
from regulars.channels.webhooks.sending import Sender
from regulars.console import permissions
from regulars.db import outbox
from regulars.db.models import Adjustment, ApiKey, Endpoint, Place, Role, Staff
from staff import digest

pytestmark = pytest.mark.django_db
SETTINGS = "/console/settings/"
KEYS, HOOKS, PLACES = f"{SETTINGS}keys/", f"{SETTINGS}webhooks/", f"{SETTINGS}places/"
KEY = {"name": "shop", "scopes": ["members:read"], "per_minute": "60", "gives": ""}


def everything_kept() -> str:
    """Every row of every table as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM \"{table}\" t")
            found.append(cursor.fetchone()[0])
    return "\n".join(found)


def shown(answer: Any, beginning: str) -> str:
    """The secret that a page shows."""
    (found,) = re.findall(rf'value="({beginning}[^"]+)"', answer.content.decode())
    return str(found)


def test_a07_a_key_is_kept_nowhere_and_shown_by_no_page(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    member()
    owner = colleague(Role.OWNER)
    made = owner.post(f"{KEYS}new/", KEY)
    key = shown(made, "rgl_")
    assert made.headers["Cache-Control"] == "no-store"
    row = ApiKey.objects.get()
    turned = shown(owner.post(f"{KEYS}{row.id}/rotate/"), "rgl_")
    pages = (KEYS, f"{KEYS}new/", f"{KEYS}{row.id}/rotate/", f"{SETTINGS}audit/", SETTINGS)
    seen = "".join(owner.get(page, follow=True).content.decode() for page in pages)
    for secret in (key, turned):
        tail = secret[api_keys.SHOWN :]
        for place in (seen, everything_kept(), caplog.text):
            assert tail not in place
    new = ApiKey.objects.exclude(id=row.id).get()
    owner.post(f"{KEYS}{new.id}/revoke/")
    told = Client().get("/api/v1/programmes", headers={"Authorization": f"Bearer {turned}"})
    assert told.status_code == 401


def test_a07_a_webhooks_secret_is_shown_once() -> None:
    member()
    owner = colleague(Role.OWNER)
    secret = shown(owner.post(f"{HOOKS}new/", {"url": "https://a.example/"}), "whsec_")
    one = Endpoint.objects.get().id
    for page in (HOOKS, f"{HOOKS}{one}/", f"{HOOKS}{one}/rotate/", f"{SETTINGS}audit/"):
        assert secret not in owner.get(page).content.decode()


def forms(ann: UUID) -> dict[str, dict[str, Any]]:
    """Everything that these pages change, as an owner would send it."""
    now = timezone.now()
    wanted = api_keys.Wanted(name="till", scopes=("redeem",))
    key = api_keys.create(wanted, now).row.id
    hook, _secret = webhooks.add("https://a.example/", [], now=now)
    asker = Staff(email="sam@corner.example", role=Role.STAFF, created_at=now)
    asker.save()
    wish = adjusting.Wish(customer=ann, programme=CLUB, asset="", amount=400, reason="sorry")
    asked = adjusting.adjust(asker, wish, now).id
    person = f"/console/customers/{ann}/"
    press = {"press": str(uuid4())}
    points = {"what": f"{CLUB}/points", "way": "give", "amount": "5", "reason": "sorry"}
    return {
        f"{KEYS}new/": KEY,
        f"{KEYS}{key}/rotate/": {},
        f"{KEYS}{key}/revoke/": {},
        f"{HOOKS}new/": {"url": "https://b.example/"},
        **{f"{HOOKS}{hook}/{act}/": {} for act in ("try", "pause", "start", "rotate", "remove")},
        f"{HOOKS}{hook}/types/": {"types": ["tier.changed"]},
        f"{HOOKS}{hook}/replay/": {"since": "2026-01-01"},
        PLACES: {"name": "Harbour"},
        f"{PLACES}one/?code=north": {"name": "South Pole"},
        f"{PLACES}close/?code=north": {},
        f"{PLACES}open/?code=north": {},
        f"{SETTINGS}staff/limits/": dict.fromkeys(adjusting.LIMITS, "9999"),
        f"{person}adjust/": {**press, **points},
        f"{person}voucher/": {**press, "rule": f"{CLUB}/coffee", "reason": "sorry"},
        f"{person}redeem/": {**press, "programme": CLUB, "reward": "coffee"},
        f"/console/customers/adjustments/{asked}/approve/": {},
        f"/console/customers/adjustments/{asked}/refuse/": {},
    }


@pytest.mark.parametrize("token", ["", "x" * 32, "A" * 64])
def test_a14_forged_requests_change_nothing(token: str) -> None:
    ann, owner = member(), colleague(Role.OWNER)
    told = forms(ann.public_id)
    forger = Client(enforce_csrf_checks=True, raise_request_exception=False)
    forger.cookies = owner.cookies
    before = digest()
    for path, values in told.items():
        sent = {**values, "csrfmiddlewaretoken": token} if token else values
        elsewhere = {"Origin": "https://evil.example", "Referer": "https://evil.example/"}
        assert forger.post(path, sent, headers=elsewhere).status_code == 403, path
        assert forger.post(path, sent).status_code == 403, path
    assert digest() == before


def test_a14_looking_changes_nothing() -> None:
    ann, owner = member(), colleague(Role.OWNER)
    told = forms(ann.public_id)
    before = digest()
    for path in (*told, KEYS, HOOKS, PLACES, "/console/customers/adjustments/?state=all"):
        values = {**told.get(path, {}), "method": "POST", "_method": "POST"}
        owner.get(path, {**values, "code": "north"})
        owner.head(path)
    assert digest() == before


def test_a14_saboteur_forms_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    ann, owner = member(), colleague(Role.OWNER)
    path = f"/console/customers/{ann.public_id}/adjust/"
    told = forms(ann.public_id)[path]
    careless = Client(enforce_csrf_checks=False)
    careless.cookies = owner.cookies
    before = digest()
    careless.post(path, told)
    assert digest() != before


@pytest.mark.parametrize("role", [Role.VIEWER, Role.STAFF, Role.MANAGER])
def test_a08_machines_and_limits_are_the_owners(role: Role) -> None:
    ann = member()
    told = {path: one for path, one in forms(ann.public_id).items() if SETTINGS in path}
    client = colleague(role)
    before = digest()
    for path, values in told.items():
        assert client.post(path, values).status_code == 403, path
        assert client.get(path).status_code == 403, path
    assert digest() == before


def test_a08_saboteur_a_right_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    member()
    more = permissions.RIGHTS[Role.MANAGER] | {permissions.Right.CHANGE_SETTINGS}
    monkeypatch.setitem(permissions.RIGHTS, Role.MANAGER, more)
    assert colleague(Role.MANAGER).post(f"{KEYS}new/", KEY).status_code == 200
    assert ApiKey.objects.count() == 1


def test_a11_fields_that_nobody_asked_for_are_not_taken() -> None:
    ann, sam = member(), colleague(Role.STAFF)
    path = f"/console/customers/{ann.public_id}/adjust/"
    told = {**forms(ann.public_id)[path], "amount": "400"}
    me = Staff.objects.get(email__startswith="staff@")
    more = {"state": "done", "asked_by": str(uuid4()), "decided_by": str(me.pk), "above": "1"}
    sam.post(path, {**told, **more})
    row = Adjustment.objects.get(asked_by=me)
    assert (row.state, row.decided_by_id) == ("waiting", None)


def test_a13_many_small_gifts_are_one_large_one() -> None:
    ann, sam = member(), colleague(Role.STAFF)
    path = f"/console/customers/{ann.public_id}/adjust/"
    points = {"what": f"{CLUB}/points", "way": "give", "amount": "20", "reason": "sorry"}
    for _gift in range(4):
        sam.post(path, {**points, "press": str(uuid4())})
    states = list(Adjustment.objects.order_by("asked_at").values_list("state", flat=True))
    assert states == ["done", "done", "waiting", "waiting"]
    assert len(audit.entries(what="adjustment.")) == 4


@pytest.fixture
def inside() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def test_a21_no_address_inside_is_added() -> None:
    member()
    owner, sentences = colleague(Role.OWNER), set()
    ports = [f"a.example:{port}" for port in (22, 25, 5432)]
    for target in (*TARGETS, *ports, "127.0.0.1:22", "[::1]:5432"):
        page = owner.post(f"{HOOKS}new/", {"url": f"https://{target}/"}).content.decode()
        (said,) = re.findall(r'id="id_url_error">(.*?)</div>', page, re.DOTALL)
        sentences.add(" ".join(re.sub(r"<[^>]+>", " ", said).split()))
    for url in ("file:///etc/passwd", "gopher://127.0.0.1/", "https://a:b@c.example/"):
        page = owner.post(f"{HOOKS}new/", {"url": url}).content.decode()
        assert 'id="id_url_error"' in page, url
    assert not Endpoint.objects.exists()
    assert len(sentences) <= 2, "what is said tells nothing of what is there"


def test_a21_a_try_does_not_tell_open_from_closed(inside: Receiver) -> None:
    """An address that was allowed once and is not any more, tried from its page."""
    member()
    owner, now = colleague(Role.OWNER), timezone.now()
    with socket.create_server(("127.0.0.1", 0)) as shut:
        closed = f"http://127.0.0.1:{shut.getsockname()[1]}/"
    answers = []
    for url in (inside.url, closed):
        secrets = [{"secret": "whsec_AA=="}]
        one = Endpoint.objects.create(url=url, created_at=now, secrets=secrets)
        outbox.forget_wanted()
        owner.post(f"{HOOKS}{one.id}/try/")
        with Sender(Networks()) as sender:
            Postbox(sender, Clock(timezone.now())).empty()
        page = owner.get(f"{HOOKS}{one.id}/").content.decode()
        (said,) = re.findall(r'data-k="Answer">([^<]+)<', page)
        answers.append(said)
    assert answers == ["Its address is not public"] * 2
    assert inside.got == []


def test_a21_saboteur_a_guard_that_lets_all_in(inside: Receiver) -> None:
    member()
    owner, now = colleague(Role.OWNER), timezone.now()
    secrets = [{"secret": "whsec_AA=="}]
    one = Endpoint.objects.create(url=inside.url, created_at=now, secrets=secrets)
    outbox.forget_wanted()
    owner.post(f"{HOOKS}{one.id}/try/")
    with Sender(Networks.of(["127.0.0.0/8"])) as sender:
        Postbox(sender, Clock(timezone.now())).empty()
    assert len(inside.got) == 1


def test_a15_a_places_code_leads_nowhere_else() -> None:
    member()
    owner = colleague(Role.OWNER)
    for code in ("../../../", "north&code=south", "//evil.example", "x" * 5000, "\x00", "'--"):
        answer = owner.get(f"{PLACES}close/", {"code": code})
        assert answer.status_code == 404
    assert not Place.objects.exclude(closed_at=None).exists()
