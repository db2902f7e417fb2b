"""JSON Schema, Avro and Pydantic of a response: valid for any shape, and true to any document."""

import io
import json
import sys
from dataclasses import replace
from types import ModuleType

import avro.schema
import fastavro
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.backends import avro as avro_backend
from compiler.backends import jsonschema as json_schema_backend
from compiler.backends import pydantic
from compiler.backends.base import render
from compiler.backends.definitions import define
from compiler.backends.response import document
from compiler.bundle import MemoryCache
from compiler.ir.paths import Field
from compiler.ir.plan import OperationPlan, Plan
from compiler.ir.shape import Member, Record, Shape
from compiler.ir.types import Kind, Type
from runtime.avro import Codec, Datum
from runtime.errors import DataError
from runtime.job import Conformed, Json
from tests.unit.backends.avro_check import faults
from tests.unit.backends.plans import (
    CHART_PLAN,
    GAME_PLAN,
    INTEGER,
    PLAN,
    TEXT,
    array,
    keyed,
    mapping,
    operation,
    record,
    scalar,
    steps,
    unknown,
)
from tests.unit.backends.shapes import NASTY, documents, shapes

GAME_BODY: dict[str, Json] = {
    "copyright": "nobody declared this",
    "gamePk": 747175,
    "gameData": {"datetime": {"officialDate": None, "dateTime": "2024-07-13T01:40:00.000Z"}, "players": {}},
    "liveData": {
        "plays": {"allPlays": [{"atBatIndex": 0, "playEvents": [{"pX": 1, "extra": [1, {"a": None}]}]}]},
        "boxscore": {"teams": {"home": {"players": {"ID1": {"person": {"id": 1}, "jerseyNumber": "07"}}}}},
    },
}
EVERY_KEY = keyed({key: scalar(Type.TEXT) for key in NASTY})


def of(shape: Shape) -> OperationPlan:
    return operation("some.response", shape, raw_table="some.response")


def module_of(plan: OperationPlan) -> ModuleType:
    """Run the generated module as `generated.models.<method>` would run."""
    base = ModuleType("generated.models.base")
    exec(render("models/base.py.jinja"), vars(base))
    module = ModuleType("generated_model")
    text = pydantic.generate(pydantic.request(plan)).replace("generated.models.base", "generated_base")
    sys.modules |= {"generated_base": base, "generated_model": module}
    exec(text, vars(module))
    return module


def round_trip(plan: OperationPlan, body: object) -> object:
    model = vars(module_of(plan))[define(plan).root_name]
    return model.model_validate(body).model_dump(by_alias=True, exclude_unset=True)


def avro_round_trip(plan: OperationPlan, body: Conformed) -> object:
    codec = Codec(avro_backend.response(plan))
    return codec.document(written(codec, codec.datum(body)))


def written(codec: Codec, datum: Datum) -> Conformed:
    """Write a datum with fastavro, and read it."""
    parsed = fastavro.parse_schema(json.loads(json.dumps(codec.schema)))
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, parsed, datum, strict=True)
    buffer.seek(0)
    return fastavro.schemaless_reader(buffer, parsed, None)


def test_one_schema_per_operation() -> None:
    assert set(json_schema_backend.BACKEND.emit(PLAN)) == {
        "jsonschema/game/get_win_probability.json",
        "jsonschema/game/live_game_v1.json",
        "jsonschema/season/seasons.json",
    }


def test_folded_branches_share_a_record() -> None:
    schema = json.loads(json_schema_backend.BACKEND.emit(PLAN)["jsonschema/game/live_game_v1.json"])
    teams = schema["$defs"]["BoxscoreTeams"]["properties"]
    assert teams["away"] == teams["home"] == {"$ref": "#/$defs/BoxscoreTeam"}
    assert schema["$defs"]["BoxscoreTeam"]["description"] == "`$.liveData.boxscore.teams.{away,home}`"


def test_an_entity_is_one_record_that_holds_what_any_of_its_places_has() -> None:
    players, person = (
        steps("$.gameData.players{*}"),
        steps("$.liveData.boxscore.teams.{away,home}.players{*}.person"),
    )
    plan = replace(GAME_PLAN, entities=(("person", players), ("person", person)))
    response = plan.response
    assert isinstance(response, Record)
    more = record(nick=TEXT, home=record(city=TEXT))
    data = record(datetime=record(), players=mapping(more))
    plan = replace(plan, response=replace(response, members=(Member("gameData", data), response.members[-1])))
    definitions = define(plan)
    assert definitions.names[players] == "Person"
    assert definitions.names[(*players, Field("home"))] == "PersonHome"
    assert person not in definitions.names
    assert {item.key for item in definitions.by_path[players].properties} == {
        "nick", "home", "id", "fullName", "link",
    }  # fmt: skip
    assert definitions.by_path[players].places == (
        "$.gameData.players{*}, $.liveData.boxscore.teams.{away,home}.players{*}.person"
    )
    body: Conformed = {
        "gameData": {"players": {"ID1": {"nick": "A", "home": {"city": "B"}}}},
        "liveData": {"boxscore": {"teams": {"home": {"players": {"ID1": {"person": {"id": 1}}}}}}},
    }
    assert avro_round_trip(plan, body) == round_trip(plan, body) == body
    assert not faults(avro_backend.response(plan))
    avro.schema.parse(json.dumps(avro_backend.response(plan)))


def test_kinds_that_were_seen_are_accepted() -> None:
    plan = of(
        record(
            a=scalar(Type.BIGINT, None, Kind.INTEGER, Kind.NULL, Kind.STRING), b=array(unknown(), Kind.NULL)
        )
    )
    properties = document(plan, define(plan))["properties"]
    assert properties == {
        "a": {"type": ["integer", "string", "null"]},
        "b": {"anyOf": [{"type": "array", "items": {}}, {"type": "null"}]},
    }


