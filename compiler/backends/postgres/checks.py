"""Report what Postgres would refuse: two relations of one name in a schema, a raw key that is a raw column already."""

from collections.abc import Iterator

from compiler.backends.postgres.lowering import RAW_COLUMNS, lower
from compiler.diagnostics import Sink
from compiler.ir.catalog import Table
from compiler.ir.plan import Plan
from compiler.rules import RAW_KEY_COLLISION, RELATION_COLLISION
from compiler.source import Origin


def check(plan: Plan, sink: Sink) -> None:
    """Report names that collide; what has a name in Postgres is a table, a primary key or an index."""
    origins = {table.name: table.origin for table in plan.tables.values()}
    files = {operation.raw_table: Origin(operation.mapping_file) for operation in plan.operations}
    _check_raw_keys(plan, sink)
    taken: dict[str, Table] = {}
    for table in lower(plan).tables:
        for name in _relations(table):
            other = taken.setdefault(name, table)
            if other is not table:
                origin = origins.get(table.name) or files[table.name]
                message = f"`{name}` of table `{table.name}` is taken by table `{other.name}`"
                sink.report(
                    RELATION_COLLISION.at(origin, message, advice=f"give `{table.name}` another name")
                )


def _relations(table: Table) -> Iterator[str]:
    schema = table.name.partition(".")[0]
    yield table.name
    yield f"{schema}.{table.key_name}"
    for index in table.indexes:
        yield f"{schema}.{index.name}"


def _check_raw_keys(plan: Plan, sink: Sink) -> None:
    for operation in plan.operations:
        names = [key.name for key in operation.raw_keys]
        for name in sorted({name for name in names if name in RAW_COLUMNS or names.count(name) > 1}):
            message = f"raw key `{name}` of `{operation.raw_table}` is the name of another column"
            advice = "name it after what it holds, such as `game_pk`"
            sink.report(RAW_KEY_COLLISION.at(Origin(operation.mapping_file), message, advice=advice))
