"""The traps of Avro, Pydantic and code generation that no other test stands on, one each."""

import io
import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import fastavro
import pytest
from fastavro.read import SchemaResolutionError
from fastavro.schema import to_parsing_canonical_form
from pydantic import BaseModel, ValidationError

from compiler.backends import avro, pydantic
from compiler.backends.definitions import define
from compiler.ir.plan import Column, OperationPlan, Table
from compiler.ir.shape import Member, Record
from compiler.ir.types import DateText, InstantText, Type
from runtime.avro import Codec
from runtime.job import Conformed, Row
from runtime.transform import transform
from tests.compliance.targets import Pydantic, exactly, pydantic_of
from tests.support import project
from tests.unit.backends.avro_check import faults
from tests.unit.backends.plans import GAME_PLAN, keyed, operation, record, scalar
from tests.unit.backends.shapes import NASTY

MOMENT = datetime(2024, 7, 13, 4, 30, tzinfo=UTC)


def of(schema: Conformed) -> Conformed:
    """Return a schema that belongs to nobody else: fastavro writes into what it parses."""
    return json.loads(json.dumps(schema))


def emitted() -> Iterator[tuple[str, Conformed]]:
    for path, text in avro.BACKEND.emit(project.plan()).items():
        yield path, json.loads(text)


def types_in(schema: Conformed) -> Iterator[Conformed]:
    """Yield every type of a schema."""
    yield schema
    match schema:
        case {"fields": fields}:
            for item in fields:
                yield from types_in(item["type"])
        case {"items": inner} | {"values": inner}:
            yield from types_in(inner)
        case list():
            for branch in schema:
                yield from types_in(branch)
        case _:
            return


# ------------------------------------------------------------------------------------------------------------ Avro

FIELD = {"name": "a", "type": ["null", "string"], "default": None}


@pytest.mark.parametrize(
    "bad",
    [
        {"type": "record", "name": "R", "fields": [{**FIELD, "name": "a-b"}]},
        {"type": "record", "name": "R", "fields": [{**FIELD, "name": "2B"}]},
        {"type": "record", "name": "Map«string»", "fields": []},
        {"type": "record", "name": "R", "fields": [FIELD, FIELD]},
        {"type": "record", "name": "R", "fields": [{**FIELD, "type": ["string", "null"]}]},
    ],
    ids=["hyphen", "digit", "generic", "twice", "null-last"],
)
def test_1_what_fastavro_lets_pass_is_found(bad: Conformed) -> None:
    fastavro.parse_schema(of(bad))
    assert faults(bad)


def test_2_without_the_codec_an_unknown_key_is_dropped_without_a_word() -> None:
    schema = fastavro.parse_schema(of(avro.response(GAME_PLAN)))
    body: Conformed = {"gamePk": 1, "copyright": "nobody declared this"}
    assert "copyright" not in read_again(schema, body)
    with pytest.raises(ValueError, match="copyright"):
        read_again(schema, body, strict=True)
    codec = Codec(of(avro.response(GAME_PLAN)))
    assert codec.document(read_again(schema, codec.datum(body), strict=True)) == body


def read_again(schema: Conformed, datum: Conformed, *, strict: bool = False) -> Conformed:
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, schema, datum, strict=strict)
    stream.seek(0)
    return fastavro.schemaless_reader(stream, schema, None)


@pytest.mark.slow
def test_3_4_5_8_types_that_other_readers_disagree_on_do_not_occur() -> None:
    for path, schema in emitted():
        for found in types_in(schema):
            if isinstance(found, list):
                assert len(found) == 2, path
                assert found[0] == "null", path
            assert not (isinstance(found, dict) and found.get("logicalType") == "decimal"), path
        if "Response of" in schema["doc"]:
            assert "int" not in list(types_in(schema)), f"{path}: 32 bits, and ids grow"


def test_7_a_renamed_record_is_another_record() -> None:
    written = {"type": "record", "name": "a.Old", "fields": [FIELD]}
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, fastavro.parse_schema(of(written)), {"a": "x"})
    for renamed, is_read in (({"name": "a.New"}, False), ({"name": "a.New", "aliases": ["a.Old"]}, True)):
        stream.seek(0)
        reader = fastavro.parse_schema(of({**written, **renamed}))
        if is_read:
            assert fastavro.schemaless_reader(stream, fastavro.parse_schema(of(written)), reader) == {
                "a": "x"
            }
        else:
            with pytest.raises(SchemaResolutionError):
                fastavro.schemaless_reader(stream, fastavro.parse_schema(of(written)), reader)


@pytest.mark.slow
def test_9_rows_of_every_capture_are_read_back_with_their_days_and_instants() -> None:
    for captured in project.every_response():
        plan = project.operation(captured.operation)
        rows = transform(project.job(plan.name), captured.document, {**captured.params, "$request": "x"}).rows
        for table in plan.tables:
            check_rows(plan, table, rows[table.name])


