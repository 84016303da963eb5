"""Opening an installation for a command: folder, database, tables, Django."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from regulars.cli import Unclear, values
from regulars.run import database, migrate, upgrade
from regulars.run.folder import Folder, prepare


def add_data(parser: argparse.ArgumentParser) -> None:
    """The option that every command on an installation has."""
    parser.add_argument(
        "--data", metavar="DIR", help="the data folder (default: REGULARS_DATA, or one's own)"
    )


def add_common(parser: argparse.ArgumentParser) -> None:
    """The options of every command that says something of an installation: which, and how."""
    add_data(parser)
    values.add_language(parser)


@contextmanager
def spoken(arguments: argparse.Namespace, *, kept: bool = False) -> Iterator[Folder]:
    """The installation that a command is about, sentences in the language that was asked for;
    what is refused meanwhile is said in it too."""
    with installation(arguments.data, kept=kept) as folder:
        from regulars.actions.refused import Refused  # noqa: PLC0415 - Django is set up by now
        from regulars.words.reasons import sentence  # noqa: PLC0415 - the same
        from regulars.words.speaking import speaking  # noqa: PLC0415 - the same

        with speaking(arguments.lang):
            try:
                yield folder
            except Refused as refusal:
                raise Unclear(sentence(refusal.code, refusal.params)) from None


@contextmanager
def installation(data: str | None, *, kept: bool = False) -> Iterator[Folder]:
    """The installation in `data`, its database running and its tables up to date, Django set up.
    A new one gets its tables; those of an earlier release are refused unless what is in them is
    `kept` in a backup."""
    folder = prepare(data)
    with database.environment(folder) as addresses:
        upgrade.refuse_later(folder, addresses)
        import django  # noqa: PLC0415 - reads the settings that have just been told

        django.setup()
        if _tables_behind():
            if not kept:
                upgrade.refuse_earlier(addresses)
            migrate.migrate(addresses, database.variables(folder, addresses))
        try:
            yield folder
        finally:
            from django.db import connections  # noqa: PLC0415 - exists once Django is set up

            connections.close_all()


def _tables_behind() -> bool:
    from django.db import connection  # noqa: PLC0415 - exists once Django is set up
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - the same

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
