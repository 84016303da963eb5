"""What a relay signs of our mails (DKIM) covers the way out, and stays valid on its way (P05)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from msgspec import Struct
from portal_kit import ANA, BASE, NOW, Club
from smtp_server import smtp

from regulars.actions import mailing
from regulars.actions.portal_profile import Said, consent
from regulars.db.queries.consents import stop_token
from regulars.run import doctor_mail
from regulars.run.folder import locate
from run.dns_server import Server, name_server

pytestmark = pytest.mark.django_db
HOME, SELECTOR = "corner-coffee.eu", "summer"
PLACE = f"{SELECTOR}._domainkey.{HOME}"
WAYS_OUT = (b"list-unsubscribe", b"list-unsubscribe-post")
RFC_6376 = tuple(sorted(dkim.DKIM.SHOULD))
"""What that RFC of 2011 names: the one click came six years later."""
Changed = Callable[[bytes], bytes]


class Relay(Struct, frozen=True):
    """Whoever sends for the business: a key, and the record of it."""

    key: bytes
    record: str

    def signed(self, mail: bytes, headers: tuple[bytes, ...]) -> bytes:
        """The mail as it goes on. Each header is named once more than it is there: so nobody can
        add another one."""
        there = {one.lower().encode() for one in message_from_bytes(mail).keys()}  # noqa: SIM118
        named = [one for one in headers if one in there]
        signature = dkim.sign(
            mail,
            SELECTOR.encode(),
            HOME.encode(),
            self.key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[*named, *named],
        )
        assert isinstance(signature, bytes)
        return signature + mail


@pytest.fixture(scope="module")
def relay() -> Relay:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return Relay(private, f"v=DKIM1; k=rsa; p={b64encode(public).decode()}")


@pytest.fixture
def names(relay: Relay) -> Iterator[Server]:
    """A name server that knows the relay's key, in parts as DNS wants them."""
    parts = (relay.record[:200], relay.record[200:])
    with name_server({PLACE: [" ".join(f'"{one}"' for one in parts)]}) as server:
        yield server


@pytest.fixture
def letter(club: Club, settings: Any) -> bytes:
    """A newsletter as our side hands it over."""
    said = Said(choices={("news", "mail"): True}, wordings={}, language="en", source="portal")
    consent(club.ana, said, NOW)
    wanted = mailing.Wanted(
        kind="newsletter",
        recipient=ANA,
        subject="Neu im Mai: Eistee für die große Hitze, und was es sonst noch bei uns gibt",
        text="Eistee ist da: süß, kühl.\n",
        customer_id=club.ana,
        purpose="news",
    )
    mailing.queue(wanted, NOW)
    with smtp(settings) as server:
        settings.DEFAULT_FROM_EMAIL = f"hello@{HOME}"
        assert mailing.send_due(NOW) == 1
    [raw] = server.raw
    return raw


def valid(mail: bytes, names: Server) -> bool:
    """Whether a mailbox finds the signature right, with the key that DNS tells."""

    def asked(name: bytes, timeout: int = 5) -> bytes:
        [answer] = names.resolver().resolve(name.decode(), "TXT", lifetime=60, search=False)
        return b"".join(answer.strings)

    return bool(dkim.verify(mail, dnsfunc=asked))


def covered(mail: bytes) -> bool:
    """Whether both headers are there once, and among those that the signature names."""
    told = message_from_bytes(mail)
    named = re.sub(r"\s", "", re.findall(r"\bh=([^;]+)", str(told["DKIM-Signature"]))[0])
    signed = named.lower().encode().split(b":")
    once = [len(told.get_all(one.decode(), [])) for one in WAYS_OUT] == [1, 1]
    return once and set(WAYS_OUT) <= set(signed)


def test_p05_the_signature_covers_the_way_out(
    letter: bytes, relay: Relay, names: Server, club: Club
) -> None:
    mail = relay.signed(letter, (*RFC_6376, WAYS_OUT[1]))
    assert covered(mail)
    assert valid(mail, names)
    for arrived in (mail, on_its_way(mail)):
        told = message_from_bytes(arrived)
        way = f"{BASE}/my/stop/{stop_token(club.customer, ANA, 'news', 'mail')}/"
        assert "".join(told["List-Unsubscribe"].split()) == f"<{way}>"
        assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert valid(arrived, names)


def on_its_way(mail: bytes) -> bytes:
    """As other servers hand it on: their own lines above, long lines of the head folded anew."""
    head, blank, body = mail.partition(b"\r\n\r\n")
    folded = re.sub(rb"\r\n(?=[ \t])", b"\r\n\t", head)
    received = b"Received: from relay.example by mailbox.example; Sat, 21 Nov 2026 09:31:00 +0000"
    return received + b"\r\n" + folded + blank + body


def test_p05_saboteur_a_relay_that_signs_as_of_2011(
    letter: bytes, relay: Relay, names: Server
) -> None:
    mail = relay.signed(letter, RFC_6376)
    assert valid(mail, names)
    assert not covered(mail), "mail programs then show no button"


ELSEWHERE = b"https://elsewhere.example/"
ON_THE_WAY: dict[str, Changed] = {
    "another address": lambda mail: mail.replace(BASE.encode(), ELSEWHERE),
    "a second address": lambda mail: b"List-Unsubscribe: <" + ELSEWHERE + b">\r\n" + mail,
    "no click": lambda mail: mail.replace(b"=One-Click", b"=No-Click"),
    "no way out": lambda mail: mail.replace(b"\r\nList-Unsubscribe:", b"\r\nX-Was:"),
}


@pytest.mark.parametrize("changed", ON_THE_WAY.values(), ids=ON_THE_WAY)
def test_p05_who_changes_it_on_the_way_is_noticed(
    letter: bytes, relay: Relay, names: Server, changed: Changed
) -> None:
    mail = relay.signed(letter, (*RFC_6376, WAYS_OUT[1]))
    assert changed(mail) != mail
    assert not valid(changed(mail), names)


def test_the_doctor_looks_for_the_key_that_mailboxes_ask_for(
    letter: bytes, relay: Relay, names: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = relay.signed(letter, (*RFC_6376, WAYS_OUT[1]))
    monkeypatch.setattr(doctor_mail, "resolver", names.resolver)
    monkeypatch.setattr(doctor_mail, "PATIENCE", 60.0)
    told = {
        "REGULARS_SMTP_URL": "smtps://a:b@mail.example.org",
        "REGULARS_MAIL_FROM": f"hello@{HOME}",
        "REGULARS_MAIL_DKIM_SELECTOR": SELECTOR,
    }
    checks = (one(locate(tmp_path), told) for one in doctor_mail.CHECKS)
    [found] = [one for one in checks if one.name == "dkim"]
    assert (found.state, found.sentence) == ("ok", f"The key at {PLACE} is there.")
    names.asked.clear()
    assert valid(mail, names)
    assert set(names.asked) == {PLACE}
