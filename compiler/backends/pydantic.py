"""Make Pydantic models of every response, with datamodel-code-generator, from its JSON Schema.

The models are a faithful view: they validate strictly, keep keys that nobody declared, and give back by
`model_dump(by_alias=True, exclude_unset=True)` what they were given. That is why days and instants stay text here;
the tables have them typed.
"""

import gc
import inspect
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from multiprocessing.process import parent_process
from threading import Thread
from typing import cast

from compiler.backends.base import Name, render, source_of
from compiler.backends.definitions import Definitions, define
from compiler.backends.jsontext import compact
from compiler.backends.naming import attributes
from compiler.backends.response import Style, document
from compiler.bundle import MemoryCache, TextCache, digest, header
from compiler.ir.paths import Path
from compiler.ir.plan import OperationPlan, Plan

BASE = "models/base.py"
WORKERS = min(4, os.cpu_count() or 1)
_SIDE_BY_SIDE = 12
"""Fewer schemas than this are done sooner than a second process has started."""


_STYLE = Style(
    anything={"customTypePath": "pydantic.JsonValue"},
    extras={},  # the base class keeps them
    number=("integer", "number"),  # 95 stays 95
    has_formats=False,
)


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the generator: all that its answer depends on."""

    schema: str
    class_name: str
    aliases: tuple[tuple[str, str], ...]
    head: str

    @property
    def key(self) -> str:
        """The digest under which the answer is kept."""
        return digest(f"{_generator()}\n{self.schema}\n{self.class_name}\n{self.aliases}\n{self.head}")


@dataclass(frozen=True, slots=True)
class Pydantic:
    """One module per operation, `models/<endpoint>/<method>.py`, and the base class of all models."""

    name: str = "pydantic"
    cache: TextCache = field(default_factory=MemoryCache)

    def emit(self, plan: Plan) -> Mapping[str, str]:
        """Return the modules; what the cache knows is not generated again."""
        requests = {_file(operation): request(operation) for operation in plan.operations}
        known = {path: self.cache.get(asked.key) for path, asked in requests.items()}
        missing = [path for path, text in known.items() if text is None]
        made = dict(zip(missing, generate_all([requests[path] for path in missing]), strict=True))
        for path, text in made.items():
            self.cache.put(requests[path].key, text)
        modules = {path: made.get(path) or known[path] or "" for path in requests}
        return {BASE: header(BASE, "mappings/") + render("models/base.py.jinja"), **modules}


def request(operation: OperationPlan) -> Request:
    """Return what the generator is asked for an operation."""
    definitions = define(operation)
    path = _file(operation)
    return Request(
        schema=compact(document(operation, definitions, _STYLE)),
        class_name=definitions.root_name,
        aliases=tuple(sorted(_aliases(definitions).items())),
        head=header(path, source_of(operation)) + render("models/head.jinja", operation=operation.name),
    )


def attribute_name(operation: OperationPlan, path: Path) -> Name | None:
    """Return the attribute that holds what is at `path`; None if no model has it."""
    definitions = define(operation)
    located = definitions.locate(path)
    if located is None:
        return None
    definition, key = located
    return Name(
        file=_file(operation),
        holder=definitions.names[definition.path],
        name=attributes([item.key for item in definition.properties])[key],
    )


def _file(operation: OperationPlan) -> str:
    return f"models/{operation.slug}.py"


def generate_all(requests: Sequence[Request]) -> list[str]:
    """Answer requests, in their order; many of them in several processes."""
    if len(requests) < _SIDE_BY_SIDE:
        return [generate(asked) for asked in requests]
    try:
        with ProcessPoolExecutor(WORKERS, _processes(), _begin_work) as pool:
            return list(pool.map(generate, requests, chunksize=4))
    except BrokenProcessPool:  # a program that was not started from a file cannot start others like itself
        return [generate(asked) for asked in requests]


def _processes() -> BaseContext:
    """Return how processes start: from one that has imported the generator already, where the system can."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["__main__", __name__, "datamodel_code_generator.parser.jsonschema"])
    return context


def _begin_work() -> None:
    """Do without the garbage collector, as the program does, and end when it is killed."""
    gc.disable()
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def generate(asked: Request) -> str:
    """Call the generator."""
    # imported here: it brings Pydantic along and takes half a second, which a cached run does not need
    from datamodel_code_generator import generate as make
    from datamodel_code_generator.enums import DataModelType, InputFileType
    from datamodel_code_generator.format import PythonVersion

    made = make(
        asked.schema,
        input_file_type=InputFileType.JsonSchema,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        class_name=asked.class_name,
        aliases=dict(asked.aliases),
        base_class="generated.models.base.ApiObject",
        custom_file_header=asked.head,
        use_schema_description=True,
        use_single_line_docstring=True,
        use_inline_field_description=True,
        use_field_description=True,
        keep_model_order=True,
        disable_timestamp=True,
        disable_future_imports=True,
        formatters=[],
    )
    return cast("str", made).rstrip() + "\n"


@cache
def _generator() -> str:
    """Return what an answer depends on besides the request: the generator's version, and how it is called."""
    return version("datamodel-code-generator") + inspect.getsource(generate)


def _aliases(definitions: Definitions) -> dict[str, str]:
    """Return `Class.key` -> attribute for every key that is not its own attribute."""
    return {
        f"{definitions.names[item.path]}.{key}": attribute
        for item in definitions.items
        for key, attribute in attributes([found.key for found in item.properties]).items()
        if attribute != key
    }


BACKEND = Pydantic()
