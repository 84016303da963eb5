"""Mail against a real SMTP server: each once, whatever the server or the worker does (R36-R40)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from smtp_server import OK, smtp

from people import NOW
from regulars.actions import mailing
from regulars.channels.mail import Outcome, Postman
from regulars.db.models import OutMail
from staff import open_cafe

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def queued(*recipients: str, now: datetime = NOW, **more: Any) -> list[OutMail]:
    values = {"kind": "test", "subject": "Hello", "text": "A few words.\n", **more}
    ids = [mailing.queue(mailing.Wanted(recipient=one, **values), now) for one in recipients]
    return [OutMail.objects.get(pk=one) for one in ids]


def states() -> dict[str, tuple[str, str]]:
    return {row.recipient: (row.state, row.code) for row in OutMail.objects.all()}


def test_it_goes_out_once_with_the_name_of_the_business(settings: Any) -> None:
    open_cafe()
    [row] = queued("anna@example.com", subject="Grüße\r\n aus dem  Café", text="Schön, dass …\n")
    with smtp(settings) as server:
        assert mailing.send_due(NOW) == 1
        assert mailing.send_due(NOW + HOUR) == 0
    [(address, mail)] = server.mails
    assert address == "anna@example.com"
    assert mail["Subject"] == "Grüße aus dem Café"
    assert mail["From"] == "Corner Coffee <hello@corner.example>"
    assert mail["Message-ID"] == f"<{row.id}@corner.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Schön, dass …" in mail.get_content()  # type: ignore[attr-defined]
    assert states() == {"anna@example.com": ("sent", "")}


def test_nothing_goes_out_of_what_was_rolled_back(settings: Any) -> None:
    class Stop(Exception):
        pass

    with suppress(Stop), transaction.atomic():
        queued("anna@example.com")
        raise Stop
    with smtp(settings) as server:
        assert mailing.send_due(NOW) == 0
    assert server.mails == []


def test_without_a_way_to_send_it_stays(settings: Any) -> None:
    settings.MAIL_CONFIGURED = False
    queued("anna@example.com")
    assert mailing.send_due(NOW) == 0
    assert states() == {"anna@example.com": ("waiting", "")}


def answers(address: str) -> str:
    return {"gone": "550 nobody", "full": "452 later", "busy": "421 closing"}.get(
        address.partition("@")[0], OK
    )


def test_everybody_ends_in_one_state_whatever_the_server_says(settings: Any) -> None:
    names = ["gone", "one", "full", "two", "busy", "three", "four"]
    queued(*(f"{name}@example.com" for name in names))
    with smtp(settings, answers) as server:
        assert mailing.send_due(NOW) == 4
    assert sorted(address for address, _mail in server.mails) == [
        f"{name}@example.com" for name in ("four", "one", "three", "two")
    ]
    assert states() == {
        "gone@example.com": ("failed", "status_550"),
        "full@example.com": ("waiting", "status_452"),
        "busy@example.com": ("waiting", "status_421"),
        **{f"{name}@example.com": ("sent", "") for name in ("one", "two", "three", "four")},
    }
    with smtp(settings) as server:
        assert mailing.send_due(NOW) == 0, "not before its time"
        assert mailing.send_due(NOW + HOUR) == 2
    assert {state for state, _code in states().values()} == {"sent", "failed"}


def test_what_is_too_late_is_not_sent(settings: Any) -> None:
    queued("anna@example.com", worth=timedelta(minutes=10))
    with smtp(settings) as server:
        assert mailing.send_due(NOW + HOUR) == 0
    assert server.mails == []
    assert states() == {"anna@example.com": ("failed", "too_late")}


def test_a_server_that_is_away_costs_nobody_their_mail(settings: Any) -> None:
    with smtp(settings):
        pass
    queued("anna@example.com", "ben@example.com")
    assert mailing.send_due(NOW) == 0
    assert {state for state, _code in states().values()} == {"waiting"}
    with smtp(settings) as server:
        assert mailing.send_due(NOW + HOUR) == 2
    assert len(server.mails) == 2


def test_a_line_that_breaks_after_the_letter_gives_at_most_one_second_copy(settings: Any) -> None:
    [row] = queued("anna@example.com")
    with smtp(settings, after=lambda _address: "hang up") as broken:
        assert mailing.send_due(NOW) == 0
    assert states() == {"anna@example.com": ("waiting", "line_broke")}
    with smtp(settings) as server:
        assert mailing.send_due(NOW + HOUR) == 1
    ids = [mail["Message-ID"] for _address, mail in [*broken.mails, *server.mails]]
    assert ids == [f"<{row.id}@corner.example>"] * 2, "a mailbox can tell that they are one"


class Killed(BaseException):
    """Nobody catches it, as nobody catches the end of a process."""


@pytest.mark.parametrize("step", ["deliver", "mark"])
def test_a_killed_worker_loses_nothing_and_repeats_at_most_what_was_in_hand(
    step: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued(*(f"p{number}@example.com" for number in range(6)))

    def kill(*_told: object) -> Outcome:
        raise Killed

    with smtp(settings) as server:
        with monkeypatch.context() as broken:
            where, name = (Postman, "deliver") if step == "deliver" else (mailing, "_mark")
            broken.setattr(where, name, kill)
            with pytest.raises(Killed):
                mailing.send_due(NOW)
        assert mailing.send_due(NOW) == 0, "what was taken up has its lease"
        assert mailing.send_due(NOW + mailing.LEASE) == 6
        arrived = [address for address, _mail in server.mails]
    assert set(arrived) == {f"p{number}@example.com" for number in range(6)}
    assert len(arrived) == (6 if step == "deliver" else 7)


def test_saboteur_without_a_mark_mails_arrive_twice(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued("anna@example.com")
    monkeypatch.setattr(mailing, "_mark", lambda *_told: None)
    with smtp(settings) as server:
        mailing.send_due(NOW)
        mailing.send_due(NOW + mailing.LEASE)
    assert len(server.mails) == 2


def test_who_lost_the_lease_marks_nothing(settings: Any) -> None:
    [row] = queued("anna@example.com")
    stale = OutMail.objects.get(pk=row.pk)
    with smtp(settings):
        assert mailing.send_due(NOW) == 1
    mailing._mark(stale, Outcome("later", "status_451"), NOW)
    assert states() == {"anna@example.com": ("sent", "")}


@pytest.mark.parametrize("worth", [timedelta(minutes=10), timedelta(days=2)])
def test_what_lets_somebody_in_is_not_kept(settings: Any, worth: timedelta) -> None:
    queued("anna@example.com", secret=True, text="123456", worth=worth)
    if worth < HOUR:
        mailing.tidy(NOW + HOUR)
    else:
        with smtp(settings) as server:
            mailing.send_due(NOW)
        assert "123456" in server.mails[0][1].as_string()
    assert OutMail.objects.get().text == ""


def test_old_mail_is_forgotten() -> None:
    queued("anna@example.com")
    mailing.tidy(NOW + mailing.KEPT - HOUR)
    assert OutMail.objects.count() == 1
    mailing.tidy(NOW + mailing.KEPT + HOUR)
    assert OutMail.objects.count() == 0


HEADERS = [
    "anna@example.com\r\nBcc: all@example.com",
    "anna@example.com\nX-Evil: yes",
    "anna@example.com, ben@example.com",
    "anna\u2028@example.com",
    "not an address",
]


@pytest.mark.parametrize("address", HEADERS)
def test_a19_an_address_is_one_address(settings: Any, address: str) -> None:
    queued(address, subject="Hi\r\nBcc: all@example.com\u2028X: y")
    with smtp(settings) as server:
        mailing.send_due(NOW)
    assert "all@example.com" not in server.dialogue
    assert "ben@example.com" not in server.dialogue
    for _address, mail in server.mails:
        assert mail["Bcc"] is None
        assert mail["X-Evil"] is None


@pytest.mark.parametrize(
    ("status", "became"), [(400, "refused"), (401, "refused"), (429, "later"), (503, "later")]
)
def test_what_a_provider_answers(settings: Any, status: int, became: str) -> None:
    class ProviderError(Exception):
        status_code = status

    from regulars.channels.mail import outcome_of

    assert outcome_of(ProviderError()).became == became
