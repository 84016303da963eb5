"""Make a café's members in a data folder: customers by number, all in its programme, nothing sold.
Prints a key for machines that has no limit.

Usage: orders_prepared.py FOLDER MEMBERS
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from regulars.cli.installation import installation

AT_ONCE = 2000
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
PROGRAMME = "corner_club"


def main(folder: str, members: int) -> None:
    import regulars

    with installation(folder):
        from django.db import connection, transaction

        from regulars.actions.api_keys import Wanted, create
        from regulars.actions.business import known_business
        from regulars.actions.members import join
        from regulars.actions.publishing import publish
        from regulars.db import people
        from regulars.engine.facts import Identifier, Who

        now = datetime.now(UTC)
        known_business(now)
        cafe = Path(regulars.__file__).parent / "blueprints" / "cafe_points" / "programme.yaml"
        publish(cafe.read_text(), now=now)
        for first in range(1, members + 1, AT_ONCE):
            names = [f"c{n:07d}" for n in range(first, min(first + AT_ONCE, members + 1))]
            who = [Who(identifiers=(Identifier("external", name),)) for name in names]
            with transaction.atomic(), connection.cursor() as cursor:
                numbers = people.find_or_make(cursor, who, now=now, crowd=people.Crowd())
            join(numbers, PROGRAMME, since=SINCE, now=now)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        wanted = Wanted(name="bench", scopes=("facts:write", "redeem"), per_minute=10**9)
        print(create(wanted, now).key)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
