"""A17, A28, A42, A43 on the real server: headers, bombs, forged addresses, what leaks."""

from __future__ import annotations

import os
import re
import threading
import time
import uuid
from collections.abc import Iterator
from itertools import cycle

import pytest
from strangers import Caller, Reply, memory, raw

from browser.house import PASSWORD, House
from console.doors import address
from regulars.console.permissions import pages

FULL = bool(os.environ.get("REGULARS_TORTURE"))
MEGABYTE = 1024 * 1024
MOST_MEMORY = 200 * MEGABYTE
PATIENCE = 45.0
"""Seconds: a bomb that goes off takes minutes, or the server with it."""
EVIL = "https://evil.example"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
WANTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
OTHERS = ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH")
LOGIN = "/console/accounts/login/"
TAGS = f"/console/customers/{uuid.uuid4()}/tags/"


@pytest.fixture(scope="module")
def otto(house: House) -> Caller:
    return Caller(house, "otto")


def lacking(path: str, reply: Reply) -> list[str]:
    """What of the headers an answer lacks."""
    found, lines = reply.headers, []
    policy = found.get("content-security-policy", "")
    static = path.startswith("/static/") and reply.status == 200
    lines += [name for name, value in WANTED.items() if found.get(name) != value]
    if "frame-ancestors 'none'" not in policy or "default-src 'none'" not in policy:
        lines.append("content-security-policy")
    if "unsafe" in policy or found.get("referrer-policy") not in ("same-origin", "no-referrer"):
        lines.append("referrer-policy or an unsafe policy")
    if not static and found.get("cache-control") != "no-store":
        lines.append("cache-control")
    if any(name.startswith("access-control-") for name in found):
        lines.append("an origin that is let in")
    if re.search(r"django|granian|python|uvicorn|\d+\.\d+", found.get("server", ""), re.IGNORECASE):
        lines.append("server")
    return lines + [name for name in ("x-powered-by", "via") if name in found]


def asked() -> Iterator[tuple[str, str]]:
    """Every address with every method, and those that lead nowhere. In a short run one of the
    methods that no page knows, each in its turn."""
    turn = cycle(OTHERS)
    for page in pages():
        for method in ("GET", "POST", *(OTHERS if FULL else [next(turn)])):
            yield method, address(page)
    for path in ("/nowhere", "/console/nowhere/", "/static/nowhere.css", "/static/../settings.py"):
        yield "GET", path
    for path in ("/static/regulars/console.css", "/static/regulars/favicon.svg", "/livez"):
        yield "GET", path
    for path in ("/readyz", "/.env", "/.git/config", "/metrics", "/admin/", "/static/%00", "/%ff"):
        yield "GET", path


def test_a17_every_answer_carries_the_headers(house: House, otto: Caller) -> None:
    found, kinds = {}, set()
    for caller in (Caller(house), otto):
        for method, path in asked():
            if caller is otto and "logout" in path:
                continue
            reply = caller.ask(path, method, headers={"Origin": EVIL})
            kinds.add(reply.status)
            assert reply.status < 500, (method, path)
            assert "evil" not in str(reply.headers).lower(), (method, path)
            if missing := lacking(path, reply):
                found[f"{method} {path} ({reply.status})"] = missing
    assert found == {}
    assert {200, 302, 403, 404, 405} <= kinds


def test_a17_answers_before_any_page_carry_them_too(house: House, otto: Caller) -> None:
    replies = {
        "a forged host": Caller(house).ask(LOGIN, headers={"Host": "evil.example"}),
        "too large": Caller(house).ask(LOGIN, "POST", headers={"Content-Length": "900000000"}),
        "too many fields": otto.ask(TAGS, "POST", b"&".join([b"a=1"] * 5000), FORM),
    }
    assert [reply.status for reply in replies.values()] == [400, 413, 400]
    for name, reply in replies.items():
        assert lacking("/", reply) == [], name


