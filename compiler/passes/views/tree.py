"""A SELECT as a tree: every column with its table, every expression with its type.

sqlglot does the work; what it takes for another type than PostgreSQL has is corrected here.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp, parse_one
from sqlglot.dialects import Postgres
from sqlglot.optimizer.annotate_types import TypeAnnotator
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify_columns import qualify_columns
from sqlglot.optimizer.qualify_tables import qualify_tables
from sqlglot.optimizer.resolver import Resolver
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from compiler.ir.views import Relations, ViewSpec
from compiler.passes.views.functions import FUNCTIONS

DIALECT = "postgres"

_EXACT = {exp.DType.BIGINT, exp.DType.DECIMAL}
_WHOLE = {exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT}
_NAMES = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DECIMAL": "numeric",
    "DOUBLE PRECISION": "double precision",
    "INT": "integer",
    "INTERVAL": "interval",
    "JSONB": "jsonb",
    "TEXT": "text",
    "TIMESTAMP": "timestamp",
    "TIMESTAMPTZ": "timestamptz",
    "VARCHAR": "text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A SELECT, bound. `schema` is what it was bound to."""

    query: exp.Query
    schema: MappingSchema

    @property
    def scopes(self) -> Iterator[tuple[Scope, Resolver]]:
        """The SELECTs inside, innermost first, each with what it can read."""
        for scope in traverse_scope(self.query):
            yield scope, Resolver(scope, self.schema)


CALLED = "called"
"""Marks a table that is a call of one of our functions."""


def parsed(spec: ViewSpec, functions: Mapping[str, int]) -> exp.Query:
    """Parse a SELECT that PostgreSQL can parse; a parameter becomes NULL of its type.

    `functions` are those of ours that it calls, with the place of the call; a call in FROM becomes a table.
    """
    tree = parse_one(_joined(spec.sql, functions), dialect=DIALECT)
    names = {name.replace(".", "_"): name for name in functions}
    for table in [*tree.find_all(exp.Table)]:
        if isinstance(table.this, exp.Anonymous) and table.this.name in names:
            _as_table(table, names[table.this.name])
    types = {param.name: param.type for param in spec.params if param.type}
    for found in [*tree.find_all(exp.Placeholder)]:
        if found.name in types:
            kind = exp.DataType.build(types[found.name], dialect=DIALECT, udt=True)
            found.replace(exp.Cast(this=exp.null(), to=kind))
        else:
            found.replace(exp.null())
    assert isinstance(tree, exp.Query)
    return tree


def _joined(sql: str, functions: Mapping[str, int]) -> str:
    """Return a SELECT with `schema_name(` for `schema.name(`, which sqlglot does not take for a call in FROM."""
    marks = list(sql)
    for name, start in functions.items():
        marks[start + name.index(".")] = "_"
    return "".join(marks)


def _as_table(table: exp.Table, name: str) -> None:
    schema, _, short = name.partition(".")
    place = {"start": table.this.meta.get("start"), "end": table.this.meta.get("end")}
    table.set("this", exp.to_identifier(short))
    table.set("db", exp.to_identifier(schema))
    table.this.meta.update({key: value for key, value in place.items() if value is not None})
    table.meta[CALLED] = True


def read_by(tree: exp.Query) -> Iterator[exp.Table]:
    """Yield what a SELECT reads, its own CTEs aside."""
    for scope in traverse_scope(tree.copy()):
        for source in scope.sources.values():
            if isinstance(source, exp.Table) and not isinstance(source.this, exp.Func):
                yield source


def bound(tree: exp.Query, relations: Relations) -> Tree:
    """Give every column its table and every expression its type; what cannot be resolved stays as it is."""
    schema = MappingSchema(dialect=DIALECT)
    for name, columns in relations.items():
        schema.add_table(name, {**columns}, dialect=DIALECT)
    query = qualify_tables(normalize_identifiers(tree.copy(), dialect=DIALECT), dialect=DIALECT)
    # An alias is known to ORDER BY and GROUP BY alone in PostgreSQL; sqlglot would take it in WHERE, too.
    query = qualify_columns(query, schema, expand_alias_refs=False, allow_partial_qualification=True)
    return Tree(query=_typed(query, schema), schema=schema)


def type_name(found: exp.DataType | None) -> str:
    """Return a type as PostgreSQL calls it, or "" where it is not known."""
    if found is None or found.this is exp.DType.UNKNOWN:
        return ""
    if found.this is exp.DType.ARRAY:
        element = type_name(found.expressions[0]) if found.expressions else ""
        return f"{element}[]" if element else ""
    return _NAMES.get(exp.DataType(this=found.this).sql(DIALECT), "")


# ------------------------------------------------------------------------------------------------- types


