"""Merge what is declared and what was observed into one shape for each response.

Facets are trusted separately: a declared type stands unless observations contradict it; maps, arrays and formats
are told by the observations; nothing is required.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from compiler.diagnostics import Sink, did_you_mean
from compiler.ir.api import (
    ArrayRef,
    MapRef,
    Model,
    ModelRef,
    OpaqueRef,
    Operation,
    Property,
    ScalarRef,
    TypeRef,
    show_type,
)
from compiler.ir.facts import Facts, TextClass
from compiler.ir.mapping import OperationSpec, PlaceSpec
from compiler.ir.names import is_text
from compiler.ir.paths import Each, Entries, Field, Path, Step, is_loop
from compiler.ir.plan import OperationPlan, Plan
from compiler.ir.shape import Array, Evidence, Map, Member, Record, Scalar, Shape, Unknown
from compiler.ir.types import Codec, DateText, InstantText, Kind, Native, Type
from compiler.ir.walk import child
from compiler.passes.context import Context
from compiler.passes.evidence import Entities, Seen, entities
from compiler.passes.unknown import unknown_path
from compiler.rules import UNKNOWN_VALUE

_SCALARS = {Kind.STRING, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN}
_DEPTH = 3
"""How many declared models deep a response is followed where nothing was observed: envelope, row, what it mentions."""


_STEPS, _LOOPS = 48, 12
"""How deep tables go: keys and loops on the way from the response, and loops among them."""
_TOO_DEEP = "nested too deep for tables: kept as JSON"


def resolve(context: Context) -> Plan:
    """Make the first Plan: operations with the resolved shapes of their responses, no tables yet."""
    known = entities(context.api, context.observed, context.mapping)
    plans = {name: _operation(context, context.api.operations[name], known) for name in sorted(context.specs)}
    for entity in context.mapping.entities:
        for place in (*entity.places, *entity.also):
            if place.operation in plans:
                _check(place, plans[place.operation].response, context.sink)
    for spec in context.specs.values():
        _check_likes(spec, context)
    return Plan(operations=tuple(plans.values()))


def _check_likes(spec: OperationSpec, context: Context) -> None:
    """Report places that are likened to an entity that there is not."""
    known = [entity.name for entity in context.mapping.entities]
    for item in spec.shapes:
        if item.entity and item.entity not in known:
            message = f"no entity `{item.entity}` in `entities.yaml`"
            advice = did_you_mean(item.entity, known)
            context.sink.report(UNKNOWN_VALUE.at(item.path.origin, message, advice=advice))


def _check(place: PlaceSpec, response: Shape, sink: Sink) -> None:
    """Report a place of an entity that nobody knows."""
    path = place.path.reference.steps
    for index, step in enumerate(path):
        below = child(response, step)
        if below is None:
            sink.report(unknown_path(place.path, path, index, response))
            return
        response = below


def _operation(context: Context, operation: Operation, known: Entities) -> OperationPlan:
    spec = context.specs[operation.name]
    document = context.api.document_of(operation)
    root = known.roots.get(operation.name)
    merger = _Merger(
        operation=operation.name,
        endpoint=document.endpoint,
        models=document.models_by_name,
        is_observed=root is not None,
        entities=known,
    )
    seen = Seen(root) if root else None
    response = merger.merge(operation.response, seen, Evidence(declared=f"{document.endpoint}.json"), ())
    return OperationPlan(
        operation=operation,
        response=response,
        raw_table=spec.raw_table,
        is_observed=root is not None,
        entities=tuple(
            (entity.name, place.path.reference.steps)
            for entity in context.mapping.entities
            for place in entity.places
            if place.operation == operation.name
        ),
        mapping_file="" if spec.origin is operation.variants[0].origin else spec.origin.file,
    )


@dataclass(frozen=True, kw_only=True)
class _Merger:
    """Merges type references with observations, within one operation of one upstream document.

    `path` is the place that is merged; `depth` counts the records around it; `within` names their models.
    """

    operation: str
    endpoint: str
    models: Mapping[str, Model]
    is_observed: bool
    entities: Entities
    within: tuple[str, ...] = ()

    def merge(
        self, ref: TypeRef | None, seen: Seen | None, base: Evidence, path: Path, depth: int = 0
    ) -> Shape:
        """Return the shape of a place that is declared as `ref` and was seen as `seen`; either may be absent."""
        seen = self.pooled(ref, seen, path, depth)
        evidence = _evidence(replace(base, declares=ref), seen)
        kinds = {kind for kind in (seen.facts.kinds if seen else ()) if kind is not Kind.NULL}
        if not kinds <= _SCALARS and _is_deep(path):
            return _document(evidence, _TOO_DEEP)
        if not kinds or seen is None:
            likened = self.entities.likened(self.operation, path)
            return (
                self._container(likened[0], evidence, path, depth)
                if likened and ref is None
                else self._declared(ref, evidence, path, depth)
            )
        if kinds == {Kind.OBJECT}:
            return self._object(ref, seen, evidence, path, depth)
        if kinds == {Kind.ARRAY}:
            item = ref.item if isinstance(ref, ArrayRef) else None
            return self._array(item, seen.child(Each()), evidence, path, depth)
        if kinds <= _SCALARS:
            return _scalar(ref if isinstance(ref, ScalarRef) else None, seen.facts, kinds, evidence)
        return _document(evidence, "kinds disagree: kept as JSON")

    def pooled(self, ref: TypeRef | None, seen: Seen | None, path: Path, depth: int) -> Seen | None:
        """Return what was seen here and of the same thing elsewhere."""
        is_own = seen is not None and seen.own is not None
        if isinstance(ref, ModelRef) and not is_own and self.within.count(ref.name) > 1:
            return None  # a thing may mention its like; what holds itself again and again was never seen to
        seen = self.entities.like(self.operation, path, self.entities.seen_at(self.operation, path, seen))
        is_followed = seen is not None or (not self.is_observed and depth < _DEPTH)
        return self.entities.seen_as(ref.name, seen) if isinstance(ref, ModelRef) and is_followed else seen

    def _container(self, step: Step, evidence: Evidence, path: Path, depth: int) -> Shape:
        """Return the shape of a place that nobody knows, but the author likens what is below it to an entity."""
        evidence = replace(evidence, because="the mapping says what is below it", by_mapping=True)
        match step:
            case Each():
                return self._array(None, None, evidence, path, depth)
            case Entries():
                return self._map(None, None, evidence, path, depth)
            case _:
                return self._record(None, None, evidence, path, depth)

    def _array(
        self, item: TypeRef | None, seen: Seen | None, evidence: Evidence, path: Path, depth: int
    ) -> Shape:
        return Array(item=self.merge(item, seen, _inner(evidence), (*path, Each()), depth), evidence=evidence)

    def _map(
        self, value: TypeRef | None, seen: Seen | None, evidence: Evidence, path: Path, depth: int
    ) -> Shape:
        return Map(
            value=self.merge(value, seen, _inner(evidence), (*path, Entries()), depth), evidence=evidence
        )

    def _declared(self, ref: TypeRef | None, evidence: Evidence, path: Path, depth: int) -> Shape:
        """Return the shape of a place that was never seen with content."""
        match ref:
            case None:
                return Unknown(mixed=False, evidence=replace(evidence, because="never seen with content"))
            case ScalarRef():
                return _declared_scalar(ref, evidence)
            case ArrayRef(item=ScalarRef() as item):
                return Array(item=_declared_scalar(item, _inner(evidence)), evidence=evidence)
            case OpaqueRef():
                return _document(evidence, "declared without content: kept as JSON")
            case _ if _is_deep(path):
                return _document(evidence, _TOO_DEEP)
            case _ if (self.is_observed and depth > 0) or depth >= _DEPTH:
                return _document(evidence, "declared, never seen: kept as JSON until it is observed")
            case _:
                return self._expanded(ref, evidence, path, depth)

    def _expanded(
        self, ref: ArrayRef | MapRef | ModelRef, evidence: Evidence, path: Path, depth: int
    ) -> Shape:
        """Return the shape of a declaration of an operation that has no captures."""
        match ref:
            case ArrayRef(item):
                return self._array(item, None, evidence, path, depth)
            case MapRef(value):
                return self._map(value, None, evidence, path, depth)
            case ModelRef(name):
                return self._record(self.models.get(name), None, evidence, path, depth)

    def _object(self, ref: TypeRef | None, seen: Seen, evidence: Evidence, path: Path, depth: int) -> Shape:
        maps = sum(seen.facts.maps.values())
        names = seen.names
        if isinstance(ref, MapRef) or (maps and (not names or 2 * maps >= seen.facts.kinds[Kind.OBJECT])):
            because = (
                f"map: {', '.join(f'{name} ({count})' for name, count in sorted(seen.facts.maps.items()))}"
            )
            value = ref.value if isinstance(ref, MapRef) else None
            evidence = replace(evidence, because=because)
            return self._map(value, seen.child(Entries()), evidence, path, depth + 1)
        model = self.models.get(ref.name) if isinstance(ref, ModelRef) else None
        if model is None and not names:
            return Unknown(mixed=False, evidence=replace(evidence, because="only seen as {}"))
        return self._record(model, seen, evidence, path, depth)

    def _record(
        self, model: Model | None, seen: Seen | None, evidence: Evidence, path: Path, depth: int
    ) -> Shape:
        declared = {item.name: item for item in model.properties} if model else {}
        likened = [
            step.name for step in self.entities.likened(self.operation, path) if isinstance(step, Field)
        ]
        if not declared and seen is None and not likened:
            return _document(evidence, "declared without content: kept as JSON")
        others = sorted(filter(is_text, {*(seen.names if seen else ()), *likened} - set(declared)))
        inside = replace(self, within=(*self.within, model.name)) if model else self
        members = [
            Member(name, inside._member(declared.get(name), model, seen, (*path, Field(name)), depth))
            for name in (*declared, *others)
        ]
        return Record(members=tuple(members), evidence=evidence)

    def _member(
        self, declared: Property | None, model: Model | None, seen: Seen | None, path: Path, depth: int
    ) -> Shape:
        base = Evidence(parent_seen=seen.records_with(path[-1]) if seen else 0)
        if declared and model:
            where = f"{self.endpoint}.json#/models/{model.name}/{declared.name}"
            base = replace(base, declared=where, description=declared.description)
        below = seen.child(path[-1]) if seen else None
        return self.merge(declared.type if declared else None, below, base, path, depth + 1)


def _is_deep(path: Path) -> bool:
    """Whether a place is nested deeper than generated code can go: Python takes 20 loops in each other."""
    return len(path) >= _STEPS or sum(map(is_loop, path)) >= _LOOPS


def _evidence(base: Evidence, seen: Seen | None) -> Evidence:
    if seen is None:
        return base
    return replace(
        base,
        seen=seen.facts.seen,
        kinds=tuple(sorted(seen.facts.kinds.items())),
        texts=tuple(sorted(seen.facts.texts.items())),
        shared=tuple(sorted(map(str, seen.shared))),
    )


def _document(evidence: Evidence, because: str) -> Unknown:
    return Unknown(mixed=True, evidence=replace(evidence, because=because))


def _inner(evidence: Evidence) -> Evidence:
    return Evidence(declared=evidence.declared)


def _declared_scalar(ref: ScalarRef, evidence: Evidence) -> Scalar:
    type_, codec = _declared_type(ref)
    return Scalar(
        type=type_, codec=codec, evidence=replace(evidence, because=f"declared as {show_type(ref)}")
    )


def _declared_type(ref: ScalarRef) -> tuple[Type, Codec]:
    match ref:
        case ScalarRef("boolean"):
            return Type.BOOLEAN, Native()
        case ScalarRef("integer"):
            return Type.BIGINT, Native()
        case ScalarRef("number"):
            return Type.DOUBLE, Native()
        case ScalarRef(_, "date"):
            return Type.DATE, DateText()
        case ScalarRef(_, "date-time"):
            return Type.TIMESTAMP, InstantText()
        case _:
            return Type.TEXT, Native()


def _scalar(ref: ScalarRef | None, facts: Facts, kinds: set[Kind], evidence: Evidence) -> Shape:
    """Decide the type of a scalar that was seen: the join of what was seen, widened by what is declared."""
    if kinds == {Kind.STRING}:
        return _text(facts, evidence)
    if kinds == {Kind.BOOLEAN}:
        return Scalar(
            type=Type.BOOLEAN, codec=Native(), evidence=replace(evidence, because="only booleans seen")
        )
    if kinds <= {Kind.INTEGER, Kind.NUMBER}:
        declared = ref is not None and ref.type == "number"
        if Kind.NUMBER in kinds or declared:
            because = "declared as number" if declared else "numbers with fractions seen"
            return Scalar(type=Type.DOUBLE, codec=Native(), evidence=replace(evidence, because=because))
        return Scalar(
            type=Type.BIGINT, codec=Native(), evidence=replace(evidence, because="only integers seen")
        )
    return _document(evidence, "kinds disagree: kept as JSON")


def _text(facts: Facts, evidence: Evidence) -> Scalar:
    """Strings stay text unless every one of them was a date, or every one an instant."""
    classes = set(facts.texts) - {TextClass.EMPTY}
    if classes == {TextClass.DATE}:
        because = f"all {facts.texts[TextClass.DATE]} strings are dates"
        return Scalar(type=Type.DATE, codec=DateText(), evidence=replace(evidence, because=because))
    if classes == {TextClass.INSTANT}:
        because = f"all {facts.texts[TextClass.INSTANT]} strings are instants"
        return Scalar(type=Type.TIMESTAMP, codec=InstantText(), evidence=replace(evidence, because=because))
    return Scalar(type=Type.TEXT, codec=Native(), evidence=replace(evidence, because=_why_text(classes)))


def _why_text(classes: set[str]) -> str:
    if classes and all(
        text == TextClass.INTEGER or text.startswith(TextClass.DECIMAL)
        for text in classes - {TextClass.SENTINEL}
    ):
        return "numbers in strings: text until a mapping says which"
    return "strings of several kinds seen" if len(classes) > 1 else "strings seen"
