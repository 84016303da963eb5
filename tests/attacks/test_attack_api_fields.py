"""A09, A11, A23, A38: fields, ids, amounts, times and signs that a machine must not get through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from api_shop import standing

from api_kit import CLUB, Answer, Caller, ago, cafe, key, member, order  # isort: skip - by api_shop

from regulars.api import signs

pytestmark = pytest.mark.django_db
BEN = {"email": "ben@example.com"}
OURS = {
    "received_at": ago(900),
    "customer_id": 1,
    "content_hash": "00",
    "import_id": "0b7c7a52-6f0d-4a43-9d3e-0d2b3e0f9a11",
    "guest": False,
    "programme": CLUB,
    "due": True,
    "ordinal": "1",
    "rule": "coffee",
    "points": "1000",
    "balance": "1000",
    "tier": "neighbour",
    "revision": 1,
    "eligible_minor": 1,
    "amount_minor": 1,
}
"""What only we say of an order."""
MADE_HERE = ("promise", "reversal", "opening", "job", "link", "unlink", "erasure", "effect", "due")


@pytest.fixture
def caller() -> Caller:
    return cafe()


@pytest.fixture
def mia(caller: Caller) -> str:
    """Mia with 60 points; Ben is a member too."""
    mia = member(caller)
    member(caller, "ben@example.com")
    caller.post("/facts", order("o1", "60.00", at=ago(48)))
    return mia


def refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.said["code"]) == (status, code), answer.raw


def test_a11_what_only_we_say_is_refused_by_name(caller: Caller, mia: str) -> None:
    before = standing()
    for name, value in OURS.items():
        told = caller.post("/facts", order("mine", "1.00", **{name: value}))
        assert told.status == 422, name
        assert told.said["code"] in ("field_unknown", "field_unknown_near"), name
        person = {**BEN, name: value}
        assert caller.post("/facts", order("mine", "1.00", customer=person)).status == 422, name
        join = {"programme": CLUB, "member": mia, name: value}
        if name != "programme":
            assert caller.post("/members", join).status == 422, name
            wish = {"key": "r", "reward": "coffee", **join}
            if name != "points":
                assert caller.post("/redemptions", wish).status == 422, name
    assert standing() == before


def test_a11_facts_that_only_we_make_cannot_be_sent(caller: Caller, mia: str) -> None:
    before = standing()
    for kind in MADE_HERE:
        told = {"type": kind, "key": f"k-{kind}", "at": ago(), "customer": BEN}
        refused(caller.post("/facts", told), 422, "value_unknown")
        batch = caller.post("/facts/batch", {"facts": [told]}).said
        assert batch["facts"][0]["error"]["code"] == "value_unknown"
    assert standing() == before


def test_a07_points_and_tiers_need_their_scope_wherever_they_stand(mia: str) -> None:
    till = Caller(key("facts:write", "redeem", "members:write"))
    before = standing()
    for gift, status, code in (
        ({"type": "tier_set", "tier": "neighbour"}, 403, "scope_missing"),
        ({"type": "grant", "amount": "1000"}, 422, "value_unknown"),
    ):
        told = {**gift, "key": "gift", "at": ago(), "programme": CLUB, "customer": BEN}
        refused(till.post("/facts", told), status, code)
        for whole in (False, True):
            batch = {"facts": [told], "all_or_nothing": whole}
            (fact,) = till.post("/facts/batch", batch).said["facts"]
            assert fact["error"]["code"] == code
    wish = {"key": "gift", "programme": CLUB, "member": mia, "amount": "5", "reason": "x"}
    refused(till.post("/adjustments", wish), 403, "scope_missing")
    assert standing() == before


def test_a11_a_source_is_a_word_and_opens_nothing(caller: Caller, mia: str) -> None:
    """Whoever says that they are our staff, or an opening balance, gets what everybody gets."""
    till = Caller(key("facts:write"))
    for number, source in enumerate(("staff", "opening", "import", "engine")):
        told = till.post("/facts", order(f"s{number}", "1.00", source=source)).said
        assert told["programmes"][0]["gave"]["points"] == "1"
    named = order("s9", "1.00", customer={**BEN, "attributes": {"tier": "neighbour"}})
    assert till.post("/facts", named).said["programmes"][0]["tier"] == "guest"


@pytest.mark.parametrize("reader", ["", "facts:write", "redeem"])
def test_a10_nobody_reads_without_the_scope(caller: Caller, mia: str, reader: str) -> None:
    stranger = Caller(key(reader) if reader else "")
    for path in (
        f"/customers/{mia}",
        f"/customers/{mia}/history",
        f"/members/{CLUB}/{mia}",
        f"/members/{CLUB}/{mia}/transfers",
        f"/members/{CLUB}/{mia}/explain",
    ):
        told = stranger.get(path)
        assert told.status == (403 if reader else 401)
        assert b"mia" not in told.raw.lower().replace(mia.encode(), b"")


def test_a10_ids_are_neither_guessed_nor_counted(caller: Caller, mia: str) -> None:
    for guess in (
        "1",
        "0",
        "-1",
        "%00",
        "' OR 1=1 --",
        "*",
        "%",
        "_",
        mia[:-1],
        mia + "0",
        "00000000-0000-0000-0000-000000000000",
        "../../keys",
        "%2e%2e",
    ):
        path = guess.replace(" ", "%20").replace("'", "%27")
        for form in ("/customers/{}", "/customers/{}/history", f"/members/{CLUB}/{{}}"):
            told = caller.get(form.format(path))
            assert told.status in (404, 422), (form, guess)
            assert b"example.com" not in told.raw
    ben = caller.post("/customers/find", BEN).said["customer"]
    assert len({mia[:8], ben[:8]}) == 2


def test_a10_a_cursor_opens_only_its_own_list(caller: Caller, mia: str) -> None:
    caller.post("/facts", order("o2", "1.00"))
    ben = caller.post("/customers/find", BEN).said["customer"]
    mine = {
        kind: caller.get(f"{path}?limit=1").said["next"]
        for kind, path in (
            ("history", f"/customers/{mia}/history"),
            ("transfers", f"/members/{CLUB}/{mia}/transfers"),
        )
    }
    assert all(mine.values())
    wrong = [
        (f"/customers/{ben}/history", mine["history"]),
        (f"/customers/{mia}/history", mine["transfers"]),
        (f"/members/{CLUB}/{ben}/transfers", mine["transfers"]),
        (f"/members/{CLUB}/{mia}/transfers", mine["transfers"][:-1] + "x"),
        (f"/members/{CLUB}/{mia}/transfers", mine["transfers"].split(":")[0]),
    ]
    for path, cursor in wrong:
        refused(caller.get(f"{path}?cursor={cursor}"), 422, "cursor_wrong")


@pytest.mark.parametrize(
    "text",
    [
        "%",
        "_",
        "' OR '1'='1",
        "\\",
        "mia%",
        "m_a@example.com",
        "*",
        "mia@example.com'--",
        '"',
        "$1",
        "%s",
        "{mia}",
        "mia@example.%",
    ],
)
def test_a23_a_search_is_for_what_was_written(caller: Caller, mia: str, text: str) -> None:
    before = standing()
    for kind in ("external", "email", "phone", "card"):
        told = caller.post("/customers/find", {kind: text})
        assert told.status in (404, 422), (kind, told.raw)
        assert mia.encode() not in told.raw
    assert caller.post("/vouchers/find", {"code": text}).status == 404
    assert caller.post("/redemptions/release", {"key": text}).status == 404
    assert standing() == before


AMOUNTS = (
    "-1",
    "-0",
    "NaN",
    "Infinity",
    "1e9",
    "1E400",
    "0x10",
    "１",
    "٣",
    "1,50",
    " 1",
    "+1",
    ".5",
    "1.",
    "9" * 13,
    "9" * 400,
    "1.0000001",
    "1_000",
    "",
    "5\n",
    "0.001",
)


@pytest.mark.parametrize("amount", AMOUNTS)
def test_a38_an_amount_that_is_none_is_refused(caller: Caller, mia: str, amount: str) -> None:
    before = standing()
    cart = {"programme": CLUB, "member": mia, "currency": "EUR"}
    wish = {"key": "r", "programme": CLUB, "member": mia, "reward": "coffee"}
    lines = [{"quantity": "1", "unit_price": "1", "amount": amount}]
    asked = [
        caller.post("/facts", order("a", amount)),
        caller.post("/facts", order("a", "1.00", discount=amount)),
        caller.post("/facts", order("a", "1.00", tender={"cash": amount})),
        caller.post("/quotes", {**cart, "amount": amount}),
        caller.post("/quotes", {**cart, "lines": lines}),
        caller.post("/quotes", {**cart, "amount": "1", "spend_points": amount}),
        caller.post("/redemptions", {**wish, "points": amount}),
        caller.post("/redemptions", {**wish, "basket": amount, "currency": "EUR"}),
        caller.post(
            "/facts",
            {
                "type": "refund",
                "key": "f",
                "at": ago(),
                "order": "o1",
                "currency": "EUR",
                "amount": amount,
            },
        ),
    ]
    for told in asked:
        assert told.status == 422, told.raw
    assert standing() == before


NINES = "9" * 12
HUGE: dict[str, list[dict[str, str]]] = {
    "quantity times price": [{"quantity": NINES, "unit_price": NINES}],
    "beside a small amount": [{"quantity": NINES, "unit_price": NINES, "amount": "1"}],
    "all lines together": [{"amount": NINES}, {"amount": NINES}],
}


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD", "CLF"])
@pytest.mark.parametrize("name", HUGE)
def test_a38_lines_come_to_no_more_than_an_amount_may_say(
    caller: Caller, mia: str, name: str, currency: str
) -> None:
    """One such order would have stopped every analysis from then on."""
    before = standing()
    told = order("huge", lines=HUGE[name], currency=currency)
    refused(caller.post("/facts", told), 422, "value_wrong")
    refused(caller.post("/facts", {**told, "type": "refund", "order": "o1"}), 422, "value_wrong")
    cart = {"programme": CLUB, "member": mia, "currency": currency, "lines": HUGE[name]}
    refused(caller.post("/quotes", cart), 422, "value_wrong")
    assert standing() == before


def test_a38_numbers_of_json_are_no_amounts(caller: Caller, mia: str) -> None:
    before = standing()
    for amount in (1, 1.5, -1, True, None, [], {}):
        told = order("n", "1.00")
        told["lines"][0]["amount"] = amount
        told["amount"] = amount
        assert caller.post("/facts", told).status == 422, amount
    assert standing() == before


@pytest.mark.parametrize("currency", ["EUR\n", "eur", "EU", "EURO", "€", "", "\u0415UR", "E R"])
def test_a38_a_currency_is_three_letters(caller: Caller, mia: str, currency: str) -> None:
    before = standing()
    assert caller.post("/facts", order("c", "1.00", currency=currency)).status == 422
    cart = {"programme": CLUB, "member": mia, "currency": currency, "amount": "1"}
    assert caller.post("/quotes", cart).status == 422
    assert standing() == before


@pytest.mark.parametrize(
    "at",
    [
        "0001-01-01T00:00:00+23:59",
        "0001-01-01T00:00:00Z",
        "noon",
        "1899-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:59",
        "2200-01-01",
        "2190-01-01T00:00:00Z",
        "2026-01-01T00:00:00",
    ],
)
def test_a28_times_at_the_end_of_the_calendar(caller: Caller, mia: str, at: str) -> None:
    before = standing()
    sent = at.replace("+", "%2B")
    here = f"/members/{CLUB}/{mia}/explain"
    asked = [
        caller.post("/facts", order("t", "1.00", at=at)),
        caller.post("/members", {"programme": CLUB, "customer": {"external": "x"}, "since": at}),
        caller.get(f"{here}?at={sent}"),
    ]
    asked += [caller.get(f"{here}?known_at={sent}")] if "2190" not in at else []
    for told in asked:
        assert told.status == 422, told.raw
        assert told.said["code"] in ("bad_time", "time_wrong", "time_ahead", "value_wrong")
    assert standing() == before


SIGNS = ("\x00", "\n", "\r", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\u2066")


def signed(caller: Caller, mia: str, sign: str, escaped: bool) -> list[Answer]:
    """A sign in every text that can be sent, escaped or as it is."""
    text = f"a{sign}b"
    wish = {"programme": CLUB, "member": mia, "reward": "coffee"}
    cart = {"programme": CLUB, "member": mia, "currency": "EUR", "amount": "1"}
    bodies: list[tuple[str, dict[str, Any]]] = [
        ("/facts", order(text, "1.00")),
        ("/facts", order("n", "1.00", customer={**BEN, "name": text})),
        ("/facts", order("n", "1.00", labels={text: "x"})),
        ("/redemptions", {**wish, "key": text}),
        ("/redemptions", {**wish, "key": "k", "order": text}),
        ("/redemptions/confirm", {"key": text}),
        ("/redemptions/release", {"key": text}),
        ("/quotes", {**cart, "via": text, "codes": [text]}),
        ("/members", {"programme": CLUB, "customer": {"external": "y", "name": text}}),
        ("/vouchers/find", {"code": text}),
        ("/vouchers/use", {"key": text, "code": "ABC"}),
        ("/keys", {"name": text, "scopes": ["redeem"]}),
        ("/keys/revoke", {"prefix": text}),
    ]
    return [
        caller.post(path, json.dumps(body, ensure_ascii=escaped).encode()) for path, body in bodies
    ]


@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("sign", SIGNS)
def test_a28_no_text_holds_what_cannot_be_shown(
    caller: Caller, mia: str, sign: str, escaped: bool
) -> None:
    before = standing()
    for told in signed(caller, mia, sign, escaped):
        assert told.said["code"] in ("text_control", "body_unreadable"), told.raw
        assert told.status in (400, 422)
    assert standing() == before


def test_a28_saboteur_signs_that_nobody_looks_for(
    caller: Caller, mia: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "check", lambda told, body: None)
    told = signed(caller, mia, "\u202e", True)
    assert {one.status for one in told} & {200, 404}


def test_a28_names_that_people_have_pass_either_way(caller: Caller, mia: str) -> None:
    for number, name in enumerate(("می‌خواهم", "👨‍👩‍👧", "Zoë\u00a0Groß", "שלום\u200f")):
        for escaped in (True, False):
            told = order(f"p{number}{escaped}", "1.00", customer={**BEN, "name": name})
            sent = json.dumps(told, ensure_ascii=escaped).encode()
            assert caller.post("/facts", sent).status == 200, name


def test_a28_keys_of_200_letters_and_no_more(caller: Caller, mia: str) -> None:
    assert caller.post("/facts", order("k" * 200, "1.00")).status == 200
    before = standing()
    refused(caller.post("/facts", order("k" * 201, "1.00")), 422, "value_wrong")
    refused(caller.post("/facts", order("", "1.00")), 422, "value_wrong")
    for version in (0, -1, 1_000_001, 10**30, "2", 1.5):
        assert caller.post("/facts", order("k" * 200, "2.00", version=version)).status == 422
    assert standing() == before