def check_rows(plan: OperationPlan, table: Table, rows: list[Row]) -> None:
    names = [*(avro.field_name(column.name) for column in table.columns), "raw_id", "captured_at"]
    data = [
        dict(zip(names, (*map(as_datum, table.columns, row), 1, MOMENT), strict=True)) for row in rows[:200]
    ]
    schema = fastavro.parse_schema(of(avro.row(table, plan)))
    stream = io.BytesIO()
    fastavro.writer(stream, schema, data, strict=True)
    stream.seek(0)
    assert list(fastavro.reader(stream)) == data, table.name


def as_datum(column: Column, cell: object) -> object:
    return json.dumps(cell) if column.type is Type.JSON and cell is not None else cell


@pytest.mark.slow
def test_10_every_field_that_may_be_null_says_that_it_is_by_default() -> None:
    for path, schema in emitted():
        for found in types_in(schema):
            if isinstance(found, dict) and found["type"] == "record":
                optional = [item for item in found["fields"] if isinstance(item["type"], list)]
                assert all("default" in item and item["default"] is None for item in optional), path


def test_11_what_is_told_to_people_is_not_part_of_the_schema() -> None:
    told = record(a=scalar(Type.TEXT, description="one thing"), b=scalar(Type.TEXT))
    other = record(a=scalar(Type.TEXT, description="another thing"), b=scalar(Type.TEXT))
    first, second = (avro.response(operation("a.b", shape, raw_table="a.b")) for shape in (told, other))
    assert first != second
    assert to_parsing_canonical_form(of(first)) == to_parsing_canonical_form(of(second))


# -------------------------------------------------------------------------------------------------------- Pydantic


def test_31_32_no_key_makes_pydantic_warn() -> None:
    plan = operation("a.awkward", keyed(dict.fromkeys(NASTY, scalar(Type.TEXT))), raw_table="a.awkward")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        held = Pydantic(plan)
    made = held.model.model_validate(dict.fromkeys(NASTY, "x"))
    assert made.model_fields_set == set(held.model.model_fields)
    assert all(getattr(made, name) == "x" for name in held.model.model_fields)


@pytest.mark.slow
def test_33_every_captured_key_is_an_attribute() -> None:
    for captured in project.every_response():
        made = pydantic_of(captured.operation).model.model_validate(captured.document)
        assert not list(unknown_keys(made)), captured.operation


def unknown_keys(value: object) -> Iterator[str]:
    match value:
        case BaseModel():
            yield from value.model_extra or ()
            for name in value.model_fields_set:
                yield from unknown_keys(getattr(value, name))
        case list():
            yield from (key for item in value for key in unknown_keys(item))
        case dict():
            yield from (key for item in value.values() for key in unknown_keys(item))
        case _:
            return


DAY = operation(
    "a.day",
    record(
        day=scalar(Type.DATE, DateText()), at=scalar(Type.TIMESTAMP, InstantText()), rate=scalar(Type.DOUBLE)
    ),
    raw_table="a.day",
)


def test_34_nothing_is_converted() -> None:
    held = Pydantic(DAY)
    body = {"day": "20241027", "at": "2024-10-27", "rate": 3}
    assert exactly(held.back(body)) == exactly(body)
    for wrong in ({"day": 20241027}, {"rate": "3"}, {"rate": True}):
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            held.back(wrong)


def test_35_a_number_in_text_is_no_number() -> None:
    held = Pydantic(DAY)
    with pytest.raises(ValidationError, match="rate"):
        held.back({"rate": ".333"})
    assert exactly(held.back({"rate": 1.0})) == '{"rate":1.0}'


def test_36_nothing_is_required_and_absent_is_not_null() -> None:
    model = Pydantic(DAY).model
    assert model().model_dump(by_alias=True, exclude_unset=True) == {}
    assert model(day=None).model_dump(by_alias=True, exclude_unset=True) == {"day": None}
    game = Pydantic(GAME_PLAN).model
    assert game.model_validate({"gamePk": 1}).model_dump(by_alias=True, exclude_unset=True) == {"gamePk": 1}
    by_name = game.model_validate({"game_pk": 1}, by_name=True)
    assert by_name.model_dump(by_alias=True, exclude_unset=True) == {"gamePk": 1}


# ---------------------------------------------------------------------------------------------------- generated code


def test_38_one_more_class_renames_no_other() -> None:
    names = set(define(GAME_PLAN).names.values())
    response = GAME_PLAN.response
    assert isinstance(response, Record)
    more = replace(
        response, members=(Member("aaa", record(gameData=record(x=scalar(Type.TEXT)))), *response.members)
    )
    assert names <= set(define(replace(GAME_PLAN, response=more)).names.values())


def test_40_the_digest_of_a_request_does_not_depend_on_the_order_of_its_aliases() -> None:
    one = pydantic.request(GAME_PLAN)
    assert one.key == pydantic.request(GAME_PLAN).key
    assert one.aliases == tuple(sorted(one.aliases))
    assert one.key != replace(one, head=f"{one.head} ").key


def test_41_another_generator_is_another_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    before = pydantic.request(GAME_PLAN).key
    monkeypatch.setattr(pydantic, "_generator", lambda: "another version")
    assert pydantic.request(GAME_PLAN).key != before
