"""The passes: from what was read to what will be emitted.

A pass is a function in a file of its name. It takes a Plan and a Context and returns a Plan; it reports to the
context's sink and never raises for a mistake of the author. `inherit` and `resolve` make the first Plan.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from compiler.diagnostics import Sink
from compiler.ir.api import ApiModel
from compiler.ir.facts import Observed
from compiler.ir.mapping import MappingTree
from compiler.ir.plan import Plan
from compiler.passes.bind import bind
from compiler.passes.context import Context
from compiler.passes.derive import derive
from compiler.passes.dimensions import dimensions
from compiler.passes.expressions import expressions
from compiler.passes.inherit import inherit
from compiler.passes.keys import keys
from compiler.passes.lint import lint
from compiler.passes.names import names
from compiler.passes.quality import quality
from compiler.passes.references import references
from compiler.passes.resolve import resolve
from compiler.passes.shape import shape
from compiler.passes.storage import storage
from compiler.passes.unnest import unnest

Pass: TypeAlias = Callable[[Plan, Context], Plan]

PIPELINE: tuple[Pass, ...] = (
    shape,
    bind,
    derive,
    unnest,
    keys,
    storage,
    names,
    expressions,
    quality,
    references,
    dimensions,
    lint,
)
STAGES = (resolve.__name__, *(step.__name__ for step in PIPELINE))
"""The passes that leave a Plan, by name, in their order."""

Listener: TypeAlias = Callable[[str, Plan], None]
"""Hears each pass's name and the Plan that it left."""


def run(
    api: ApiModel,
    mapping: MappingTree,
    observed: Mapping[str, Observed],
    sink: Sink,
    listen: Listener | None = None,
) -> Plan:
    """Make the Plan. It is complete only if the sink did not fail."""
    context = Context(api=api, mapping=inherit(mapping, api, sink), observed=observed, sink=sink)
    hear = listen or _ignore
    plan = resolve(context)
    hear(STAGES[0], plan)
    for name, step in zip(STAGES[1:], PIPELINE, strict=True):
        if sink.failed:
            break
        plan = step(plan, context)
        hear(name, plan)
    return plan


def _ignore(name: str, plan: Plan) -> None:
    """Listen to nothing."""
