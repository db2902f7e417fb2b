"""Changes of relations: SQL, the Avro schemas of rows, and what Spark gives."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from compiler.breaking.avro.differences import differences
from compiler.breaking.avro.nodes import parse
from compiler.breaking.findings import Change, Effect, Surface, change
from compiler.breaking.promotion import type_rule
from compiler.breaking.reading.text import path_of
from compiler.breaking.rules import Category
from compiler.breaking.surfaces import Column, Surfaces, Table

_DIGEST = re.compile(r"_[0-9a-f]{8}$")


def table_changes(old: Surfaces, new: Surfaces) -> Iterator[Change]:
    """Yield what changed in the relations of the old version."""
    called = {former: table for table in new.tables for former in table.was}
    names = {former: table.name for former, table in called.items()}
    for table in old.tables:
        found = new.table_by_name.get(table.name)
        stand_in = found if found and found.kind == "view" != table.kind else None
        other = called.get(table.name) if found is None or stand_in else found
        if other is None:
            yield _gone(table, old)
            continue
        if other.name != table.name and stand_in is None:
            yield _renamed(table, other)
        yield from _relation(_as_called(table, other, names), other)
        yield from _columns(table, other, new, stand_in)
        yield from _rows(table, other, old, new)
        yield from _spark(table, other, old, new)


def _sql(table: Table, name: str, text: str) -> Effect:
    return Effect(surface=Surface.SQL, artefact=table.name, name=name, text=text)


def _gone(table: Table, old: Surfaces) -> Change:
    effects = [_sql(table, "", "is gone")]
    if row_file(table.name) in old.schemas:
        effects.append(Effect(surface=Surface.AVRO, artefact=row_file(table.name), name="", text="is gone"))
    if job := old.spark_by_table.get(table.name):
        effects.append(Effect(surface=Surface.SPARK, artefact=job.module, name=job.function, text="is gone"))
    return change(
        "TABLE_NO_DELETE",
        table.name,
        f"{table.kind if table.kind in {'view', 'query'} else 'table'} `{table.name}` is gone",
        *effects,
        operation=table.operation,
        path=path_of(table.rows),
        advice="if it has another name now, say `was:` in the mapping",
    )


def _renamed(table: Table, other: Table) -> Change:
    text = f"is called {other.name}"
    return change(
        "FIELD_SAME_NAME",
        table.name,
        f"table `{table.name}` {text}",
        _sql(table, "", text),
        operation=table.operation,
        category=Category.SQL,
    )


def _as_called(table: Table, other: Table, names: Mapping[str, str]) -> Table:
    """Return the old table with the names that its key and its parent have now: a rename is told of once."""
    called = {former: column.name for column in other.columns for former in column.was}
    by, _, every = table.partitioning.partition(" by ")
    return replace(
        table,
        parent=names.get(table.parent, table.parent),
        key=tuple(called.get(name, name) for name in table.key),
        partitioning=f"{called.get(by, by)} by {every}" if by else "",
    )


def _relation(old: Table, new: Table) -> Iterator[Change]:
    compared = (
        ("TABLE_SAME_GRAIN", "rows", old.rows, new.rows),
        ("TABLE_SAME_KEY", "key", ", ".join(old.key), ", ".join(new.key)),
        ("TABLE_SAME_PARENT", "parent", old.parent, new.parent),
        ("TABLE_SAME_PARTITIONING", "partitions", old.partitioning, new.partitioning),
    )
    for rule, what, before, after in compared:
        if before != after:
            text = f"has the {what} {after or 'none'}, not {before or 'none'}"
            yield change(
                rule,
                f"{old.name}:{what}",
                f"`{old.name}` {text}",
                _sql(old, "", text),
                operation=old.operation,
                path=path_of(old.rows) if rule == "TABLE_SAME_GRAIN" else "",
            )


# ------------------------------------------------------------------------------------------------- columns


def _columns(table: Table, other: Table, new: Surfaces, stand_in: Table | None) -> Iterator[Change]:
    """Yield what changed in the columns; a view with the table's former name has those of its own former names too."""
    called = {former: column for column in other.columns for former in column.was}
    for column in table.columns:
        now = other.column(column.name) or called.get(column.name)
        if now is None:
            yield _no_column(table, column, other, new)
            continue
        if now.name != column.name and not (stand_in and stand_in.column(column.name)):
            yield _renamed_column(table, column, now)
        yield from _column(table, column, now)
    known = {column.name for column in table.columns}
    for column in other.columns:
        is_new = column.name not in known and not known & {*column.was}
        if is_new and not column.nullable and not column.default:
            text = "is new, NOT NULL and without a default: the rows that are there have none"
            yield _of_column("FIELD_ADD_HAS_DEFAULT", other, column, text)


