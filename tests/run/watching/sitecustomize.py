"""Loaded by every Python process that starts under it: writes down whom it calls beyond this
machine, by name or by number."""

from __future__ import annotations

import os
import sys
from ipaddress import ip_address
from typing import Any

BOOK = os.environ.get("WATCHING_BOOK", "")
HERE = ("localhost", "")


def _is_outside(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else str(host or "")
    if text in HERE:
        return False
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return True
    return not (address.is_loopback or address.is_unspecified)


def _watch(event: str, told: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = told[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(told[1], tuple):
        host = told[1][0]
    else:
        return
    if _is_outside(host):
        with open(BOOK, "a") as book:
            book.write(f"{event} {host!r} by {sys.argv[:1]}\n")


if BOOK:
    with open(BOOK + ".by", "a") as book:
        book.write(f"{os.getpid()}\n")
    sys.addaudithook(_watch)
