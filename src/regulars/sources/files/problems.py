"""What can be wrong with a file, and with a row of it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

FILE_SENTENCES = {
    "missing_file": "{file}: there is no such file. Check the path.",
    "directory": "{file} is a folder. Name the file of orders in it.",
    "unreadable_file": "{file} cannot be read ({why}). Check who may read it.",
    "empty": "{file} is empty. Export the orders again.",
    "only_header": "{file} holds a header and no rows. Export the orders again.",
    "not_a_table": "{file} is no table of orders ({found}). Give CSV, Excel (.xlsx), Parquet "
    "or a text table, plain or packed with gzip.",
    "old_excel": "{file} is in the old Excel format. Save it as .xlsx or CSV.",
    "broken": "{file} is damaged and cannot be read {where} ({why}). Export it again.",
    "one_column": "{file} reads as one column ({columns}). Name its delimiter "
    "(--delimiter), for example ; or a tab.",
    "bad_encoding": "{file} cannot be read as {encoding}. Name its encoding (--encoding), "
    "for example utf-8 or cp1250.",
    "bomb": "{file} unpacks to more than {limit} times its size, as only a broken or hostile file "
    "does. Unpack it yourself, or raise the limit (--unpack-ratio).",
    "too_big": "{file} unpacks to more than {limit} MB. Unpack it yourself, or give the orders "
    "as CSV.",
    "cell_too_long": "{file}, line {line}: a cell is longer than {limit} characters. "
    "Shorten it, or check the quotes before it.",
    "line_too_long": "{file}, after line {line}: a line is longer than {limit} MB. "
    "Check that this is a table, and the quotes before it.",
    "missing_column": "{file} has no column for {field}. It has: {columns}. Say which one it is "
    "(--column 'NAME=FIELD').",
    "unknown_column": "{file} has no column '{column}', which the mapping names. It has: "
    "{columns}. Correct the mapping.",
    "unknown_field": "The mapping gives column '{column}' the unknown meaning '{field}'. "
    "Known are: {fields}.",
    "two_columns": "Two columns of {file} are mapped to {field}: '{first}' and '{second}'. "
    "Leave one of them out.",
    "same_header": "{file} has two columns called '{column}'. Give one of them another name.",
    "ambiguous_dates": "{file}, column '{column}': {example} can be read in two ways. Say whether "
    "the day or the month comes first (--dates dmy or --dates mdy).",
    "ambiguous_decimal": "{file}, column '{column}': {example} can be read in two ways. Say "
    "whether the comma or the point marks decimals (--decimal , or --decimal .).",
    "missing_currency": "{file} does not say its currency. Say it (--currency EUR).",
    "bad_setting": "The mapping says {setting} = '{value}'. {remedy}",
    "no_room": "The disk is nearly full, and {file} is not brought in. Make room on it; then bring "
    "the same file in again: what is in already counts once.",
    "too_many_columns": "{file} has more than {limit} columns. Leave out what is not needed.",
}
"""Every reason for which a file is refused as a whole, as one English sentence each."""

ROW_SENTENCES = {
    "bad_date": "'{value}' is no date that can be read here. Write it as 2011-12-31.",
    "bad_number": "'{value}' is no number that can be read here. Write it as 12.50.",
    "too_much": "{value} is more money than can be right. Correct it.",
    "missing": "The cell is empty. Fill it in.",
    "empty": "The cell is empty. Fill it in.",
    "bad_email": "'{value}' is no e-mail address. Correct it or leave it empty.",
    "bad_phone": "'{value}' is no phone number. Correct it or leave it empty.",
    "bad_card": "'{value}' is no card number. Correct it or leave it empty.",
    "bad_external": "'{value}' cannot be a customer number. Correct it or leave it empty.",
    "looks_like_payment_card": "This looks like the number of a credit or debit card, which must "
    "not be stored. Leave the cell empty.",
    "bad_currency": "'{value}' is no currency. Write three letters, such as EUR.",
    "too_long": "The cell has more than {limit} characters. Shorten it.",
    "unreadable": "The row holds signs that cannot be read as {encoding}. Correct them.",
    "ragged_row": "The row has {found} cells where {expected} belong. Check its quotes "
    "and delimiters.",
    "mixed_customers": "The rows of order {order} name different customers. Correct them.",
    "mixed_currencies": "The rows of order {order} have different currencies. Correct them.",
    "key_reused": "Order {order} is known already and said something else. Correct the row, or say "
    "that this file is right (--restate).",
    "bad_time": "The time of order {order} lies centuries away. Correct it.",
    "time_ahead": "The time of order {order} is still to come. Correct it, or bring the row in "
    "then.",
    "waits_too_many": "Too many refunds wait for the order that this one names. Bring in that "
    "order first.",
    "order_has_bad_line": "Another row of order {order} (line {line}) is wrong, so the whole "
    "order waits. Correct that row.",
}
"""Every reason for which a row is handed back, as one English sentence each."""


class FileProblem(Exception):
    """The file cannot be read as a whole; nothing of it was taken.

    `code` is a key of FILE_SENTENCES, `params` fill it; `str()` is the sentence in English.
    """

    def __init__(self, code: str, **params: str | int) -> None:
        self.code = code
        self.params = params
        super().__init__(FILE_SENTENCES[code].format(**params))


class RowProblem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why a row was handed back: its line in the file (from 1), field, code and parameters."""

    line: int
    field: str
    code: str
    params: dict[str, str] = {}


Sentence = Callable[[RowProblem], str]


def english(problem: RowProblem) -> str:
    """The reason as one English sentence."""
    return ROW_SENTENCES[problem.code].format(**problem.params)