def test_nothing_is_required_and_extras_are_welcome() -> None:
    text = json_schema_backend.BACKEND.emit(PLAN)["jsonschema/game/live_game_v1.json"]
    assert '"required"' not in text
    jsonschema.validate(GAME_BODY, json.loads(text))
    jsonschema.validate({}, json.loads(text))


@given(shapes, st.data())
def test_any_shape_has_a_json_schema_that_accepts_its_documents(shape: Shape, data: st.DataObject) -> None:
    plan = of(shape)
    schema = json.loads(json.dumps(document(plan, define(plan))))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(data.draw(documents(shape)))


@given(shapes)
def test_any_shape_has_an_avro_schema_that_all_readers_take(shape: Shape) -> None:
    text = avro_backend.BACKEND.emit(Plan(operations=(of(shape),)))["avro/some/response.avsc"]
    assert not faults(json.loads(text))
    avro.schema.parse(text)
    fastavro.parse_schema(json.loads(text))


@given(shapes, st.data())
def test_avro_carries_any_document(shape: Shape, data: st.DataObject) -> None:
    body = data.draw(documents(shape))
    assert avro_round_trip(of(shape), body) == body


def test_avro_carries_what_was_not_declared() -> None:
    assert avro_round_trip(GAME_PLAN, GAME_BODY) == GAME_BODY
    wrong: Json = {
        "gamePk": "a string",
        "gameData": [1],
        "liveData": {"plays": {"allPlays": [{}, 7]}},
        "metaData": None,
    }
    assert avro_round_trip(GAME_PLAN, wrong) == wrong
    assert avro_round_trip(CHART_PLAN, [{"atBatIndex": 1}]) == [{"atBatIndex": 1}]


def test_a_key_that_is_called_like_the_wrapper_is_a_key() -> None:
    for shape in (keyed({"$": INTEGER}), keyed({"$": INTEGER, "body": INTEGER}), keyed({"body": INTEGER})):
        for body in ({"$": 1}, {"body": 1}, {"$": 1, "body": [2]}, {}):
            assert avro_round_trip(of(shape), body) == body


def test_avro_says_what_it_cannot_hold() -> None:
    deep: Conformed = 1
    for _ in range(5000):
        deep = [deep]
    for body, said in (
        (deep, "an array"),
        ({"unknown": deep}, "deeply"),
        (None, "null"),
        ({"\ud800": 1}, "UTF-8"),
    ):
        with pytest.raises(DataError, match=said):
            avro_round_trip(GAME_PLAN, body)


def test_rows_have_a_schema_each() -> None:
    emitted = avro_backend.BACKEND.emit(PLAN)
    rows = json.loads(emitted["avro/game/live_game_pitch_events.avsc"])
    assert [field["name"] for field in rows["fields"]][-2:] == ["raw_id", "captured_at"]
    assert {"name": "at_bat_index", "type": "int", "doc": "$.liveData.plays.allPlays[*].atBatIndex"} in rows[
        "fields"
    ]
    for text in emitted.values():
        assert not faults(json.loads(text))
        avro.schema.parse(text)


def test_one_field_is_one_line() -> None:
    text = avro_backend.BACKEND.emit(PLAN)["avro/season/seasons_normalized.avsc"]
    assert '    {"name": "season_id", "type": "string", "doc": "$.seasons[*].seasonId"},\n' in text


def test_models_give_back_what_they_were_given() -> None:
    assert json.dumps(round_trip(GAME_PLAN, GAME_BODY), sort_keys=True) == json.dumps(
        GAME_BODY, sort_keys=True
    )


def test_a_key_that_is_called_like_an_attribute_is_an_extra() -> None:
    body = {"gamePk": 1, "game_pk": "2", "metaData": {"model_fields_set": {}, "model_extra": 1}}
    assert round_trip(GAME_PLAN, body) == body
    assert round_trip(GAME_PLAN, {"game_pk": "2"}) == {"game_pk": "2"}
    assert round_trip(GAME_PLAN, {"game_pk": "2", "gamePk": None}) == {"game_pk": "2", "gamePk": None}


def test_models_reject_another_kind_and_say_where() -> None:
    with pytest.raises(ValueError, match=r"liveData\.plays\.allPlays\.0\.atBatIndex"):
        round_trip(GAME_PLAN, {"liveData": {"plays": {"allPlays": [{"atBatIndex": "0"}]}}})


def test_models_of_awkward_keys_keep_every_value() -> None:
    body = {key: str(number) for number, key in enumerate(NASTY)}
    plan = of(EVERY_KEY)
    model = vars(module_of(plan))[define(plan).root_name]
    validated = model.model_validate(body)
    assert validated.model_dump(by_alias=True, exclude_unset=True) == body
    assert not validated.model_extra


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(shapes, st.data())
def test_any_shape_has_models_that_give_back_its_documents(shape: Shape, data: st.DataObject) -> None:
    body = data.draw(documents(shape))
    assert json.dumps(round_trip(of(shape), body), sort_keys=True) == json.dumps(body, sort_keys=True)


def test_models_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = MemoryCache()
    first = pydantic.Pydantic(cache=cache).emit(PLAN)

    def refuse(_: object) -> str:
        raise AssertionError

    monkeypatch.setattr(pydantic, "generate", refuse)
    assert pydantic.Pydantic(cache=cache).emit(PLAN) == first


def test_processes_side_by_side_give_what_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = [pydantic.request(plan) for plan in PLAN.operations]
    alone = pydantic.generate_all(requests)
    monkeypatch.setattr(pydantic, "_SIDE_BY_SIDE", 0)
    assert pydantic.generate_all(requests) == alone