def _typed(query: exp.Query, schema: MappingSchema) -> exp.Query:
    metadata = {
        **Postgres.EXPRESSION_METADATA,
        **{kind: {"annotator": rule} for kind, rule in _RULES.items()},
    }
    return TypeAnnotator(schema, expression_metadata=metadata).annotate(query)


Rule = Callable[[TypeAnnotator, exp.Expr], exp.Expr]


def _constant(kind: exp.DType) -> Rule:
    return lambda typing, node: typing._set_type(node, kind)  # pyright: ignore[reportPrivateUsage]  # as its own rules do


def _set(typing: TypeAnnotator, node: exp.Expr, kind: exp.DataType | exp.DType | None) -> exp.Expr:
    return typing._set_type(node, kind)  # pyright: ignore[reportPrivateUsage]  # as its own rules do


def _sum(typing: TypeAnnotator, node: exp.Expr) -> exp.Expr:
    kind = node.this.type.this
    wider = {exp.DType.INT: exp.DType.BIGINT, exp.DType.SMALLINT: exp.DType.BIGINT}
    return _set(typing, node, exp.DType.DECIMAL if kind in _EXACT else wider.get(kind, kind))


def _avg(typing: TypeAnnotator, node: exp.Expr) -> exp.Expr:
    kind = node.this.type.this
    return _set(typing, node, exp.DType.DECIMAL if kind in _EXACT | _WHOLE else kind)


def _rounded(typing: TypeAnnotator, node: exp.Expr) -> exp.Expr:
    kind = node.this.type.this
    return _set(typing, node, exp.DType.DOUBLE if kind in _WHOLE else kind)


def _zone(typing: TypeAnnotator, node: exp.Expr) -> exp.Expr:
    has_zone = node.this.type.this is exp.DType.TIMESTAMPTZ
    return _set(typing, node, exp.DType.TIMESTAMP if has_zone else exp.DType.TIMESTAMPTZ)


def _literal(typing: TypeAnnotator, node: exp.Expr) -> exp.Expr:
    if node.is_string:
        return _set(typing, node, exp.DType.VARCHAR)
    if not node.name.isdigit():
        return _set(typing, node, exp.DType.DECIMAL)
    return _set(typing, node, exp.DType.INT if int(node.name) < 1 << 31 else exp.DType.BIGINT)


def _arithmetic(typing: TypeAnnotator, node: exp.Expr) -> exp.Expr:
    left, right = node.this.type.this, node.expression.type.this
    return _set(typing, node, _result(left, right))


def _result(left: exp.DType, right: exp.DType) -> exp.DType:
    """Return the type of an arithmetic operation in PostgreSQL."""
    times = (exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMP, exp.DType.DATE)
    if left in times and right in times:
        both_days = left is right is exp.DType.DATE
        return exp.DType.INT if both_days else exp.DType.INTERVAL
    if exp.DType.INTERVAL in (left, right):
        other = right if left is exp.DType.INTERVAL else left
        return {exp.DType.DATE: exp.DType.TIMESTAMP}.get(
            other, other if other in times else exp.DType.INTERVAL
        )
    if left in times or right in times:
        return left if left in times else right
    ranked = (exp.DType.DOUBLE, exp.DType.DECIMAL, exp.DType.BIGINT, exp.DType.INT, exp.DType.SMALLINT)
    return next((kind for kind in ranked if kind in (left, right)), exp.DType.UNKNOWN)


def _called(typing: TypeAnnotator, node: exp.Expr) -> exp.Expr:
    known = FUNCTIONS.get(node.name.lower())
    kind = exp.DataType.build(known.returns, dialect=DIALECT) if known and known.returns else None
    return _set(typing, node, kind)


_RULES: dict[type[exp.Expr], Rule] = {
    exp.Sum: _sum,
    exp.Avg: _avg,
    **dict.fromkeys((exp.Floor, exp.Ceil, exp.Round), _rounded),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod), _arithmetic),
    exp.AtTimeZone: _zone,
    exp.Literal: _literal,
    exp.Anonymous: _called,
    exp.Extract: _constant(exp.DType.DECIMAL),
    exp.CurrentTimestamp: _constant(exp.DType.TIMESTAMPTZ),
    exp.JSONExtract: _constant(exp.DType.JSONB),
    exp.JSONBExtract: _constant(exp.DType.JSONB),
    exp.JSONExtractScalar: _constant(exp.DType.TEXT),
    exp.JSONBExtractScalar: _constant(exp.DType.TEXT),
    exp.GroupConcat: _constant(exp.DType.TEXT),
    exp.Count: _constant(exp.DType.BIGINT),
    exp.Length: _constant(exp.DType.INT),
    exp.PercentileCont: _constant(exp.DType.DOUBLE),
}
