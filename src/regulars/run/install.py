"""`regulars install`: what makes a Linux machine serve an installation at a domain of its own.

Three files: settings, a systemd unit, a site for the web server Caddy, which gets certificates by
itself. The texts are made here; nothing is written before all of them are known to be good.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from regulars.run import settings_file
from regulars.run.errors import CannotRun
from regulars.run.folder import SYSTEM_DATA, Owner, write_private
from regulars.run.programs import ACCOUNT, first_closed, system_user

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
HIDDEN = (Path("/home"), Path("/root"), Path("/run/user"))
"""What a service cannot see, as people's own folders are nobody else's business."""
UNIT = "systemd/system/regulars.service"
SITE = "caddy/regulars.caddy"
MAIN_SITE = "caddy/Caddyfile"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be installed: whose name, from which programs, where data lie."""

    domain: str
    program: Path
    data: Path = SYSTEM_DATA
    port: int = 8000
    etc: Path = Path("/etc")


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A file to write."""

    path: Path
    text: str
    private: bool = False


def domain(text: str) -> str:
    """The name of a site as certificates know it. Raises CannotRun."""
    name = text.strip().lower().rstrip(".")
    try:
        name = name.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    labels = name.split(".")
    fits = len(labels) > 1 and all(LABEL.fullmatch(label) for label in labels)
    if not fits or labels[-1].isdigit() or labels[-1] in ("localhost", "local", "internal"):
        raise CannotRun(
            f"{text!r} is no domain that can have a certificate: give a name alone, such as "
            "club.example.org, that leads to this machine."
        )
    return name


def program() -> Path:
    """The `regulars` that is running, as others can start it."""
    return Path(sys.executable).absolute().with_name("regulars")


def texts(plan: Plan) -> list[Text]:
    """Every file, as it will be: what stands in one already and is not ours stays."""
    settings = plan.etc / "regulars" / settings_file.PLACE.name
    return [
        Text(path=settings, text=_settings(plan, _there(settings)), private=True),
        Text(path=plan.etc / UNIT, text=_unit(plan)),
        Text(path=plan.etc / SITE, text=_site(plan)),
        Text(path=plan.etc / MAIN_SITE, text=_main_site(_there(plan.etc / MAIN_SITE))),
    ]


def _there(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


BEGIN_SETTINGS = """\
# Settings of Regulars on this machine. The service reads them when it starts.
# To send mail, take away the # before these and write what is yours:
#REGULARS_SMTP_URL=smtps://account:password@mail.example.org:465
#REGULARS_MAIL_FROM=hello@example.org
"""


def _settings(plan: Plan, before: str) -> str:
    ours = {
        "REGULARS_DATA": str(plan.data),
        "REGULARS_BASE_URL": f"https://{plan.domain}",
        "REGULARS_PROXIES": "127.0.0.1,::1",
    }
    return settings_file.merged(before or BEGIN_SETTINGS, ours)


def _unit(plan: Plan) -> str:
    state = "StateDirectory=regulars\nStateDirectoryMode=0700\n"
    return UNIT_TEXT.format(
        account=ACCOUNT,
        settings=plan.etc / "regulars" / settings_file.PLACE.name,
        program=_escaped(plan.program),
        port=plan.port,
        place=state if plan.data == SYSTEM_DATA else f"ReadWritePaths={_escaped(plan.data)}\n",
    )


def _escaped(path: Path) -> str:
    """A path in a unit: `%` begins an abbreviation there."""
    return f'"{path}"'.replace("%", "%%") if " " in str(path) else str(path).replace("%", "%%")


UNIT_TEXT = """\
# Made by `regulars install`, which writes it anew: put changes into
# regulars.service.d/*.conf (systemctl edit regulars).
[Unit]
Description=Regulars
After=network-online.target postgresql.service
Wants=network-online.target

