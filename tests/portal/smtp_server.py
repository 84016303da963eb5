"""A real SMTP server on the loopback, as helpful or as nasty as a test wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

from ports import free_port

OK = "250 OK"
Judge = Callable[[str], str]


class Taken:
    """What came in: one message for each recipient, in the order of arrival; and each as it came
    over the line."""

    def __init__(self, judge: Judge, after: Judge) -> None:
        self.judge, self.after = judge, after
        self.mails: list[tuple[str, Message]] = []
        self.raw: list[bytes] = []
        self.dialogue: list[str] = []

    async def handle_RCPT(  # noqa: N802 - named by the library
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.dialogue.append(address)
        answer = self.judge(address)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - named by the library
        self, server: SMTP, session: Any, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        for address in envelope.rcpt_tos:
            self.mails.append((address, message_from_bytes(content, policy=default)))
        answer = self.after(envelope.rcpt_tos[0])
        if answer == "hang up":
            server.transport.close()
            return OK
        return answer


def _take(address: str) -> str:
    return OK


@contextmanager
def smtp(settings: Any, judge: Judge = _take, after: Judge = _take) -> Iterator[Taken]:
    """The server, and Django's settings pointed at it. `judge` answers to each recipient, `after`
    to each letter when it is in; "hang up" breaks the line instead."""
    taken = Taken(judge, after)
    port = free_port()
    controller = Controller(taken, hostname="127.0.0.1", port=port, ready_timeout=120)
    controller.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = port
        settings.EMAIL_TIMEOUT = 60
        settings.MAIL_CONFIGURED = True
        settings.DEFAULT_FROM_EMAIL = "hello@corner.example"
        yield taken
    finally:
        controller.stop()
