"""The upstream documents as the declared API."""

import json
from functools import cache

import pytest

from compiler.diagnostics import Sink
from compiler.frontends.swagger import read_api
from compiler.frontends.swagger_types import TypeName, parse_type, resolve
from compiler.ir.api import ApiModel, ArrayRef, MapRef, ModelRef, OpaqueRef, ScalarRef, TypeRef, show_type
from compiler.project import Project, discover
from compiler.source import SourceFile

MODELS = {"Team", "Coordinates", "Outer$Inner"}
TYPES: dict[str, TypeRef] = {
    "string": ScalarRef("string"),
    "int": ScalarRef("integer", "int32"),
    "long": ScalarRef("integer", "int64"),
    "Team": ModelRef("Team"),
    "HitData$Coordinates": ModelRef("Coordinates"),
    "Outer$Inner": ModelRef("Outer$Inner"),
    "List«Team»": ArrayRef(ModelRef("Team")),
    "Set<string>": ArrayRef(ScalarRef("string")),
    "array": ArrayRef(OpaqueRef("object")),
    "Collection«Optional«Team»»": ArrayRef(ModelRef("Team")),
    "Map<K,V>": MapRef(OpaqueRef("V")),
    "Map«string,List«object»»": MapRef(ArrayRef(OpaqueRef("object"))),
    "Map«string, Map«int,Team»»": MapRef(MapRef(ModelRef("Team"))),
    "CopyrightResponseEntity«Team»": ModelRef("CopyrightResponseEntity«Team»"),
    "CopyrightResponseEntity«JsonNode»": OpaqueRef("CopyrightResponseEntity«JsonNode»"),
    "CopyrightResponseEntity": OpaqueRef("CopyrightResponseEntity"),
    "ResponseEntity«Team»": ModelRef("Team"),
    "JsonNode": OpaqueRef("JsonNode"),
    "GameTypeEnum": OpaqueRef("GameTypeEnum"),
    "List«Team": OpaqueRef("List«Team"),
    "»": OpaqueRef("»"),
    "": OpaqueRef(""),
}


@pytest.mark.parametrize(("written", "expected"), TYPES.items())
def test_a_type_name(written: str, expected: TypeRef) -> None:
    assert resolve(parse_type(written), MODELS) == expected


@cache
def real() -> ApiModel:
    sink = Sink()
    return read_api(discover_here().upstream(sink).files, sink)


def discover_here() -> Project:
    from pathlib import Path

    return discover(Path(__file__).parent)


def test_the_whole_api_is_read() -> None:
    operations = real().operations.values()
    variants = [variant for operation in operations for variant in operation.variants]
    assert len(real().documents) == 21
    assert len(operations) == 99
    assert len(variants) == 111
    assert sum(variant.http_method == "GET" for variant in variants) == 109
    assert [operation.name for operation in operations if not operation.is_read] == [
        "schedule.scheduleUpdate",
        "team.updateAlumni",
    ]


def test_every_reference_leads_to_a_model_with_properties() -> None:
    for document in real().documents:
        named = document.models_by_name
        types = [found.type for model in document.models for found in model.properties]
        types += [operation.response for operation in document.operations]
        assert all(model.properties for model in document.models)
        assert {name for found in types for name in _names(found)} <= {*named}


def _names(found: TypeRef) -> list[str]:
    match found:
        case ModelRef(name):
            return [name]
        case ArrayRef(inner) | MapRef(inner):
            return _names(inner)
        case _:
            return []


@pytest.mark.parametrize(
    ("operation", "response"),
    [
        ("season.seasons", "SeasonsRestObject"),
        ("schedule.schedule", "ScheduleRestObject"),
        ("team.teams", "CopyrightResponseEntity«TeamsRestObject»"),
        ("milestones.milestoneLookups", "map of array of BeastLookup"),
        ("game.getWinProbability", "array of PlayRestObject"),
        ("game.liveTimestampv11", "string"),
    ],
)
def test_responses(operation: str, response: str) -> None:
    assert show_type(real().operations[operation].response) == response


def test_an_envelope_adds_the_copyright() -> None:
    team = next(document for document in real().documents if document.endpoint == "team")
    wrapped = team.models_by_name["CopyrightResponseEntity«TeamsRestObject»"]
    assert [found.name for found in wrapped.properties] == ["copyright", "teams"]


def test_a_model_without_properties_is_opaque() -> None:
    assert real().operations["schedule.schedule"].response == OpaqueRef("ScheduleRestObject")


def test_text_as_a_whole_response_is_opaque() -> None:
    assert real().operations["game.liveTimestampv11"].response == OpaqueRef("string")


def test_variants_that_disagree_share_a_model_of_both() -> None:
    leaders = real().operations["team.leaders"]
    model = real().document_of(leaders).models_by_name[show_type(leaders.response)]
    assert [found.name for found in model.properties] == ["leagueLeaders", "teamLeaders"]


def document(**changes: object) -> SourceFile:
    season = {"method": "GET", "nickname": "seasons", "type": "Seasons", "parameters": []}
    whole: dict[str, object] = {
        "swaggerVersion": "1.2",
        "apis": [{"path": "/v1/seasons", "operations": [season]}],
        "models": {"Seasons": {"properties": {"seasons": {"type": "Array", "items": {"type": "string"}}}}},
    }
    return SourceFile("documents/season.json", json.dumps(whole | changes))


def findings(file: SourceFile) -> list[str]:
    sink = Sink()
    read_api([file], sink)
    assert all(found.origin.span for found in sink.diagnostics)
    return [f"{found.code} {found.message}" for found in sink.diagnostics]


def test_a_sound_document_has_no_findings() -> None:
    assert findings(document()) == []


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({"apis": {}}, ["S103 `apis` must be a list, found an object"]),
        ({"apis": [1]}, ["S103 item 1 of `apis` must be an object, found `1`"]),
        ({"apis": [{}]}, ["S102 `operations` is missing", "S102 `path` is missing"]),
        ({"models": {"A": []}}, ["S103 `A` must be an object, found a list"]),
        ({"models": {"A": {}}}, ["S102 `properties` is missing", "S104 model `Seasons` is not declared"]),
        (
            {"models": {"Seasons": {"properties": {"a": {"type": 1}}}}},
            ["S103 `type` must be text, found `1`"],
        ),
        ({"models": {"Seasons": {"properties": {"a": None}}}}, ["S103 `a` must be an object, found null"]),
        ({"swaggerVersion": 1.2}, ["S103 `swaggerVersion` must be text, found `1.2`"]),
    ],
)
def test_what_is_wrong_is_found(changes: dict[str, object], messages: list[str]) -> None:
    found = findings(document(**changes))
    for message in messages:
        assert any(one.startswith(message) for one in found), found


def test_one_bad_document_does_not_hide_the_others() -> None:
    sink = Sink()
    api = read_api([SourceFile("documents/game.json", "{"), document()], sink)
    assert list(api.operations) == ["season.seasons"]
    assert sink.failed


def test_a_type_that_nests_too_deep_is_one_name() -> None:
    text = "List<" * 5_000 + "string" + ">" * 5_000
    assert parse_type(text) == TypeName(text)
