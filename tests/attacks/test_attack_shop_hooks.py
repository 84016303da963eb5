"""The door at which shops knock: forged, replayed, broken and huge (A41)."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from hook_shop import DOMAINS, SECRET, headers, opened, shopify_order, signed, woo_order
from people import NOW
from regulars.actions import hooks
from regulars.actions.refused import Refused
from regulars.db.models import FactRow, HookProblem, HookSource
from regulars.sources import hooked
from regulars.sources.shopify import reading
from staff import digest, open_cafe

SHOPS = ["shopify", "woocommerce"]
TOPICS = {"shopify": "orders/paid", "woocommerce": "order.updated"}
SIGNATURES = {"shopify": "x-shopify-hmac-sha256", "woocommerce": "x-wc-webhook-signature"}
NAMED = {"shopify": "x-shopify-shop-domain", "woocommerce": "x-wc-webhook-source"}
TOPIC_HEADERS = {"shopify": "x-shopify-topic", "woocommerce": "x-wc-webhook-topic"}


def order_of(kind: str) -> bytes:
    payload = shopify_order() if kind == "shopify" else woo_order()
    return json.dumps(payload).encode()


def knock(token: str, said: dict[str, str], body: bytes) -> Any:
    return Client().post(
        f"/hooks/{token}/", data=body, content_type="application/json", headers=said
    )


@pytest.fixture
def cafe(db: None) -> None:
    open_cafe()


@pytest.mark.usefixtures("cafe")
@pytest.mark.parametrize("kind", SHOPS)
def test_what_is_not_signed_as_it_came_is_refused(kind: str) -> None:
    token, body = opened(kind), order_of(kind)
    right = headers(kind, TOPICS[kind], body)
    name = SIGNATURES[kind]
    reserialised = json.dumps(json.loads(body), separators=(",", ":")).encode()
    tries = {
        "no signature": ({k: v for k, v in right.items() if k != name}, body),
        "empty signature": ({**right, name: ""}, body),
        "no base64": ({**right, name: "a signature!"}, body),
        "cut signature": ({**right, name: right[name][:20]}, body),
        "in hexadecimal": ({**right, name: "00" * 32}, body),
        "another secret": (headers(kind, TOPICS[kind], body, SECRET + "x"), body),
        "empty secret": (headers(kind, TOPICS[kind], body, ""), body),
        "one byte": (right, body.replace(b"34.40", b"34.41")),
        "one byte more": (right, body + b" "),
        "written anew": (right, reserialised),
        "another shop": ({**right, NAMED[kind]: "evil.example"}, body),
        "no shop": ({k: v for k, v in right.items() if k != NAMED[kind]}, body),
        "no topic": ({k: v for k, v in right.items() if k != TOPIC_HEADERS[kind]}, body),
    }
    before = digest()
    for name, (said, sent) in tries.items():
        answer = knock(token, said, sent)
        assert answer.status_code == 401, name
        assert SECRET not in answer.content.decode()
    assert digest() == before
    assert knock(token, right, body).status_code == 200
    assert FactRow.objects.count() == 1


@pytest.mark.usefixtures("cafe")
@pytest.mark.parametrize("kind", SHOPS)
def test_a_replay_is_answered_and_has_no_effect(kind: str) -> None:
    token, body = opened(kind), order_of(kind)
    said = headers(kind, TOPICS[kind], body)
    assert knock(token, said, body).json() == {"state": "recorded"}
    HookSource.objects.update(last_at=None)
    before = digest()
    for _again in range(3):
        answer = knock(token, said, body)
        assert (answer.status_code, answer.json()) == (200, {"state": "known"})
    HookSource.objects.update(last_at=None)
    assert digest() == before


@pytest.mark.usefixtures("cafe")
@pytest.mark.parametrize("kind", SHOPS)
def test_a_source_without_a_secret_takes_nothing(kind: str) -> None:
    token, body = opened(kind), order_of(kind)
    HookSource.objects.update(secret="")
    for secret in ("", SECRET):
        answer = knock(token, headers(kind, TOPICS[kind], body, secret), body)
        assert answer.status_code == 401
    assert FactRow.objects.count() == 0
    with pytest.raises(Refused, match="hook_secret_short"):
        hooks.add(hooks.Wanted(kind=kind, secret="", source="other"), now=NOW)


@pytest.mark.usefixtures("cafe")
def test_the_secret_of_one_shop_opens_no_other() -> None:
    wanted = hooks.Wanted(kind="shopify", secret="another-secret-of-another-shop", source="two")
    _id, other = hooks.add(wanted, now=NOW)
    opened("shopify")
    body = order_of("shopify")
    assert knock(other, headers("shopify", "orders/paid", body), body).status_code == 401


@pytest.mark.usefixtures("cafe")
def test_unknown_tokens_other_methods_and_huge_bodies() -> None:
    token, body = opened("shopify"), order_of("shopify")
    said = headers("shopify", "orders/paid", body)
    for wrong in ("x", "a" * 43, token[:-1], token + "a", token.swapcase()):
        assert knock(wrong, said, body).status_code == 404
    for method in ("get", "put", "delete", "patch"):
        assert getattr(Client(), method)(f"/hooks/{token}/").status_code == 405
    huge = b" " * (hooked.MOST_BYTES + 1)
    assert knock(token, headers("shopify", "orders/paid", huge), huge).status_code == 413
    assert FactRow.objects.count() == HookProblem.objects.count() == 0


@pytest.mark.usefixtures("cafe")
@pytest.mark.parametrize("kind", SHOPS)
def test_bombs_are_refused_quickly(kind: str) -> None:
    token = opened(kind)
    deep = b'{"a":' + b"[" * 500_000
    wide = b"{" + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}"
    digits = order_of(kind).replace(b'"34.40"', b"9" * 1_000_000)
    surrogate = order_of(kind).replace(b"Anna", b"\\ud800")
    twice = b'{"id":1,' + order_of(kind)[1:]
    for body in (deep, wide, digits, surrogate, twice, b"\xff\xfe", b"", b"null", b'"x"'):
        begun = time.thread_time()
        answer = knock(token, headers(kind, TOPICS[kind], body), body)
        assert answer.status_code in (200, 422), body[:40]
        assert time.thread_time() - begun < 15
    assert "ud800" not in str(list(FactRow.objects.values_list("body", flat=True)))


@pytest.mark.usefixtures("cafe")
def test_only_the_hash_of_a_token_is_kept() -> None:
    token = opened("shopify")
    kept = str(list(HookSource.objects.values()))
    assert token not in kept
    assert not any(token in str(one) for one in hooks.shops())
    assert not any(SECRET in str(one) for one in hooks.shops())
    assert DOMAINS["shopify"] in kept


@pytest.mark.usefixtures("cafe")
def test_texts_of_a_shop_run_nowhere() -> None:
    token = opened("shopify")
    body = json.dumps(shopify_order(name="<script>alert(1)</script>")).encode()
    answer = knock(token, headers("shopify", "orders/paid", body), body)
    assert answer.headers["Content-Type"] == "application/json"
    assert "script" not in answer.content.decode()


LATER = (NOW + timedelta(days=400)).isoformat()
AHEAD: dict[str, dict[str, Any]] = {
    "sold": {"processed_at": LATER},
    "changed": {"updated_at": LATER},
    "cancelled": {"cancelled_at": LATER},
}


@pytest.mark.usefixtures("cafe")
@pytest.mark.parametrize("what", AHEAD)
def test_a41_what_is_still_to_come_is_not_taken(what: str) -> None:
    """It would let time pass for a member that has not come, and keep the truth away later."""
    token, told = opened("shopify"), {**shopify_order(), **AHEAD[what]}
    body = json.dumps(told).encode()
    answer = hooks.receive(token, headers("shopify", TOPICS["shopify"], body), body, now=NOW)
    assert (answer.state, answer.code) == ("unreadable", "time_ahead")
    assert not FactRow.objects.exists()
    assert HookProblem.objects.get().code == "time_ahead"
    body = order_of("shopify")
    answer = hooks.receive(token, headers("shopify", TOPICS["shopify"], body), body, now=NOW)
    assert answer.state == "recorded"


def test_the_comparison_is_the_one_that_takes_equal_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[bytes, bytes]] = []
    compare = hooked.hmac.compare_digest
    monkeypatch.setattr(
        hooked.hmac, "compare_digest", lambda a, b: asked.append((a, b)) or compare(a, b)
    )
    hooked.check_signature(SECRET, b"x", signed(b"x"))
    assert len(asked) == 1


@pytest.mark.usefixtures("cafe")
def test_saboteur_a_signature_over_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A door that signs the payload written anew takes bytes that nobody signed."""
    check = hooked.check_signature

    def over_the_reading(secret: str, body: bytes, told: str) -> None:
        check(secret, json.dumps(json.loads(body)).encode(), told)

    monkeypatch.setattr(reading, "check_signature", over_the_reading)
    token, body = opened("shopify"), order_of("shopify")
    changed = body + b"   "
    said = headers("shopify", "orders/paid", body)
    assert knock(token, said, changed).status_code == 200
