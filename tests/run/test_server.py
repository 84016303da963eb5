"""The one-port server, through a real granian and a real database."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from run_helpers import PATIENCE, Start, environ, eventually, fetch

from furnished import BARE, furnished
from ports import free_port
from regulars.run import body, database, embedded, migrate, roles, serve, web
from regulars.run.children import Child
from regulars.run.folder import Folder
from regulars.run.server import DEFAULT_BODY, THREADS

READY = {"ready": True, "reasons": []}


@contextmanager
def _web(variables: dict[str, str], port: int) -> Iterator[str]:
    child = Child("web", ["regulars.run.web", "127.0.0.1", str(port), "1"], variables)
    child.start()
    url = f"http://127.0.0.1:{port}"
    try:
        assert eventually(lambda: _listens(port))
        yield url
    finally:
        child.ask_to_stop()
        child.see_off(time.monotonic() + PATIENCE)


def _listens(port: int) -> bool:
    with closing(socket.socket()) as link:
        return link.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the little site's slow page says that it was asked."""
    return tmp_path_factory.mktemp("gate")


@pytest.fixture(scope="module")
def site(shared_notes: Folder, gate: Path) -> Iterator[str]:
    """The little site, with its tables, behind granian; a proxy on 127.0.0.9 is trusted."""
    port = free_port()
    with embedded.running(shared_notes) as addresses:
        variables = environ(**database.variables(shared_notes, addresses, {}))
        variables |= {"DJANGO_SETTINGS_MODULE": "little_site", "REGULARS_PROXIES": "127.0.0.9"}
        variables |= {"LITTLE_SITE_GATE": str(gate)}
        migrate.migrate(addresses, variables)
        with _web(variables, port) as url:
            yield url


def test_alive_and_ready(site: str) -> None:
    assert fetch(f"{site}/livez").text == "live\n"
    ready = fetch(f"{site}/readyz")
    assert (ready.status, json.loads(ready.text)) == (200, READY)


@pytest.mark.parametrize("size", [0, 1, 1000, 300_000, 2_000_000])
def test_a_post_arrives_whole(site: str, size: int) -> None:
    answer = json.loads(fetch(f"{site}/echo", b"x" * size).text)
    assert (answer["method"], answer["size"]) == ("POST", size)


def test_a_form_is_read(site: str) -> None:
    answer = fetch(f"{site}/form", "name=Ștefan&word=a+b".encode())
    assert json.loads(answer.text) == {"fields": {"name": "Ștefan", "word": "a b"}}


def test_a_body_without_a_length_arrives_whole(site: str) -> None:
    link = http.client.HTTPConnection(site.removeprefix("http://"), timeout=PATIENCE)
    with closing(link):
        link.request("POST", "/echo", body=iter([b"abc"] * 1000), encode_chunked=True)
        assert json.loads(link.getresponse().read())["size"] == 3000


def test_a_body_over_the_limit_is_refused(site: str) -> None:
    upload = f"{site}/console/customers/imports/new/echo"
    answer = fetch(upload, b"x" * 7_000_000, cookie="may=yes")
    assert (answer.status, json.loads(answer.text)["size"]) == (200, 7_000_000)
    assert fetch(upload, b"x" * 100).status == 200, "small bodies are Django's to refuse"
    link = http.client.HTTPConnection(site.removeprefix("http://"), timeout=PATIENCE)
    with closing(link):
        link.putrequest("POST", "/echo")
        link.putheader("Content-Length", "7000000")
        link.endheaders()
        answer_to_length = link.getresponse()
        assert answer_to_length.status == 413
        assert "X-Request-ID" in answer_to_length.headers


def test_a_stranger_cannot_fill_the_disk_with_a_file(site: str) -> None:
    link = http.client.HTTPConnection(site.removeprefix("http://"), timeout=PATIENCE)
    with closing(link):
        link.putrequest("POST", "/console/customers/imports/new/echo")
        link.putheader("Content-Length", "4000000000")
        link.endheaders()
        assert link.getresponse().status == 413


