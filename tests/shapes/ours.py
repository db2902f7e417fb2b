"""What this compiler makes of some documents of an operation that upstream declares without content."""

from collections.abc import Sequence
from functools import reduce

from compiler.diagnostics import Sink
from compiler.frontends.fold import fold, merge
from compiler.frontends.mapping import read_mappings
from compiler.ir.api import ApiModel, Document, OpaqueRef, Operation, Variant
from compiler.ir.facts import Observed
from compiler.ir.paths import Branches, parse, starts_with
from compiler.ir.plan import OperationPlan
from compiler.ir.shape import Array, Map, Record, Scalar, Shape, Unknown
from compiler.ir.walk import at
from compiler.passes import PIPELINE
from compiler.passes.context import Context
from compiler.passes.inherit import inherit
from compiler.passes.resolve import resolve
from compiler.passes.shape import shape
from compiler.source import Origin, SourceFile

NAME = "lab.things"
MAPPING = f"""
operation: {NAME}
raw: {{table: lab.things}}
tables:
  lab.thing: {{rows: $, key: [asked_for], columns: {{asked_for: {{param: of, type: text}}}}}}
"""
DEFAULTS = "folds: [[away, home]]\n"


def observed(documents: Sequence[object]) -> Observed:
    """Fold documents one by one, then their facts."""
    return reduce(merge, (fold(NAME, document) for document in documents))


def resolved(facts: Observed) -> Shape:
    """Return the shape of the response, before any table is made."""
    context, _ = _context(facts)
    return shape(resolve(context), context).operations[0].response


def planned(facts: Observed) -> OperationPlan:
    """Return the plan with its default tables."""
    context, sink = _context(facts)
    plan = resolve(context)
    for step in PIPELINE:
        plan = step(plan, context)
    assert not sink.failed, [(found.code, found.message) for found in sink.diagnostics]
    return plan.operations[0]


def decide(documents: Sequence[object], path: str) -> str:
    """Return what the place at `path` is, in the words of the labels."""
    facts = observed(documents)
    steps = parse(path).steps
    found = at(resolved(facts), steps)
    if isinstance(found, Record) and {"away", "home"} <= found.by_name.keys():
        tables = planned(facts).tables
        fold = (*steps, Branches(("away", "home")))
        return "fold" if any(starts_with(table.scan, fold) for table in tables) else "record"
    return _word(found)


def _word(found: Shape | None) -> str:
    match found:
        case Record():
            return "record"
        case Map():
            return "map"
        case Array(item=Scalar()):
            return "array of scalars"
        case Array(item=item):
            inner = _word(item)
            return f"array of {inner}" if isinstance(item, Unknown) else f"array of {inner.split()[0]}s"
        case Scalar(type=logical):
            return logical.value
        case Unknown(mixed=mixed):
            return "json" if mixed else "nothing"
        case None:
            return "absent"


def _context(facts: Observed) -> tuple[Context, Sink]:
    variant = Variant(http_method="GET", path="/things", parameters=(), origin=Origin("lab.json"))
    operation = Operation(
        endpoint="lab", nickname="things", summary="", response=OpaqueRef("object"), variants=(variant,)
    )
    api = ApiModel(documents=(Document(endpoint="lab", operations=(operation,), models=()),))
    sink = Sink()
    files = (SourceFile("mappings/lab/things.yaml", MAPPING), SourceFile("mappings/defaults.yaml", DEFAULTS))
    tree = inherit(read_mappings(files, sink), api, sink)
    return Context(api=api, mapping=tree, observed={NAME: facts}, sink=sink), sink
