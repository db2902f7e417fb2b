"""From cells back to what the document held."""

from collections.abc import Callable, Iterator

from runtime.job import EACH, ENTRIES, Branches, Column, Conformed, Loop, Table
from runtime.shape import UNPLACED, Array, Document, Leaf, Leaves, Map, Node, Record, Split


def restorer(shape: Node, table: Table, column: Column) -> Callable[[Conformed], Conformed]:
    """Return the function from the cells of an owning column, which are not None, to the JSON values they were."""
    node = node_at(shape, table, (*table.scan, *(column.leaf or ())))
    if isinstance(node, Leaves):
        encode = _encoder(node.item)
        return lambda cell: [None if item is None else encode(item) for item in cell]
    return _encoder(node) if isinstance(node, Leaf) else _same


def restore_row(shape: Node, table: Table, row: tuple[object, ...]) -> Conformed:
    """Return what a row owns, as it stood in the document, without nulls; None for a row that owns nothing."""
    record: Conformed = {}
    for column, cell in zip(table.columns, row, strict=True):
        if column.leaf is None or cell is None:
            continue
        value = restorer(shape, table, column)(cell)
        if column.type[-1] == "]":
            value = [item for item in value if item is not None]
            if not value:
                continue
        if not column.leaf:
            return value
        put(record, column.leaf, value)
    return record or None


def put(record: Conformed, keys: tuple[str, ...], value: Conformed) -> None:
    """Put a value below a record, and the records between."""
    for key in keys[:-1]:
        record = record.setdefault(key, {})
    record[keys[-1]] = value


def node_at(shape: Node, table: Table, path: tuple[str | Loop | Branches, ...]) -> Node:
    """Return the node of a path for the rows of `table`: through the halves of splits that have a place there."""
    nodes = [shape]
    for depth, step in enumerate(path):
        nodes = [found for node in nodes for found in _children(node, step, table, depth)]
    nodes = [half for node in nodes for half in _halves(node, table, len(path))]
    return next((node for node in nodes if isinstance(node, Leaf | Leaves | Document)), (*nodes, UNPLACED)[0])


def _encoder(leaf: Leaf) -> Callable[[Conformed], Conformed]:
    return leaf.codec.encode if leaf.codec is not None else _same


def _same(cell: Conformed) -> Conformed:
    return cell


def _halves(node: Node, table: Table, depth: int) -> tuple[Node, ...]:
    """Return the half of a split that holds the rows of `table`, or both where it only passes through."""
    if not isinstance(node, Split):
        return (node,)
    if table.where is None or depth != len(table.scan):
        return node.yes, node.no
    return (node.no,) if table.where.negated else (node.yes,)


def _children(node: Node, step: str | Loop | Branches, table: Table, depth: int) -> Iterator[Node]:
    for half in _halves(node, table, depth):
        match half:
            case Array() if step is EACH:
                yield half.item
            case Map() if step is ENTRIES:
                yield half.value
            case Record():
                name = step.names[0] if isinstance(step, Branches) else step
                if name in half.members and isinstance(name, str):
                    yield half.members[name]
            case _:
                pass
