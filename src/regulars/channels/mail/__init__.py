"""Mail, handed to whatever Django's mail settings name: an SMTP server or a provider.

One connection serves many letters. What came of each is one of four words: `sent`; `refused` (for
good: nobody lives there, or it says something that no mail may say); `later` (try again); `unclear`
(the line broke after the letter was handed over: it may have gone out). A letter keeps its
Message-ID however often it is tried, so that a mailbox can tell a second copy of it.
"""

from __future__ import annotations

import smtplib
from contextlib import suppress
from typing import Any, Literal

from django.core.mail import EmailMessage, get_connection
from msgspec import Struct, field

Became = Literal["sent", "refused", "later", "unclear"]
PERMANENT = range(500, 600)
TOO_MANY = 429


class Letter(Struct, frozen=True, kw_only=True):
    """A mail as it goes out; `id` is its own for ever, `request` that of the request it is from,
    `stop` the address by which whoever gets it stops mails of its kind (empty: they may not)."""

    id: str
    sender: str
    recipient: str
    subject: str
    text: str
    request: str = ""
    stop: str = ""


class Outcome(Struct, frozen=True):
    """What became of a letter; `code` says why it was not sent. It holds no address."""

    became: Became
    code: str = ""


class Postman(Struct):
    """Carries letters over one line, opened when needed and given up when it breaks."""

    line: Any = None
    open: bool = field(default=False)

    def deliver(self, letter: Letter) -> Outcome:
        """Hand over one letter."""
        try:
            message = _message(letter)
            self._connect()
        except (ValueError, UnicodeError):
            return Outcome("refused", "unreadable")
        except Exception as error:  # whatever the backend raises: it is said which
            self.close()
            return Outcome("later", f"unreachable_{type(error).__name__}"[:40])
        try:
            handed = self.line.send_messages([message])
        except Exception as error:
            outcome = outcome_of(error)
            if outcome.became in ("later", "unclear"):
                self.close()
            return outcome
        return Outcome("sent") if handed else Outcome("refused", "not_taken")

    def _connect(self) -> None:
        if not self.open:
            self.line = get_connection(fail_silently=False)
            self.line.open()
            self.open = True

    def close(self) -> None:
        """Hang up; the next letter opens a new line."""
        if self.line is not None:
            with suppress(Exception):
                self.line.close()
        self.line, self.open = None, False


def _message(letter: Letter) -> EmailMessage:
    """Raises ValueError for line ends in a header, or an address that is none."""
    host = letter.sender.rpartition("@")[2].strip("> ") or "localhost"
    headers = {"Message-ID": f"<{letter.id}@{host}>", "Auto-Submitted": "auto-generated"}
    if letter.request:
        headers["X-Request-Id"] = letter.request
    headers |= _ways_out(letter.stop)
    message = EmailMessage(
        letter.subject, letter.text, letter.sender, [letter.recipient], headers=headers
    )
    message.message()
    return message


def _ways_out(stop: str) -> dict[str, str]:
    """The headers by which a mail program stops mails of this kind. The one click of RFC 8058 is
    offered over https alone, as it asks."""
    found = {"List-Unsubscribe": f"<{stop}>"} if stop else {}
    if stop.startswith("https://"):
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found


def outcome_of(error: Exception) -> Outcome:
    """What an error of the SMTP library, or of a provider's, means for the letter."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _by_status(next(iter(error.recipients.values()), (0, b""))[0])
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_status(error.smtp_code)
    if isinstance(error, smtplib.SMTPServerDisconnected | TimeoutError | ConnectionError):
        return Outcome("unclear", "line_broke")
    if isinstance(error, ValueError | UnicodeError):
        return Outcome("refused", "unreadable")
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        wrong = 400 <= status < 500 and status != TOO_MANY
        return Outcome("refused" if wrong else "later", f"status_{status}")
    if "RecipientsRefused" in type(error).__name__:
        return Outcome("refused", "recipient")
    return Outcome("later", type(error).__name__[:40])


def _by_status(status: int) -> Outcome:
    return Outcome("refused" if status in PERMANENT else "later", f"status_{status}")
