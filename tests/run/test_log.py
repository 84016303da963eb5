"""Log lines that machines read: one object a line, whatever the entry holds."""

from __future__ import annotations

import json
import logging
import sys

from regulars.run.log import Lines


def entry(message: str, **more: object) -> logging.LogRecord:
    record = logging.LogRecord("regulars.test", logging.ERROR, "", 0, message, None, None)
    record.__dict__.update(more)
    return record


def test_an_entry_is_one_object_on_one_line_with_the_id_of_its_request() -> None:
    line = Lines(json=True).format(entry("forged\nline \r\x1b[31m", request_id="ab12"))
    assert "\n" not in line
    assert "\r" not in line
    told = json.loads(line)
    assert set(told) == {"at", "level", "from", "event", "request"}
    assert (told["level"], told["from"], told["request"]) == ("error", "regulars.test", "ab12")
    assert told["event"] == "forged\nline \r\x1b[31m"
    assert told["at"].endswith("+00:00")


def test_a_traceback_stays_on_the_line_of_its_entry() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = entry("broken", exc_info=sys.exc_info())
    for as_json in (True, False):
        assert "\n" not in Lines(json=as_json).format(record)
