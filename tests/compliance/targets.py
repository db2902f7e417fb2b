"""Each target as one function: a response in, the fate of what it holds out. Nothing here knows what was declared."""

import io
import json
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from types import ModuleType
from typing import Protocol

import avro.io
import avro.schema
import fastavro
import jsonschema
import orjson
from pydantic import BaseModel, ValidationError

from compiler.backends import avro as avro_backend
from compiler.backends import pydantic, response
from compiler.backends.base import render
from compiler.backends.definitions import define
from compiler.ir.plan import OperationPlan
from runtime.assemble import assemble
from runtime.avro import EXTRAS, Codec
from runtime.document import Document, parse
from runtime.job import Conformed, Job
from runtime.transform import Transformed
from tests.compliance.outcomes import Construct, Fate
from tests.support import project
from tests.support.comparison import canonical


def parsed(body: bytes) -> Conformed:
    """Return the document of a body; None if it makes none."""
    found = parse(body)
    return found.value if isinstance(found, Document) else None


def exactly(value: Conformed) -> str:
    """Return a text that only equal JSON shares: 1 is not 1.0, -0.0 is not 0.0; keys have no order."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # an integer beyond 64 bits, or deeper than 254 levels
        return json.dumps(value, sort_keys=True)


def compared(before: Conformed, after: Conformed, worst: Fate) -> Fate:
    """Return the fate of a document that came back: as bad as told, canonical if only spelled otherwise, or lost."""
    if exactly(before) == exactly(after):
        return worst
    return Fate.CANONICAL if before == after else Fate.NEVER


def told(target: str, measured: Iterable[tuple[Construct, Fate]]) -> Iterator[str]:
    """Say where the worst fate of a construct's texts is not the one that is declared."""
    worst: dict[str, tuple[Construct, Fate]] = {}
    for construct, fate in measured:
        worst[construct.name] = construct, max(fate, worst.get(construct.name, (construct, fate))[1])
    for name, (construct, fate) in worst.items():
        declared = construct.outcomes[target].fate
        if fate is not declared:
            yield f"{target}: {name} is {fate.name}, declared {declared.name}"


class Target(Protocol):
    """A target that tells the fate of what a response holds."""

    def fate(self, body: bytes) -> Fate:
        """Return the fate; the response makes a document."""
        ...


class JsonSchema:
    """Does the published schema describe the document, or at least allow it?"""

    def __init__(self, plan: OperationPlan) -> None:
        schema = json.loads(json.dumps(response.document(plan, define(plan))))
        self.open = jsonschema.Draft202012Validator(schema)
        self.closed = jsonschema.Draft202012Validator(_closed(schema))

    def fate(self, body: bytes) -> Fate:
        document = parsed(body)
        if not self.open.is_valid(document):
            return Fate.NEVER
        return Fate.EXACT if self.closed.is_valid(document) else Fate.JSON


def _closed(schema: Conformed) -> Conformed:
    """Return a schema that allows what it describes, and nothing else."""
    match schema:
        case {"additionalProperties": True}:
            return _closed({**schema, "additionalProperties": False})
        case {"properties": dict(properties)}:
            rest = {key: _closed(value) for key, value in schema.items() if key != "properties"}
            return {**rest, "properties": {key: _closed(value) or False for key, value in properties.items()}}
        case dict():
            return {key: _closed(value) for key, value in schema.items()}
        case list():
            return [_closed(item) for item in schema]
        case _:
            return schema


