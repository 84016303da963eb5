"""Settings, Webhooks: an address is added, tried, told other things, paused, removed."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from console.customers_kit import EVIL, colleague, open_business
from regulars.actions import audit, webhooks
from regulars.db import outbox
from regulars.db.models import Delivery, Endpoint, OutMessage, Role, Staff
from regulars.db.outbox import News

pytestmark = pytest.mark.django_db
PAGE = "/console/settings/webhooks/"
URL = "https://receiver.example/hooks?token=geheim"


@pytest.fixture
def owner() -> Client:
    open_business()
    return colleague(Role.OWNER)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def added(*types: str) -> UUID:
    return webhooks.add(URL, types, now=timezone.now())[0]


def told(*types: str) -> None:
    """Something of each of these types was booked."""
    with connection.cursor() as cursor:
        outbox.put(cursor, [News(one, {"n": 1}) for one in types], timezone.now())


def test_an_address_is_added_and_its_secret_shown_once(owner: Client) -> None:
    assert "A webhook tells another system" in text(owner, PAGE)
    page = owner.post(f"{PAGE}new/", {"url": URL, "types": ["tier.changed"]}).content.decode()
    (secret,) = re.findall(r'value="(whsec_[^"]+)"', page)
    row = Endpoint.objects.get()
    assert (row.url, row.types) == (URL, ["tier.changed"])
    assert row.secrets[0]["secret"] == secret
    listed, one = text(owner, PAGE), text(owner, f"{PAGE}{row.id}/")
    assert secret not in listed + one
    assert "receiver.example/hooks" in listed
    assert "geheim" not in listed, "what may be a secret in an address stands on its page alone"
    assert "Somebody has another tier" in listed
    (noted,) = audit.entries(what="webhook.added")
    assert noted.who == audit.staff_name(Staff.objects.get())


@pytest.mark.parametrize(
    "url", ["", "ftp://receiver.example/", "http://receiver.example/", "https://127.0.0.1/"]
)
def test_an_address_that_cannot_be_is_refused_beside_its_field(owner: Client, url: str) -> None:
    page = owner.post(f"{PAGE}new/", {"url": url}).content.decode()
    assert 'id="id_url_error"' in page
    assert "whsec_" not in page
    assert not Endpoint.objects.exists()


def test_a_try_goes_to_this_address_alone_and_only_once(owner: Client) -> None:
    mine, other = added(), added()
    owner.post(f"{PAGE}{mine}/try/")
    (row,) = Delivery.objects.all()
    assert (row.endpoint_id, row.message.type, row.state) == (mine, "webhook.tested", "waiting")
    assert str(mine) in row.message.body
    page = text(owner, f"{PAGE}{mine}/")
    assert "A try" in page
    assert 'hx-trigger="load delay:3s"' in page, "the page looks again until it went out"
    now = timezone.now()
    assert webhooks.replay(other, now - timedelta(days=1), now, now=now) == 0
    assert webhooks.replay(mine, now - timedelta(days=1), now, now=now) == 0


def test_what_was_sent_is_listed_with_what_came_of_it(owner: Client) -> None:
    mine = added()
    told("points.changed", "tier.changed")
    Delivery.objects.filter(message__type="tier.changed").update(
        state="failed", attempts=10, status=503, code="overloaded", tried_at=timezone.now()
    )
    page = text(owner, f"{PAGE}{mine}/")
    for part in ("What somebody can use changed", "Given up", "503 · It has too much to do"):
        assert part in page
    failed = text(owner, f"{PAGE}{mine}/?state=failed")
    assert "On the way</span>" not in failed
    assert "Given up</span>" in failed
    assert "What somebody can use changed<small>" in text(owner, f"{PAGE}{mine}/?state=odd")


def test_one_message_or_all_since_a_day_go_out_again(owner: Client) -> None:
    mine = added()
    told("points.changed", "tier.changed")
    Delivery.objects.update(state="done", attempts=1, status=204)
    first = OutMessage.objects.get(type="tier.changed")
    owner.post(f"{PAGE}{mine}/replay/{first.id}/")
    assert [one.message_id for one in Delivery.objects.filter(state="waiting")] == [first.id]
    since = (timezone.now() - timedelta(days=2)).date().isoformat()
    page = owner.post(f"{PAGE}{mine}/replay/", {"since": since}, follow=True)
    assert "2 messages go out again." in page.content.decode()
    assert Delivery.objects.filter(state="waiting", attempts=0).count() == 2
    for wrong in ("", "yesterday", "31.2.2026"):
        page = owner.post(f"{PAGE}{mine}/replay/", {"since": wrong}, follow=True)
        assert "Choose the day" in page.content.decode()
    page = owner.post(f"{PAGE}{mine}/replay/msg_0/", follow=True)
    assert "no such message" in page.content.decode()


def test_what_is_sent_is_chosen_anew(owner: Client) -> None:
    mine = added()
    owner.post(f"{PAGE}{mine}/types/", {"types": ["tier.changed", "voucher.used"]})
    assert Endpoint.objects.get().types == ["tier.changed", "voucher.used"]
    told("points.changed")
    assert not Delivery.objects.exists()
    page = owner.post(f"{PAGE}{mine}/types/", {"types": ["everything"]}, follow=True)
    assert "no message type" in page.content.decode()
    assert Endpoint.objects.get().types == ["tier.changed", "voucher.used"]


def test_it_is_paused_started_given_a_new_secret_and_removed(owner: Client) -> None:
    mine = added()
    owner.post(f"{PAGE}{mine}/pause/")
    page = text(owner, f"{PAGE}{mine}/")
    assert "paused" in page
    assert "Send a try" not in page
    for act in ("try/", "replay/msg_1/"):
        page = owner.post(f"{PAGE}{mine}/{act}", follow=True).content.decode()
        assert "This webhook is disabled" in page
    owner.post(f"{PAGE}{mine}/start/")
    assert Endpoint.objects.get().state == "active"
    assert "A new secret for receiver.example?" in text(owner, f"{PAGE}{mine}/rotate/")
    page = owner.post(f"{PAGE}{mine}/rotate/").content.decode()
    (secret,) = re.findall(r'value="(whsec_[^"]+)"', page)
    assert Endpoint.objects.get().secrets[0]["secret"] == secret
    assert len(Endpoint.objects.get().secrets) == 2
    assert "Remove receiver.example?" in text(owner, f"{PAGE}{mine}/remove/")
    owner.post(f"{PAGE}{mine}/remove/")
    assert not Endpoint.objects.exists()
    me = audit.staff_name(Staff.objects.get())
    acts = [one.what for one in audit.entries(what="webhook.")[::-1] if one.who == me]
    wanted = ["disabled", "enabled", "rotated", "removed"]
    assert acts == [f"webhook.{one}" for one in wanted]


def test_nothing_is_found_under_an_unknown_number(owner: Client) -> None:
    for act in ("", "rotate/", "remove/"):
        assert owner.get(f"{PAGE}{uuid4()}/{act}").status_code == 404
    for act in ("types/", "pause/", "start/", "try/", "rotate/", "remove/", "replay/msg_1/"):
        assert owner.post(f"{PAGE}{uuid4()}/{act}").status_code == 404


def test_what_others_wrote_stays_text(owner: Client) -> None:
    mine = added()
    told("points.changed")
    Delivery.objects.update(state="failed", code=EVIL[:40], tried_at=timezone.now())
    Endpoint.objects.update(url=f"https://a.example/{EVIL}", state="disabled", reason=EVIL[:40])
    for path in ("", f"{mine}/", f"{mine}/remove/"):
        page = text(owner, PAGE + path)
        assert "<img src=x" not in page
        assert "<script>alert" not in page
