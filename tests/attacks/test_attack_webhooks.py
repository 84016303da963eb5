"""Webhooks as a weapon: into our own network (A21), by names that change their mind (A22)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import httpcore
import pytest
from django.db import connection

from people import NOW
from receivers import Clock, Receiver, postbox, receiver
from regulars.actions import webhooks
from regulars.actions.delivering import Postbox
from regulars.actions.refused import Refused
from regulars.channels.webhooks import Forbidden, Networks, judge_url
from regulars.channels.webhooks.addresses import is_public
from regulars.channels.webhooks.sending import Answer, Guarded, Parcel, Sender
from regulars.db import outbox
from regulars.db.models import Delivery, Endpoint
from regulars.db.outbox import News

NOWHERE = Networks()

TARGETS = [
    "127.0.0.1",
    "127.1",
    "127.0.0.2",
    "127.255.255.254",
    "0.0.0.0",
    "0",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "127.0.0.1.",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "169.254.169.254",
    "169.254.0.1",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:169.254.169.254]",
    "[::127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::]",
    "[2001:0:7f00:1::]",
    "[2001:db8::1]",
    "[fc00::1]",
    "[fd00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[fec0::1]",
    "[ff02::1]",
    "[ff0e::1]",
    "[100::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "1.1",
    "1",
    "256.256.256.256",
    "1.2.3.4.5",
    "0x1.2.3.4",
]


@pytest.mark.parametrize("host", TARGETS)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_addresses_of_our_own_are_refused(host: str, scheme: str) -> None:
    with pytest.raises(Forbidden):
        judge_url(f"{scheme}://{host}/", NOWHERE)


WRITINGS = [
    "file:///etc/passwd",
    "gopher://example.com/",
    "ftp://example.com/",
    "dict://example.com:11211/",
    "//example.com/",
    "example.com",
    "javascript:alert(1)",
    "https://",
    "https:///path",
    "https://user@example.com/",
    "https://user:secret@example.com/",
    "https://127.0.0.1@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com#@127.0.0.1/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com\t/",
    "https://example.com\r\nHost: internal/",
    "https://exa mple.com/",
    "https://ex\u3002ample.com/",
    "https://①②⑦.0.0.1/",
    "https://example.com:22/",
    "https://example.com:25/",
    "https://example.com:5432/",
    "https://example.com:99999/",
    "https://example.com:port/",
    "https://example..com/",
    "https://[::1/",
    "http://example.com/",
]


@pytest.mark.parametrize("url", WRITINGS)
def test_other_writings_are_refused(url: str) -> None:
    with pytest.raises(Forbidden):
        judge_url(url, NOWHERE)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://example.com:8443/hooks?shop=1",
        "https://xn--caf-dma.example/",
        "https://93.184.215.14/",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
    ],
)
def test_public_addresses_are_taken(url: str) -> None:
    judge_url(url, NOWHERE)


def test_saboteur_python_alone_would_let_them_through() -> None:
    hidden = ["64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "::ffff:169.254.169.254"]
    let_through = [one for one in hidden if ip_address(one).is_global]
    assert let_through
    assert not any(is_public(ip_address(one)) for one in hidden)


@pytest.fixture
def inside() -> Iterator[Receiver]:
    """Somebody in our own network who must never hear of this."""
    with receiver() as found:
        yield found


def names(leading: dict[str, list[list[str]]]) -> type[Guarded]:
    """A resolver that says something else each time it is asked; it counts how often that is."""

    class Told(Guarded):
        asked: dict[str, int] = {}

        async def look_up(self, host: str, port: int) -> list[Any]:
            count = self.asked[host] = self.asked.get(host, 0) + 1
            said = leading[host]
            return [ip_address(one) for one in said[min(count, len(said)) - 1]]

    return Told


def sent_to(url: str, backend: type[Guarded], networks: Networks = NOWHERE) -> Answer:
    class Told(Sender):
        pass

    Told.backend = backend
    with Told(networks, time_limit=60.0) as sender:
        return sender.send(Parcel(url=url, body=b"{}", headers={})).result(240)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.215.14", "127.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["169.254.169.254"],
        ["10.0.0.1"],
    ],
)
def test_a_name_that_leads_inside_is_not_connected_to(
    addresses: list[str], inside: Receiver
) -> None:
    port = inside.url.rsplit(":", 1)[1].split("/")[0]
    answer = sent_to("https://evil.example/", names({"evil.example": [addresses]}))
    assert (answer.status, answer.code) == (0, "address_private")
    answer = sent_to(f"https://evil.example:{port}/", names({"evil.example": [addresses]}))
    assert answer.status == 0
    assert inside.got == []


def test_a_name_is_looked_up_once_and_what_was_judged_is_connected_to(inside: Receiver) -> None:
    """The name would lead inside when it is asked a second time."""
    told = names({"turns.example": [["203.0.113.7"], ["127.0.0.1"]]})
    reached: list[str] = []

    class Lines(httpcore.AnyIOBackend):
        async def connect_tcp(self, host: str, *rest: Any, **more: Any) -> Any:
            reached.append(host)
            raise httpcore.ConnectError("nobody answers there")

    class Watched(told):  # type: ignore[misc, valid-type]
        def __init__(self, *rest: Any, **more: Any) -> None:
            super().__init__(*rest, **more)
            self._net = Lines()

    networks = Networks.of(["203.0.113.7/32"])
    answer = sent_to("https://turns.example/", Watched, networks)
    assert (answer.status, answer.code) == (0, "not_reached")
    assert told.asked == {"turns.example": 1}  # type: ignore[attr-defined]
    assert reached == ["203.0.113.7"]
    assert inside.got == []


def test_saboteur_a_second_look_up_leads_inside(inside: Receiver) -> None:
    told = names({"turns.example": [["93.184.215.14"], ["127.0.0.1"]]})

    class Twice(told):  # type: ignore[misc, valid-type]
        async def connect_tcp(self, host: str, port: int, *rest: Any, **more: Any) -> Any:
            await self.look_up(host, port)
            again = await self.look_up(host, port)
            return await self._net.connect_tcp(str(again[0]), self.port, *rest, **more)

        port = int(inside.url.rsplit(":", 1)[1].split("/")[0])

    sent_to("https://turns.example/", Twice)
    assert told.asked["turns.example"] == 2  # type: ignore[attr-defined]


def test_http_reaches_only_networks_that_were_allowed(inside: Receiver) -> None:
    port = inside.url.rsplit(":", 1)[1].split("/")[0]
    told = names({"public.example": [["93.184.215.14"]], "mine.example": [["127.0.0.1"]]})
    mine = Networks.of(["127.0.0.0/8"])
    assert sent_to("http://public.example/", told, mine).code == "url_not_https"
    assert sent_to(f"http://mine.example:{port}/", told, mine).status == 204
    assert inside.got[0].headers["host"] == f"mine.example:{port}"


@pytest.mark.django_db
def test_a_redirect_into_our_network_is_not_followed(inside: Receiver, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    outbox.forget_wanted()
    for status in (301, 302, 303, 307, 308):
        with receiver(status, Location=inside.url) as lure, postbox(Clock(NOW)) as box:
            endpoint, _secret = webhooks.add(lure.url, [], now=NOW)
            with connection.cursor() as cursor:
                outbox.put(cursor, [News("tier.changed", {})], NOW)
            box.empty()
            assert webhooks.log(endpoint)[0].code == "redirected"
            webhooks.remove(endpoint)
    assert inside.got == []


@pytest.mark.django_db
def test_an_endpoint_inside_is_refused_when_it_is_added(inside: Receiver) -> None:
    for url in (inside.url, inside.url.replace("http:", "https:"), "https://169.254.169.254/"):
        with pytest.raises(Refused, match="webhook_url_private"):
            webhooks.add(url, [], now=NOW)
    assert Endpoint.objects.count() == 0


@pytest.mark.django_db
def test_open_and_closed_ports_inside_look_alike(inside: Receiver) -> None:
    """An address that was allowed once and is not any more: the log tells nothing of what is
    there."""
    with socket.create_server(("127.0.0.1", 0)) as shut:
        closed = f"http://127.0.0.1:{shut.getsockname()[1]}/"
    codes = []
    for url in (inside.url, closed):
        endpoint = Endpoint.objects.create(
            url=url, created_at=NOW, secrets=[{"secret": "whsec_AA=="}]
        )
        outbox.forget_wanted()
        with connection.cursor() as cursor:
            outbox.put(cursor, [News("tier.changed", {})], NOW)
        with Sender(NOWHERE) as sender:
            Postbox(sender, Clock(NOW)).empty()
        codes.append(webhooks.log(endpoint.id)[0].code)
        endpoint.delete()
    assert codes == ["url_private", "url_private"]
    assert inside.got == []
    assert Delivery.objects.count() == 0
