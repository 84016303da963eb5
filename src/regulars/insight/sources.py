"""Any table or file as an ibis table on DuckDB, or on the source's own engine."""

from __future__ import annotations

from collections.abc import Callable
from glob import glob
from os import PathLike, fspath
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from msgspec import Struct

from regulars.insight.errors import InsightError
from regulars.insight.lazy import ibis, pyarrow

PARQUET = (".parquet", ".pq")
TEXT = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")


class Reading(Struct, frozen=True, kw_only=True):
    """A source that stands open.

    `owned`: the connection was made for it and goes with it; `parsed`: reading it means parsing
    text, so it is worth doing once.
    """

    connection: Any
    table: Any
    owned: bool
    parsed: bool


def read(source: Any, *, threads: int | None = None, memory_limit: str | None = None) -> Reading:
    """Open a table or file. Raises InsightError if it is neither, missing or broken."""
    if type(source).__module__.startswith("ibis."):
        table = source
        return Reading(connection=table.get_backend(), table=table, owned=False, parsed=False)
    connection = _connect(threads, memory_limit)
    try:
        if isinstance(source, str | PathLike | list | tuple):
            return _read_files(connection, _paths(source))
        arrow = _arrow(source)
        if not arrow.schema.names:
            raise InsightError("The table has no columns; it needs customer_id, at and amount.")
        connection.con.register("source", arrow)
        table = connection.table("source")
        return Reading(connection=connection, table=table, owned=True, parsed=False)
    except BaseException:
        connection.disconnect()
        raise


def _connect(threads: int | None, memory_limit: str | None) -> Any:
    settings: dict[str, Any] = {"temp_directory": str(Path(gettempdir()) / "regulars-insight")}
    if threads is not None:
        settings["threads"] = threads
    if memory_limit is not None:
        settings["memory_limit"] = memory_limit
    return ibis.duckdb.connect(**settings)


def _paths(source: Any) -> list[str]:
    given = [fspath(path) for path in (source if isinstance(source, list | tuple) else [source])]
    found = [file for path in given for file in _expanded(path)]
    if not found:
        raise InsightError("No file is named: name at least one Parquet or CSV file.")
    return found


def _expanded(path: str) -> list[str]:
    if Path(path).is_dir():
        path = str(Path(path) / "*.parquet")
    if Path(path).is_file():
        return [path]
    files = sorted(glob(path))
    if not files:
        raise InsightError(f"There is no file {path}; check the path.")
    return files


def _read_files(connection: Any, paths: list[str]) -> Reading:
    kinds = {_format(path) for path in paths}
    if len(kinds) > 1:
        raise InsightError("Parquet and text files are mixed; give files of one kind.")
    text = kinds == {"text"}
    try:
        if text:
            # As text, so that a customer 00123 keeps the zeros.
            table = connection.read_csv(paths, all_varchar=True, union_by_name=True)
        else:
            table = connection.read_parquet(paths, union_by_name=True)
    except Exception as error:
        if type(error).__module__.split(".")[0] not in ("duckdb", "_duckdb"):
            raise
        reason = str(error).splitlines()[0]
        raise InsightError(f"{paths[0]} cannot be read ({reason}); check the file.") from error
    return Reading(connection=connection, table=table, owned=True, parsed=text)


def _format(path: str) -> str:
    name = path.lower()
    if name.endswith(PARQUET):
        return "parquet"
    if name.endswith(TEXT):
        return "text"
    raise InsightError(f"{path} is neither Parquet nor CSV by its name; rename or convert it.")


def _arrow(source: Any) -> Any:
    library = type(source).__module__.split(".")[0].lstrip("_")
    convert = CONVERTERS.get(library)
    if convert is None:
        raise InsightError(
            f"A {type(source).__name__} is no table; give a pandas, polars, Arrow, DuckDB or ibis "
            "table, or the path of a Parquet or CSV file."
        )
    return convert(source)


def _from_pandas(frame: Any) -> Any:
    try:
        return pyarrow.Table.from_pandas(frame, preserve_index=False)
    except (ValueError, TypeError) as error:  # pyarrow's own errors are subclasses
        reason = "; ".join(str(part) for part in error.args).splitlines()[0]
        raise InsightError(f"The data frame mixes types in a column ({reason}).") from error


def _from_polars(frame: Any) -> Any:
    return (frame.collect() if hasattr(frame, "collect") else frame).to_arrow()


def _from_arrow(table: Any) -> Any:
    return table.read_all() if hasattr(table, "read_all") else table


def _from_duckdb(relation: Any) -> Any:
    # The relation lives on another connection, which ibis cannot read from.
    return relation.to_arrow_table()


CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "pandas": _from_pandas,
    "polars": _from_polars,
    "pyarrow": _from_arrow,
    "duckdb": _from_duckdb,
}
