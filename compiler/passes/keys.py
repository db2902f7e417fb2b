"""Complete the keys: the document's, then the parent's, then the table's own; and put columns in their order."""

from collections.abc import Iterator
from dataclasses import replace

from compiler.diagnostics import did_you_mean
from compiler.ir.facts import Facts, Observed
from compiler.ir.mapping import TableSpec
from compiler.ir.paths import Field, Path, branches, show
from compiler.ir.plan import Column, Leaf, OperationPlan, Plan, RawKey, Source, Table
from compiler.ir.shape import Evidence, Scalar
from compiler.ir.types import Kind
from compiler.ir.walk import at
from compiler.passes.anchors import tables_of
from compiler.passes.context import Context
from compiler.passes.derive import DOCUMENT_KEY, request_key
from compiler.rules import NULL_KEY, REPEATED_KEY, TABLE_WITHOUT_KEY, UNKNOWN_KEY_COLUMN


def keys(plan: Plan, context: Context) -> Plan:
    """Return the Plan with complete keys.

    before: `game.live_game_plays (at_bat_index)`    after: `game.live_game_plays (game_pk, at_bat_index)`
    """
    return Plan(operations=tuple(_operation(item, context) for item in plan.operations))


def _operation(plan: OperationPlan, context: Context) -> OperationPlan:
    specs = {spec.name: spec for spec, _ in tables_of(context.specs[plan.name].tables)}
    done: dict[str, Table] = {}
    for table in plan.tables:
        parent = done.get(table.parent)
        done[table.name] = _table(plan, table, parent, specs.get(table.name), context)
    return replace(plan, tables=tuple(done.values()))


def _table(
    plan: OperationPlan, table: Table, parent: Table | None, spec: TableSpec | None, context: Context
) -> Table:
    inherited = _parent_key(parent) if parent else _document_key(plan)
    taken = {column.name: column for column in inherited}
    own: dict[str, Column] = {}
    for column in table.columns:
        if column.name not in taken or reads_the_same(column, taken[column.name]):
            own.setdefault(column.name, column)
    names = [column.name for column in inherited]
    names += [name for name in _own_key(table, spec) if name not in names]
    known = taken | own
    for name in names:
        if name not in known and spec is not None:
            message = f"key column `{name}` is not a column of `{table.name}`"
            advice = did_you_mean(name, own)
            context.sink.report(UNKNOWN_KEY_COLUMN.at(spec.origin, message, advice=advice))
    if not names and spec is not None:
        context.sink.report(
            TABLE_WITHOUT_KEY.at(spec.origin, f"table `{table.name}` has no key", label="no key")
        )
    key = [replace(known[name], in_key=True) for name in names if name in known]
    _check_filled(plan, table, key, context)
    _check_unique(table, spec, context, plan.name)
    chosen = {id(own[name]) for name in names if name in own}
    others = [replace(column, in_key=False) for column in table.columns if id(column) not in chosen]
    return replace(table, columns=(*key, *others))


def _own_key(table: Table, spec: TableSpec | None) -> tuple[str, ...]:
    return spec.key if spec else tuple(column.name for column in table.columns if column.in_key)


def _parent_key(parent: Table) -> list[Column]:
    return [column.copied() for column in parent.columns if column.in_key]


def reads_the_same(column: Column, key: Column) -> bool:
    """Whether a column can stand for a key of the parent: its name alone would not find the parent's row."""
    if isinstance(column.source, Leaf) and isinstance(key.source, Leaf):
        return column.source.path == key.source.path
    return column.source == key.source


def _document_key(plan: OperationPlan) -> list[Column]:
    raw_keys = {key.name: key for key in plan.raw_keys}
    if plan.document_key == (DOCUMENT_KEY,) and DOCUMENT_KEY not in raw_keys:
        return [request_key(plan)]
    return [raw_key_column(plan, raw_keys[name]) for name in plan.document_key if name in raw_keys]


def raw_key_column(plan: OperationPlan, key: RawKey) -> Column:
    """Return a raw key as the tables of the operation have it: a copy, in the key."""
    shape = at(plan.response, key.path)
    if key.param is not None:
        source: Source = key.param
        evidence = Evidence(because="a parameter of the request")
    else:
        assert isinstance(shape, Scalar)
        source = Leaf(path=key.path, codec=shape.codec, owns=False)
        evidence = shape.evidence
    return Column(
        name=key.name,
        type=key.type,
        source=source,
        in_key=True,
        evidence=evidence,
        decisions=("the document's key",),
        origin=plan.operation.variants[0].origin,
    )


def _check_filled(plan: OperationPlan, table: Table, key: list[Column], context: Context) -> None:
    """Report key columns that the facts have seen empty: their rows would be rescued."""
    for column in key:
        source = column.source
        if not isinstance(source, Leaf) or not source.owns or table.where is not None:
            continue
        observed = context.observed.get(plan.name)
        place = sometimes_absent(observed, table.scan, source.path) if observed else None
        if place is not None:
            message = f"key column `{column.name}` of `{table.name}` is not always filled"
            advice = "choose a column that every row has, or the ordinal"
            note = f"{place} in the captures"
            context.sink.report(
                NULL_KEY.at(column.origin, message, label="may be NULL", notes=(note,), advice=advice)
            )


def _check_unique(table: Table, spec: TableSpec | None, context: Context, operation: str) -> None:
    """Report a key of one value of the row that the facts have seen twice among the rows of one array."""
    own = [column for column in table.columns if spec and column.name in spec.key]
    observed = context.observed.get(operation)
    if len(own) != 1 or observed is None or table.where is not None or not isinstance(own[0].source, Leaf):
        return
    column, path = own[0], own[0].source.path
    if not own[0].source.owns or not any(
        show(place) in observed.paths and observed.paths[show(place)].repeats for place in branches(path)
    ):
        return
    message = f"key column `{column.name}` of `{table.name}` does not tell rows apart"
    advice = "add a column to the key, or take the ordinal"
    note = f"a value of `{show(path)}` stood twice in one array of the captures"
    context.sink.report(
        REPEATED_KEY.at(column.origin, message, label="seen twice", notes=(note,), advice=advice)
    )


def sometimes_absent(observed: Observed, scan: Path, path: Path) -> str | None:
    """Say which part of a key the captures of the operation itself lack; what is like it elsewhere may well lack it."""
    for index in range(len(scan), len(path)):
        if not isinstance(path[index], Field):
            return None
        records = sum(facts.kinds.get(Kind.OBJECT, 0) for facts in _facts(observed, path[:index]))
        found = list(_facts(observed, path[: index + 1]))
        filled = sum(facts.seen - facts.kinds.get(Kind.NULL, 0) for facts in found)
        if any(facts.seen for facts in found) and filled < records:
            return f"`{show(path[: index + 1])}` was there {filled} of {records} times"
    return None


def _facts(observed: Observed, path: Path) -> Iterator[Facts]:
    """Yield what was seen at a path, in each branch of its folds."""
    places = (observed.paths.get(show(place)) for place in branches(path))
    yield from filter(None, places)
