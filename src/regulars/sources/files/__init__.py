"""Files of orders: CSV and its kin, Excel, Parquet, tables of blanks; plain or gzip.

    proposal = inspect(path)                       # what the file seems to be; nothing heavy
    with open_file(path, proposal.mapping, ...) as reading:   # in `reading`: DuckDB and Arrow
        for batch in reading.batches(): ...

`inspect` and the values here load neither DuckDB nor Arrow (but for Parquet files), so that a web
process may import them. Reading streams: memory does not grow with the file.
"""

from regulars.sources.files.inspection import inspect, require_answers
from regulars.sources.files.problems import FileProblem, RowProblem
from regulars.sources.files.shapes import (
    FIELDS,
    Batch,
    Choices,
    Counts,
    Hints,
    Layout,
    Limits,
    Mapping,
    Progress,
    Proposal,
    Question,
    from_json,
    to_json,
)

__all__ = [
    "FIELDS",
    "Batch",
    "Choices",
    "Counts",
    "FileProblem",
    "Hints",
    "Layout",
    "Limits",
    "Mapping",
    "Progress",
    "Proposal",
    "Question",
    "RowProblem",
    "from_json",
    "inspect",
    "require_answers",
    "to_json",
]
