"""The backends: each turns the Plan into the texts of one target. This tuple is the one place that names them all."""

from dataclasses import replace

from compiler.backends import avro, docs, jsonschema, local, postgres, pydantic, pyspark
from compiler.backends.base import Backend
from compiler.bundle import TextCache
from compiler.ir.settle import Before

__all__ = ["BACKENDS", "Backend", "configured"]

BACKENDS: tuple[Backend, ...] = (
    jsonschema.BACKEND,
    avro.BACKEND,
    pydantic.BACKEND,
    postgres.BACKEND,
    local.BACKEND,
    pyspark.BACKEND,
    docs.BACKEND,
)


def configured(cache: TextCache, before: Before) -> tuple[Backend, ...]:
    """Return the backends with what a project has.

    `cache` keeps what is dear to make, the models by the digest of their schema; `before` is what databases have.
    """
    return tuple(_configured(backend, cache, before) for backend in BACKENDS)


def _configured(backend: Backend, cache: TextCache, before: Before) -> Backend:
    match backend:
        case pydantic.Pydantic():
            return replace(backend, cache=cache)
        case postgres.Postgres():
            return replace(backend, before=before)
        case _:
            return backend
