"""Views under the former names of tables, for readers who know them by these: `was:` in a mapping makes them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from compiler.ir.catalog import Table
from compiler.ir.plan import Plan
from compiler.ir.settle import Before, settled
from compiler.ir.views import Kind, ViewSpec


def former_views(plan: Plan, specs: Iterable[ViewSpec]) -> tuple[ViewSpec, ...]:
    """Return a view for each former name that no table and no other view has.

    It has the columns of the table, and each once more under a former name of its own.
    """
    if not any(table.was for table in plan.tables.values()):
        return ()
    from compiler.backends.postgres import lower  # slow to import

    tables = lower(plan).by_name
    taken = {*tables, *(spec.name for spec in specs)}
    names = {was: table for table in tables.values() for was in table.was if was not in taken}
    return tuple(_view(was, table, plan) for was, table in names.items() if all(was.partition(".")))


def fitting(plan: Plan, before: Before) -> Plan:
    """Return the plan without such views where databases still have a table: one that was not renamed but given up."""
    if not any(view.stands_for for view in plan.views):
        return plan
    from compiler.backends.postgres import lower

    taken = settled(before, lower(plan)).by_name
    views = (view for view in plan.views if not view.stands_for or view.name not in taken)
    return replace(plan, views=tuple(views))


def _view(was: str, table: Table, plan: Plan) -> ViewSpec:
    from compiler.backends.postgres.ddl import qualified

    columns = ",\n".join(f"    {column}" for column in _columns(table))
    return ViewSpec(
        name=was,
        kind=Kind.VIEW,
        doc=f"The former name of {table.name}, for those who read by it.",
        stands_for=table.name,
        sql=f"SELECT\n{columns}\nFROM {qualified(table.name)} AS t",  # nosec B608
        start=0,
        origin=plan.tables[table.name].origin,
    )


def _columns(table: Table) -> Iterator[str]:
    from compiler.backends.postgres.ddl import quoted

    names = {column.name: column.name for column in table.columns}
    for column in table.columns:
        for was in column.was:
            names.setdefault(was, column.name)
    for shown, name in names.items():
        yield f"t.{quoted(name)}" if shown == name else f"t.{quoted(name)} AS {quoted(shown)}"
