"""Every target holds real responses, and responses that nobody has seen: what comes back is what went in."""

import json
from functools import cache

import avro.schema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from compiler.backends import avro as avro_backend
from compiler.ir.plan import OperationPlan
from runtime.errors import DataError
from runtime.job import Conformed
from tests.compliance.targets import Avro, JsonSchema, Pydantic, avro_of, exactly, pydantic_of
from tests.property.strategies import (
    Target,
    any_json,
    documents,
    few,
    json_like,
    mutated,
    plan_of,
    shapes,
    some,
)
from tests.support import project
from tests.unit.backends.avro_check import faults

pytestmark = pytest.mark.slow


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


def check_avro(held: Avro, body: Conformed) -> None:
    if isinstance(body, dict) or held.codec.is_wrapped:
        assert plain(held.back(body)) == plain(body)
    else:
        with pytest.raises(DataError, match=r"--> \$"):
            held.back(body)


def check_models(held: Pydantic, body: Conformed) -> None:
    """What a model takes comes back; what it rejects, it rejects with the place."""
    try:
        held.model.model_validate(body)
    except ValidationError as error:
        nowhere = [one["loc"] for one in error.errors() if not _is_there(body, one["loc"])]
    else:
        nowhere = []
        assert exactly(held.back(body)) == exactly(body)
    assert not nowhere


def _is_there(body: Conformed, place: tuple[int | str, ...]) -> bool:
    """Say whether a place exists; the kinds of a union (`int`, `str`) follow it."""
    for step in place:
        if not isinstance(body, dict | list):
            return True
        try:
            body = body[step]  # pyright: ignore[reportArgumentType, reportCallIssue]  # a key or an index
        except (KeyError, IndexError, TypeError):
            return step in _KINDS
    return True


_KINDS = {"int", "float", "str", "bool"}


def test_the_official_package_takes_every_schema() -> None:
    emitted = avro_backend.BACKEND.emit(project.plan())
    assert len(emitted) >= len(project.plan().operations)
    for path, text in emitted.items():
        assert not faults(json.loads(text)), path
        avro.schema.parse(text)


def test_avro_gives_every_capture_back() -> None:
    for captured in project.every_response():
        assert plain(avro_of(captured.operation).back(captured.document)) == plain(captured.document)


def test_models_give_every_capture_back() -> None:
    for captured in project.every_response():
        assert exactly(pydantic_of(captured.operation).back(captured.document)) == exactly(captured.document)


def test_json_schemas_accept_every_capture() -> None:
    held: dict[str, JsonSchema] = {}
    for captured in project.every_response():
        schema = held.setdefault(captured.operation, JsonSchema(project.operation(captured.operation)))
        schema.open.validate(captured.document)


@pytest.mark.parametrize("name", project.OPERATIONS)
@some
@given(data=st.data())
def test_documents_that_nearly_fit(name: str, data: st.DataObject) -> None:
    body = data.draw(mutated(documents(target(name))) | json_like(target(name).names))
    check_avro(avro_of(name), body)
    check_models(pydantic_of(name), body)


@some
@given(body=any_json)
def test_any_json(body: Conformed) -> None:
    for name in ("game.liveGameV1", "game.getWinProbability"):
        check_avro(avro_of(name), body)
        check_models(pydantic_of(name), body)


@few
@given(data=st.data())
def test_any_shape(data: st.DataObject) -> None:
    plan: OperationPlan = plan_of(data.draw(shapes))[0]
    body = data.draw(mutated(documents(Target(plan))))
    check_avro(Avro(plan), body)
    check_models(Pydantic(plan), body)
