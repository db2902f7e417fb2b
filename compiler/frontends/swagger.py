"""Turn upstream Swagger 1.2 documents into the declared API.

A document is an endpoint, named by its file. Variants of one nickname (same method, other URL) are one operation.
Models without properties say nothing, so references to them are opaque.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import PurePosixPath
from typing import cast

from compiler.diagnostics import Sink, did_you_mean
from compiler.frontends.document import Json, read_json
from compiler.frontends.json_reader import JsonReader
from compiler.frontends.swagger_types import enveloped, parse_type, resolve, undeclared
from compiler.ir.api import (
    ApiModel,
    Document,
    Model,
    ModelRef,
    OpaqueRef,
    Operation,
    Parameter,
    Property,
    ScalarRef,
    TypeRef,
    Variant,
    show_type,
)
from compiler.ir.names import is_text
from compiler.rules import (
    SWAGGER_MISSING_KEY,
    SWAGGER_MISSING_MODEL,
    SWAGGER_RESPONSE_CONFLICT,
    SWAGGER_SYNTAX,
    SWAGGER_WRONG_KIND,
)
from compiler.source import SourceFile


def read_api(files: Iterable[SourceFile], sink: Sink) -> ApiModel:
    """Read all documents; what is wrong with one is reported, and the rest is read all the same."""
    ordered = sorted(files, key=lambda file: endpoint_of(file))
    nodes = (read_json(file, SWAGGER_SYNTAX, sink) for file in ordered)
    documents = (read_document(node, sink) for node in nodes if node is not None and _is_text(node, sink))
    return ApiModel(documents=tuple(documents))


def _is_text(node: Json, sink: Sink) -> bool:
    """Whether a document is of text that can be written to a file; NUL and half a surrogate pair cannot."""
    found = _STRANGE.search(node.file.text)
    if found is None or not any(map(_is_strange, _texts(node.value))):
        return True
    message = "holds NUL or half a surrogate pair, which no schema and no database can"
    sink.report(SWAGGER_SYNTAX.at(node.place, message, advice="remove `\\u0000` and `\\ud800` to `\\udfff`"))
    return False


_NICKNAME = re.compile(r"[A-Za-z0-9_]+")
_STRANGE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def _is_strange(text: str) -> bool:
    return not is_text(text)


def _texts(value: object) -> Iterator[str]:
    pending = [value]
    while pending:
        found = pending.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            pending += chain.from_iterable(cast("dict[str, object]", found).items())
        elif isinstance(found, list):
            pending += cast("list[object]", found)


def endpoint_of(file: SourceFile) -> str:
    """Return the endpoint that a document declares: the name of its file."""
    return PurePosixPath(file.path).stem


def read_document(node: Json, sink: Sink) -> Document:
    """Read one document."""
    read = JsonReader(sink, SWAGGER_MISSING_KEY, SWAGGER_WRONG_KIND)
    if (version := read.optional_text(node, "swaggerVersion")) not in ("", "1.2"):
        message = f"swaggerVersion is `{version}`, only 1.2 is understood"
        sink.report(SWAGGER_WRONG_KIND.at(node.at("swaggerVersion", version).place, message))
    bodies = dict(read.entries(node, "models"))
    spoken = frozenset(name for name, body in bodies.items() if any(read.entries(body, "properties")))
    return _Reading(endpoint_of(node.file), read, bodies, spoken).document(node)


@dataclass(frozen=True, slots=True)
class _Declared:
    """One operation object of a document, before the variants of a nickname are gathered."""

    nickname: str
    summary: str
    response: TypeRef
    variant: Variant
    node: Json


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads one document: `bodies` are its models, `spoken` the names of those that have properties."""

    endpoint: str
    read: JsonReader
    bodies: Mapping[str, Json]
    spoken: frozenset[str]

    def document(self, node: Json) -> Document:
        models = {name: self._model(name, body) for name, body in self.bodies.items() if name in self.spoken}
        by_nickname: dict[str, list[_Declared]] = {}
        for api in self.read.items(node, "apis"):
            for found in self._declared(api):
                by_nickname.setdefault(found.nickname, []).append(found)
        operations = tuple(self._operation(variants, models) for variants in by_nickname.values())
        return Document(endpoint=self.endpoint, operations=operations, models=tuple(models.values()))

    def _model(self, name: str, body: Json) -> Model:
        properties = tuple(self._property(key, node) for key, node in self.read.entries(body, "properties"))
        return Model(name=name, properties=properties, origin=body.origin)

    def _property(self, name: str, node: Json) -> Property:
        return Property(
            name=name,
            type=self._type(node),
            description=self.read.optional_text(node, "description"),
            required=self.read.flag(node, "required"),
            origin=node.origin,
        )

    def _nickname(self, node: Json) -> str:
        nickname = self.read.text(node, "nickname")
        if node.member("nickname") == nickname and not _NICKNAME.fullmatch(nickname):
            message = f"nickname `{nickname}` is no name: Swagger takes letters, digits and `_`"
            self.read.sink.report(SWAGGER_WRONG_KIND.at(node.at("nickname", nickname).place, message))
        return nickname

    def _type(self, node: Json) -> TypeRef:
        written = self.read.optional_text(node, "$ref") or self.read.text(node, "type")
        items = node.at("items", node.member("items"))
        parsed = parse_type(written)
        for name in filter(None, undeclared(parsed, self.bodies)):
            self._report_missing(node, name)
        form = self.read.optional_text(node, "format")
        return resolve(parsed, self.spoken, self._type(items) if items.value is not None else None, form)

    def _report_missing(self, node: Json, name: str) -> None:
        advice = did_you_mean(name, self.bodies.keys())
        message = f"model `{name}` is not declared in this document"
        self.read.sink.report(SWAGGER_MISSING_MODEL.at(node.at("type", "").place, message, advice=advice))

    def _declared(self, api: Json) -> Iterator[_Declared]:
        path = self.read.text(api, "path")
        for node in self.read.items(api, "operations"):
            yield _Declared(
                nickname=self._nickname(node),
                summary=self.read.optional_text(node, "summary"),
                response=_response(self._type(node)),
                variant=Variant(
                    http_method=self.read.text(node, "method"),
                    path=path,
                    parameters=tuple(self._parameter(found) for found in self.read.items(node, "parameters")),
                    origin=node.origin,
                ),
                node=node,
            )

    def _parameter(self, node: Json) -> Parameter:
        return Parameter(
            name=self.read.text(node, "name"),
            place=self.read.text(node, "paramType"),
            type=self.read.optional_text(node, "type"),
            required=self.read.flag(node, "required"),
            description=self.read.optional_text(node, "description"),
        )

    def _operation(self, variants: list[_Declared], models: dict[str, Model]) -> Operation:
        """Gather the variants of a nickname; the models that their responses need are added to `models`."""
        responses = dict.fromkeys(variant.response for variant in variants)
        for response in responses:
            _add_envelope(response, models)
        if len(responses) > 1:
            self._report_conflict(variants)
        return Operation(
            endpoint=self.endpoint,
            nickname=variants[0].nickname,
            summary=variants[0].summary,
            response=_common(tuple(responses), models),
            variants=tuple(variant.variant for variant in variants),
        )

    def _report_conflict(self, variants: list[_Declared]) -> None:
        notes = tuple(f"{found.variant.path} -> {show_type(found.response)}" for found in variants)
        message = f"variants of `{self.endpoint}.{variants[0].nickname}` declare different responses"
        odd = next(found for found in variants if found.response != variants[0].response)
        self.read.sink.report(SWAGGER_RESPONSE_CONFLICT.at(odd.node.place, message, notes=notes))


