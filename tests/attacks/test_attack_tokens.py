"""A04, A08, A09, A35, A45: secrets in place of others, of other shops, told by time, or changed."""

from __future__ import annotations

import ast
import base64
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from api_shop import standing

from api_kit import (  # isort: skip - by api_shop
    CLUB,
    Answer,
    Caller,
    ago,
    cafe,
    key,
    member,
    order,
    stand_still,
)
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import regulars
import server
from console.doors import address, pages
from regulars.actions import entry, hooks, sealing
from regulars.actions.rebuilding import rebuild
from regulars.actions.refused import Refused
from regulars.actions.verifying import verify
from regulars.api import cursors
from regulars.api.operations import SERVED
from regulars.db.models import ApiKey, EntryLink, Role
from regulars.db.queries.staff import open_link
from staff import employ

pytestmark = pytest.mark.usefixtures("own_database")
SOURCE = Path(regulars.__file__).parent
Purpose = EntryLink.Purpose


@pytest.fixture
def caller(own_database: None) -> Caller:
    return cafe()


def refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.said["code"]) == (status, code), answer.raw


@pytest.mark.parametrize("made", [Purpose.ENTER, Purpose.INVITE, Purpose.RESET])
def test_a04_a_link_opens_only_what_it_was_made_for(caller: Caller, made: Purpose) -> None:
    now = datetime.now(UTC)
    sam = employ("Sam", Role.STAFF)
    token = entry.make_link(made, sam, now)
    for other in set(Purpose) - {made}:
        with pytest.raises(Refused) as told:
            entry.take_link(token, other, now)
        assert told.value.code == "link_spent"
    assert open_link(token, now) is not None
    assert entry.take_link(token, made, now) == sam
    for purpose in Purpose:
        with pytest.raises(Refused):
            entry.take_link(token, purpose, now)


def unsigned(**claims: Any) -> str:
    """A token in the form of JSON Web Tokens that says that it needs no signature."""
    parts = [{"alg": "none", "typ": "JWT"}, {"scopes": list(claims), **claims}]
    texts = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in parts]
    return ".".join([*(one.rstrip("=") for one in texts), ""])


def secrets_of(caller: Caller) -> dict[str, str]:
    """A good one of each kind."""
    now = datetime.now(UTC)
    sam = employ("Sam", Role.OWNER)
    client = Client()
    client.force_login(sam)
    shop = hooks.Wanted(kind="shopify", secret="s" * 20)
    return {
        "key": caller.key,
        "link": entry.make_link(Purpose.ENTER, sam, now),
        "invitation": entry.make_link(Purpose.INVITE, sam, now),
        "session": client.cookies["sessionid"].value,
        "shop": hooks.add(shop, now=now)[1],
        "cursor": cursors.cursor("transfers", 1),
        "signed elsewhere": signing.dumps(["transfers", 1]),
        "unsigned": unsigned(sub=str(sam.pk), admin=True),
        "id": str(sam.pk),
        "hash": ApiKey.objects.first().hash.hex(),  # type: ignore[union-attr]
    }


def test_a04_no_secret_opens_the_door_of_another(caller: Caller) -> None:
    mia = member(caller)
    known = secrets_of(caller)
    before = standing()
    for name, secret in known.items():
        if name != "key":
            refused(Caller(secret).get("/programmes"), 401, "api_key_unknown")
            refused(Caller(f"rgl_{secret}").get("/programmes"), 401, "api_key_unknown")
        if name != "cursor":
            path = f"/members/{CLUB}/{mia}/transfers?cursor={secret.removeprefix('rgl_')}"
            refused(caller.get(path), 422, "cursor_wrong")
        if name != "shop":
            assert Client().post(f"/hooks/{secret}/", b"{}", "application/json").status_code == 404
        if name not in ("link", "invitation"):
            assert open_link(secret, datetime.now(UTC)) is None
        if name != "session":
            client = Client()
            client.cookies["sessionid"] = secret
            assert client.get("/console/").status_code in (302, 303), name
    assert standing() == before


def test_a08_a_key_without_scopes_may_do_nothing(caller: Caller) -> None:
    """A list that is empty means no, at every operation that there is."""
    told = key("redeem")
    ApiKey.objects.filter(prefix=told[:10]).update(scopes=[])
    nobody = Caller(told)
    before = standing()
    names = {"programme": CLUB, "customer": str(uuid.uuid4()), "edition": "e", "adjustment": "a"}
    for served in SERVED:
        operation = served.operation
        assert operation.scope, operation.name
        path = operation.path.format_map(names)
        body = json.dumps(operation.body_example or {}).encode()
        answer = nobody.call(operation.method, path, body, {})
        refused(answer, 403, "scope_missing")
    assert standing() == before


def test_a08_every_page_of_the_console_turns_strangers_away(caller: Caller) -> None:
    """But those of the way in; which role sees which page stands in tests/console/routes.csv."""
    known = dict.fromkeys(("public_id", "run_id", "staff_id"), str(uuid.uuid4()))
    more = {"note_id": "1", "kind": "rfm", "table": "customers"}
    for page in pages():
        try:
            path = address(page, **known, **more)
        except KeyError:
            continue
        answer = Client().get(path)
        assert answer.status_code in (200, 302, 303, 403, 404, 405), path
        assert b"mia@example.com" not in answer.content


