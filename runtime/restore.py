"""From cells back to what the document held."""

from runtime.job import EACH, ENTRIES, Branches, Column, Conformed, Table
from runtime.shape import Array, Leaf, Leaves, Map, Node, Record, Split


def restore_cell(shape: Node, table: Table, column: Column, cell: Conformed) -> Conformed:
    """Return the JSON value that a cell of an owning column was read from."""
    node = _leaf_node(shape, table, column)
    if isinstance(node, Leaves):
        return [_encode(node.item, item) for item in cell]
    return _encode(node, cell) if isinstance(node, Leaf) else cell


def _encode(leaf: Leaf, cell: Conformed) -> Conformed:
    return cell if leaf.codec is None or cell is None else leaf.codec.encode(cell)


def _leaf_node(shape: Node, table: Table, column: Column) -> Node:
    node = shape
    for step in (*table.scan, *(column.leaf or ())):
        node = _child(_side(node, table), step)
    return _side(node, table)


def _side(node: Node, table: Table) -> Node:
    """Return the half of a split that holds the rows of `table`."""
    if not isinstance(node, Split):
        return node
    return node.no if table.where is not None and table.where.negated else node.yes


def _child(node: Node, step: str | Branches) -> Node:
    match node:
        case Array() if step == EACH:
            return node.item
        case Map() if step == ENTRIES:
            return node.value
        case Record():
            name = step.names[0] if isinstance(step, Branches) else step
            return node.members[name]
        case _:
            raise LookupError(f"the shape has no {step!r} here")
