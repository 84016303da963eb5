"""Make a café with very many members in a data folder, nothing sold yet: one customer joins as
everybody does, and all the others are copies of their rows, with names of their own.
Prints a key for machines that has no limit, and then the public ids of some of the members.

Usage: members_prepared.py FOLDER MEMBERS
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from regulars.cli.installation import installation

PROGRAMME = "corner_club"
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
FIRST = "c0000001"
SOME = 20_000
TABLES = {
    "regulars_customer": "id",
    "regulars_identifier": "customer_id",
    "regulars_searchtoken": "customer_id",
    "regulars_holder": "customer_id",
    "regulars_code": "customer_id",
}
"""The tables in which a member without a history has rows, and the column that says whose."""
# Customer numbers from blocks of the sequence, as the application takes them; codes that no two
# have, whatever the dice say.
CROWD = """
    CREATE TEMP TABLE crowd AS
    SELECT block.first + place AS id, gen_random_uuid()::text AS number,
        'c' || lpad((block.n * 1000 + place + 2)::text, 7, '0') AS name,
        upper(lpad(to_hex(block.n * 1000 + place), 6, 'X') || substr(md5(random()::text), 1, 4))
            AS code
    FROM (SELECT n, nextval('regulars_customer_id') AS first
        FROM generate_series(0, (%s - 2) / 1000) n) block
    CROSS JOIN generate_series(0, 999) place
    WHERE block.n * 1000 + place + 2 <= %s
"""
COPY = """
    INSERT INTO {table} SELECT made.* FROM (SELECT * FROM {table} WHERE {whose} = %s) AS first
    CROSS JOIN crowd CROSS JOIN LATERAL jsonb_populate_record(NULL::{table},
        replace(replace(to_jsonb(first)::text, %s, crowd.name), %s, crowd.number)::jsonb
        || jsonb_build_object('{whose}', crowd.id, 'code', crowd.code)) AS made
"""


def main(folder: str, members: int) -> None:
    import regulars

    with installation(folder):
        from django.db import connection, transaction

        from regulars.actions.api_keys import Wanted, create
        from regulars.actions.business import known_business
        from regulars.actions.known import known_customer
        from regulars.actions.members import join
        from regulars.actions.publishing import publish
        from regulars.engine.facts import Identifier, Who

        now = datetime.now(UTC)
        known_business(now)
        cafe = Path(regulars.__file__).parent / "blueprints" / "cafe_points" / "programme.yaml"
        publish(cafe.read_text(), now=now)
        first = known_customer(Who(identifiers=(Identifier("external", FIRST),)), now)
        join([first], PROGRAMME, since=SINCE, now=now)
        with transaction.atomic(), connection.cursor() as cursor:
            copy(cursor, first, members)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        wanted = Wanted(name="bench", scopes=("facts:write", "redeem"), per_minute=10**9)
        print(create(wanted, now).key)
        print("\n".join(some()))


def copy(cursor: Any, first: int, members: int) -> None:
    """Make `members` of the one who is there."""
    cursor.execute("SELECT public_id::text FROM regulars_customer WHERE id = %s", [first])
    (number,) = cursor.fetchone()
    cursor.execute(CROWD, [members, members])
    for table, whose in TABLES.items():
        cursor.execute(COPY.format(table=table, whose=whose), [first, FIRST, number])


def some() -> list[str]:
    """The public ids of some members, by chance."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM regulars_holder ORDER BY random() LIMIT %s", [SOME])
        return [number for (number,) in cursor.fetchall()]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