class Avro:
    """Written by fastavro, strictly; read by it and by the official package."""

    def __init__(self, plan: OperationPlan) -> None:
        text = json.dumps(avro_backend.response(plan))
        self.codec = Codec(json.loads(text))
        self.fast = fastavro.parse_schema(json.loads(text))
        self.official = avro.io.DatumReader(avro.schema.parse(text))

    def back(self, body: Conformed) -> Conformed:
        """Return the document as it was read; both readers must agree."""
        return self.codec.document(self.read(body))

    def read(self, body: Conformed) -> Conformed:
        """Return the datum as it was read."""
        stream = io.BytesIO()
        fastavro.schemaless_writer(stream, self.fast, self.codec.datum(body), strict=True)
        stream.seek(0)
        theirs = self.official.read(avro.io.BinaryDecoder(stream))
        stream.seek(0)
        ours: Conformed = fastavro.schemaless_reader(stream, self.fast, None)
        assert ours == theirs
        return ours

    def fate(self, body: bytes) -> Fate:
        document = parsed(body)
        datum = self.read(document)
        is_text = _has_extras(datum) or any(map(self.is_json, document))
        return compared(document, self.codec.document(datum), Fate.JSON if is_text else Fate.EXACT)

    def is_json(self, key: str) -> bool:
        """Say whether a member of the response has the type of JSON text."""
        fields: Conformed = self.codec.schema["fields"]
        types = {item.get("json_name", item["name"]): item["type"][1] for item in fields}
        return isinstance(types.get(key), dict) and types[key].get("content") == "json"


def _has_extras(datum: Conformed) -> bool:
    match datum:
        case dict():
            return bool(datum.get(EXTRAS)) or any(map(_has_extras, datum.values()))
        case list():
            return any(map(_has_extras, datum))
        case _:
            return False


class Pydantic:
    """Validated by the model and dumped again."""

    def __init__(self, plan: OperationPlan) -> None:
        base = module("generated_base", render("models/base.py.jinja"))
        text = pydantic.generate(pydantic.request(plan)).replace("generated.models.base", base.__name__)
        made = module(f"generated_{plan.slug.replace('/', '_')}", text)
        self.model: type[BaseModel] = vars(made)[define(plan).root_name]

    def back(self, body: Conformed) -> Conformed:
        """Return the document of its model."""
        return self.dumped(self.model.model_validate(body))

    def dumped(self, made: BaseModel) -> Conformed:
        return made.model_dump(by_alias=True, exclude_unset=True)

    def fate(self, body: bytes) -> Fate:
        document = parsed(body)
        try:
            made = self.model.model_validate(document)
        except ValidationError:
            return Fate.NEVER
        untyped = any(_untyped(made))
        return compared(document, self.dumped(made), Fate.JSON if untyped else Fate.EXACT)


def _untyped(value: object) -> Iterator[str]:
    """Yield what a model holds without a type of its own: unknown keys, and fields of any JSON."""
    match value:
        case BaseModel():
            yield from value.model_extra or ()
            for name, field in type(value).model_fields.items():
                if name in value.model_fields_set and "JsonValue" in str(field.annotation):
                    yield name
                yield from _untyped(getattr(value, name))
        case list():
            yield from (name for item in value for name in _untyped(item))
        case dict():
            yield from (name for item in value.values() for name in _untyped(item))
        case _:
            return


def module(name: str, text: str) -> ModuleType:
    """Execute a generated module; it can be imported by its name."""
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(text, name, "exec"), vars(module))
    return module


@cache
def avro_of(name: str) -> Avro:
    """Return the Avro schema of an operation of the project."""
    return Avro(project.operation(name))


@cache
def pydantic_of(name: str) -> Pydantic:
    """Return the models of an operation of the project."""
    return Pydantic(project.operation(name))


def fate_of_rows(plan: OperationPlan, job: Job, body: Conformed, made: Transformed) -> Fate:
    """Return the fate of a document whose rows and rescued values are put together again."""
    assert made.counts.lost == 0
    back = assemble(job, made.rows, made.rescued)
    worst = Fate.RESCUED if made.rescued else Fate.JSON if made.counts.json else Fate.EXACT
    fate = compared(body, back, worst)
    if fate is Fate.NEVER and canonical(plan, back) == canonical(plan, body):
        return Fate.CANONICAL
    return fate
