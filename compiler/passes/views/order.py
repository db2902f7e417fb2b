"""Put views behind what they read; one that depends on itself is reported."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from compiler.diagnostics import Sink
from compiler.ir.views import ViewSpec
from compiler.rules.views import VIEW_CYCLE


def ordered(
    specs: Mapping[str, ViewSpec], reads: Mapping[str, tuple[str, ...]], sink: Sink
) -> tuple[ViewSpec, ...]:
    """Return views in an order in which they can be made; those of a cycle, and what needs them, are left out.

    Of those that could be next the first by name is: the order does not depend on that of the files.
    """
    waiting = {name: {other for other in reads[name] if other in specs} for name in sorted(specs)}
    done: list[ViewSpec] = []
    while ready := next((name for name, needs in waiting.items() if not needs), None):
        done.append(specs[ready])
        del waiting[ready]
        for needs in waiting.values():
            needs.discard(ready)
    if waiting:
        _report(specs, waiting, sink)
    return tuple(done)


def _report(specs: Mapping[str, ViewSpec], waiting: Mapping[str, set[str]], sink: Sink) -> None:
    try:
        TopologicalSorter({name: sorted(needs) for name, needs in waiting.items()}).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        least = min(cycle)
        place = cycle.index(least)
        path = [*reversed([*cycle[:-1][place:], *cycle[:-1][:place]])]
        path = [path[-1], *path[:-1]]
        shown = " reads ".join(f"`{name}`" for name in (*path, least))
        message = f"`{least}` depends on itself: {shown}" if len(path) > 1 else f"`{least}` reads itself"
        sink.report(VIEW_CYCLE.at(specs[least].whole, message))
