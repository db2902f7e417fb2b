"""Merge what is declared and what was observed into one shape for each response.

Facets are trusted separately: a declared type stands unless observations contradict it; maps, arrays and formats
are told by the observations; nothing is required.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

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
)
from compiler.ir.facts import Facts, TextClass
from compiler.ir.paths import Each, Entries, Field
from compiler.ir.plan import OperationPlan, Plan
from compiler.ir.shape import Array, Evidence, Map, Member, Record, Scalar, Shape, Unknown
from compiler.ir.types import Codec, DateText, InstantText, Kind, Native, Type
from compiler.passes.context import Context
from compiler.passes.evidence import Seen, seen_tree

_SCALARS = {Kind.STRING, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN}
_DEPTH = 3
"""How many declared models deep a response is followed where nothing was observed: envelope, row, what it mentions."""


def resolve(context: Context) -> Plan:
    """Make the first Plan: operations with the resolved shapes of their responses, no tables yet."""
    return Plan(
        operations=tuple(_operation(context, context.api.operations[name]) for name in sorted(context.specs))
    )


def _operation(context: Context, operation: Operation) -> OperationPlan:
    spec = context.specs[operation.name]
    document = context.api.document_of(operation)
    observed = context.observed.get(operation.name)
    merger = _Merger(
        endpoint=document.endpoint, models=document.models_by_name, is_observed=observed is not None
    )
    seen = seen_tree(observed.paths) if observed else None
    response = merger.merge(operation.response, seen, Evidence(declared=f"{document.endpoint}.json"))
    return OperationPlan(
        operation=operation,
        response=response,
        raw_table=spec.raw_table,
        mapping_file="" if spec.origin is operation.variants[0].origin else spec.origin.file,
    )


@dataclass(frozen=True, kw_only=True)
class _Merger:
    """Merges type references with observations, within one upstream document."""

    endpoint: str
    models: Mapping[str, Model]
    is_observed: bool

    def merge(self, ref: TypeRef | None, seen: Seen | None, base: Evidence, depth: int = 0) -> Shape:
        """Return the shape of a place that is declared as `ref` and was seen as `seen`; either may be absent."""
        evidence = _evidence(base, seen)
        kinds = {kind for kind in (seen.facts.kinds if seen else ()) if kind is not Kind.NULL}
        if not kinds or seen is None:
            return self._declared(ref, evidence, depth)
        if kinds == {Kind.OBJECT}:
            return self._object(ref, seen, evidence, depth)
        if kinds == {Kind.ARRAY}:
            item = ref.item if isinstance(ref, ArrayRef) else None
            return Array(
                item=self.merge(item, seen.child(Each()), _inner(evidence), depth), evidence=evidence
            )
        if kinds <= _SCALARS:
            return _scalar(ref if isinstance(ref, ScalarRef) else None, seen.facts, kinds, evidence)
        return Unknown(mixed=True, evidence=replace(evidence, because="kinds disagree: kept as JSON"))

    def _declared(self, ref: TypeRef | None, evidence: Evidence, depth: int) -> Shape:
        """Return the shape of a place that was never seen with content."""
        match ref:
            case None:
                return Unknown(mixed=False, evidence=replace(evidence, because="never seen with content"))
            case ScalarRef():
                return _declared_scalar(ref, evidence)
            case ArrayRef(item=ScalarRef() as item):
                return Array(item=_declared_scalar(item, _inner(evidence)), evidence=evidence)
            case OpaqueRef():
                because = "declared without content: kept as JSON"
                return Unknown(mixed=True, evidence=replace(evidence, because=because))
            case _ if (self.is_observed and depth > 0) or depth >= _DEPTH:
                because = "declared, never seen: kept as JSON until it is observed"
                return Unknown(mixed=True, evidence=replace(evidence, because=because))
            case _:
                return self._expanded(ref, evidence, depth)

    def _expanded(self, ref: ArrayRef | MapRef | ModelRef, evidence: Evidence, depth: int) -> Shape:
        """Return the shape of a declaration of an operation that has no captures."""
        match ref:
            case ArrayRef(item):
                return Array(item=self.merge(item, None, _inner(evidence), depth), evidence=evidence)
            case MapRef(value):
                return Map(value=self.merge(value, None, _inner(evidence), depth), evidence=evidence)
            case ModelRef(name):
                return self._record(self.models.get(name), None, evidence, depth)

    def _object(self, ref: TypeRef | None, seen: Seen, evidence: Evidence, depth: int) -> Shape:
        maps = sum(seen.facts.maps.values())
        names = seen.names
        if isinstance(ref, MapRef) or (maps and (not names or 2 * maps >= seen.facts.kinds[Kind.OBJECT])):
            because = (
                f"map: {', '.join(f'{name} ({count})' for name, count in sorted(seen.facts.maps.items()))}"
            )
            value = ref.value if isinstance(ref, MapRef) else None
            inner = self.merge(value, seen.child(Entries()), _inner(evidence), depth + 1)
            return Map(value=inner, evidence=replace(evidence, because=because))
        model = self.models.get(ref.name) if isinstance(ref, ModelRef) else None
        if model is None and not names:
            return Unknown(mixed=False, evidence=replace(evidence, because="only seen as {}"))
        return self._record(model, seen, evidence, depth)

    def _record(self, model: Model | None, seen: Seen | None, evidence: Evidence, depth: int) -> Shape:
        declared = {item.name: item for item in model.properties} if model else {}
        if not declared and seen is None:
            return Unknown(
                mixed=True, evidence=replace(evidence, because="declared without content: kept as JSON")
            )
        others = sorted(set(seen.names if seen else ()) - set(declared))
        members = [self._member(item.name, item, model, seen, depth) for item in declared.values()]
        members += [self._member(name, None, None, seen, depth) for name in others]
        return Record(members=tuple(members), evidence=evidence)

    def _member(
        self, name: str, declared: Property | None, model: Model | None, seen: Seen | None, depth: int
    ) -> Member:
        base = Evidence(parent_seen=seen.facts.kinds.get(Kind.OBJECT, 0) if seen else 0)
        if declared and model:
            where = f"{self.endpoint}.json#/models/{model.name}/{name}"
            base = replace(base, declared=where, description=declared.description)
        below = seen.child(Field(name)) if seen else None
        return Member(name, self.merge(declared.type if declared else None, below, base, depth + 1))


def _evidence(base: Evidence, seen: Seen | None) -> Evidence:
    if seen is None:
        return base
    kinds = tuple(sorted(seen.facts.kinds.items()))
    return replace(base, seen=seen.facts.seen, kinds=kinds, texts=tuple(sorted(seen.facts.texts.items())))


def _inner(evidence: Evidence) -> Evidence:
    return Evidence(declared=evidence.declared)


def _declared_scalar(ref: ScalarRef, evidence: Evidence) -> Scalar:
    type_, codec = _declared_type(ref)
    return Scalar(type=type_, codec=codec, evidence=replace(evidence, because=f"declared as {_spelled(ref)}"))


def _spelled(ref: ScalarRef) -> str:
    return f"{ref.type} ({ref.format})" if ref.format else ref.type


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
    return Unknown(mixed=True, evidence=replace(evidence, because="kinds disagree: kept as JSON"))


def _text(facts: Facts, evidence: Evidence) -> Scalar:
    """Strings stay text unless every one of them was a date, or every one an instant."""
    classes = set(facts.texts) - {TextClass.EMPTY}
    if classes == {TextClass.DATE}:
        because = f"all {facts.texts[TextClass.DATE]} strings are dates"
        return Scalar(type=Type.DATE, codec=DateText(), evidence=replace(evidence, because=because))
    if classes == {TextClass.INSTANT}:
        because = f"all {facts.texts[TextClass.INSTANT]} strings are instants"
        return Scalar(type=Type.TIMESTAMP, codec=InstantText(), evidence=replace(evidence, because=because))
    return Scalar(
        type=Type.TEXT, codec=Native(), evidence=replace(evidence, because="strings of several kinds seen")
    )