def test_a_body_that_stops_half_way_is_dropped(site: str) -> None:
    host, port = site.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)), timeout=PATIENCE)) as link:
        link.sendall(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
    assert json.loads(fetch(f"{site}/echo", b"next").text)["start"] == "next"


@pytest.mark.parametrize("length", [0, 100, 64_000])
def test_half_a_request_holds_no_stop_until_it_is_forced(length: int) -> None:
    assert body.seconds(DEFAULT_BODY, length) < web.STOP_SECONDS < serve.STOP_SECONDS


def test_slow_senders_occupy_no_thread(site: str) -> None:
    host, port = site.removeprefix("http://").split(":")
    links = [socket.create_connection((host, int(port)), timeout=PATIENCE) for _ in range(30)]
    try:
        for link in links:
            link.sendall(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx")
        assert fetch(f"{site}/echo").status == 200
    finally:
        for link in links:
            link.close()


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/echo", "/broken", "/nowhere"])
def test_every_answer_has_a_request_id(site: str, path: str) -> None:
    ids = [fetch(site + path, X_Request_ID="forged").headers["x-request-id"] for _ in range(2)]
    assert ids[0] != ids[1]
    assert all(len(found) == 16 for found in ids)
    assert fetch(site + path).headers["x-content-type-options"] == "nosniff"


def test_the_page_sees_the_same_request_id(site: str) -> None:
    answer = fetch(f"{site}/echo", X_Request_ID="forged")
    assert json.loads(answer.text)["request_id"] == answer.headers["x-request-id"]


def test_an_error_shows_no_code(site: str) -> None:
    answer = fetch(f"{site}/broken")
    assert answer.status == 500
    assert "broken on purpose" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1@evil"])
def test_an_unknown_host_is_refused(site: str, host: str) -> None:
    assert fetch(f"{site}/echo", Host=host).status == 400


def test_forged_forwarding_is_not_believed(site: str) -> None:
    answer = fetch(
        f"{site}/echo",
        X_Forwarded_For="10.9.9.9",
        X_Forwarded_Proto="https",
        X_Forwarded_Host="evil.example",
    )
    found = json.loads(answer.text)
    assert (found["client"], found["secure"], found["forwarded"]) == ("127.0.0.1", False, "")
    assert "evil" not in found["host"]


def test_a_listed_proxy_is_believed(site: str) -> None:
    host, port = site.removeprefix("http://").split(":")
    link = http.client.HTTPConnection(host, int(port), source_address=("127.0.0.9", 0))
    with closing(link):
        headers = {"X-Forwarded-For": "6.6.6.6, 203.0.113.7", "X-Forwarded-Proto": "https"}
        link.request("GET", "/echo", headers=headers)
        found = json.loads(link.getresponse().read())
    assert (found["client"], found["secure"]) == ("203.0.113.7", True)


def test_health_answers_while_every_thread_is_busy(site: str, gate: Path) -> None:
    host, port = site.removeprefix("http://").split(":")
    links = [http.client.HTTPConnection(host, int(port), timeout=PATIENCE) for _ in range(12)]
    for link in links:
        link.request("GET", "/slow")
    assert eventually(lambda: len(list(gate.iterdir())) >= THREADS)
    for path in ("/livez", "/readyz") * 3:
        assert fetch(site + path).status == 200
    (gate / "open").touch()
    assert [link.getresponse().read() for link in links] == [b"done"] * 12
    for link in links:
        link.close()


def test_not_ready_says_why_and_no_secret(base: Path, port: int) -> None:
    folder = furnished(base / "data", BARE)
    with embedded.running(folder) as addresses:
        variables = environ(**database.variables(folder, addresses, {}))
        variables["DJANGO_SETTINGS_MODULE"] = "little_site"
        with _web(variables, port) as url:
            assert json.loads(fetch(f"{url}/readyz").text)["reasons"] == ["migrations"]
            migrate.migrate(addresses, variables)
            assert eventually(lambda: fetch(f"{url}/readyz").status == 200)
            embedded.stop(folder)
            assert eventually(lambda: fetch(f"{url}/readyz").status == 503)
            down = fetch(f"{url}/readyz")
            assert json.loads(down.text) == {"ready": False, "reasons": ["database"]}
            assert roles.APP not in down.text
            assert fetch(f"{url}/livez").status == 200
            assert embedded.revive(folder)
            assert eventually(lambda: fetch(f"{url}/readyz").status == 200)


def test_a_weak_key_is_not_ready(shared_notes: Folder, port: int) -> None:
    with embedded.running(shared_notes) as addresses:
        variables = environ(**database.variables(shared_notes, addresses, {}))
        variables |= {"DJANGO_SETTINGS_MODULE": "little_site", "REGULARS_SECRET_KEY": "secret"}
        with _web(variables, port) as url:
            assert "key" in json.loads(fetch(f"{url}/readyz").text)["reasons"]


def test_a_stop_under_load_cuts_nobody_off(shared_notes: Folder, port: int, start: Start) -> None:
    with embedded.running(shared_notes) as addresses:
        variables = environ(**database.variables(shared_notes, addresses, {}))
        variables["DJANGO_SETTINGS_MODULE"] = "little_site"
        with _web(variables, port) as url:
            senders = [start(HAMMER, f"{url}/echo") for _ in range(3)]
            for sender in senders:
                assert sender.stdout is not None
                assert sender.stdout.readline() == "200\n"
        for sender in senders:
            assert sender.wait(PATIENCE) == 0


# Sends until nobody listens any more; an answer other than 200 is an error.
HAMMER = """
import sys, urllib.error, urllib.request
print(urllib.request.urlopen(sys.argv[1], b"x").status, flush=True)
while True:
    try:
        urllib.request.urlopen(sys.argv[1], b"x" * 500).read()
    except urllib.error.HTTPError as error:
        sys.exit(f"answered {error.code}")
    except OSError:
        sys.exit(0)
"""


def test_figures_are_for_who_is_here(site: str) -> None:
    answer = fetch(f"{site}/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'regulars_requests_total{kind="health",status="2xx"}' in answer.text
    assert fetch(f"{site}/metrics", X_Forwarded_For="8.8.8.8").status == 404
    assert fetch(f"{site}/metrics", Authorization="Bearer rgl_wrong", Via="1").status == 404
