"""A07, O10: keys that make keys, and what is written down of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api_shop import standing

from api_kit import CLUB, Answer, Caller, cafe, key, member  # isort: skip - found by api_shop
from django.db import DatabaseError, connection, transaction

from regulars.actions import adjusting, api_keys, audit, hooks, webhooks
from regulars.actions.adjusting import Wish
from regulars.actions.refused import Refused
from regulars.db.models import ApiKey, AuditRow, Customer, Role
from staff import employ

pytestmark = pytest.mark.django_db


def refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.said["code"]) == (status, code), answer.raw


def prefix(told: str) -> str:
    return told[: api_keys.SHOWN]


def row(told: str) -> ApiKey:
    return ApiKey.objects.get(prefix=prefix(told))


def made(caller: Caller, *scopes: str, **more: Any) -> Caller:
    told = caller.post("/keys", {"name": "more", "scopes": list(scopes), **more})
    assert told.status == 200, told.raw
    return Caller(told.said["key"])


ABOVE: dict[str, tuple[dict[str, Any], int, str]] = {
    "scopes": ({"scopes": ["keys:write", "grants:write"]}, 403, "scope_missing"),
    "requests": ({"per_minute": 601}, 403, "api_key_above"),
    "gifts": ({"gives": 1000}, 403, "api_key_above"),
}


@pytest.mark.parametrize("what", ABOVE)
def test_a07_nobody_gets_by_rotation_what_they_have_not(what: str) -> None:
    cafe()
    changes, status, code = ABOVE[what]
    thief = Caller(key("keys:write", "facts:write", per_minute=600))
    other = key("keys:write", per_minute=600)
    ApiKey.objects.filter(prefix=prefix(other)).update(**changes)
    before = standing()
    refused(thief.post("/keys/rotate", {"prefix": prefix(other)}), status, code)
    assert standing() == before
    assert row(other).ends_at is None


def test_a07_saboteur_a_rotation_that_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "_check_above", lambda hand, other: None)
    cafe()
    thief = Caller(key("keys:write", per_minute=600))
    other = key("keys:write", per_minute=600)
    ApiKey.objects.filter(prefix=prefix(other)).update(gives=1000)
    told = thief.post("/keys/rotate", {"prefix": prefix(other)})
    assert told.status == 200
    assert row(told.said["key"]).gives == 1000


def test_a07_what_a_key_makes_ends_no_later_and_counts_with_it() -> None:
    cafe()
    thief = Caller(key("keys:write", "facts:write"))
    ends = datetime.now(UTC) + timedelta(hours=1)
    ApiKey.objects.filter(prefix=prefix(thief.key)).update(ends_at=ends)
    child = made(thief, "facts:write")
    again = thief.post("/keys/rotate", {"prefix": prefix(thief.key)}).said["key"]
    other = thief.post("/keys/rotate", {"prefix": prefix(child.key)}).said["key"]
    lines = set()
    for one in (child.key, again, other):
        kept = row(one).ends_at
        assert kept is not None
        assert kept <= ends
        lines.add(row(one).line)
    assert lines == {row(thief.key).id}


def test_a07_whoever_revokes_a_key_revokes_what_it_made() -> None:
    cafe()
    now = datetime.now(UTC)
    stolen = Caller(key("keys:write", "facts:write", "programmes:read"))
    bystander = Caller(key("programmes:read"))
    child = made(stolen, "keys:write", "programmes:read")
    grandchild = made(child, "programmes:read")
    turned = Caller(child.post("/keys/rotate", {"prefix": prefix(grandchild.key)}).said["key"])
    owner = api_keys.rotate(prefix(stolen.key), now)
    ended = api_keys.revoke(prefix(stolen.key), now)
    assert {one.prefix for one in ended.also} == {
        prefix(one.key) for one in (child, grandchild, turned)
    }
    for one in (stolen, child, grandchild, turned):
        refused(one.get("/programmes"), 401, "api_key_unknown")
    assert bystander.get("/programmes").status == 200
    assert Caller(owner.key).get("/programmes").status == 200


def test_a07_over_http_the_answer_lists_what_ended_too() -> None:
    caller = cafe()
    maker = Caller(key("keys:write", "programmes:read"))
    child = made(maker, "programmes:read")
    told = caller.post("/keys/revoke", {"prefix": prefix(maker.key)}).said
    assert told["key"]["prefix"] == prefix(maker.key)
    assert [one["prefix"] for one in told["also"]] == [prefix(child.key)]
    refused(child.get("/programmes"), 401, "api_key_unknown")


def test_a07_a_key_that_ended_is_revoked_for_the_sake_of_its_keys() -> None:
    cafe()
    now = datetime.now(UTC)
    maker = Caller(key("keys:write", "programmes:read"))
    child = made(maker, "programmes:read")
    api_keys.revoke(prefix(maker.key), now, alone=True)
    assert child.get("/programmes").status == 200
    assert [one.prefix for one in api_keys.revoke(prefix(maker.key), now).also] == [
        prefix(child.key)
    ]
    refused(child.get("/programmes"), 401, "api_key_unknown")
    with pytest.raises(Refused) as told:
        api_keys.revoke(prefix(maker.key), now)
    assert told.value.code == "api_key_not_found"


def deeds(what: str) -> list[tuple[str, str, str]]:
    return [(one.what, one.about, one.who) for one in audit.entries(what=what)]


def test_o10_every_act_about_keys_is_written_down_once() -> None:
    caller = cafe()
    AuditRow.objects.count()
    mine = prefix(caller.key)
    child = prefix(made(caller, "redeem").key)
    turned = prefix(caller.post("/keys/rotate", {"prefix": child}).said["key"])
    caller.post("/keys/revoke", {"prefix": turned})
    refused(caller.post("/keys/revoke", {"prefix": turned}), 404, "api_key_not_found")
    assert deeds("key")[::-1] == [
        ("key.made", mine, "command line"),
        ("key.made", child, f"key {mine}"),
        ("key.rotated", child, f"key {mine}"),
        ("key.revoked", turned, f"key {mine}"),
    ]
    (rotated,) = audit.entries(what="key.rotated")
    assert rotated.details == {"made": turned}
    kept = str(list(AuditRow.objects.values_list("details", "about")))
    assert caller.key not in kept


def test_o10_programmes_webhooks_shops_and_adjustments_are_written_down() -> None:
    caller = cafe()
    now = datetime.now(UTC)
    assert deeds("programme") == [("programme.published", CLUB, "command line")]
    endpoint, _secret = webhooks.add("https://example.com/a?token=x", [], now=now, by="staff 1")
    webhooks.rotate(endpoint, now=now)
    webhooks.disable(endpoint)
    webhooks.enable(endpoint)
    webhooks.replay(endpoint, now, now, now=now)
    webhooks.remove(endpoint)
    acts = ["added", "rotated", "disabled", "enabled", "replayed", "removed"]
    assert [one[0] for one in deeds("webhook")[::-1]] == [f"webhook.{one}" for one in acts]
    assert audit.entries(what="webhook.added")[0].details["url"] == "https://example.com/a"
    hook, _token = hooks.add(hooks.Wanted(kind="shopify", secret="s" * 20), now=now)
    hooks.remove(hook)
    assert [one[0] for one in deeds("shop")[::-1]] == ["shop.added", "shop.removed"]
    whom = Customer.objects.get(public_id=member(caller))
    sam, max_ = employ("Sam", Role.STAFF), employ("Max", Role.MANAGER)
    wish = {"customer": whom.public_id, "programme": CLUB, "asset": "points", "reason": "sorry"}
    adjusting.adjust(sam, Wish(**wish, amount=5), now)
    asked = adjusting.adjust(sam, Wish(**wish, amount=400), now)
    adjusting.approve(max_, asked.id, now)
    asked = adjusting.adjust(sam, Wish(**wish, amount=401), now)
    adjusting.refuse(max_, asked.id, now)
    acts = ["made", "asked", "approved", "asked", "refused"]
    assert [one[0] for one in deeds("adjustment")[::-1]] == [f"adjustment.{one}" for one in acts]
    assert audit.entries(what="adjustment.approved")[0].who == f"staff {max_.pk}"
    assert "Sam" not in str(list(AuditRow.objects.values_list("who", "about", "details")))


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE regulars_audit SET who = 'x'",
        "DELETE FROM regulars_audit",
        "TRUNCATE regulars_audit",
    ],
)
def test_a45_what_is_written_down_stays(act: str) -> None:
    """A45: not even with the application's own rights is it changed."""
    cafe()
    before = AuditRow.objects.count()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)
    assert AuditRow.objects.count() == before > 0


def test_o10_saboteur_an_act_that_is_not_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = cafe()
    monkeypatch.setattr(audit, "note", lambda *told, **more: None)
    made(caller, "redeem")
    assert len(deeds("key")) == 1


def test_o10_what_fails_is_not_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """An act and its note are one: neither is without the other."""
    cafe()
    before = AuditRow.objects.count(), ApiKey.objects.count()

    def fail(*told: Any, **more: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(audit, "note", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        api_keys.create(api_keys.Wanted(name="a", scopes=("redeem",)), datetime.now(UTC))
    assert (AuditRow.objects.count(), ApiKey.objects.count()) == before
