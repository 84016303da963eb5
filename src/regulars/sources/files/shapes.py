"""The values that travel: what a file was found to be, what it shall mean, how far reading is."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Literal

import msgspec
from msgspec import Struct

from regulars.engine.arrivals import Arrival

FIELDS = (
    *("number", "customer", "email", "phone", "card", "name", "first_name", "last_name"),
    *("birth_date", "country", "language", "at", "time", "product", "product_name", "category"),
    *("quantity", "unit_price", "amount", "total", "currency", "place", "refund_of", "kind", "fee"),
    *("refunded", "refunded_at"),
)
"""What a column can mean; beside these `attribute:NAME`, and empty for left out.

number: of the order · customer: external id · at: when ordered, `time` if that stands apart ·
amount: of the line · total: of the whole order · refund_of: number of the order taken back ·
kind: order, refund or cancelled · fee: shipping and the like, in money · refunded: what the order
gave back, in money, and `refunded_at` when.
"""

Keep = Literal["keep", "drop"]
DateOrder = Literal["", "ymd", "dmy", "mdy"]
Format = Literal["delimited", "spaces", "excel", "parquet"]


class Choices(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to do with rows that some leave out. All are kept unless told otherwise."""

    duplicates: Keep = "keep"
    no_price: Keep = "keep"
    non_products: Keep = "keep"


class Layout(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the file is built, before any meaning."""

    format: Format = "delimited"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: bool = True
    header: bool = True
    sheet: str = ""


class Mapping(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a file becomes orders; can be saved as JSON and used again.

    `columns` gives the field of each column that is read, by header (`column 1`, … without one).
    `zone` is meant by times without an offset, `currency` by amounts without one.
    """

    layout: Layout = Layout()
    columns: dict[str, str]
    decimal: Literal["", ".", ","] = "."
    dates: DateOrder = "ymd"
    zone: str = "UTC"
    currency: str = ""
    source: str = "orders"
    choices: Choices = Choices()


class Hints(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody already said about a file; empty means: find out."""

    encoding: str = ""
    delimiter: str = ""
    header: bool | None = None
    sheet: str = ""
    columns: dict[str, str] = {}
    decimal: Literal["", ".", ","] = ""
    dates: DateOrder = ""
    zone: str = ""
    currency: str = ""
    source: str = ""
    choices: Choices = Choices()


class Column(Struct, frozen=True, kw_only=True):
    """A column as found: its header, up to three of its values, the field it seems to be
    (empty: left out), how sure that is and whether header or content told."""

    header: str
    examples: tuple[str, ...]
    field: str
    sure: Literal["sure", "likely", "no"]
    why: Literal["header", "content", "told", ""]


class Question(Struct, frozen=True, kw_only=True):
    """What only the reader can know. `code` is a code of a FileProblem, raised if the file is
    opened without an answer; `options` are the answers, where they are few."""

    code: str
    column: str
    example: str
    options: tuple[str, ...]


class Proposal(Struct, frozen=True, kw_only=True):
    """What a file seems to be. `notes` are codes of what was concluded, with the value that told
    (such as dates_dmy: 25/04/2011)."""

    file: str
    mapping: Mapping
    columns: tuple[Column, ...]
    questions: tuple[Question, ...]
    notes: dict[str, str]


class Progress(Struct, frozen=True, kw_only=True):
    """How far reading is; `bytes_*` count the file as it lies on disk."""

    stage: Literal["reading", "sorting", "rejecting", "done"]
    rows: int
    bytes_done: int
    bytes_total: int


Report = Callable[[Progress], None]


class Limits(Struct, frozen=True, kw_only=True):
    """Guards against hostile files. Sizes in bytes, `cell` in characters."""

    unpack_ratio: int = 200
    unpack_floor: int = 64 * 2**20
    excel_bytes: int = 2 * 2**30
    excel_strings_bytes: int = 256 * 2**20
    line_bytes: int = 4 * 2**20
    cell: int = 131_072
    good_cell: int = 10_000
    columns: int = 1_000
    memory: str = "256MB"


NO_HINTS = Hints()
ENCODED = frozenset({"utf-16", "utf-8-sig", "cp1250", "cp1252", "iso8859-2", "iso8859-1"})
"""Encodings that rows which do not go in are written in; all others in `utf-8-sig`."""
LIMITS = Limits()


class Sums(Struct, frozen=True, kw_only=True):
    """Money of one currency, exact, in currency units."""

    currency: str
    sales: Decimal
    refunds: Decimal


class Counts(Struct, frozen=True, kw_only=True):
    """What reading a file found; everything that the summary prints.

    Clean rows are sale rows of a known customer with a positive price and quantity. Times are
    civil times in the mapping's zone, as ISO text; empty when there are no rows.
    """

    rows: int = 0
    orders: int = 0
    refunds: int = 0
    customers: int = 0
    guest_orders: int = 0
    rows_without_customer: int = 0
    rows_cancelled: int = 0
    rows_negative_quantity: int = 0
    rows_duplicate: int = 0
    rows_no_price: int = 0
    rows_non_product: int = 0
    rows_rejected: int = 0
    rows_dropped: int = 0
    orders_several_times: int = 0
    first_at: str = ""
    last_at: str = ""
    sums: tuple[Sums, ...] = ()
    clean_rows: int = 0
    clean_customers: int = 0
    clean_orders: int = 0
    clean_sums: tuple[Sums, ...] = ()


class Product(Struct, frozen=True, kw_only=True, gc=False):
    """What a file says about a product: its most frequent name and category, or empty."""

    code: str
    name: str
    category: str


class Batch(Struct, frozen=True, kw_only=True):
    """Facts on their way in, with the products and places they name. The same file and mapping
    always give the same batches in the same order. Lines are those of the file."""

    ordinal: int
    arrivals: tuple[Arrival, ...]
    products: dict[str, Product]
    places: frozenset[str]
    first_line: int
    last_line: int


def to_json(mapping: Mapping) -> bytes:
    """The mapping as JSON, to be saved by name."""
    return msgspec.json.encode(mapping)


def from_json(body: bytes | str) -> Mapping:
    """The mapping that `to_json` wrote. Raises msgspec.ValidationError on anything else."""
    return msgspec.json.decode(body, type=Mapping)
