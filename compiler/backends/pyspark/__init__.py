"""Emit PySpark: per operation a module with a pruned schema and one function `DataFrame -> DataFrame` per table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.backends.base import Name, in_docstring, render, source_of
from compiler.backends.expressions import spark_sql
from compiler.backends.pyspark.columns import Pattern
from compiler.backends.pyspark.lower import Computing, Rows, Select, TableLowering
from compiler.backends.pyspark.reads import schema_of, selection
from compiler.backends.pyspark.schema import Node, name_in, quoted, show
from compiler.bundle import header
from compiler.ir.paths import Path
from compiler.ir.paths import show as show_path
from compiler.ir.plan import OperationPlan, Plan, Table
from compiler.ir.quality import RowRule, Severity
from compiler.ir.types import Type
from compiler.ir.views import View

TEMPLATE = "pyspark/job.py.jinja"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """The generated function of a table."""

    name: str
    table: str
    summary: str
    doc: str
    selects: tuple[Select, ...]
    rows: Rows
    computing: Computing
    key: str
    reads: str
    json: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PySpark:
    """The backend for Spark 4 (`from_json`, `explode`, `try_cast`)."""

    name: str = "pyspark"

    def emit(self, plan: Plan) -> Mapping[str, str]:
        """Return one module for each operation that has tables, one text for each view that Spark can ask."""
        modules = {_file(operation): _module(operation) for operation in plan.operations if operation.tables}
        return {**modules, **dict(_view(view) for view in plan.views if view.spark)}


BACKEND = PySpark()


def _view(view: View) -> tuple[str, str]:
    """Return the file of a view: a SELECT over tables of the same names as in Postgres."""
    path = f"spark/views/{view.name.replace('.', '/')}.sql"
    return path, f"{header(path, view.file)}\n-- {' '.join(view.doc.split())}\n{view.spark}\n"


def column_name(operation: OperationPlan, table: Table, column: str) -> Name:
    """Return where a column is made: the function of its table."""
    return Name(file=_file(operation), holder=_function_name(table, operation), name=column)


def schema_name(operation: OperationPlan, path: Path) -> Name | None:
    """Return the name in `SCHEMA` of what is at `path`, as Spark writes nested fields; None if no table reads it."""
    found = name_in(schema_of(operation), path) if operation.tables else ""
    return Name(file=_file(operation), holder="SCHEMA", name=found) if found else None


def _file(operation: OperationPlan) -> str:
    return f"jobs/spark/{operation.slug}.py"


def _module(operation: OperationPlan) -> str:
    lowered = tuple(TableLowering(table, operation) for table in operation.tables)
    node = schema_of(operation)
    schema = show(node)
    patterns = sorted({pattern for table in lowered for pattern in table.patterns})
    functions = _functions(operation, lowered, node)
    return render(
        TEMPLATE,
        source=source_of(operation),
        operation=quoted(operation.name),
        title=f"`{operation.name}` documents -> {len(lowered)} table{'s' if len(lowered) > 1 else ''}.",
        functions=functions,
        types=", ".join(schema.types),
        uses_window=any(table.unpinned for table in lowered),
        patterns=[(pattern.name, _raw(pattern)) for pattern in patterns],
        constants=schema.constants,
        schema=schema.expression,
        has_rules=any(function.rules for function in functions),
    )


def _functions(
    operation: OperationPlan, lowered: tuple[TableLowering, ...], schema: Node
) -> tuple[Function, ...]:
    names = max(len(table.name) for table in operation.tables)
    grains = [_grain(table) for table in operation.tables]
    return tuple(
        Function(
            name=_function_name(table.table, operation),
            table=quoted(table.table.name),
            summary=in_docstring(_summary(table.table, grain, names, max(map(len, grains)))),
            doc=f"One row per {in_docstring(grain)}.",
            selects=table.selects,
            rows=table.rows,
            computing=table.computing,
            key=_tuple(table.table.key),
            reads=_tuple(selection(table.table, operation, schema)),
            json=_tuple(column.name for column in table.table.columns if column.type is Type.JSON),
            rules=tuple(map(_rule, table.table.rules)),
        )
        for table, grain in zip(lowered, grains, strict=True)
    )


def _summary(table: Table, grain: str, names: int, grains: int) -> str:
    return f"{table.name:<{names}}  one row per {grain:<{grains}}  key: {', '.join(table.key)}"


def _grain(table: Table) -> str:
    """Say what a row is: of which values, and of which of them."""
    kept = f" if `{table.filter.expression.text}`" if table.filter else ""
    return f"{_values(table)}{kept}"


def _values(table: Table) -> str:
    if not table.scan:
        return "document"
    where = table.where
    if where is None:
        return f"`{show_path(table.scan)}`"
    inner = show_path(where.path, ".")
    test = inner if where.equals is None else f"{inner} is {where.equals}"
    return f"`{show_path(table.scan)}` where {'not ' if where.negated else ''}`{test}`"


def _function_name(table: Table, operation: OperationPlan) -> str:
    same = [other for other in operation.tables if other.short_name == table.short_name]
    return table.short_name if len(same) == 1 else table.name.replace(".", "_")


def _rule(rule: RowRule) -> str:
    is_error = ", is_error=True" if rule.severity is Severity.ERROR else ""
    return f"SparkRule({quoted(rule.name)}, {quoted(spark_sql(rule.check))}{is_error})"


def _raw(pattern: Pattern) -> str:
    return f'r"{pattern.regex}"'


def _tuple(names: Iterable[str]) -> str:
    """Return the items of a tuple as Python writes them; one item has its comma."""
    found = [quoted(name) for name in names]
    return ", ".join(found) + ("," if len(found) == 1 else "")
