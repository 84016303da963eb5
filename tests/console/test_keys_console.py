"""Settings, API keys: shown once, replaced, ended; by the owner alone, and written down."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from console.customers_kit import EVIL, colleague, open_business
from regulars.actions import api_keys, audit
from regulars.db.models import ApiKey, Role, Staff

pytestmark = pytest.mark.django_db
PAGE = "/console/settings/keys/"
TILL = {"name": "till", "scopes": ["facts:write", "redeem"], "per_minute": "600", "gives": ""}


@pytest.fixture
def owner() -> Client:
    open_business()
    return colleague(Role.OWNER)


def me() -> str:
    return audit.staff_name(Staff.objects.get())


def shown(answer: object) -> str:
    """The key that a page shows."""
    found = re.findall(r'value="(rgl_[a-z0-9]{40})"', answer.content.decode())  # type: ignore[attr-defined]
    assert len(found) == 1
    return str(found[0])


def test_without_a_key_the_page_says_what_one_is_for(owner: Client) -> None:
    assert "No machine gets in yet" in owner.get(PAGE).content.decode()


def test_a_key_is_made_shown_once_and_works(owner: Client) -> None:
    key = shown(owner.post(f"{PAGE}new/", TILL))
    row = ApiKey.objects.get()
    assert (row.name, row.scopes, row.per_minute, row.gives) == (
        *("till", ["facts:write", "redeem"], 600, None),
    )
    page = owner.get(PAGE).content.decode()
    assert key not in page
    assert key[: api_keys.SHOWN] in page
    assert "Record what happened" in page
    assert "Owner" in page
    told = Client().get("/api/v1/keys", headers={"Authorization": f"Bearer {key}"})
    assert told.status_code == 403, "it lets in, but not to what it may not"


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"per_minute": "0"}, "per_minute"),
        ({"gives": "-1"}, "gives"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    owner: Client, wrong: dict[str, object], where: str
) -> None:
    page = owner.post(f"{PAGE}new/", {**TILL, **wrong}).content.decode()
    assert f'id="id_{where}_error"' in page
    assert not ApiKey.objects.exists()
    assert "rgl_" not in page


def test_a_key_is_replaced_and_the_old_one_goes_on_for_a_day(owner: Client) -> None:
    old = shown(owner.post(f"{PAGE}new/", TILL))
    first = ApiKey.objects.get()
    asked = owner.get(f"{PAGE}{first.id}/rotate/").content.decode()
    assert "Replace the key “till”?" in asked
    assert ApiKey.objects.count() == 1
    new = shown(owner.post(f"{PAGE}{first.id}/rotate/"))
    first.refresh_from_db()
    assert new != old
    assert first.ends_at is not None
    assert timedelta(hours=23) < first.ends_at - timezone.now() < timedelta(hours=25)
    (noted,) = audit.entries(what="key.rotated")
    assert (noted.who, noted.about) == (me(), first.prefix)


def test_a_key_is_ended_with_what_it_made(owner: Client) -> None:
    now = timezone.now()
    wanted = api_keys.Wanted(name="shop", scopes=("keys:write", "redeem"), by=me())
    maker = api_keys.create(wanted, now).row
    api_keys.create(api_keys.Wanted(name="kiosk", scopes=("redeem",), maker=maker.id), now)
    asked = owner.get(f"{PAGE}{maker.id}/revoke/").content.decode()
    assert "The key that it made ends too: kiosk." in asked
    assert len(list(api_keys.holding(timezone.now()))) == 2
    page = owner.post(f"{PAGE}{maker.id}/revoke/", follow=True).content.decode()
    assert "Ended: shop and kiosk." in page
    assert not list(api_keys.holding(timezone.now()))
    (noted,) = audit.entries(what="key.revoked")
    assert noted.who == me()
    assert owner.get(f"{PAGE}{maker.id}/revoke/").status_code == 404
    assert owner.post(f"{PAGE}{maker.id}/rotate/").status_code == 404


def test_names_and_makers_stay_text(owner: Client) -> None:
    wanted = api_keys.Wanted(name=EVIL, scopes=("redeem",), by=EVIL)
    row = api_keys.create(wanted, timezone.now()).row
    for path in ("", f"{row.id}/rotate/", f"{row.id}/revoke/"):
        page = owner.get(PAGE + path).content.decode()
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert "42424249" not in page


def test_every_scope_is_told_in_words() -> None:
    open_business()
    page = colleague(Role.OWNER).get(f"{PAGE}new/").content.decode()
    for scope, text in api_keys.SCOPES.items():
        assert f'value="{scope}"' in page
        assert text[1:] in page
