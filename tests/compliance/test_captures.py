"""Avro and Pydantic hold real responses, and responses that nobody has seen: what comes back is what went in."""

import copy
from functools import cache

import avro.schema
import fastavro
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.backends import avro as avro_backend
from runtime.job import Conformed
from tests.compliance.targets import Avro, JsonSchema, Pydantic
from tests.property.strategies import Target, documents, mutated, plan_of, shapes, some
from tests.support import project


@cache
def avro_of(name: str) -> Avro:
    return Avro(project.operation(name))


@cache
def pydantic_of(name: str) -> Pydantic:
    return Pydantic(project.operation(name))


@cache
def target(name: str) -> Target:
    return Target(project.operation(name))


def plain(value: Conformed) -> Conformed:
    """Return a value in which `True` is not 1, but 95 is 95.0."""
    match value:
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case bool():
            return repr(value)
        case _:
            return value


def test_fastavro_and_the_official_package_give_every_capture_back() -> None:
    for captured in project.every_response():
        back = avro_of(captured.operation).back(captured.document)
        assert plain(back) == plain(captured.document), captured.operation


def test_models_give_every_capture_back() -> None:
    for captured in project.every_response():
        back = pydantic_of(captured.operation).back(captured.document)
        assert typed(back) == typed(captured.document), captured.operation
