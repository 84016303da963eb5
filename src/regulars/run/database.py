"""Which database: the embedded one, or the one that DATABASE_URL names; and what to tell Django.

`connected` is what every command opens around its work.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager

from regulars.run import embedded, keys
from regulars.run.embedded import Addresses
from regulars.run.errors import CannotRun
from regulars.run.folder import Folder

SCHEMES = ("postgresql://", "postgres://")


def outside(environ: Mapping[str, str]) -> Addresses | None:
    """The database that the environment names; None: the embedded one is meant.

    REGULARS_OWNER_URL may name the same database as its owner, so that DATABASE_URL need not own
    anything.
    """
    url = environ.get("DATABASE_URL", "").strip()
    if not url:
        return None
    owner = environ.get("REGULARS_OWNER_URL", "").strip() or url
    for name, value in (("DATABASE_URL", url), ("REGULARS_OWNER_URL", owner)):
        if not value.startswith(SCHEMES):
            raise CannotRun(
                f"{name} does not name a PostgreSQL database: give an address like "
                "postgresql://account:password@host:5432/name."
            )
    return Addresses(app=url, owner=owner)


@contextmanager
def connected(folder: Folder, environ: Mapping[str, str] | None = None) -> Iterator[Addresses]:
    """The installation's database for as long as the block runs."""
    named = outside(os.environ if environ is None else environ)
    if named is not None:
        yield named
        return
    with embedded.running(folder) as addresses:
        yield addresses


def variables(
    folder: Folder, addresses: Addresses, environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What `regulars.settings` reads, for this folder and database."""
    given = (os.environ if environ is None else environ).get("REGULARS_SECRET_KEY")
    return {
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "regulars.settings"),
        "REGULARS_DATA": str(folder.root),
        "REGULARS_DATABASE_URL": addresses.app,
        "REGULARS_OWNER_URL": addresses.owner,
        "REGULARS_SECRET_KEY": keys.secret_key(folder, given),
    }


@contextmanager
def environment(
    folder: Folder, environ: MutableMapping[str, str] | None = None
) -> Iterator[Addresses]:
    """`connected`, with `variables` set in this process, ready for `django.setup()`."""
    place = os.environ if environ is None else environ
    with connected(folder, place) as addresses:
        place.update(variables(folder, addresses, place))
        yield addresses