def _of_column(
    rule: str, table: Table, column: Column, text: str, category: Category | None = None, advice: str = ""
) -> Change:
    return change(
        rule,
        f"{table.name}.{column.name}",
        f"`{table.name}.{column.name}` {text}",
        _sql(table, column.name, text),
        operation=table.operation,
        path=path_of(column.source),
        category=category,
        advice=advice,
    )


def _no_column(table: Table, column: Column, other: Table, new: Surfaces) -> Change:
    name = f"{table.name}.{column.name}"
    known = {one.name for one in table.columns}
    twins = [one.name for one in other.columns if one.name not in known and one.source == column.source != ""]
    if twins and _DIGEST.search(column.name) and _DIGEST.search(twins[0]):
        text = f"is called {twins[0]}, although its path is the same"
        return _of_column("IDENTIFIER_STABLE", table, column, text)
    advice = f"`{twins[0]}` reads the same path: if it is the same, say `was: {column.name}`" if twins else ""
    if any(stone.name == name for stone in new.reserved):
        return _of_column(
            "FIELD_NO_DELETE", table, column, "is gone, and a tombstone keeps its name", advice=advice
        )
    return _of_column("FIELD_NO_DELETE_UNLESS_RESERVED", table, column, "is gone", advice=advice)


def _renamed_column(table: Table, column: Column, now: Column) -> Change:
    return _of_column("FIELD_SAME_NAME", table, column, f"is called {now.name}", Category.SQL)


def _column(table: Table, old: Column, new: Column) -> Iterator[Change]:
    if old.type != new.type:
        yield _retyped(table, old, new)
    if old.nullable != new.nullable:
        text = "may be NULL" if new.nullable else "is NOT NULL"
        yield _of_column("FIELD_SAME_NULLABILITY", table, old, text)
    if old.default != new.default:
        text = f"has the default {new.default or 'none'}, not {old.default or 'none'}"
        yield _of_column("FIELD_SAME_DEFAULT", table, old, text)
    if old.source != new.source:
        before = old.source or "nowhere"
        text = (
            f"comes from {new.source}, not from {before}"
            if new.source
            else f"is filled from {before} no more"
        )
        yield _of_column("FIELD_SAME_PATH", table, old, text)
    if old.type == new.type and old.source == new.source and old.codec != new.codec:
        yield _of_column("FIELD_SAME_UNIT_TZ", table, old, _reading(old, new))
    if old.type == new.type and old.sentinels != new.sentinels:
        yield _of_column("FIELD_SAME_SENTINELS", table, old, _sentinels(old, new))


def _retyped(table: Table, old: Column, new: Column) -> Change:
    """Return the change of a type; how strings are read, and which mean NULL, changes along with it."""
    text = f"is {new.type}, not {old.type}"
    if old.codec == new.codec:
        return _of_column(type_rule(old.type, new.type), table, old, text)
    text = f"{text}, and {_reading(old, new)}"
    return _of_column(type_rule(old.type, new.type), table, old, text, Category.DATA)


def _reading(old: Column, new: Column) -> str:
    return f"is read as {new.codec or 'it stands'}, not as {old.codec or 'it stands'}"


