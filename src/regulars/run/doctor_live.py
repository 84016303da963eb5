"""What the doctor asks before customers come: mail, the proxy in front, backups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from regulars.run import backup, proxies, scrub
from regulars.run.errors import CannotRun
from regulars.run.findings import Finding, fail, ok, warn
from regulars.run.folder import Folder
from regulars.run.log import one_line

OLD_BACKUP = timedelta(days=7)
LONG_WAITED = timedelta(days=2)
"""Two nights in which the server could have written freed space over."""
PROVIDERS = ("brevo", "mailgun", "mailjet", "postmark", "resend", "sendgrid")


def trusted_proxies(_folder: Folder, environ: Mapping[str, str]) -> Finding:
    try:
        networks = proxies.parse(environ.get("REGULARS_PROXIES", ""))
    except CannotRun as error:
        return fail("proxies", str(error), "Correct REGULARS_PROXIES.")
    if any(network.prefixlen == 0 for network in networks):
        return fail(
            "proxies",
            "REGULARS_PROXIES trusts every address: anybody can pretend to be anybody.",
            "List only the proxies in front of this server.",
        )
    if not networks and environ.get("REGULARS_BASE_URL", "").strip().startswith("https:"):
        return warn(
            "proxies",
            "The address is https and no proxy is trusted: everybody seems to come from the proxy.",
            "Set REGULARS_PROXIES to the address of the server with the certificate.",
        )
    trusted = ", ".join(str(network) for network in networks)
    return ok("proxies", f"Trusted: {trusted}." if trusted else "None trusted.")


def mail(_folder: Folder, environ: Mapping[str, str]) -> Finding:
    if provider := environ.get("REGULARS_MAIL_PROVIDER", ""):
        return _provider(provider, environ.get("REGULARS_MAIL_KEY", ""))
    if server := environ.get("REGULARS_SMTP_URL", ""):
        return _server(server)
    return warn(
        "mail",
        "No mail server is set: members cannot sign in, invitations and resets are not sent.",
        "Set REGULARS_SMTP_URL, such as smtps://account:password@mail.example.org:465.",
    )


def _provider(name: str, key: str) -> Finding:
    if name.lower() not in PROVIDERS:
        said = f"REGULARS_MAIL_PROVIDER is {one_line(name)!r}, which is not known."
        return fail("mail", said, f"Write one of {', '.join(PROVIDERS)}.")
    if not key:
        return fail("mail", "A mail provider is set without its key.", "Set REGULARS_MAIL_KEY.")
    return ok("mail", "A mail provider is set.")


def _server(address: str) -> Finding:
    """What it is is not repeated: a password stands in it."""
    parts = urlsplit(address)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        said = "REGULARS_SMTP_URL is no mail server's address: no mail goes out."
        return fail("mail", said, "Write it like smtps://account:password@mail.example.org:465.")
    return ok("mail", "A mail server is set.")


def sender(folder: Folder, environ: Mapping[str, str]) -> Finding:
    """Whose name mails carry. What DNS says of it is looked up beside (`doctor_mail`)."""
    if mail(folder, environ).state != "ok":
        return ok("sender", "Nothing is sent.")
    domain = parseaddr(environ.get("REGULARS_MAIL_FROM", ""))[1].rpartition("@")[2]
    if "." not in domain:
        return warn(
            "sender",
            "No sender's address is set: mailboxes refuse mail from localhost.",
            "Set REGULARS_MAIL_FROM to an address of your own domain.",
        )
    return ok("sender", f"{domain}.")


def backups(folder: Folder, environ: Mapping[str, str]) -> Finding:
    if not environ.get("DATABASE_URL") and not folder.postgres.exists():
        return ok("backups", "There is nothing to lose yet.")
    made_at = backup.last_made(folder)
    if made_at is None:
        return warn(
            "backups",
            "No backup was ever made with `regulars backup`.",
            "Make one every night, and keep it on another machine.",
        )
    said = f"The newest is of {made_at:%Y-%m-%d %H:%M} UTC."
    if datetime.now(UTC) - made_at > OLD_BACKUP:
        return warn("backups", said, "Make one every night, and keep it on another machine.")
    return ok("backups", said)


def freed(folder: Folder, _environ: Mapping[str, str]) -> Finding:
    since = scrub.waits_since(folder)
    if since is None:
        return ok("freed space", "Nobody who was forgotten is left in it.")
    asked_at = datetime.fromtimestamp(since, UTC)
    said = f"Who was forgotten on {asked_at:%Y-%m-%d} may still be left in it."
    if datetime.now(UTC) - asked_at > LONG_WAITED:
        return warn(
            "freed space",
            said,
            "`regulars scrub --all` writes it over, best when the shop is closed.",
        )
    return ok("freed space", f"{said} `regulars serve` writes it over in the night.")