def _response(declared: TypeRef) -> TypeRef:
    """Take a whole response declared as text for opaque: such a method hands on JSON that it has ready as text."""
    return OpaqueRef(declared.type) if isinstance(declared, ScalarRef) else declared


def _add_envelope(response: TypeRef, models: dict[str, Model]) -> None:
    """Declare the model of an envelope: the properties of the model inside, and `copyright`."""
    inner = models.get(enveloped(response.name)) if isinstance(response, ModelRef) else None
    if inner is None or not isinstance(response, ModelRef):
        return
    notice = Property(
        name="copyright",
        type=ScalarRef("string"),
        description="",
        required=False,
        origin=inner.origin,
    )
    own = tuple(found for found in inner.properties if found.name != "copyright")
    models[response.name] = Model(name=response.name, properties=(notice, *own), origin=inner.origin)


def _common(responses: tuple[TypeRef, ...], models: dict[str, Model]) -> TypeRef:
    """Return one type for all variants: a model with the properties of every one, opaque where they disagree."""
    if len(responses) == 1:
        return responses[0]
    name = " | ".join(show_type(response) for response in responses)
    parts = [models[found.name] for found in responses if isinstance(found, ModelRef)]
    if len(parts) < len(responses):
        return OpaqueRef(name)
    merged: dict[str, Property] = {}
    for found in (found for part in parts for found in part.properties):
        known = merged.setdefault(found.name, found)
        if known.type != found.type:
            merged[found.name] = replace(known, type=OpaqueRef(show_type(known.type)))
    models[name] = Model(name=name, properties=tuple(merged.values()), origin=parts[0].origin)
    return ModelRef(name)
