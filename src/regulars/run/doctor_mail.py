"""What the doctor asks DNS about the domain that mail comes from.

Mailboxes look there for who may send in its name (SPF, RFC 7208), for the key that mail is signed
with (DKIM, RFC 6376) and for what to do with mail that neither speaks for (DMARC, RFC 7489). Where
DNS does not answer nothing is known, which is no failure. Names that nobody can own are not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.utils import parseaddr

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from regulars.run import doctor_live
from regulars.run.findings import Finding, fail, ok, warn
from regulars.run.folder import Folder
from regulars.run.log import one_line

PATIENCE = 3.0
"""Seconds that one question may take."""
SELECTOR = "REGULARS_MAIL_DKIM_SELECTOR"
RESERVED = {"example", "test", "invalid", "localhost", "local"}
RESERVED_TOO = ("example.com", "example.net", "example.org")


class Silent(Exception):
    """DNS did not answer."""


def resolver() -> Resolver:
    """Whom this machine asks."""
    return Resolver()


def texts(name: str) -> list[str]:
    """The TXT records of a name; none where there is no such name. Raises Silent."""
    try:
        answer = resolver().resolve(name, "TXT", lifetime=PATIENCE, search=False)
    except (NXDOMAIN, NoAnswer):
        return []
    except (DNSException, OSError) as error:
        raise Silent(one_line(str(error))) from error
    return [b"".join(row.strings).decode(errors="replace").strip() for row in answer]


def sending_domain(folder: Folder, environ: Mapping[str, str]) -> str:
    """The domain that mail comes from; empty where none is sent, or where nobody can own it."""
    if doctor_live.mail(folder, environ).state != "ok":
        return ""
    domain = parseaddr(environ.get("REGULARS_MAIL_FROM", ""))[1].rpartition("@")[2].lower()
    reserved = domain.rpartition(".")[2] in RESERVED
    reserved |= any(f".{domain}".endswith(f".{one}") for one in RESERVED_TOO)
    return "" if reserved or "." not in domain else domain


Judge = Callable[[str, Mapping[str, str]], Finding]


def _asked(name: str, judge: Judge) -> Callable[[Folder, Mapping[str, str]], Finding]:
    def check(folder: Folder, environ: Mapping[str, str]) -> Finding:
        domain = sending_domain(folder, environ)
        if not domain:
            return ok(name, "Not looked up: no mail is sent from a domain of your own.")
        try:
            return judge(domain, environ)
        except Silent:
            said = f"DNS did not answer about {domain}: nothing is known."
            return warn(name, said, "Look at this machine's name servers, and ask again.")

    return check


def _spf(domain: str, _environ: Mapping[str, str]) -> Finding:
    found = [one.lower().split() for one in texts(domain) if _begins(one, "v=spf1", " ")]
    if not found:
        said = f"{domain} does not say who may send in its name: mailboxes take mail for spam."
        remedy = f"Add a TXT record “v=spf1 … ~all” to {domain}, as whoever sends for you says."
        return warn("spf", said, remedy)
    if len(found) > 1:
        said = f"{domain} has {len(found)} SPF records: mailboxes then count none."
        return fail("spf", said, "Write them as one TXT record that begins with v=spf1.")
    if {"all", "+all"} & set(found[0]):
        said = f"{domain} lets everybody send in its name."
        return warn("spf", said, "Write ~all or -all at the end of its SPF record.")
    return ok("spf", f"{domain} says who may send in its name.")


def _begins(text: str, version: str, parted: str) -> bool:
    return text.lower().split(parted)[0].strip() == version


def _dmarc(domain: str, _environ: Mapping[str, str]) -> Finding:
    labels = domain.split(".")
    for place in (".".join(labels[cut:]) for cut in range(len(labels) - 1)):
        found = [one for one in texts(f"_dmarc.{place}") if _begins(one, "v=dmarc1", ";")]
        if len(found) == 1:
            return _policy(place, _tags(found[0]).get("p", "").lower())
        if found:
            said = f"_dmarc.{place} has {len(found)} DMARC records: mailboxes then count none."
            return fail("dmarc", said, "Leave one of them.")
    said = f"{domain} does not say what to do with mail that is forged in its name (DMARC)."
    return warn("dmarc", said, f"Add a TXT record “v=DMARC1; p=none” to _dmarc.{domain}.")


def _policy(place: str, policy: str) -> Finding:
    if policy not in ("none", "quarantine", "reject"):
        said = f"The DMARC record of {place} names no policy: mailboxes do not count it."
        return fail("dmarc", said, "Write p=none, p=quarantine or p=reject into it.")
    return ok("dmarc", f"{place} has a DMARC record, with the policy {policy}.")


def _tags(record: str) -> dict[str, str]:
    """`v=DKIM1; p=abc` as names with their values."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, _equals, value in pairs}


def _dkim(domain: str, environ: Mapping[str, str]) -> Finding:
    selector = environ.get(SELECTOR, "").strip()
    if not selector:
        return ok("dkim", f"Not looked up: {SELECTOR} does not say under which name the key is.")
    place = f"{one_line(selector)}._domainkey.{domain}"
    keys = [tags["p"] for tags in map(_tags, texts(place)) if "p" in tags]
    if not keys:
        said = f"There is no key at {place}: mailboxes cannot check the signature of your mail."
        remedy = f"Add the record that whoever sends for you gives out, or correct {SELECTOR}."
        return fail("dkim", said, remedy)
    if not all(keys):
        said = f"The key at {place} was withdrawn: signatures by it count for nothing."
        return fail("dkim", said, f"Set {SELECTOR} to the name of the key that is in use.")
    return ok("dkim", f"The key at {place} is there.")


CHECKS = [_asked("spf", _spf), _asked("dkim", _dkim), _asked("dmarc", _dmarc)]
