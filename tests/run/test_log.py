"""Log lines that machines read: one object a line, whatever the entry holds."""

from __future__ import annotations

import json
import logging
import re
import sys
import time

import pytest

from regulars.run import masking
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


def broken(error: BaseException) -> logging.LogRecord:
    try:
        try:
            raise error
        except type(error) as inner:
            raise RuntimeError("while booking") from inner
    except RuntimeError:
        return entry("failed", exc_info=sys.exc_info())


ROW = (
    'duplicate key value violates unique constraint "regulars_identifier_pkey"\n'
    "DETAIL:  Key (kind, value)=(email, zoe@example.com) already exists."
)
ERRORS = [
    ValueError("zoe@example.com is no address"),
    KeyError("Zoe Kanarek"),
    ValueError("invalid literal for int() with base 10: 'zoe'"),
    ValueError("no such phone: +491765550199"),
    RuntimeError(ROW),
    ExceptionGroup("many", [ValueError("sent to zoe%40example.com")]),
]


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("error", ERRORS, ids=lambda one: type(one).__name__)
def test_p16_errors_repeat_no_values(error: Exception, as_json: bool) -> None:
    line = Lines(json=as_json).format(broken(error))
    assert not re.search(r"zoe|kanarek|5550199", line, re.IGNORECASE), line
    assert type(error).__name__ in line
    assert "while booking" in line
    assert "test_log.py" in line, "and where it was"


def test_p16_names_of_the_code_are_told() -> None:
    error = AttributeError("'NoneType' object has no attribute 'left_at'")
    assert "'NoneType' object has no attribute 'left_at'" in Lines(json=False).format(broken(error))
    assert '"regulars_identifier_pkey"' in Lines(json=False).format(broken(RuntimeError(ROW)))


def test_p16_an_address_is_a_mark_that_stays_the_same() -> None:
    said = Lines(json=False).format(entry("mail to Zoe@example.com, then zoe%40example.com failed"))
    marks = re.findall(r"<mail ([0-9a-f]{12})>", said)
    assert len(marks) == 2
    assert marks[0] == marks[1] == masking.mark("zoe@example.com") != masking.mark("a@example.com")


def test_p16_a_long_line_costs_a_moment_and_hides_no_address() -> None:
    """The processor's time: looked for from each sign anew, it would be many minutes."""
    began = time.process_time()
    told = masking.masked("a" * 300_000 + " a%40b.de%2Cana%40x.de " + "b." * 100_000)
    assert time.process_time() - began < 10
    assert told.count("<mail ") == 1
    assert "x.de" not in told


@pytest.mark.parametrize(
    "door",
    [
        "/my/enter/",
        "/console/enter/",
        "/my/stop/",
        "/r/confirm/",
        "/till/pair/",
        "/hooks/",
        "/reset/key/",
    ],
)
def test_a43_no_line_repeats_what_opens_a_door(door: str) -> None:
    told = masking.masked(f"Forbidden (CSRF cookie not set.): {door}Zx4-token_of-a-link/")
    assert told == f"Forbidden (CSRF cookie not set.): {door}…/"
    assert masking.masked(f"{door}new/") == f"{door}new/"


def test_p16_saboteur_lines_as_they_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "masked", lambda text: text)
    assert "zoe@example.com" in Lines(json=False).format(entry("mail to zoe@example.com"))


def test_a_traceback_stays_on_the_line_of_its_entry() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = entry("broken", exc_info=sys.exc_info())
    for as_json in (True, False):
        assert "\n" not in Lines(json=as_json).format(record)
