"""Two relations, as they should be and as they are, -> what differs, with the statement that puts it right."""

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol, TypeVar

from psycopg import sql

from runtime.schema_drift.difference import Difference
from runtime.schema_drift.facts import Column, Constraint, Index, Relation

NOT_OURS = "drop it, or move it to a schema of your own"
_REBUILD = "`mlb-etl db migrate --reset` rebuilds the database from the archive"


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Part = TypeVar("Part", bound=_Named)


def compare(wanted: Relation, found: Relation) -> Iterator[Difference]:
    """Yield what differs between a table and what it should be."""
    if wanted.partitioned != found.partitioned:
        what = f"is partitioned by {found.partitioned or 'nothing'}, not by {wanted.partitioned or 'nothing'}"
        yield Difference(wanted.name, "partitioning", what, _REBUILD)
    if found.unlogged:
        advice = f"ALTER TABLE {quoted(wanted.name)} SET LOGGED; it rewrites the table"
        yield Difference(wanted.name, "unlogged", "is unlogged: a crash empties it", advice)
    for trigger in found.triggers:
        advice = f"DROP TRIGGER {_name(trigger)} ON {quoted(wanted.name)};"
        yield Difference(wanted.name, "unknown-trigger", f"has a trigger more: {trigger}", advice)
    yield from _columns(wanted, found)
    yield from _constraints(wanted, found)
    yield from _indexes(wanted, found)
    if wanted.comment != found.comment:
        advice = f"COMMENT ON TABLE {quoted(wanted.name)} IS {literal(wanted.comment)};"
        yield Difference(wanted.name, "comment", "has another comment", advice)


def missing(wanted: Relation) -> Difference:
    """Return that a relation is not there."""
    return Difference(wanted.name, f"missing-{wanted.kind}", "is missing", _REBUILD)


def unknown(found: Relation) -> Difference:
    """Return that a relation is there which nothing of ours made."""
    kind = found.kind.replace(" ", "-")
    return Difference(found.name, f"unknown-{kind}", f"is a {found.kind} that nothing of ours made", NOT_OURS)


def unknown_indexes(name: str, indexes: Collection[Index]) -> Iterator[Difference]:
    """Yield the indexes that nothing of ours made."""
    schema = name.partition(".")[0]
    for index in indexes:
        advice = f"DROP INDEX CONCURRENTLY {quoted(f'{schema}.{index.name}')};"
        yield Difference(name, "unknown-index", f"has an index more: {_shown(index)}", advice)


def quoted(name: str) -> str:
    """Return `schema.table` in quotes."""
    schema, _, short = name.partition(".")
    return sql.Identifier(schema, short).as_string()


def literal(text: str) -> str:
    """Return a text for a comment; NULL takes one away."""
    return sql.Literal(text or None).as_string()


def _pairs(wanted: Sequence[Part], found: Sequence[Part]) -> Iterator[tuple[Part | None, Part | None]]:
    """Yield what is wanted with what is found under its name, then what is found only."""
    known = {one.name: one for one in found}
    names = {one.name for one in wanted}
    yield from ((one, known.get(one.name)) for one in wanted)
    yield from ((None, one) for one in found if one.name not in names)


# ------------------------------------------------------------------------------------------------ columns


def _columns(wanted: Relation, found: Relation) -> Iterator[Difference]:
    alter = f"ALTER TABLE {quoted(wanted.name)}"
    for want, have in _pairs(wanted.columns, found.columns):
        if want is not None and have is not None:
            yield from _column(wanted.name, want, have)
        elif want is not None:
            place = f"{wanted.name}.{want.name}"
            said = f" {_comment(wanted.name, want)}" if want.comment else ""
            advice = f"{alter} ADD COLUMN {_defined(want)};{said} then `mlb-etl backfill`"
            yield Difference(place, "missing-column", "is missing", advice)
        elif have is not None:
            place = f"{wanted.name}.{have.name}"
            advice = f"{alter} DROP COLUMN {_name(have.name)}; it deletes the values"
            yield Difference(place, "unknown-column", "is a column that nothing of ours made", advice)
    common = {one.name for one in wanted.columns} & {one.name for one in found.columns}
    orders = [[one.name for one in table.columns if one.name in common] for table in (wanted, found)]
    if orders[0] != orders[1]:
        yield Difference(wanted.name, "column-order", "has its columns in another order", _REBUILD)


