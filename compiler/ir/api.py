"""What the upstream documents declare: operations, models, properties. Parsed, not interpreted."""

from dataclasses import dataclass, field
from functools import cached_property

from compiler.source import Origin


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A reference to a declared model by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class ScalarRef:
    """A primitive: `string`, `integer`, `number`, `boolean`, with its format (`date`, `int32`, ...) or ""."""

    type: str
    format: str = ""


@dataclass(frozen=True, slots=True)
class ArrayRef:
    """An array, list, set or collection of something."""

    item: "TypeRef"


@dataclass(frozen=True, slots=True)
class MapRef:
    """A declared `Map<K, V>`."""

    value: "TypeRef"


@dataclass(frozen=True, slots=True)
class OpaqueRef:
    """A declaration that says nothing of the content: `object`, `JsonNode`, a model that is missing."""

    name: str


TypeRef = ModelRef | ScalarRef | ArrayRef | MapRef | OpaqueRef


def show_type(found: TypeRef) -> str:
    """Print a type for people.

    >>> show_type(MapRef(ArrayRef(ScalarRef("string", "date"))))
    'map of array of string (date)'
    """
    match found:
        case ModelRef(name) | OpaqueRef(name):
            return name
        case ScalarRef(name, form):
            return f"{name} ({form})" if form else name
        case ArrayRef(item):
            return f"array of {show_type(item)}"
        case MapRef(value):
            return f"map of {show_type(value)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One declared property of a model. `required` is kept for the record: it is wrong half the time."""

    name: str
    type: TypeRef
    description: str
    required: bool
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A declared model of one document; names are scoped to the document."""

    name: str
    properties: tuple[Property, ...]
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A declared request parameter; `place` is `path`, `query` or `body`, `type` as written (`Optional«int»`)."""

    name: str
    place: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One declared (HTTP method, URL path) of an operation; several may share a nickname."""

    http_method: str
    path: str
    parameters: tuple[Parameter, ...]
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method of an endpoint: variants of one nickname share their response type and their raw table."""

    endpoint: str
    nickname: str
    summary: str
    response: TypeRef
    variants: tuple[Variant, ...]

    @property
    def name(self) -> str:
        """`<endpoint>.<nickname>`, for example `game.liveGameV1`."""
        return f"{self.endpoint}.{self.nickname}"

    @property
    def path_parameters(self) -> tuple[Parameter, ...]:
        """The parameters that stand in the URL of some variant, each once."""
        found: dict[str, Parameter] = {}
        for variant in self.variants:
            for parameter in variant.parameters:
                if parameter.place == "path":
                    found.setdefault(parameter.name, parameter)
        return tuple(found.values())

    @property
    def is_read(self) -> bool:
        """Whether some variant is a GET; others are listed and not compiled."""
        return any(variant.http_method == "GET" for variant in self.variants)


@dataclass(frozen=True, kw_only=True)
class Document:
    """One upstream Swagger document: an endpoint with its operations and models."""

    endpoint: str
    operations: tuple[Operation, ...]
    models: tuple[Model, ...]

    @cached_property
    def models_by_name(self) -> dict[str, Model]:
        """Models by their declared name."""
        return {model.name: model for model in self.models}


@dataclass(frozen=True, kw_only=True)
class ApiModel:
    """All upstream documents, sorted by endpoint."""

    documents: tuple[Document, ...]

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """Operations by name, sorted."""
        return {
            operation.name: operation
            for document in self.documents
            for operation in sorted(document.operations, key=lambda found: found.name)
        }

    def document_of(self, operation: Operation) -> Document:
        """Return the document that declares `operation`."""
        return next(document for document in self.documents if document.endpoint == operation.endpoint)
