"""Lower the Plan to a Catalog and print it as SQL: schema, first migration, `catalog.json`."""

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.backends import provenance
from compiler.backends.base import sole_source
from compiler.backends.postgres.checks import check
from compiler.backends.postgres.ddl import script
from compiler.backends.postgres.history import chained, initial
from compiler.backends.postgres.lowering import column_of, lower, raw_columns
from compiler.bundle import header
from compiler.ir.plan import Plan

__all__ = ["BACKEND", "check", "column_of", "lower", "raw_columns", "script"]

SCHEMA = "postgres/schema.sql"


@dataclass(frozen=True, slots=True)
class Postgres:
    """Tables, keys, partitions, indexes and comments, for PostgreSQL 15 and newer."""

    name: str = "postgres"

    def emit(self, plan: Plan) -> Mapping[str, str]:
        """Return the catalog, the whole schema, and the history that leads to it."""
        catalog = lower(plan)
        body = script(catalog, _notes(plan))
        migrations = (initial(catalog, body),)
        return {
            "catalog.json": catalog.to_json(),
            SCHEMA: f"{header(SCHEMA, sole_source(plan.operations))}\n{body}",
            **{f"postgres/migrations/{name}": text for name, text in migrations},
            "postgres/migrations.sum": chained(migrations),
        }


def _notes(plan: Plan) -> dict[tuple[str, str], str]:
    return {
        (table.name, column.name): provenance.relative(column, table)
        for table in plan.tables.values()
        for column in table.columns
    }


BACKEND = Postgres()
