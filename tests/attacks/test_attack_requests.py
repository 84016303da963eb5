"""A10, A12, A14: forged requests, ids of others, and what a page must not tell."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client
from open_shop import NUMBER, OpenShop, body, limited, unknown

from console.doors import pages
from regulars.console.permissions import Right
from regulars.db.models import AuditRow, Role
from server import Server, fresh_database
from staff import PASSWORD, digest, employ, signed_in
from steady import steady

pytestmark = pytest.mark.django_db
OVERRIDES: tuple[dict[str, str], ...] = (
    {},
    {"X-HTTP-Method-Override": "POST"},
    {"X-Method-Override": "DELETE"},
    {"X-HTTP-Method": "PUT"},
)
FOREIGN = ("https://evil.example", "null", "http://testserver.evil.example", "http://testserver:81")
HARM = {
    "text": "a note of theirs",
    "tag": "theirs",
    "name": "Eve",
    "email": "eve@x.example",
    "kind": "external",
    "value": "eve-1",
    "attributes": "points: 1000000",
    "_method": "DELETE",
    "reason": "because",
    "strict": "1",
}
UUIDS = re.compile("-".join(f"[0-9a-f]{{{length}}}" for length in (8, 4, 4, 4, 12)))
OPEN = {"(first page)", "console:language", "console:entry"}


@pytest.fixture(scope="module")
def built(
    django_db_setup: None,
    cluster: Server,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[OpenShop]:
    """A shop in a database of its own, in which each test leaves nothing."""
    from django.conf import settings

    folder, before = tmp_path_factory.mktemp("shop"), settings.DATA
    name = f"t_{os.urandom(6).hex()}"
    with django_db_blocker.unblock(), fresh_database(cluster, name):
        settings.DATA = folder
        made = OpenShop(folder)
        settings.DATA = before
        connection.close()
        yield made


@pytest.fixture
def shop(built: OpenShop, db: None, tmp_path: Path, settings: Any) -> OpenShop:
    settings.DATA = tmp_path
    shutil.copytree(built.folder, tmp_path, dirs_exist_ok=True)
    return built


def forged(shop: OpenShop) -> tuple[Client, dict[str, str]]:
    """The owner's browser, and a token of theirs, as if it had been stolen."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(shop.owner).cookies
    client.get("/console/settings/account/")
    return client, {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}


def closed(shop: OpenShop, **known: str) -> dict[str, str]:
    """All pages but those that everybody may send something to."""
    return {
        name: path
        for name, path in shop.paths(**known).items()
        if name not in OPEN and not name.startswith("account_")
    }


def test_a14_no_post_without_a_token_or_from_elsewhere(shop: OpenShop) -> None:
    client, token = forged(shop)
    before = digest()
    for name, path in closed(shop).items():
        assert client.post(path, HARM).status_code == 403, name
        plain = client.post(path, b'{"tag": "theirs"}', content_type="text/plain")
        assert plain.status_code == 403, name
        for origin in FOREIGN:
            answer = client.post(path, HARM | token, headers={"Origin": origin})
            assert answer.status_code == 403, (name, origin)
    assert digest() == before


def kept() -> dict[str, int]:
    """All but the results that a look may order, which are made of what is kept, and the note that
    a list was taken out, with the count of such lists."""
    ordered = {"regulars_measureresult", "procrastinate_jobs", "procrastinate_events"}
    ordered |= {"regulars_audit", "regulars_api_use"}
    return {table: mark for table, mark in digest().items() if table not in ordered}


def test_a14_no_look_changes_anything(shop: OpenShop) -> None:
    client, _token = forged(shop)
    before, acts = kept(), set(AuditRow.objects.values_list("pk", flat=True))
    for name, path in closed(shop).items():
        for headers in OVERRIDES:
            answer = client.get(path, HARM, headers=headers)
            assert answer.status_code < 500, name
            body(answer)
    assert kept() == before
    new = AuditRow.objects.exclude(pk__in=acts)
    assert {one.what for one in new} <= {"download.customers", "download.figures"}


def test_a14_saboteur_without_the_check_there_is_harm(
    shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CsrfViewMiddleware, "process_view", lambda *_args: None)
    client, _token = forged(shop)
    before, paths = digest(), closed(shop)
    for name in ("console:customer_tag_add", "console:customer_note_add", "console:import_discard"):
        assert client.post(paths[name], HARM).status_code == 302, name
    after = digest()
    changed = {table for table in after if after[table] != before[table]}
    assert {"regulars_customertag", "regulars_customernote", "regulars_importrun"} <= changed


