"""Serve a data folder on a port. Prints, a line each: the links that make browsers so many tills,
and that of a member whose card has something on it, or an empty line.

Usage: faces_served.py FOLDER PORT TILLS WORKERS
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import partial

from regulars.run.folder import prepare
from regulars.run.serve import Wanted, serve

PROGRAMME, PLACE, CASHIER, PIN = "corner_club", "berlin-01", "Bench", "2846"


def tell(count: int, _address: str) -> None:
    import django

    django.setup()
    from regulars.actions import places, tills
    from regulars.actions.signing_in import make_ticket
    from regulars.db.models import Cashier, Place
    from regulars.db.queries.portal import member_to_show
    from regulars.portal.links import member_address

    now = datetime.now(UTC)
    if not Place.objects.filter(code=PLACE).exists():
        places.add(PLACE, now)
    if not Cashier.objects.filter(name=CASHIER).exists():
        wanted = tills.Wanted(name=CASHIER, pin=PIN, places=frozenset({PLACE}))
        tills.add_cashier(None, wanted, now)
    for number in range(count):
        _device, code = tills.make_code(PLACE, f"Bench {number}", None, now)
        print(f"/till/pair/{code}/")
    member = member_to_show(PROGRAMME, ("de", "pl", "ro"))
    print(member_address("", make_ticket(member.id, now)) if member else "", flush=True)


if __name__ == "__main__":
    folder = sys.argv[1]
    port, count, workers = map(int, sys.argv[2:])
    wanted = Wanted(port=port, workers=workers, jobs=False)
    sys.exit(serve(prepare(folder), wanted, on_ready=partial(tell, count)))
