"""The accepted upstream documents: `schemas/upstream.lock`, what it says, and what has changed since.

The lock holds the sha256 of each document and, so that a change can be told, what they declare: one line per
operation, model and property.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from compiler.diagnostics import Diagnostic, Sink
from compiler.frontends.document import Json, as_object, read_json
from compiler.frontends.json_reader import JsonReader
from compiler.ir.api import ApiModel, show_type
from compiler.rules import UPSTREAM_CHANGED, UPSTREAM_LOCK
from compiler.source import Origin, SourceFile

_MOST = 6
"""So many differences are named; the others are counted."""
_MODEL, _OPERATION, _PROPERTY, _OF = "model ", "operation ", "property ", " of "
_UPDATE = "run `mlbc upstream update` and review what it prints"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamLock:
    """What was accepted: package and version ("" for a folder), digests by endpoint, declarations as text."""

    package: str = ""
    version: str = ""
    documents: Mapping[str, str] = field(default_factory=dict[str, str])
    declared: Mapping[str, str] = field(default_factory=dict[str, str])

    def to_json(self) -> str:
        """Return canonical JSON, one line per document and declaration."""
        content = {
            "package": self.package,
            "version": self.version,
            "documents": dict(sorted(self.documents.items())),
            "declared": dict(sorted(self.declared.items())),
        }
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def read_lock(file: SourceFile, sink: Sink) -> UpstreamLock | None:
    """Read the lock; one that makes no sense is reported."""
    node = read_json(file, UPSTREAM_LOCK, sink)
    if node is None:
        return None
    read = JsonReader(sink, UPSTREAM_LOCK, UPSTREAM_LOCK)
    return UpstreamLock(
        package=read.text(node, "package"),
        version=read.text(node, "version"),
        documents=_texts(read, node, "documents"),
        declared=_texts(read, node, "declared"),
    )


def _texts(read: JsonReader, node: Json, key: str) -> dict[str, str]:
    members = as_object(node.member(key)) or {}
    inside = node.at(key, members)
    return {name: read.text(inside, name) for name, _ in read.entries(node, key)}


def declared(api: ApiModel) -> dict[str, str]:
    """Return what the documents declare, one entry per fact; models are scoped to their document.

    A model that is alike in all documents that have it is written once, without a scope.
    """
    facts = dict(_operations(api))
    scopes: dict[str, dict[str, dict[str, str]]] = {}
    for document in api.documents:
        for model in document.models:
            properties = {found.name: show_type(found.type) for found in model.properties}
            scopes.setdefault(model.name, {})[document.endpoint] = properties
    for name, bodies in scopes.items():
        alike = all(body == next(iter(bodies.values())) for body in bodies.values())
        for endpoint, properties in bodies.items():
            label = name if alike else copy_of(name, endpoint)
            facts[f"{_MODEL}{label}"] = "model"
            facts |= {f"{_PROPERTY}{label}.{key}": kind for key, kind in properties.items()}
    return facts


def copy_of(model: str, endpoint: str) -> str:
    """Return how the model of one document is called where other documents declare another under its name."""
    return f"{model}{_OF}{endpoint}"


def _operations(api: ApiModel) -> Iterator[tuple[str, str]]:
    for operation in api.operations.values():
        yield f"{_OPERATION}{operation.name}", show_type(operation.response)
        for variant in operation.variants:
            yield f"url {operation.name} {variant.http_method} {variant.path}", "url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One fact that was added, removed or retyped: `before` or `after` is "" where there is none."""

    fact: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """`added`, `removed` or `retyped`."""
        return "added" if not self.before else "removed" if not self.after else "retyped"

    @property
    def operation(self) -> str:
        """The operation whose response this is about, or ""."""
        return self.fact.removeprefix(_OPERATION) if self.fact.startswith(_OPERATION) else ""

    @property
    def member(self) -> tuple[str, str] | None:
        """The model, as it is called, and the property that this is about."""
        model, _, key = self.fact.removeprefix(_PROPERTY).partition(".")
        return (model, key) if self.fact.startswith(_PROPERTY) else None

    def describe(self) -> str:
        """Say what changed in one line.

        >>> Change(fact="property Team.id", before="string", after="integer").describe()
        'property Team.id: string -> integer'
        """
        if self.kind == "retyped":
            return f"{self.fact}: {self.before} -> {self.after}"
        type_ = self.before or self.after
        return f"{self.kind} {self.fact}" + ("" if self.fact.startswith(("model", "url")) else f": {type_}")


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Change, ...]:
    """Return what differs between two sets of declarations, sorted."""
    old, new = _scoped(old, new), _scoped(new, old)
    return tuple(
        Change(fact=fact, before=old.get(fact, ""), after=new.get(fact, ""))
        for fact in sorted(old.keys() | new.keys())
        if old.get(fact) != new.get(fact)
    )


def _scoped(facts: Mapping[str, str], others: Mapping[str, str]) -> Mapping[str, str]:
    """Return facts in which a model is told by document where the other facts tell it so: one copy of it changed."""
    scopes: dict[str, list[str]] = {}
    for fact in others:
        name, _, endpoint = fact.removeprefix(_MODEL).partition(_OF)
        if endpoint and fact.startswith(_MODEL) and f"{_MODEL}{name}" in facts:
            scopes.setdefault(name, []).append(endpoint)
    return dict(_told(facts, scopes)) if scopes else facts


def _told(facts: Mapping[str, str], scopes: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    for fact, type_ in facts.items():
        noun, _, rest = fact.partition(" ")
        name, dot, key = rest.partition(".")
        if noun in {"model", "property"} and name in scopes:
            yield from ((f"{noun} {copy_of(name, endpoint)}{dot}{key}", type_) for endpoint in scopes[name])
        else:
            yield fact, type_


def mismatches(lock: UpstreamLock, current: UpstreamLock) -> Iterator[str]:
    """Yield how the present documents differ from the accepted ones, in words."""
    if (lock.package, lock.version) != (current.package, current.version) and current.package:
        yield f"{current.package} is {current.version}, accepted is {lock.version or 'none'}"
    for endpoint in changed_documents(lock, current):
        yield f"document `{endpoint}` {_how(endpoint, lock, current)}"


def changed_documents(lock: UpstreamLock, current: UpstreamLock) -> Iterator[str]:
    """Yield the documents, by their endpoints, that are not the accepted ones: changed, new or gone."""
    for endpoint in sorted(lock.documents.keys() | current.documents.keys()):
        if lock.documents.get(endpoint) != current.documents.get(endpoint):
            yield endpoint


def _how(endpoint: str, lock: UpstreamLock, current: UpstreamLock) -> str:
    if endpoint not in current.documents:
        return "is gone"
    return "has changed" if endpoint in lock.documents else "is new"


def report_mismatch(path: str, lock: UpstreamLock, current: UpstreamLock, sink: Sink) -> None:
    """Report that the present documents are not the accepted ones, as one finding."""
    found = tuple(mismatches(lock, current))
    if found:
        message = f"the upstream documents are not the accepted ones: {found[0]}"
        more = (f"{len(found) - _MOST} more",) if len(found) > _MOST else ()
        sink.report(
            UPSTREAM_CHANGED.at(Origin(path), message, notes=(*found[1:_MOST], *more), advice=_UPDATE)
        )


def no_lock(path: str) -> Diagnostic:
    """Return the finding that nothing was accepted yet."""
    return UPSTREAM_LOCK.at(Origin(path), "no upstream documents were accepted yet", advice=_UPDATE)
