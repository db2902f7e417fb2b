"""Two versions -> what breaks somebody. A version compared with itself has no findings."""

from collections.abc import Callable, Iterable, Iterator

from compiler.breaking.findings import Change, Effect, Finding, Surface, change, merged
from compiler.breaking.lint import lint_changes
from compiler.breaking.order import order_changes
from compiler.breaking.proofs import proof_changes
from compiler.breaking.responses import response_changes
from compiler.breaking.surfaces import Surfaces
from compiler.breaking.tables import table_changes

Comparer = Callable[[Surfaces, Surfaces], Iterator[Change]]


def operation_changes(old: Surfaces, new: Surfaces) -> Iterator[Change]:
    """Yield operations and parameters that are gone."""
    for operation in old.operations:
        other = new.operation_by_name.get(operation.name)
        if other is None:
            effect = Effect(surface=Surface.SQL, artefact=operation.raw_table, name="", text="is gone")
            message = f"operation `{operation.name}` is gone, with all that is made of it"
            yield change("ENDPOINT_NO_DELETE", operation.name, message, effect, operation=operation.name)
            continue
        for name in operation.params:
            if name not in other.params:
                message = f"`{operation.name}` has no parameter `{name}` any more"
                effect = Effect(surface=Surface.SQL, artefact=operation.raw_table, name=name, text="is gone")
                subject = f"{operation.name}?{name}"
                yield change("PARAM_NO_DELETE", subject, message, effect, operation=operation.name)


def tombstone_changes(old: Surfaces, new: Surfaces) -> Iterator[Change]:
    """Yield tombstones that are gone, and names that are used although one keeps them."""
    before, kept = _kept(old), _kept(new)
    for name in sorted(before - kept):
        yield _stone(name, f"the tombstone of `{name}` is gone")
    for name in sorted((kept & _names(new)) - (before & _names(old))):
        yield _stone(name, f"`{name}` is used, although a tombstone keeps its name")


def _kept(surfaces: Surfaces) -> set[str]:
    return {stone.name for stone in surfaces.reserved}


def _names(surfaces: Surfaces) -> set[str]:
    columns = {f"{table.name}.{column.name}" for table in surfaces.tables for column in table.columns}
    return columns | surfaces.table_by_name.keys()


def _stone(name: str, message: str) -> Change:
    effect = Effect(surface=Surface.SQL, artefact=name, name="", text="is not kept")
    return change("RESERVED_NO_DELETE", name, message, effect)


COMPARERS: tuple[Comparer, ...] = (
    operation_changes,
    response_changes,
    table_changes,
    tombstone_changes,
    lint_changes,
    order_changes,
)
"""All that is compared; what each yields is merged by cause."""


def compare(old: Surfaces, new: Surfaces, more: Iterable[Change] = ()) -> tuple[Finding, ...]:
    """Return what breaks users of the old version, at any category and by any rule, one finding per cause.

    `more` is what was found otherwise, such as by running transforms: changes that these explain are no findings.
    """
    changes = [found for comparer in COMPARERS for found in comparer(old, new)]
    return merged((*changes, *more, *proof_changes(old, new, changes)), old.version)
