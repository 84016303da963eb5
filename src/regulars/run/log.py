"""Log lines: one line per event, whatever the event holds.

REGULARS_LOG=json writes JSON; anything else plain text. Line breaks and control signs that came in
from outside are written as escapes, so that nobody can forge a line. Addresses stand there as marks
only, and errors without the values that they quote.
"""

from __future__ import annotations

import logging
import os
import sys
from datetime import UTC, datetime

import msgspec

from regulars.db import tracing
from regulars.run import masking


def one_line(text: str) -> str:
    """`text` with everything escaped that could break or repaint a line."""
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


class Lines(logging.Formatter):
    """One line per record, plain or JSON; a traceback is part of its record's line."""

    def __init__(self, *, json: bool | None = None) -> None:
        super().__init__()
        self._json = os.environ.get("REGULARS_LOG") == "json" if json is None else json

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        message = masking.masked(record.getMessage())
        error = record.exc_info[1] if record.exc_info else None
        trace = masking.trace(error) if error is not None else ""
        request = str(getattr(record, "request_id", "") or tracing.current())
        if not self._json:
            message = message if request in message else f"{message} [request {request}]"
            end = f" | {one_line(trace)}" if trace else ""
            return f"{at} {record.levelname} {record.name}: {one_line(message)}{end}"
        fields = {"at": at, "level": record.levelname.lower(), "from": record.name}
        fields["event"] = message
        if trace:
            fields["trace"] = trace
        if request:
            fields["request"] = request
        return msgspec.json.encode(fields).decode()


def configure(level: int = logging.INFO) -> None:
    """Send this process's log to stderr as lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("regulars").setLevel(level)


def for_granian() -> dict[str, object]:
    """The same for the server's own words."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "regulars.run.log.Lines"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "lines",
                "stream": "ext://sys.stderr",
            }
        },
        "loggers": {"_granian": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
    }
