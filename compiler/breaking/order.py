"""Columns that stand elsewhere: for readers that count them, who ask for it."""

from collections.abc import Iterator

from compiler.breaking.findings import Change, Effect, Surface, change
from compiler.breaking.surfaces import Surfaces


def order_changes(old: Surfaces, new: Surfaces) -> Iterator[Change]:
    """Yield tables whose old columns are not the first ones, in the same order; those that are gone are told of."""
    for table in old.tables:
        other = new.table_by_name.get(table.name)
        if other is None:
            continue
        called = {former: column.name for column in other.columns for former in column.was}
        names = {column.name for column in other.columns}
        known = (called.get(column.name, column.name) for column in table.columns)
        pairs = zip((name for name in known if name in names), other.columns, strict=False)
        moved = next(((name, column.name) for name, column in pairs if name != column.name), None)
        if moved:
            text = f"has {moved[1]} where {moved[0]} stood"
            effect = Effect(surface=Surface.SQL, artefact=table.name, name=moved[0], text=text)
            subject = f"{table.name}:order"
            yield change(
                "COLUMN_SAME_ORDER", subject, f"`{table.name}` {text}", effect, operation=table.operation
            )
