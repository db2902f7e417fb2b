"""Lower the Plan to a Catalog and print it as SQL: schema and `catalog.json`. Migrations are made of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.backends import provenance
from compiler.backends.base import sole_source
from compiler.backends.postgres.checks import check
from compiler.backends.postgres.ddl import script
from compiler.backends.postgres.dimensions import dimension_files
from compiler.backends.postgres.lowering import column_of, lower, raw_columns
from compiler.backends.postgres.quality import quality_files
from compiler.backends.postgres.registry import registry_file
from compiler.backends.postgres.views import emit_views
from compiler.bundle import header
from compiler.ir.plan import Plan
from compiler.ir.settle import Before, settled

__all__ = ["BACKEND", "check", "column_of", "lower", "raw_columns", "script"]

SCHEMA = "postgres/schema.sql"


@dataclass(frozen=True, slots=True)
class Postgres:
    """Tables, keys, partitions, indexes and comments, for PostgreSQL 15 and newer.

    `before` is what databases have: its columns keep their places, and nothing of it vanishes.
    """

    name: str = "postgres"
    before: Before = field(default_factory=Before)

    def emit(self, plan: Plan) -> Mapping[str, str]:
        """Return the catalog, the definitions, the whole schema, the views, the queries, the quality rules as SQL."""
        catalog = settled(self.before, lower(plan))
        body = script(catalog, _notes(plan))
        return {
            "catalog.json": catalog.to_json(),
            **registry_file(plan, catalog),
            SCHEMA: f"{header(SCHEMA, sole_source(plan.operations))}\n{body}",
            **quality_files(plan),
            **dimension_files(plan),
            **emit_views(plan.views, catalog.schemas | {"metadata"}),
        }


def _notes(plan: Plan) -> dict[tuple[str, str], str]:
    return {
        (table.name, column.name): provenance.relative(column, table)
        for table in plan.tables.values()
        for column in table.columns
    }


BACKEND = Postgres()
