"""The backends: each turns the Plan into the texts of one target. This tuple is the one place that names them all."""

from dataclasses import replace

from compiler.backends import avro, docs, jsonschema, local, postgres, pydantic, pyspark
from compiler.backends.base import Backend
from compiler.bundle import TextCache

__all__ = ["BACKENDS", "Backend", "with_cache"]

BACKENDS: tuple[Backend, ...] = (
    jsonschema.BACKEND,
    avro.BACKEND,
    pydantic.BACKEND,
    postgres.BACKEND,
    local.BACKEND,
    pyspark.BACKEND,
    docs.BACKEND,
)


def with_cache(cache: TextCache) -> tuple[Backend, ...]:
    """Return the backends, with a store for what is dear to make: the models, by the digest of their schema."""
    return tuple(
        replace(backend, cache=cache) if isinstance(backend, pydantic.Pydantic) else backend
        for backend in BACKENDS
    )
