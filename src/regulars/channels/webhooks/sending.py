"""Sending one message to one address. Runs in a loop of its own, in a thread of its own, so that
many receivers may be waited for at once while the database is used as everywhere else."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpcore
from msgspec import Struct

from regulars.channels.webhooks.addresses import Address, Forbidden, Networks, judge_url

TIME_LIMIT = 15.0
"""Seconds for one attempt, from looking up the name to the end of the answer."""
MOST_READ = 16 * 1024
"""Bytes of an answer that are read, so that its connection may serve again; nothing is kept."""
CONNECTIONS = 40
KEPT_OPEN = 10
KEPT_SECONDS = 30.0
AGENT = "Regulars-Webhooks/1"


class Parcel(Struct, frozen=True, kw_only=True):
    """What is sent where: the body as it stands, and the headers that sign it."""

    url: str
    body: bytes
    headers: dict[str, str]


class Answer(Struct, frozen=True, kw_only=True):
    """What came back: a status, or 0 with a code that says why there is none. `wait` is what the
    receiver asked for by Retry-After, as it was written."""

    status: int = 0
    code: str = ""
    wait: str = ""


class Guarded(httpcore.AsyncNetworkBackend):
    """Looks a name up once, judges every address that it leads to, and connects to one of them.

    The name stays what TLS checks and what the Host header says; it is never looked up again.
    Without `open_to_all` only networks that the owner allowed are reached.
    """

    def __init__(self, networks: Networks, *, open_to_all: bool) -> None:
        self._networks = networks
        self._open_to_all = open_to_all
        self._net = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self.look_up(host, port)
        for one in addresses:
            if not self._networks.may_reach(one, port):
                raise Forbidden("address_private")
            if not (self._open_to_all or self._networks.has(one)):
                raise Forbidden("url_not_https")
        problem: Exception = httpcore.ConnectError("no address")
        for address in addresses[:3]:
            try:
                return await self._net.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    async def look_up(self, host: str, port: int) -> list[Address]:
        """The addresses of a name, by the system's resolver."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Forbidden("name_unknown") from None
        return list(dict.fromkeys(ip_address(str(one[4][0])) for one in found))

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise Forbidden("address_private")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Sender:
    """Sends parcels; `with Sender(networks) as sender:`. `send` may be called from any thread."""

    backend: type[Guarded] = Guarded

    def __init__(
        self,
        networks: Networks,
        *,
        time_limit: float = TIME_LIMIT,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._networks = networks
        self._time_limit = time_limit
        self._trust = trust or ssl.create_default_context(cafile=certifi.where())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="webhooks", daemon=True)

    def __enter__(self) -> Sender:
        self._pools = {
            scheme: httpcore.AsyncConnectionPool(
                ssl_context=self._trust,
                max_connections=CONNECTIONS,
                max_keepalive_connections=KEPT_OPEN,
                keepalive_expiry=KEPT_SECONDS,
                network_backend=self.backend(self._networks, open_to_all=scheme == "https"),
            )
            for scheme in ("https", "http")
        }
        self._thread.start()
        return self

    def __exit__(self, *_told: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _close(self) -> None:
        mine = asyncio.current_task()
        others = [one for one in asyncio.all_tasks() if one is not mine]
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for pool in self._pools.values():
            await pool.aclose()
        await self._loop.shutdown_default_executor()

    def send(self, parcel: Parcel) -> Future[Answer]:
        """Begin an attempt; the answer never raises."""
        return asyncio.run_coroutine_threadsafe(self._attempt(parcel), self._loop)

    async def _attempt(self, parcel: Parcel) -> Answer:
        try:
            judge_url(parcel.url, self._networks)
            async with asyncio.timeout(self._time_limit):
                return await self._post(parcel)
        except Forbidden as error:
            return Answer(code=error.code)
        except (TimeoutError, httpcore.TimeoutException):
            return Answer(code="too_slow")
        except (httpcore.NetworkError, OSError) as error:
            return Answer(code="tls_failed" if _is_tls(error) else "not_reached")
        except (httpcore.ProtocolError, ValueError):
            return Answer(code="no_http")

    async def _post(self, parcel: Parcel) -> Answer:
        headers = {"user-agent": AGENT, "accept-encoding": "identity", **parcel.headers}
        told = [(name.encode(), value.encode()) for name, value in headers.items()]
        pool = self._pools[urlsplit(parcel.url).scheme]
        sent = pool.stream("POST", parcel.url, headers=told, content=parcel.body)
        async with sent as response:
            found = [v for name, v in response.headers if name.lower() == b"retry-after"]
            await self._drain(response)
            wait = found[0].decode("ascii", "replace")[:100] if found else ""
            return Answer(status=response.status, wait=wait)

    @staticmethod
    async def _drain(response: httpcore.Response) -> None:
        """Read a short answer to its end; of a long one, or one that breaks off, the rest is left:
        the status has said everything."""
        read = 0
        with contextlib.suppress(httpcore.ProtocolError, httpcore.NetworkError):
            async for chunk in response.aiter_stream():
                read += len(chunk)
                if read > MOST_READ:
                    return


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