def about_somebody(shop: OpenShop, public_id: str) -> dict[str, str]:
    """The pages whose address names a customer."""
    named = {page.name for page in pages() if "public_id" in page.pattern}
    return {n: p for n, p in closed(shop, public_id=public_id).items() if n in named}


def shut(staff: Client, path: str) -> set[int]:
    """What somebody is told whose role may not enter here, whoever it is about."""
    return {403} & {staff.get(path).status_code}


def test_a10_nobody_and_others_look_alike(shop: OpenShop) -> None:
    lou = signed_in(limited("north"))
    mine = about_somebody(shop, str(shop.ann.public_id))
    assert lou.get(mine["console:customer"]).status_code == 200
    before, others = digest(), about_somebody(shop, str(shop.ben.public_id))
    for name, path in about_somebody(shop, unknown()).items():
        for at in (path, others[name]):
            assert lou.get(at).status_code in {404, 405} | shut(lou, mine[name]), name
            answer = lou.post(at, {**HARM, "other": str(shop.ann.public_id)})
            assert answer.status_code in {404, 405} | shut(lou, mine[name]), name
            assert "Ben" not in steady(body(answer)), name
    assert digest() == before


def test_a10_what_belongs_to_another_is_not_reached_through_ones_own(shop: OpenShop) -> None:
    client, lou = signed_in(shop.owner), signed_in(limited("north"))
    before = digest()
    mine = about_somebody(shop, str(shop.ann.public_id))
    assert client.post(mine["console:customer_note_remove"]).status_code == 302
    other = {"other": str(shop.ben.public_id), "reason": "mine now"}
    assert lou.post(mine["console:customer_merge"], other).status_code == 404
    assert lou.get(mine["console:customer_merge"], other).status_code == 404
    assert digest() == before


def test_a10_exports_hold_only_what_their_reader_may_see(shop: OpenShop) -> None:
    lou, paths = signed_in(limited("north")), shop.paths()
    told = body(lou.get(paths["console:customers_export"]))
    assert "Ann" in told
    assert "Ben" not in told
    assert lou.get(paths["console:insights_csv"]).status_code == 403
    for role in (Role.STAFF, Role.VIEWER):
        somebody = signed_in(employ(f"Poor {role}".replace(" ", "-"), role))
        for name in ("console:customers_export", "console:insights_csv", "console:import_rejected"):
            assert somebody.get(paths[name]).status_code == 403, name


def test_a10_a_merged_customer_leads_on_and_shows_nothing_more(shop: OpenShop) -> None:
    owner = signed_in(shop.owner)
    answer = owner.get(f"/console/customers/{shop.merged.public_id}/")
    assert answer.status_code == 302
    assert str(shop.ann.public_id) in answer.headers["Location"]
    assert answer.content == b""


def answers(client: Client, shop: OpenShop) -> dict[str, str]:
    """What every page tells somebody."""
    told = {}
    for public_id in (shop.ann.public_id, shop.ben.public_id, shop.merged.public_id):
        for name, path in shop.paths(public_id=str(public_id)).items():
            told[f"{name} {public_id}"] = body(client.get(path, follow=True))
    done = [(kind, table) for kind in KINDS for table in KINDS[kind]]
    for kind, table in done:
        path = f"/console/insights/{kind}/{table}.csv"
        told[path] = body(client.get(path))
    told["list"] = body(client.get("/console/customers/?sort=name&after=x"))
    return told


KINDS = {
    "rfm": ("customers",),
    "standing": ("customers",),
    "drifting": ("customers",),
    "products": ("products",),
    "segments": ("segments", "visits"),
}


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
def test_a12_no_page_tells_what_is_only_ours(shop: OpenShop, role: Role) -> None:
    somebody = shop.owner if role == Role.OWNER else employ("Vera", role)
    told = answers(signed_in(somebody), shop)
    internal = re.compile(rf"{NUMBER // 1000}\d{{3}}")
    secrets = [shop.owner.password, PASSWORD, "pbkdf2", "md5$"]
    for name, text in told.items():
        assert not internal.search(UUIDS.sub("", text)), name
        assert not any(secret in text for secret in secrets), name
    assert sum("Ann" in text for text in told.values()) > 5, "there was something to tell"
    if role == Role.VIEWER:
        assert not any("sam@corner.example" in text for text in told.values())


def test_a12_pages_open_to_all_know_nobody(shop: OpenShop) -> None:
    for page in pages():
        if page.right == Right.OPEN:
            path = shop.paths()[page.name or "(first page)"]
            text = steady(body(Client().get(path, follow=True)))
            assert not re.search("Ann|Ben|olga@|Olga|Sam", text), page.name
