"""What can be wrong with a file of orders, and what its columns can mean, for people in a browser.

The codes are those of `regulars.sources.files.problems`, with `file_` or `row_` before them. The
remedies are the console's: choose, correct, export again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

FIELDS: dict[str, str] = {
    "number": _("Order number"),
    "at": _("Date of the order"),
    "time": _("Time of the order"),
    "customer": _("Customer number"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "card": _("Customer card"),
    "name": _("Whole name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "birth_date": _("Birthday"),
    "country": _("Country"),
    "language": _("Language"),
    "product": _("Product code"),
    "product_name": _("Product name"),
    "category": _("Category"),
    "quantity": _("Quantity"),
    "unit_price": _("Price of one"),
    "amount": _("Amount of the line"),
    "total": _("Total of the order"),
    "fee": _("Postage and fees"),
    "currency": _("Currency"),
    "place": _("Place"),
    "refund_of": _("Order that it takes back"),
    "kind": _("Order, refund or cancelled"),
    "refunded": _("Amount given back"),
    "refunded_at": _("When it was given back"),
}
"""What a column can mean, in the order in which a person would look for it."""

PHRASES: dict[str, str] = {
    "a picture": _("a picture"),
    "a program": _("a program"),
    "a PDF": _("a PDF"),
    "a bzip2 archive": _("a bzip2 archive"),
    "an xz archive": _("an xz archive"),
    "a 7z archive": _("a 7z archive"),
    "a RAR archive": _("a RAR archive"),
    "a ZIP archive": _("a ZIP archive"),
    "a database": _("a database"),
    "binary data": _("binary data"),
    "no ordinary file": _("no ordinary file"),
    "at its start": _("at its start"),
    "as Excel": _("as Excel"),
    "as Parquet": _("as Parquet"),
    "at (date)": _("the date of the order"),
    "unit_price, amount or total": _("a price, an amount or a total"),
}
"""Parameters of problems that are words themselves."""

AFTER_LINE = re.compile(r"after line (\d+)")

FILE_REASONS: dict[str, str] = {
    "file_missing_file": _("The file is no longer here. Choose it again."),
    "file_directory": _("“%(file)s” is a folder. Choose the file of orders in it."),
    "file_unreadable_file": _("“%(file)s” cannot be read on the server. Choose it again."),
    "file_empty": _("“%(file)s” is empty. Export the orders again."),
    "file_only_header": _("“%(file)s” holds a header and no rows. Export the orders again."),
    "file_not_a_table": _(
        "“%(file)s” is no table of orders but %(found)s. Choose a CSV, Excel (.xlsx) or Parquet "
        "file, plain or packed with gzip."
    ),
    "file_old_excel": _("“%(file)s” is in the old Excel format. Save it as .xlsx or CSV."),
    "file_broken": _(
        "“%(file)s” is damaged and cannot be read %(where)s. Export it again and choose that."
    ),
    "file_one_column": _(
        "“%(file)s” reads as one column only. Save it with commas, semicolons or tabs between "
        "the columns."
    ),
    "file_bad_encoding": _("“%(file)s” cannot be read as %(encoding)s. Save it as UTF-8."),
    "file_bomb": _(
        "“%(file)s” unpacks to more than %(limit)s times its size, as only a broken or hostile "
        "file does. Unpack it yourself and choose the result."
    ),
    "file_too_big": _(
        "“%(file)s” unpacks to more than %(limit)s MB. Save the orders as CSV and choose that."
    ),
    "file_cell_too_long": _(
        "“%(file)s”, line %(line)s: a cell is longer than %(limit)s letters. Shorten it, or check "
        "the quotes before it."
    ),
    "file_line_too_long": _(
        "“%(file)s”, after line %(line)s: a line is longer than %(limit)s MB. Check that this is "
        "a table, and the quotes before it."
    ),
    "file_missing_column": _("No column gives %(field)s. Choose the one that does."),
    "file_unknown_column": _("“%(file)s” has no column “%(column)s”. Check the columns once more."),
    "file_unknown_field": _("“%(field)s” is no meaning of a column. Choose one from the list."),
    "file_two_columns": _(
        "“%(first)s” and “%(second)s” are both chosen as %(field)s. Leave one of them out."
    ),
    "file_same_header": _(
        "“%(file)s” has two columns called “%(column)s”. Give one of them another name."
    ),
    "file_ambiguous_dates": _(
        "“%(example)s” in the column “%(column)s” can be read in two ways. Say whether the day "
        "or the month comes first."
    ),
    "file_ambiguous_decimal": _(
        "“%(example)s” in the column “%(column)s” can be read in two ways. Say whether the comma "
        "or the point marks decimals."
    ),
    "file_missing_currency": _("The file does not say its currency. Choose it."),
    "file_bad_setting": _("“%(value)s” cannot be the %(setting)s of a file. Choose another."),
    "file_too_many_columns": _(
        "“%(file)s” has more than %(limit)s columns. Leave out those that are not needed."
    ),
    "file_no_room": _(
        "The server’s disk is nearly full, and “%(file)s” is not brought in. Make room on it; then "
        "bring the same file in again: what is in already counts once."
    ),
    "file_gave_up": _(
        "This import was broken off several times and is not tried again by itself. Nothing is "
        "counted twice: start it again, or choose the file anew."
    ),
    "file_failed": _(
        "This could not be worked out. Choose the file again; if that does not help, show its "
        "first rows to whoever runs this installation."
    ),
}
"""Why a file as a whole does not go in."""

ROW_REASONS: dict[str, str] = {
    "row_bad_date": _("“%(value)s” is no date that can be read here. Write it as 2011-12-31."),
    "row_bad_number": _("“%(value)s” is no number that can be read here. Write it as 12.50."),
    "row_missing": _("The cell is empty. Fill it in."),
    "row_empty": _("The cell is empty. Fill it in."),
    "row_bad_email": _("“%(value)s” is no e-mail address. Correct it or leave it empty."),
    "row_bad_phone": _("“%(value)s” is no phone number. Correct it or leave it empty."),
    "row_bad_card": _("“%(value)s” is no card number. Correct it or leave it empty."),
    "row_bad_external": _("“%(value)s” cannot be a customer number. Correct it or leave it empty."),
    "row_looks_like_payment_card": _(
        "This looks like the number of a bank card, which is never kept. Leave the cell empty."
    ),
    "row_bad_currency": _("“%(value)s” is no currency. Write three letters, such as EUR."),
    "row_too_long": _("The cell has more than %(limit)s letters. Shorten it."),
    "row_unreadable": _("The row holds signs that cannot be read as %(encoding)s. Correct them."),
    "row_ragged_row": _(
        "The row has %(found)s cells where %(expected)s belong. Check its quotes and the signs "
        "between its cells."
    ),
    "row_too_much": _("%(value)s is more money than can be right. Correct it."),
    "row_mixed_customers": _("The rows of order %(order)s name different customers. Correct them."),
    "row_mixed_currencies": _(
        "The rows of order %(order)s have different currencies. Correct them."
    ),
    "row_bad_time": _("The time of this order lies centuries away. Correct it."),
    "row_time_ahead": _(
        "The time of this order is still to come. Correct it, or bring the row in then."
    ),
    "row_waits_too_many": _(
        "Too many refunds wait for the order that this one names. Bring in that order first."
    ),
    "row_order_has_bad_line": _(
        "Another row of order %(order)s (line %(line)s) is wrong, so the whole order waits. "
        "Correct that row."
    ),
    "row_key_reused": _(
        "This order is known already and says something else there. Correct it, or bring the file "
        "in so that its version counts."
    ),
}
"""Why a row is handed back."""


def field_name(field: str) -> str:
    """What a column means, as people read it; the name of a further detail as it is."""
    if field in FIELDS:
        return gettext(FIELDS[field])
    return field.removeprefix("attribute:")


def spoken(params: Mapping[str, object]) -> dict[str, object]:
    """Parameters of a problem with those that are words in the reader's language."""
    return {name: _spoken(name, value) for name, value in params.items()}


def _spoken(name: str, value: object) -> object:
    text = str(value)
    if name not in ("found", "where", "field"):
        return value
    if text in PHRASES:
        return gettext(PHRASES[text])
    if name == "field":
        return field_name(text)
    if found := AFTER_LINE.fullmatch(text):
        return gettext("after line %(line)s") % {"line": found[1]}
    return value
