"""Print the statement that makes a dimension hold what the tables mention, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.backends import types
from compiler.backends.base import render
from compiler.backends.postgres.ddl import literal, qualified, quoted
from compiler.bundle import header
from compiler.ir.plan import Dimension, Mention, Plan
from compiler.ir.types import Type

FOLDER = "postgres/dimensions"
_SOURCE = "mappings/dimensions.yaml"
_PAIRS = 50
"""Details in one `jsonb_build_object`: PostgreSQL passes at most 100 arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arm:
    """The SELECT of the mentions in one table."""

    source: str
    table: str
    key: str
    said: tuple[str, ...]
    grouped: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """What the template needs, decided and quoted."""

    name: str
    doc: str
    key: str
    constraint: str
    arms: tuple[_Arm, ...]
    columns: str
    values: tuple[str, ...]
    assignments: tuple[str, ...]
    before: str
    after: str


def dimension_files(plan: Plan) -> Mapping[str, str]:
    """Return a file per dimension: one statement that inserts, updates and deletes what differs."""
    return {
        path: header(path, _SOURCE) + render("postgres/dimension.sql.jinja", dimension=_text(dimension))
        for dimension in plan.dimensions
        for path in (f"{FOLDER}/{dimension.name}.sql",)
    }


def _text(dimension: Dimension) -> _Text:
    written = (*(quoted(column.name) for column in dimension.columns), "sources", "captured_at")
    return _Text(
        name=qualified(dimension.name),
        doc=dimension.doc,
        key=quoted(dimension.key),
        constraint=quoted(f"{dimension.name.partition('.')[2]}_pkey"),
        arms=tuple(_arm(dimension, mention) for mention in dimension.mentions),
        columns=", ".join((quoted(dimension.key), *written)),
        values=tuple(_value(column.name, column.type) for column in dimension.columns),
        assignments=tuple(f"{name} = excluded.{name}" for name in written),
        before=", ".join(f"d.{name}" for name in written),
        after=", ".join(f"excluded.{name}" for name in written),
    )


def _arm(dimension: Dimension, mention: Mention) -> _Arm:
    said = [
        (literal(column.name), quoted(feeding))
        for column, feeding in zip(dimension.columns, mention.columns, strict=True)
        if feeding
    ]
    parts = [said[start : start + _PAIRS] for start in range(0, len(said), _PAIRS)] or [[]]
    return _Arm(
        source=literal(mention.table),
        table=qualified(mention.table),
        key=quoted(mention.key),
        said=tuple(", ".join(f"{name}, {value}" for name, value in part) for part in parts),
        grouped=", ".join(dict.fromkeys((quoted(mention.key), *(value for _, value in said)))),
    )


def _value(name: str, type_: Type) -> str:
    """Return a detail as a cell: JSON text keeps every value of a column's type."""
    cast = "" if type_ is Type.TEXT else f"::{types.postgres(type_)}"
    return f"(said ->> {literal(name)}){cast}"
