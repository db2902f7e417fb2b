"""What tests of migrations share: histories of catalogs, databases with rows, and what a dump says of them."""

import re
import subprocess
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import LiteralString

from psycopg import sql

from compiler.backends.postgres import script
from compiler.diagnostics import Sink
from compiler.ir.catalog import Catalog
from compiler.ir.settle import Before, settled
from compiler.migrate import CATALOG, NOTHING, SUM, History, extend
from compiler.migrate.history import SCHEMA
from runtime import migrations
from runtime.database import Connection, binaries, opened
from runtime.partitions import Range, partition_name

NewDatabase = Callable[..., AbstractContextManager[str]]
EMPTY = "template1"
OURS = "metadata.schema_migrations"
NOISE = re.compile(r"^(--.*|\\(un)?restrict .*|)\n", re.MULTILINE)
"""What a dump says of itself; the key of `\\restrict` is random."""


def dump(url: str) -> str:
    """Everything that a database is, but for its rows and the partitions that the runtime makes."""
    found = binaries.find()
    options = ("--schema-only", "--no-owner", f"--exclude-table={OURS}", "--exclude-table=*.*_y????m??")
    done = subprocess.run(
        [found.program("pg_dump"), *options, url],
        env=found.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return NOISE.sub("", done.stdout)


def made(catalog: Catalog) -> dict[str, str]:
    """What the compiler emits for a catalog."""
    return {CATALOG: catalog.to_json(), SCHEMA: f"-- header\n\n{script(catalog)}"}


def grown(steps: Sequence[Catalog], sink: Sink) -> History:
    """The history of catalogs that each grew out of the one before, as `generate` would, run by run."""
    history = NOTHING
    for step in steps:
        more = extend(history, made(step), sink)
        history = replace(more, catalog=step.to_json(), chain=more.files[SUM])
    return history


def write(steps: Sequence[Catalog], folder: Path) -> tuple[migrations.Migration, ...]:
    """Write the history of catalogs as the migrator reads it."""
    sink = Sink()
    history = grown(steps, sink)
    assert not sink.failed, [(found.message, found.notes) for found in sink.diagnostics]
    for path, text in history.files.items():
        file = folder / path.removeprefix("postgres/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    return migrations.read(folder)


def fresh(new_database: NewDatabase, catalog: Catalog) -> str:
    """The dump of a database that the whole schema is installed in."""
    with new_database(template=EMPTY) as url:
        with opened(url) as connection:
            connection.execute(made(catalog)[SCHEMA].encode())
        return dump(url)


def follow(steps: Sequence[Catalog], planned: Catalog, dropped: frozenset[str] = frozenset()) -> Catalog:
    """The catalog that `generate` makes of a plan for databases that have the last of some steps."""
    history = grown(steps, Sink())
    before = Before(catalog=steps[-1] if steps else Catalog(), number=history.next_number, dropped=dropped)
    return settled(before, planned)


VALUES: dict[str, LiteralString] = {
    "boolean": "n % 2 = 0",
    "bigint": "n",
    "integer": "n",
    "double precision": "n",
    "text": "'x' || n",
    "date": "DATE '2024-01-01' + n::int",
    "timestamptz": "TIMESTAMPTZ '2024-07-12Z' + n * INTERVAL '1s'",
    "jsonb": "to_jsonb(n)",
}


def value(type_: str) -> sql.Composable:
    """An expression of a type, another for each number `n` but for booleans."""
    scalar = sql.SQL(VALUES[type_.removesuffix("[]")])
    return sql.SQL("ARRAY[{}]").format(scalar) if type_.endswith("[]") else scalar


def fill(connection: Connection, catalog: Catalog) -> None:
    """Insert rows into every table, with values in all columns that have no default."""
    for table in catalog.tables:
        name = sql.Identifier(*table.name.split("."))
        if table.partitioning:
            part = sql.Identifier(table.schema, partition_name(table.short_name, Range(2024, 7)))
            connection.execute(sql.SQL("CREATE TABLE {} PARTITION OF {} DEFAULT").format(part, name))
        filled = [column for column in table.columns if not column.default]
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in filled)
        values = sql.SQL(", ").join(value(column.type) for column in filled)
        insert = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM generate_series(1, 50) n")
        if filled:
            connection.execute(insert.format(name, names, values))