def test_a17_saboteur_an_answer_without_them() -> None:
    bare = Reply(status=200, headers={"access-control-allow-origin": EVIL}, text="", seconds=0)
    assert len(lacking("/console/", bare)) >= 5


def zeros(size: int) -> Iterator[bytes]:
    piece = b"0" * MEGABYTE
    yield from (piece for _ in range(size // MEGABYTE))


MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
FILE = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n1\r\n'
BOMBS = {
    "200 MB, told before": (413, lambda c: c.ask(LOGIN, "POST", zeros(200 * MEGABYTE), {
        **FORM, "Content-Length": str(200 * MEGABYTE)})),
    "200 MB, in pieces": (413, lambda c: c.ask(LOGIN, "POST", zeros(200 * MEGABYTE), FORM)),
    "100,000 fields": (400, lambda c: c.ask(TAGS, "POST", b"a=1&" * 100_000, FORM)),
    "100,000 parts": (400, lambda c: c.ask(TAGS, "POST", PART * 70_000 + b"--x--", MULTIPART)),
    "50,000 files": (400, lambda c: c.ask(TAGS, "POST", FILE * 50_000 + b"--x--", MULTIPART)),
    "a part without end": (400, lambda c: c.ask(TAGS, "POST", b"--x\r\n" + b"A" * 5_000_000,
        MULTIPART)),
    "a nested boundary": (400, lambda c: c.ask(TAGS, "POST", b"--x" * 1_000_000, {
        "Content-Type": "multipart/form-data; boundary=" + "x" * 300})),
    "5 MB of one field": (400, lambda c: c.ask(TAGS, "POST", b"tag=" + b"a" * (5 * MEGABYTE + 9),
        FORM)),
    "a cookie of 60 kB": (0, lambda c: c.ask(LOGIN, headers={"Cookie": "a=" + "b" * 60_000})),
    "an address of 60 kB": (0, lambda c: c.ask("/console/customers/?q=" + "b" * 60_000)),
    "a hundred thousand questions": (0, lambda c: c.ask("/console/customers/?" + "q&" * 20_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a28_a_bomb_is_refused_and_harms_nobody(name: str, house: House, otto: Caller) -> None:
    wanted, throw = BOMBS[name]
    before, waits, done = memory(house.pid), [0.0], threading.Event()

    def others() -> None:
        while not done.is_set():
            waits.append(Caller(house).ask("/livez").seconds)
            time.sleep(0.02)

    watcher = threading.Thread(target=others)
    watcher.start()
    try:
        reply = throw(otto)
    finally:
        done.set()
        watcher.join()
    refused = reply.status in (400, 403, 404, 413, 414, 431) or (wanted == 0 and reply.status < 500)
    assert refused, reply.status
    if wanted == 413:
        assert reply.status == 413
    assert reply.seconds < PATIENCE
    assert max(waits) < PATIENCE, "others are answered meanwhile"
    assert memory(house.pid) - before < MOST_MEMORY


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(20_000)) + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 2_000_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 2_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x00" * 100_000,
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /console/ HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
    ],
    ids=["headers", "a header", "an address", "zeros", "two lengths", "less than none", "more"],
)
def test_a28_floods_of_headers(sent: bytes, house: House) -> None:
    before = memory(house.pid)
    said = raw(house, sent)
    assert not said.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5")), said[:100]
    assert memory(house.pid) - before < MOST_MEMORY
    assert Caller(house).ask("/livez").status == 200


@pytest.mark.parametrize("field", ["tag", "text", "name", "attributes", "value", "q", "login"])
def test_a29_long_texts_are_quick(field: str, house: House, otto: Caller) -> None:
    found = re.search(r"/console/customers/[0-9a-f-]{36}/", otto.ask("/console/customers/").text)
    assert found is not None
    goals = {"tag": "tags/", "text": "notes/", "value": "identifiers/"}
    for piece in ("a", " ", "0 ", "4111 ", "a@", "\u0301", "<", "=1+", "a.b@c.", "ł"):
        value = (piece * 100_000)[:100_000]
        if field in ("q", "login"):
            path = LOGIN if field == "login" else "/console/customers/?q=" + "b" * 8_000
            caller = Caller(house) if field == "login" else otto
            reply = caller.ask(path) if field == "q" else caller.send(path, {"login": value})
        else:
            # An impossible birthday: nothing of the form is kept.
            extra = {"kind": "email"} if field == "value" else {"birth_date": "never"}
            reply = otto.send(found[0] + goals.get(field, "edit/"), {field: value, **extra})
        assert reply.status < 500, piece
        assert reply.seconds < PATIENCE, piece


def test_a42_nobody_says_who_they_are_or_where(house: House, otto: Caller) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-For": "8.8.8.8",
        "X-Forwarded-Proto": "https",
        "X_Forwarded_Host": "evil.example",
        "Forwarded": "host=evil.example",
        "X-Original-URL": "/console/settings/staff/",
        "X-Rewrite-URL": "/console/settings/staff/",
    }
    for path in ("/console/", "/", LOGIN, "/console/settings/account/"):
        plain, told = otto.ask(path), otto.ask(path, headers=forged)
        assert told.status == plain.status
        assert "evil" not in told.text + str(told.headers)
    invite = "/console/settings/staff/invite/"
    values = {"name": "Ed", "email": f"ed{uuid.uuid4().hex[:6]}@x.example", "role": "viewer"}
    shown = otto.send(invite, values, **forged).text
    assert "/console/enter/" in shown
    assert "evil" not in shown
    for host in ("evil.example", "localhost.evil.example", f"{otto.name}@evil.example", ""):
        assert Caller(house).ask(LOGIN, headers={"Host": host}).status == 400, host


def test_a42_a_forged_address_does_not_dodge_the_limit(house: House) -> None:
    """Five tries for a name, wherever they seem to come from."""
    caller, said = Caller(house), []
    caller.ask(LOGIN)
    for number in range(7):
        values = {"login": "nobody@corner-coffee.example", "password": "guess-guess-guess"}
        with house.alone():
            reply = caller.send(LOGIN, values, **{"X-Forwarded-For": f"10.9.8.{number}"})
        said.append(re.sub(r'value="[^"]*"|[0-9a-f]{16,}', "", reply.text))
    assert said[0] == said[1]
    assert said[-1] != said[0], "the last ones are told to wait"


def test_a43_errors_tell_nothing(house: House, otto: Caller) -> None:
    for caller in (Caller(house), otto):
        for path in ("/console/nowhere/", "/nowhere", "/console/customers/x/", "/%ff", "/\\..\\x"):
            reply = caller.ask(path)
            assert reply.status in (302, 400, 404), path
            assert not re.search(
                r"Traceback|Exception|django|urlpattern|DEBUG|site-packages|/src/|psycopg|granian",
                reply.text,
                re.IGNORECASE,
            ), path
    page = otto.ask("/console/nowhere/")
    assert page.headers["x-request-id"] in page.text


def test_a43_no_secret_is_in_the_log(house: House, otto: Caller) -> None:
    """After all that: neither passwords nor keys nor addresses nor links were written down."""
    link = house.link()
    token = link.rstrip("/").rpartition("/")[2]
    caller = Caller(house)
    caller.ask(link.partition(house.address)[2] or "/")
    caller.ask(f"/console/nowhere/?password={PASSWORD}&token={token}")
    caller.send(LOGIN, {"login": "canary@corner-coffee.example", "password": PASSWORD + "-x"})
    otto.send(TAGS, {"tag": "canary-tag"})
    log = house.log.read_text()
    secrets = [PASSWORD, token, "canary@", "canary-tag", otto.cookies["sessionid"]]
    for path in house.data.rglob("*key*"):
        if path.is_file() and path.stat().st_size < 500:
            secrets.append(path.read_text(errors="replace").strip())
    assert [secret[:8] for secret in secrets if len(secret) > 5 and secret in log] == []
    assert "@corner-coffee.example" not in log
    assert len(secrets) > 5, "the key of the installation was looked for"
    assert log, "there is a log"