def _sentinels(old: Column, new: Column) -> str:
    more = [f"`{one}`" for one in new.sentinels if one not in old.sentinels]
    less = [f"`{one}`" for one in old.sentinels if one not in new.sentinels]
    said = [f"{', '.join(more)} mean NULL now"] * bool(more) + [
        f"{', '.join(less)} mean NULL no longer"
    ] * bool(less)
    return f"has other sentinels: {'; '.join(said)}"


# ------------------------------------------------------------------------------------------------- rows in Avro


def row_file(table: str) -> str:
    """Return the file of the Avro schema of a table's rows."""
    return f"avro/{table.replace('.', '/')}.avsc"


def _rows(table: Table, other: Table, old: Surfaces, new: Surfaces) -> Iterator[Change]:
    before, after = old.schemas.get(row_file(table.name)), new.schemas.get(row_file(other.name))
    if table.kind == "raw" or before is None or before == after:
        return
    if after is None:
        effect = Effect(surface=Surface.AVRO, artefact=row_file(table.name), name="", text="is gone")
        message = f"the rows of `{table.name}` have no Avro schema any more"
        yield change(
            "FIELD_NO_DELETE_UNLESS_RESERVED", table.name, message, effect, operation=table.operation
        )
        return
    reserved = {stone.name for stone in new.reserved}
    for found in differences(parse(before), parse(after)):
        name = found.field.name if found.field else ""
        subject = f"{table.name}.{name}" if name else table.name
        column = table.column(name)
        is_gone = found.rule == "FIELD_NO_DELETE_UNLESS_RESERVED"
        is_kept = is_gone and subject in reserved and found.field is not None and found.field.has_default
        yield change(
            "FIELD_NO_DELETE" if is_kept else found.rule,
            subject,
            f"`{subject}` {found.text}",
            Effect(surface=Surface.AVRO, artefact=row_file(other.name), name=name, text=found.text),
            operation=table.operation,
            path=path_of(column.source) if column else "",
            category=Category.SQL if is_kept else found.category,
        )


# ------------------------------------------------------------------------------------------------- Spark


def _spark(table: Table, other: Table, old: Surfaces, new: Surfaces) -> Iterator[Change]:
    before, after = old.spark_by_table.get(table.name), new.spark_by_table.get(other.name)
    if before is None or before == after:
        return

    def effect(name: str, text: str) -> Effect:
        return Effect(surface=Surface.SPARK, artefact=before.module, name=name, text=text)

    if after is None:
        message = f"no Spark job gives `{table.name}` any more"
        found = effect(before.function, "is gone")
        yield change("SPARK_SAME_SCHEMA", table.name, message, found, operation=table.operation)
        return
    if (before.module, before.function) != (after.module, after.function):
        text = f"is {after.function} of {after.module}"
        message = f"the Spark function of `{table.name}` {text}"
        found = effect(before.function, text)
        yield change("SPARK_SAME_SCHEMA", table.name, message, found, operation=table.operation)
    was = {former: column.name for column in other.columns for former in column.was}
    types = dict(column.split(" ", 1) for column in after.columns)
    for column in before.columns:
        name, type_ = column.split(" ", 1)
        text = _spark_text(type_, was.get(name, ""), types.get(name))
        if text:
            yield _of_spark(table, name, effect(name, text), text)


def _spark_text(type_: str, new_name: str, new_type: str | None) -> str:
    if new_type is not None:
        return "" if new_type == type_ else f"is {new_type}, not {type_}"
    return f"is called {new_name}" if new_name else "is gone"


def _of_spark(table: Table, name: str, effect: Effect, text: str) -> Change:
    column = table.column(name)
    return change(
        "SPARK_SAME_SCHEMA",
        f"{table.name}.{name}",
        f"`{table.name}.{name}` of the Spark job {text}",
        effect,
        operation=table.operation,
        path=path_of(column.source) if column else "",
    )
