"""The tables that the runtime keeps about itself, in schema `metadata`: an append-only list of scripts.

A first migration holds all of them; a database that has fewer follows with a migration for each. The text of a step
that was released never changes.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportOptionalMemberAccess=false, reportOptionalIterable=false
# (pglast has no types)

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from compiler.backends.base import TEMPLATES
from compiler.ir.views import Relations

_SPELLED = {"int4": "integer", "int8": "bigint", "float8": "double precision", "bool": "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataStep:
    """A script of the list: `name` as in `schema_versions`, without its number, and its SQL."""

    name: str
    sql: str


@cache
def metadata_steps() -> tuple[MetadataStep, ...]:
    """Return the scripts in their order."""
    files = sorted((TEMPLATES / "postgres" / "metadata").glob("*.sql"))
    return tuple(
        MetadataStep(name=file.stem.partition("_")[2], sql=file.read_text(encoding="utf-8")) for file in files
    )


def metadata_script() -> str:
    """Return all of them as one script, for an empty database."""
    return "\n".join(step.sql for step in metadata_steps())


@cache
def metadata_relations() -> Relations:
    """Return the columns of every table of `metadata`, with their types, as views may read them."""
    from pglast import ast, parse_sql  # slow; only views need it

    found: dict[str, dict[str, str]] = {}
    for parsed in parse_sql(metadata_script()):
        match parsed.stmt:
            case ast.CreateStmt(relation=relation, tableElts=elements):
                found[f"metadata.{relation.relname}"] = dict(_columns(elements or ()))
            case ast.AlterTableStmt(relation=relation, cmds=commands):
                found[f"metadata.{relation.relname}"] |= dict(_columns(one.def_ for one in commands))
            case _:
                pass
    return found


def _columns(elements: Iterable[object]) -> Iterator[tuple[str, str]]:
    from pglast import ast

    for element in elements:
        if isinstance(element, ast.ColumnDef) and element.colname and element.typeName:
            name: str = [*(element.typeName.names or ())][-1].sval
            yield element.colname, _SPELLED.get(name, name) + "[]" * len(element.typeName.arrayBounds or ())
