"""A name server on loopback: it knows what a test tells it, and notes what it is asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from dns import message, rcode, rrset
from dns.resolver import Resolver

SILENT = "silent"
BROKEN = "broken"
Records = Mapping[str, Sequence[str]]


class Server:
    """`records`: the texts of each name; `mood` tells whether it answers, and how."""

    def __init__(self, records: Records, mood: str = "") -> None:
        self.records, self.mood = records, mood
        self.asked: list[str] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))

    def resolver(self) -> Resolver:
        found = Resolver(configure=False)
        found.nameservers = ["127.0.0.1"]
        found.port = self.socket.getsockname()[1]
        found.timeout = 60.0  # who hears nothing for two seconds would ask once more
        return found

    def serve(self) -> None:
        while (packet := self.socket.recvfrom(4096))[0]:
            question = message.from_wire(packet[0])
            if self.mood != SILENT:
                self.socket.sendto(self._answer(question).to_wire(), packet[1])

    def _answer(self, question: message.Message) -> message.Message:
        name = question.question[0].name.to_text(omit_final_dot=True)
        self.asked.append(name)
        answer = message.make_response(question)
        if self.mood == BROKEN:
            answer.set_rcode(rcode.SERVFAIL)
        elif name not in self.records:
            answer.set_rcode(rcode.NXDOMAIN)
        elif found := self.records[name]:
            answer.answer.append(rrset.from_text(f"{name}.", 60, "IN", "TXT", *found))
        return answer

    def close(self) -> None:
        """An empty packet ends it."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", self.socket.getsockname())


@contextmanager
def name_server(records: Records, mood: str = "") -> Iterator[Server]:
    server = Server(records, mood)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()
        server.socket.close()