[Service]
Type=exec
User={account}
Group={account}
EnvironmentFile={settings}
ExecStart={program} serve --host 127.0.0.1 --port {port}
ExecReload=/bin/kill -HUP $MAINPID
KillMode=mixed
TimeoutStartSec=infinity
TimeoutStopSec=40
Restart=on-failure
RestartSec=5
{place}UMask=0077
CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
PrivateTmp=yes
PrivateDevices=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
"""


def _site(plan: Plan) -> str:
    return SITE_TEXT.format(domain=plan.domain, port=plan.port)


SITE_TEXT = """\
# Made by `regulars install`, which writes it anew.
{domain} {{
\theader {{
\t\tdefer
\t\tStrict-Transport-Security "max-age=31536000"
\t}}
\t@files path /static/*
\tencode @files zstd gzip
\treverse_proxy 127.0.0.1:{port} {{
\t\theader_up -X-Real-IP
\t\theader_up -Forwarded
\t\ttransport http {{
\t\t\tkeepalive 20s
\t\t}}
\t}}
}}
"""
"""Caddy sends X-Forwarded-For and -Proto itself and drops what strangers claim in them. Pages are
not packed: their length would tell what stands in them beside a guess. `defer` in words: Caddy 2.6
takes the sign for it, `>`, for a letter of the header's name. The server ends connections that are
idle for 30 seconds: Caddy ends them before, so that no form is sent into one that just ends."""

IMPORT = "import regulars.caddy"


def _main_site(before: str) -> str:
    if any(line.strip() == IMPORT for line in before.splitlines()):
        return before
    gap = "\n" if before and not before.endswith("\n\n") else ""
    return f"{before}{gap}{IMPORT}\n"


def hindrance(plan: Plan) -> str:
    """What the service could not reach of its programs and data; empty: nothing. For root alone."""
    for place in (plan.program, Path(sys.prefix), Path(sys.base_prefix), plan.data):
        real = place.resolve()
        if any(real.is_relative_to(hidden) for hidden in HIDDEN):
            return str(real)
    account = system_user()
    for place in (plan.program.parent, Path(sys.base_prefix).resolve() / "bin"):
        if closed := first_closed(place, account):
            return str(closed)
    return ""


def write(plan: Plan) -> list[Path]:
    """Write what differs and give the data folder to its account; returns what was written.
    Raises CannotRun where Caddy refuses what its files would then say; they are as before."""
    account = system_user()
    wanted = texts(plan)
    check_site(wanted)
    _give_folder(plan.data, account)
    return [one.path for one in wanted if _put(one, account)]


def _give_folder(data: Path, account: Owner) -> None:
    """The data folder as the service needs it. One with another owner's data is left alone."""
    if not data.exists():
        data.mkdir(parents=True)
        data.chmod(0o700)
        os.chown(data, account.uid, account.gid)
    elif data.stat().st_uid != account.uid and any(data.iterdir()) and data != SYSTEM_DATA:
        raise CannotRun(
            f"{data} belongs to another account than {ACCOUNT}: stop what uses it and run "
            f"chown -R {ACCOUNT}: {data} first."
        )
    elif data != SYSTEM_DATA:
        os.chown(data, account.uid, account.gid)


def _put(one: Text, account: Owner) -> bool:
    if one.path.exists() and one.path.read_text(encoding="utf-8") == one.text:
        return False
    if not one.path.parent.is_dir():
        one.path.parent.mkdir(parents=True)
        one.path.parent.chmod(0o755)
    # Settings hold passwords: the service's account may read them, root alone may write.
    write_private(one.path, one.text, Owner(uid=0, gid=account.gid) if one.private else None)
    one.path.chmod(0o640 if one.private else 0o644)
    return True


def check_site(wanted: list[Text]) -> None:
    """Let Caddy read its files before they are written, where it is installed."""
    caddy = shutil.which("caddy")
    if caddy is None:
        return
    with tempfile.TemporaryDirectory(prefix="regulars-caddy-") as place:
        for one in wanted:
            if one.path.parent.name == "caddy":
                (Path(place) / one.path.name).write_text(one.text, encoding="utf-8")
        main = str(Path(place) / Path(MAIN_SITE).name)
        asked = [caddy, "adapt", "--adapter", "caddyfile", "--config", main]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CannotRun(
            f"Caddy cannot read its files once Regulars is in them: {said} Mend its Caddyfile, or "
            "take over what `regulars install --dry-run` prints by hand. Nothing was written."
        )


def elsewhere() -> Iterator[str]:
    """What stands against a service on this machine: codes, the weightiest first."""
    if not sys.platform.startswith("linux"):
        yield "system"
    elif Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        yield "container"
    elif not Path("/run/systemd/system").is_dir():
        yield "systemd"
    elif os.geteuid() != 0:
        yield "root"
