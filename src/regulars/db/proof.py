"""What has to agree: rows of holders, transfers, promises and keys, read in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db.backends.utils import CursorWrapper
from msgspec import Struct, field

from regulars.db.arrays import NUMBERS, numbers
from regulars.db.holders import COLUMNS, Figures, HolderRow, made
from regulars.db.ledger import count
from regulars.engine.accounts import WAYS
from regulars.engine.run import Row

AT_ONCE = 500
"""Holders in one batch."""

HOLDERS = f"""
    SELECT {COLUMNS} FROM regulars_holder
    WHERE programme = %s AND customer_id > %s AND (left_at IS NOT NULL) = %s
    ORDER BY customer_id LIMIT %s
"""  # noqa: S608 - own texts
MEMBERS = """
    SELECT customer_id FROM regulars_holder WHERE programme = %s AND left_at IS NULL
    ORDER BY customer_id
"""
# Of each transfer what it was wanted for, as `told` writes it; and what they come to.
TRANSFERS = f"""
    SELECT customer_id, string_agg(concat_ws(chr(31), fact, rule, step,
        (extract(epoch FROM at) * 1000000)::bigint, asset, amount, lot, source), chr(30)
        ORDER BY seq)
    FROM regulars_transfer WHERE customer_id = ANY({NUMBERS}) AND programme = %s
    GROUP BY customer_id
"""  # noqa: S608 - own texts
SUMS = f"""
    SELECT customer_id, asset, source, target, sum(amount)::bigint
    FROM regulars_transfer WHERE customer_id = ANY({NUMBERS}) AND programme = %s
    GROUP BY customer_id, asset, source, target
"""  # noqa: S608 - own texts
PROMISES = f"""
    SELECT customer_id, rule, ordinal FROM regulars_promise
    WHERE customer_id = ANY({NUMBERS}) AND programme = %s
"""  # noqa: S608 - own texts
NOBODYS = """
    SELECT t.seq FROM regulars_transfer t WHERE NOT EXISTS (SELECT 1 FROM regulars_holder h
        WHERE h.customer_id = t.customer_id AND h.programme = t.programme) ORDER BY t.seq LIMIT 1
"""
KEYLESS = """
    SELECT f.seq, f.key FROM regulars_fact f LEFT JOIN regulars_factkey k
        ON k.key = f.key AND k.version = f.version AND k.customer_id = f.customer_id
    WHERE k.key IS NULL ORDER BY f.seq LIMIT 1
"""
FACTLESS = """
    SELECT k.key FROM regulars_factkey k LEFT JOIN regulars_fact f
        ON f.key = k.key AND f.version = k.version AND f.customer_id = k.customer_id
    WHERE f.key IS NULL AND k.content_hash <> '' ORDER BY k.key LIMIT 1
"""
GUESTS = """
    SELECT f.seq, f.key, f.body::text, k.content_hash FROM regulars_fact f
    JOIN regulars_factkey k ON k.key = f.key AND k.version = f.version
    WHERE f.guest AND f.seq > %s ORDER BY f.seq LIMIT %s
"""
COUNTS = "SELECT (SELECT count(*) FROM regulars_fact), (SELECT count(*) FROM regulars_transfer)"


class Books(Struct):
    """What is booked for a holder: the transfers as they are `told`, the sums that follow, and
    which promises are noted."""

    transfers: str = ""
    figures: Figures = field(default_factory=dict)
    promises: set[tuple[str, str]] = field(default_factory=set)

    def is_of(self, wanted: Iterable[Row]) -> bool:
        """Whether these rows were booked, each once, in their order: no more needs to be compared
        then."""
        return self.transfers == told(wanted)

    def net(self) -> dict[Row, int]:
        """The net by what it was wanted for."""
        net: dict[Row, int] = {}
        for one in _parts(self.transfers):
            fact, rule, step, at, asset, amount, lot, source = one
            name = Row(fact, rule, step, int(at), asset, 0, lot)
            sign = 1 if WAYS[step].source == source else -1
            net[name] = net.get(name, 0) + sign * int(amount)
        return net


def told(rows: Iterable[Row]) -> str:
    """Rows as TRANSFERS tells them when they are booked."""
    return _END.join(
        f"{one.key}\x1f{one.rule}\x1f{one.step}\x1f{one.at}\x1f{one.asset}\x1f{one.amount}"
        f"\x1f{one.lot}\x1f{_SOURCES[one.step]}"
        for one in rows
        if one.amount
    )


def _parts(transfers: str) -> Iterator[list[str]]:
    """Each transfer's eight cells. The mark between cells is in none of them; that between
    transfers could be in a key, and not in the kind of account that is the last cell."""
    if not transfers:
        return
    cells = transfers.split("\x1f")
    for begin in range(0, len(cells) - 7, 7):
        first = cells[begin] if not begin else cells[begin].partition(_END)[2]
        last = cells[begin + 7].partition(_END)[0]
        yield [first, *cells[begin + 1 : begin + 7], last]


_END = "\x1e"
_SOURCES = {step: way.source for step, way in WAYS.items()}


def steady(cursor: CursorWrapper) -> None:
    """From here to the end of the transaction everything is read as of one moment."""
    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def batch(cursor: CursorWrapper, programme: str, after: int, *, left: bool) -> list[HolderRow]:
    """The next holders of a programme: those who take part, or those who have left."""
    cursor.execute(HOLDERS, [programme, after, left, AT_ONCE])
    return made(cursor.fetchall())


def members(cursor: CursorWrapper, programme: str) -> list[int]:
    """Who takes part in a programme, by number."""
    cursor.execute(MEMBERS, [programme])
    return [number for (number,) in cursor.fetchall()]


def booked(cursor: CursorWrapper, rows: Sequence[HolderRow]) -> dict[int, Books]:
    """What is booked for these holders of one programme, by customer."""
    found = {row.customer_id: Books() for row in rows}
    if not rows:
        return found
    who = [numbers(found), rows[0].programme]
    cursor.execute(TRANSFERS, who)
    for customer, transfers in cursor.fetchall():
        found[customer].transfers = transfers
    cursor.execute(SUMS, who)
    for customer, asset, source, target, amount in cursor.fetchall():
        count(found[customer].figures, asset, {source: -amount})
        count(found[customer].figures, asset, {target: amount})
    cursor.execute(PROMISES, who)
    for customer, rule, ordinal in cursor.fetchall():
        found[customer].promises.add((rule, ordinal))
    return found


def net_of(rows: Iterable[Row]) -> dict[Row, int]:
    """The same of what is wanted."""
    net: dict[Row, int] = {}
    for row in rows:
        name = Row(row.key, row.rule, row.step, row.at, row.asset, 0, row.lot)
        net[name] = net.get(name, 0) + row.amount
    return net


def guests(cursor: CursorWrapper) -> Iterator[tuple[int, str, str, bytes]]:
    """Facts of guests, of which the whole content is stored: number, key, body, hash."""
    last = 0
    while True:
        cursor.execute(GUESTS, [last, 10_000])
        found = cursor.fetchall()
        if not found:
            return
        for seq, key, body, content in found:
            yield seq, key, body, bytes(content)
        last = found[-1][0]


def first(cursor: CursorWrapper, query: str) -> tuple[object, ...] | None:
    """The first row that something is wrong with; None where all is well."""
    cursor.execute(query)
    found = cursor.fetchone()
    return tuple(found) if found else None


def counts(cursor: CursorWrapper) -> tuple[int, int]:
    """How many facts and transfers there are."""
    cursor.execute(COUNTS)
    facts, transfers = cursor.fetchone()
    return int(facts), int(transfers)
