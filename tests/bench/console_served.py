"""Serve a data folder on a port; prints the path of the owner's one-time link when it is ready."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from regulars.run.folder import prepare
from regulars.run.serve import Wanted, serve


def tell(_address: str) -> None:
    import django

    django.setup()
    from regulars.actions.entry import Purpose, make_link
    from regulars.console.links import entry_address
    from regulars.db.models import Staff

    token = make_link(Purpose.ENTER, Staff.objects.get(), datetime.now(UTC))
    print(entry_address("", token), flush=True)


if __name__ == "__main__":
    wanted = Wanted(port=int(sys.argv[2]), jobs=False)
    sys.exit(serve(prepare(sys.argv[1]), wanted, on_ready=tell))
