"""Make members of a café who have bought for most of a year, in a data folder: their orders are
recorded, they join, and all is sealed.

Usage: history_prepared.py FOLDER MEMBERS ORDERS_EACH
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from regulars.cli.installation import installation
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Identifier, Line, Order, Who

AT_ONCE = 2000
PROGRAMME = "corner_club"
DAYS = 300
CATEGORIES = ("cake", "beans", "coffee", "cake", "ground")


def main(folder: str, members: int, each: int) -> None:
    import regulars

    with installation(folder):
        from django.db import connection

        from regulars.actions.business import known_business
        from regulars.actions.members import join_everybody
        from regulars.actions.publishing import publish
        from regulars.actions.record import Source, record
        from regulars.actions.sealing import seal

        now = datetime.now(UTC).replace(microsecond=0)
        known_business(now)
        cafe = Path(regulars.__file__).parent / "blueprints" / "cafe_points" / "programme.yaml"
        begins = now - timedelta(days=DAYS)
        batch: list[Arrival] = []
        source = Source(met={})
        for arrival in arrivals(members, each, begins):
            batch.append(arrival)
            if len(batch) == AT_ONCE:
                record(batch, now=now, source=source)
                batch.clear()
        record(batch, now=now, source=source)
        publish(cafe.read_text(), now=now)
        for _count in join_everybody(PROGRAMME, since=begins, now=now):
            pass
        seal(now)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def arrivals(members: int, each: int, begins: datetime) -> Iterator[Arrival]:
    """The orders, in the order of time: everybody buys at even intervals."""
    apart = timedelta(days=DAYS - 1) / each
    for number in range(each):
        for member in range(members):
            at = begins + apart * number + timedelta(seconds=1 + member % 3600)
            minor = 300 + (number * 37 + member * 11) % 2000
            line = Line(
                category=CATEGORIES[(number + member) % len(CATEGORIES)], amount_minor=minor
            )
            order = Order(
                key=f"shop:{member}-{number}",
                at=at,
                source="shop",
                currency="EUR",
                amount_minor=minor,
                lines=(line,),
            )
            yield Arrival(fact=order, who=Who(identifiers=(_id(member),)))


def _id(member: int) -> Identifier:
    return Identifier("external", f"c{member:07d}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
