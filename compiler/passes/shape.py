"""Apply what the mapping says about shapes: overrides, column types, and one shape for the branches of a fold."""

from collections.abc import Iterator
from dataclasses import replace

from compiler.diagnostics import Sink
from compiler.ir.mapping import IgnoreSpec, OperationSpec, ShapeSpec
from compiler.ir.paths import Branches, Path
from compiler.ir.plan import OperationPlan, Plan
from compiler.ir.shape import Array, Evidence, Map, Member, Record, Scalar, Shape, Unknown
from compiler.ir.types import Type
from compiler.ir.walk import at, graft, join, joined, rewrite, scalars
from compiler.passes.anchors import lookup_path, tables_of
from compiler.passes.context import Context
from compiler.passes.declared import Extension, declared_scalar, declared_shape, typed_column
from compiler.passes.folds import check_folds
from compiler.passes.growth import grown
from compiler.rules import SHAPE_CONFLICT, UNKNOWN_PATH


def shape(plan: Plan, context: Context) -> Plan:
    """Return the Plan with the author's shapes.

    before: `teams.away` and `teams.home` with the keys that each happened to have
    after: both with the keys of either, because `rows: $.teams.{away,home}` says that they are alike
    """
    return Plan(operations=tuple(_operation(item, context) for item in plan.operations))


def _operation(plan: OperationPlan, context: Context) -> OperationPlan:
    spec = context.specs[plan.name]
    records = {item.path.reference.steps for item in spec.shapes if item.kind == "record"}
    response = grown(plan.response, records)
    for override in spec.shapes:
        response = _override(response, override, context)
    for ignored in spec.ignore:
        response = _known(response, ignored)
    check_folds(response, spec, context.sink)
    for path in _folds(spec):
        response = _fold(response, path)
    response = _default_folds(response, context.mapping.defaults.folds)
    return replace(plan, response=response)


def _override(response: Shape, spec: ShapeSpec, context: Context) -> Shape:
    path = spec.path.reference.steps
    found = at(response, path)
    if found is None:
        return _declare(response, spec, context.sink)
    if spec.entity:
        return response
    if spec.declared is not None:
        changed = Extension(context.mapping.defaults.sentinels).of(
            found, declared_shape(spec.declared, _declaration(spec))
        )
    else:
        changed = _change(spec, found, context.mapping.defaults.sentinels)
    if changed is None:
        message = f"`{spec.path.text}` cannot be read as {_wanted(spec)}: it is {describe(found)}"
        context.sink.report(SHAPE_CONFLICT.at(spec.path.origin, message, label=describe(found)))
        return response
    return rewrite(response, path, lambda _: changed)


def _wanted(spec: ShapeSpec) -> str:
    match spec.kind:
        case "column":
            return f"a {spec.type} column"
        case "declared":
            return "what is declared here"
        case kind:
            return kind


def _declare(response: Shape, spec: ShapeSpec, sink: Sink) -> Shape:
    """Add a place that neither upstream nor any capture knows: a declaration says all that it holds."""
    path = spec.path.reference.steps
    evidence = _declaration(spec)
    match spec.kind:
        case "json":
            declared = graft(response, path, Unknown(mixed=True, evidence=evidence))
        case "column":
            declared = graft(response, path, declared_scalar(Type(spec.type), evidence))
        case _ if spec.declared is not None:
            declared = graft(response, path, declared_shape(spec.declared, evidence))
        case _:
            declared = response
    if at(declared, path) is None:
        message = f"path `{spec.path.text}` does not exist"
        sink.report(UNKNOWN_PATH.at(spec.path.origin, message, label="unknown"))
    return declared


def _declaration(spec: ShapeSpec) -> Evidence:
    return Evidence(declared=spec.path.origin.file, because="declared by the mapping", by_mapping=True)


def _change(spec: ShapeSpec, found: Shape, sentinels: tuple[str, ...]) -> Shape | None:
    evidence = replace(found.evidence, because=f"the mapping says {spec.kind}", by_mapping=True)
    match spec.kind, found:
        case "json", _:
            return Unknown(mixed=True, evidence=evidence)
        case "column", Scalar():
            return typed_column(found, Type(spec.type), evidence, sentinels)
        case "column", Unknown():
            return declared_scalar(Type(spec.type), evidence)
        case "numbers", _:
            return _numbers(found, Type(spec.type))
        case ("map", Map()) | ("record", Record()) | ("array", Array()):
            return found
        case "map", Record() if found.members:
            return Map(value=joined(found), evidence=evidence)
        case _:
            return None


def _numbers(shape: Shape, type_: Type) -> Shape:
    def widen(found: Shape) -> Shape:
        if isinstance(found, Scalar) and found.type in (Type.BIGINT, Type.INTEGER):
            evidence = replace(found.evidence, because=f"the mapping says that numbers here are {type_}")
            return replace(found, type=type_, evidence=evidence)
        return found

    for path, _ in tuple(scalars(shape)):
        shape = rewrite(shape, path, widen)
    return shape


def _known(response: Shape, ignored: IgnoreSpec) -> Shape:
    """Add an ignored place that was not known, such as a notice that captures lack."""
    path = ignored.path.reference.steps
    if at(response, path) is not None:
        return response
    evidence = Evidence(because="ignored by the mapping")
    if ignored.type:
        return graft(response, path, declared_scalar(Type(ignored.type), evidence))
    return graft(response, path, Unknown(mixed=False, evidence=evidence))


def _folds(spec: OperationSpec) -> Iterator[Path]:
    """Yield every path of the mapping up to a fold, outer folds first."""
    found: list[Path] = []
    for table, path in tables_of(spec.tables):
        found.append(path)
        found += filter(None, (lookup_path(lookup, path) for lookup in table.lookups))
    for path in found:
        for index, step in enumerate(path):
            if isinstance(step, Branches):
                yield path[: index + 1]


def _fold(response: Shape, path: Path) -> Shape:
    fold = path[-1]
    assert isinstance(fold, Branches)
    return rewrite(response, path[:-1], lambda found: _alike(found, fold.names))


def _alike(found: Shape, names: tuple[str, ...]) -> Shape:
    """Give every named branch the shape that holds them all; a branch that was never seen gets it too."""
    if not isinstance(found, Record):
        return found
    known = [found.by_name[name] for name in names if name in found.by_name]
    if not known:
        return found
    common = known[0]
    for branch in known[1:]:
        common = join(common, branch) if branch != common else common
    members = [Member(item.name, common if item.name in names else item.shape) for item in found.members]
    members += [Member(name, common) for name in names if name not in found.by_name]
    return Record(members=tuple(members), evidence=found.evidence)


def _default_folds(shape: Shape, folds: tuple[tuple[str, ...], ...]) -> Shape:
    """Make alike the branches of every fold of the defaults (`away` and `home`), wherever they stand."""
    match shape:
        case Record():
            members = tuple(Member(item.name, _default_folds(item.shape, folds)) for item in shape.members)
            record: Shape = Record(members=members, evidence=shape.evidence)
            for names in folds:
                if set(names) <= set(shape.by_name):
                    record = _alike(record, names)
            return record
        case Array():
            return replace(shape, item=_default_folds(shape.item, folds))
        case Map():
            return replace(shape, value=_default_folds(shape.value, folds))
        case _:
            return shape


def describe(shape: Shape) -> str:
    """Say in a word what a shape is."""
    match shape:
        case Record():
            return "a record"
        case Array():
            return "an array"
        case Map():
            return "a map"
        case Scalar():
            return f"a {shape.type} value"
        case Unknown():
            return "of unknown shape"