def test_a09_what_another_installation_signed_opens_nothing(caller: Caller, settings: Any) -> None:
    mia = member(caller)
    for number in range(3):
        caller.post("/facts", order(f"o{number}", "1.00"))
    path = f"/members/{CLUB}/{mia}/transfers?limit=1"
    mine = caller.get(path).said["next"]
    assert caller.get(f"{path}&cursor={mine}").status == 200
    settings.SECRET_KEY = "of-somebody-else-" * 4
    theirs = caller.get(path).said["next"]
    settings.SECRET_KEY = "of-nobody-" * 6
    for told in (mine, theirs):
        refused(caller.get(f"{path}&cursor={told}"), 422, "cursor_wrong")


def work(caller: Caller, path: str, body: Any) -> tuple[int, list[str]]:
    """A refusal, and the statements that it took to come to it."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        status = (caller.post(path, body) if body else caller.get(path)).status
    return status, [one["sql"].partition("WHERE")[0] for one in asked.captured_queries]


def test_a35_a_wrong_secret_costs_the_same_work_wherever_it_is_wrong(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys and codes are looked for by their hash or in an index, and never compared by letters:
    what is almost right takes the very same statements as what is all wrong."""
    stand_still(monkeypatch)  # the first use of a day is written down
    mia = member(caller)
    caller.post("/facts", order("nine", *["1.00"] * 9))
    (voucher,) = caller.get(f"/members/{CLUB}/{mia}").said["vouchers"]
    near = [caller.key[:-1] + "~", "~" + caller.key[1:], "rgl_" + "z" * 40]
    assert len({str(work(Caller(one), "/programmes", None)) for one in near}) == 1
    code = voucher["code"]
    last, first = code[:-1] + ("2" if code[-1] != "2" else "3"), "2" + code[1:]
    tried = {
        str(work(caller, "/vouchers/find", {"code": one}))
        for one in (last, first if first != code else "3" + code[1:], "WWWW", "")
        if one
    }
    assert len(tried) == 1


SECRET = ("signature", "secret", "token", "hmac", "digest", "password", "pin")


def compared(text: str) -> Iterator[str]:
    """Where things whose names say that they are secret are compared letter by letter."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        sides = [node.left, *node.comparators]
        names = [getattr(one, "attr", getattr(one, "id", "")).lower() for one in sides]
        is_told = not any(isinstance(one, ast.Constant) for one in sides)
        if is_told and any(name.endswith(SECRET) for name in names):
            yield ast.unparse(node)


def test_a35_secrets_are_never_compared_with_equals() -> None:
    found = {
        str(path.relative_to(SOURCE)): list(compared(path.read_text()))
        for path in SOURCE.rglob("*.py")
    }
    assert {name: places for name, places in found.items() if places} == {}


def test_a35_saboteur_a_comparison_that_is_found() -> None:
    assert list(compared("if row.token != told:\n    pass")) == ["row.token != told"]


TAMPER = {
    "a transfer": "UPDATE regulars_transfer SET amount = amount + 1 WHERE seq ="
    " (SELECT min(seq) FROM regulars_transfer)",
    "a fact": 'UPDATE regulars_fact SET body = body || \'{"source": "x"}\' WHERE seq ='
    " (SELECT min(seq) FROM regulars_fact)",
    "the last fact": "DELETE FROM regulars_fact WHERE seq = (SELECT max(seq) FROM regulars_fact)",
    "the last transfer": "DELETE FROM regulars_transfer WHERE seq ="
    " (SELECT max(seq) FROM regulars_transfer)",
}


@pytest.mark.parametrize("what", TAMPER)
def test_a45_who_changes_rows_by_hand_is_found_out(
    caller: Caller, what: str, cluster: server.Server
) -> None:
    """Even with the rights of the database's owner, and with what keeps rows as they are away."""
    member(caller)
    for number in range(4):
        caller.post("/facts", order(f"o{number}", "9.00", at=ago(9 - number)))
    sealing.seal(datetime.now(UTC) + timedelta(hours=1))
    assert verify().finding is None
    with cluster.admin(connection.settings_dict["NAME"]) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(TAMPER[what])
    assert verify().finding is not None


def test_a45_a_tail_that_is_gone_with_its_seals_misses_the_anchor(
    caller: Caller, cluster: server.Server
) -> None:
    """Whoever takes the newest rows and the seals over them away, and has all else made anew,
    leaves nothing that disagrees; but another anchor than was written down elsewhere."""
    member(caller)
    now = datetime.now(UTC)
    caller.post("/facts", order("o1", "9.00"))
    sealing.seal(now + timedelta(hours=1))
    stood = {kind: row_of_last(kind) for kind in ("fact", "transfer")}
    first = verify().anchor
    caller.post("/facts", order("o2", "9.00"))
    sealing.seal(now + timedelta(hours=2))
    kept = verify().anchor
    with cluster.admin(connection.settings_dict["NAME"]) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("DELETE FROM regulars_factkey WHERE key = 'o2'")
        for kind, (seq, seal) in stood.items():
            admin.execute(f"DELETE FROM regulars_{kind} WHERE seq > {seq}")
            admin.execute(f"DELETE FROM regulars_seal WHERE kind = '{kind}' AND number > {seal}")
    assert verify().finding is not None, "states and balances tell"
    rebuild(now + timedelta(hours=3))
    found = verify()
    assert found.finding is None, "nothing here tells any more"
    assert found.anchor == first
    assert {name: first[name] != kept[name] for name in kept} == dict.fromkeys(stood, True)


def row_of_last(kind: str) -> tuple[int, int]:
    """The numbers of the newest row of a kind, and of the newest seal."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT max(seq) FROM regulars_{kind}), max(number) FROM regulars_seal"
            " WHERE kind = %s",
            [kind],
        )
        seq, number = cursor.fetchone()
    return seq, number
