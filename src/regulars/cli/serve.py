"""`regulars serve`: web and jobs as one tree of processes."""

from __future__ import annotations

import argparse

from regulars.cli import values
from regulars.cli.installation import add_data
from regulars.run.folder import prepare
from regulars.run.serve import HOST, PORT, Wanted, serve

MOST_WORKERS = 64


def configure(parser: argparse.ArgumentParser) -> None:
    add_data(parser)
    add_address(parser)
    parser.add_argument(
        "--workers", type=values.whole(1, MOST_WORKERS), default=1, help="web processes (default 1)"
    )


def add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=HOST, help=f"where to listen (default {HOST})")
    parser.add_argument("--port", type=values.PORT, default=PORT, help=f"default {PORT}")


def run(arguments: argparse.Namespace) -> int:
    wanted = Wanted(host=arguments.host, port=arguments.port, workers=arguments.workers)
    return serve(prepare(arguments.data), wanted, on_ready=tell)


def tell(address: str) -> None:
    """Print the address, and the set-up link while there is no owner yet."""
    import django  # noqa: PLC0415 - the server has told the settings meanwhile

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - exists once Django is set up
    from django.db import DatabaseError  # noqa: PLC0415 - exists once Django is set up
    from django.utils import timezone  # noqa: PLC0415 - exists once Django is set up

    from regulars.actions.entry import setup_link  # noqa: PLC0415 - the same
    from regulars.console.links import entry_address  # noqa: PLC0415 - the same

    address = settings.BASE_URL or named(address)
    try:
        token = setup_link(timezone.now())
    except DatabaseError:
        token = None  # it fell at this moment: the server serves on, and starts it again
    print(f"Regulars is open at {address}/", flush=True)
    if token:
        print(f"Set it up, once, within a day: {entry_address(address, token)}", flush=True)


def named(address: str) -> str:
    """The address by name: browsers keep passkeys for names, never for numbers."""
    return address.replace("//127.0.0.1:", "//localhost:")
