"""Ports for servers that tests start: what one process chose, nobody else takes meanwhile."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from itertools import count

LOWEST, SPAN = 12_000, 16_000
"""Beneath those that the system gives to connections (on Linux from 32768 on): a port that it chose
itself could be that of somebody's connection before a server listens there."""
_turn = count(os.getpid() * 97)
_claims: list[socket.socket] = []


def free_port() -> int:
    """A port of 127.0.0.1 at which nobody listens, for this process until it ends: it holds the
    datagram port of that number, so that other processes of tests pass on to the next."""
    for turn in _turn:
        port = LOWEST + turn % SPAN
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind(("127.0.0.1", port))
            with closing(socket.socket()) as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port
    raise AssertionError("there is always a next one")