def _column(table: str, want: Column, have: Column) -> Iterator[Difference]:
    place = f"{table}.{want.name}"
    alter = f"ALTER TABLE {quoted(table)} ALTER COLUMN {_name(want.name)}"
    if want.type != have.type:
        what = f"is {have.type}, not {want.type}"
        yield Difference(place, "type", what, f"{alter} TYPE {want.type}; it rewrites the table")
    if want.nullable != have.nullable:
        what = "may be NULL" if have.nullable else "must not be NULL, but it may"
        yield Difference(
            place, "nullability", what, f"{alter} {'DROP' if want.nullable else 'SET'} NOT NULL;"
        )
    if want.default != have.default:
        what = f"has the default {have.default or 'none'}, not {want.default or 'none'}"
        put = f"SET DEFAULT {want.default}" if want.default else "DROP DEFAULT"
        yield Difference(place, "default", what, f"{alter} {put};")
    if want.comment != have.comment:
        yield Difference(place, "comment", "has another comment", _comment(table, want))


def _comment(table: str, column: Column) -> str:
    return f"COMMENT ON COLUMN {quoted(table)}.{_name(column.name)} IS {literal(column.comment)};"


def _defined(column: Column) -> str:
    default = f" DEFAULT {column.default}" if column.default else ""
    return f"{_name(column.name)} {column.type}{default}{'' if column.nullable else ' NOT NULL'}"


def _name(name: str) -> str:
    return sql.Identifier(name).as_string()


# ---------------------------------------------------------------------------------- constraints and indexes


def _constraints(wanted: Relation, found: Relation) -> Iterator[Difference]:
    name = wanted.name
    alter = f"ALTER TABLE {quoted(name)}"
    for want, have in _pairs(wanted.constraints, found.constraints):
        if want == have:
            continue
        drop = f"{alter} DROP CONSTRAINT {_name((want or have or _NONE).name)};"
        add = f"{alter} ADD CONSTRAINT {_name(want.name)} {want.definition};" if want else ""
        if have is None and want is not None:
            yield Difference(name, "missing-constraint", f"lacks the constraint {_said(want)}", add)
        elif want is None and have is not None:
            yield Difference(name, "unknown-constraint", f"has a constraint more: {_said(have)}", drop)
        elif want is not None and have is not None:
            what = f"has the constraint {_said(have)}, not {want.definition}"
            yield Difference(name, "constraint", what, f"{drop} {add}")


_NONE = Constraint(name="", definition="")


def _said(constraint: Constraint) -> str:
    return f"{constraint.name}: {constraint.definition}"


def _indexes(wanted: Relation, found: Relation) -> Iterator[Difference]:
    concurrently = "" if wanted.partitioned else "CONCURRENTLY "
    schema = wanted.name.partition(".")[0]
    for want, have in _pairs(wanted.indexes, found.indexes):
        if want is None or want == have:
            continue
        unique = "UNIQUE " if want.unique else ""
        columns = ", ".join(map(_name, want.columns))
        create = (
            f"CREATE {unique}INDEX {concurrently}{_name(want.name)} ON {quoted(wanted.name)} ({columns});"
        )
        drop = f"DROP INDEX {concurrently}{quoted(f'{schema}.{want.name}')};"
        if have is None:
            yield Difference(wanted.name, "missing-index", f"lacks the index {_shown(want)}", create)
        elif not have.valid:
            yield Difference(wanted.name, "index", f"the index {have.name} is not valid", f"{drop} {create}")
        else:
            what = f"has the index {_shown(have)}, not {_shown(want)}"
            yield Difference(wanted.name, "index", what, f"{drop} {create}")
    known = {index.name for index in wanted.indexes}
    yield from unknown_indexes(wanted.name, [one for one in found.indexes if one.name not in known])


def _shown(index: Index) -> str:
    unique = " unique" if index.unique else ""
    return f"{index.name}{unique} ({', '.join(index.columns)}){f' {index.method}' if index.method else ''}"
