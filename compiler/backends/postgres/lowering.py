"""Lower a Plan to the Catalog: a raw table per operation, then the normalized tables."""

from compiler.backends import types
from compiler.backends.postgres.views import in_catalog
from compiler.backends.provenance import described, format_of
from compiler.ir.catalog import Catalog, Column, Index, Partitioning, Table
from compiler.ir.dump import filter_text
from compiler.ir.names import bounded
from compiler.ir.paths import show
from compiler.ir.plan import Column as PlanColumn
from compiler.ir.plan import Dimension, OperationPlan, Plan, Where
from compiler.ir.plan import Table as PlanTable

SEQUENCE = "metadata.raw_id_seq"
"""One sequence for all raw tables: a raw id names one response in the whole database."""

_BEFORE_KEYS = (
    Column(name="raw_id", type="bigint", nullable=False, default=f"nextval('{SEQUENCE}')"),
    Column(name="captured_at", type="timestamptz", nullable=False),
    Column(name="ingested_at", type="timestamptz", nullable=False, default="now()"),
    Column(name="endpoint", type="text", nullable=False),
    Column(name="method", type="text", nullable=False),
    Column(name="path_params", type="jsonb", nullable=False),
    Column(name="query_params", type="jsonb", nullable=False),
    Column(name="url", type="text", nullable=True),
    Column(name="status_code", type="integer", nullable=False),
    Column(name="sha256", type="text", nullable=False),
    Column(name="schema_digest", type="text", nullable=True),
    Column(name="document_key", type="text", nullable=False),
)
_AFTER_KEYS = (Column(name="data", type="jsonb", nullable=True, comment="the response"),)
_BOOKKEEPING = (
    Column(name="raw_id", type="bigint", nullable=False),
    Column(name="captured_at", type="timestamptz", nullable=False),
)
_PROVENANCE = (
    Column(
        name="sources",
        type="jsonb",
        nullable=False,
        comment="Column -> the table that its value comes from.",
    ),
    Column(
        name="captured_at",
        type="timestamptz",
        nullable=False,
        comment="When the newest mention was captured.",
    ),
)
RAW_COLUMNS = tuple(column.name for column in (*_BEFORE_KEYS, *_AFTER_KEYS))
"""Names that a raw key cannot take."""


def lower(plan: Plan) -> Catalog:
    """Return all tables, raw ones first, each kind in the order of the plan, and the views."""
    raw = [_raw_table(operation) for operation in plan.operations]
    normalized = [
        _normalized_table(table, operation) for operation in plan.operations for table in operation.tables
    ]
    dimensions = map(_dimension_table, plan.dimensions)
    return Catalog(tables=(*raw, *normalized, *dimensions), views=in_catalog(plan.views))


def _raw_table(operation: OperationPlan) -> Table:
    name = operation.raw_table.partition(".")[2]
    newest = _index(name, ("document_key", "captured_at"), suffix="document_key_idx")
    return Table(
        name=operation.raw_table,
        kind="raw",
        operation=operation.name,
        columns=raw_columns(operation),
        key=("raw_id", "captured_at"),
        key_name=bounded(f"{name}_pkey"),
        indexes=(newest, *(_index(name, (key.name,)) for key in operation.raw_keys)),
        partitioning=Partitioning(column="captured_at", every="month"),
        comment=_raw_comment(operation),
    )


def raw_columns(operation: OperationPlan) -> tuple[Column, ...]:
    """Return the columns of an operation's raw table."""
    keys = tuple(
        Column(name=key.name, type=types.postgres(key.type), nullable=True, comment=key.source)
        for key in operation.raw_keys
    )
    return (*_BEFORE_KEYS, *keys, *_AFTER_KEYS)


def _raw_comment(operation: OperationPlan) -> str:
    urls = ", ".join(variant.path for variant in operation.operation.variants)
    return f"One row per response of {operation.name} ({urls})."


def _normalized_table(table: PlanTable, operation: OperationPlan) -> Table:
    name = table.short_name
    by_document = () if operation.document_key else (_index(name, ("raw_id",)),)
    return Table(
        name=table.name,
        kind="normalized",
        operation=operation.name,
        columns=(*(column_of(column) for column in table.columns), *_BOOKKEEPING),
        key=table.key,
        key_name=bounded(f"{name}_pkey"),
        indexes=(*by_document, *(_index(name, columns) for columns in table.indexes)),
        partitioning=_partitioning(table, operation),
        comment=_table_comment(table, operation),
        was=table.was,
    )


def _dimension_table(dimension: Dimension) -> Table:
    return Table(
        name=dimension.name,
        kind="dimension",
        operation="",
        columns=(
            Column(name=dimension.key, type="bigint", nullable=False),
            *(
                Column(name=item.name, type=types.postgres(item.type), nullable=True, comment=item.doc)
                for item in dimension.columns
            ),
            *_PROVENANCE,
        ),
        key=(dimension.key,),
        key_name=bounded(f"{dimension.name.partition('.')[2]}_pkey"),
        comment=f"{dimension.doc} From {len(dimension.mentions)} places; per column the newest that says it.",
    )


def _partitioning(table: PlanTable, operation: OperationPlan) -> Partitioning | None:
    asked = operation.partition
    return Partitioning(column=table.partition_key, every=asked.every) if asked else None


def column_of(column: PlanColumn) -> Column:
    """Return a column of a table as PostgreSQL has it."""
    form, sentinels = format_of(column)
    return Column(
        name=column.name,
        type=types.postgres(column.type, is_array=column.is_array),
        nullable=not column.is_required,
        comment=described(column),
        was=column.was,
        format=form,
        sentinels=tuple(sorted(sentinels)),
    )


def _table_comment(table: PlanTable, operation: OperationPlan) -> str:
    rows = f"{show(table.scan)}{_condition(table.where)}{filter_text(table.filter)} of {operation.name}"
    return f"{table.doc} From {rows}." if table.doc else f"One row per {rows}."


def _condition(where: Where | None) -> str:
    if where is None:
        return ""
    negation = "not " if where.negated else ""
    test = "" if where.equals is None else f" = {where.equals}"
    return f" where {negation}{show(where.path, '.')}{test}"


def _index(table: str, columns: tuple[str, ...], *, suffix: str = "") -> Index:
    return Index(name=bounded(f"{table}_{suffix or '_'.join(columns) + '_idx'}"), columns=columns)
